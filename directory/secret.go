package directory

import "log/slog"

// Secret is a password or token in transit. It cannot be printed, logged or
// encoded; only Reveal gives the text, to whoever has to hash, seal or deliver it.
type Secret struct{ text string }

// NewSecret wraps text.
func NewSecret(text string) Secret { return Secret{text} }

// Reveal returns the text.
func (s Secret) Reveal() string { return s.text }

// IsZero reports whether there is no secret.
func (s Secret) IsZero() bool { return s.text == "" }

// String hides the text.
func (Secret) String() string { return "[secret]" }

// GoString hides the text from %#v.
func (Secret) GoString() string { return "[secret]" }

// LogValue hides the text from slog.
func (Secret) LogValue() slog.Value { return slog.StringValue("[secret]") }

// MarshalText hides the text from every encoder that asks.
func (Secret) MarshalText() ([]byte, error) { return []byte("[secret]"), nil }
