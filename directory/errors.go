package directory

import (
	"errors"
	"fmt"
	"strings"
)

// Kind says what sort of thing went wrong, for programs. Each front end maps kinds
// to its own answers in one place.
type Kind uint8

// The kinds. The zero kind is Internal, so an error that nobody classified is
// never shown to a stranger.
const (
	Internal    Kind = iota // something of ours broke
	Invalid                 // the request has no sensible meaning
	NotFound                // there is no such record, or not for this actor
	Exists                  // a name or address is taken
	Stale                   // the record moved on since the caller read it
	Denied                  // this actor may not, or a rule forbids it to all
	ReadOnly                // the attribute belongs to somebody else
	Full                    // no seat is left
	TooMany                 // the question would cost too much to answer
	Unavailable             // not now; asking again later is right
)

var kindNames = [...]string{"internal", "invalid", "notFound", "exists", "stale", "denied", "readOnly", "full",
	"tooMany", "unavailable"}

// String returns the kind's name as it appears in the audit log.
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return "internal"
}

// Error is a refusal or a failure in three parts: Kind for programs, Attr and Msg
// for people, Err for operators.
type Error struct {
	Kind Kind
	Attr string // the attribute at fault, as a SCIM path, or empty
	Msg  string // a sentence without capital or full stop, safe to show
	Hint string // what to do about it, or empty
	Err  error  // the cause, never shown to a stranger
}

// Error returns the message, its hint and its cause.
func (e *Error) Error() string {
	s := e.Detail()
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

// Detail returns what a stranger may read: the message and its hint.
func (e *Error) Detail() string {
	if e.Hint == "" {
		return e.Msg
	}
	return e.Msg + "; " + e.Hint
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Errorf makes an Error about attr ("" for none).
func Errorf(kind Kind, attr, format string, args ...any) *Error {
	return &Error{Kind: kind, Attr: attr, Msg: fmt.Sprintf(format, args...)}
}

// Hinted returns e with advice on what to do.
func (e *Error) Hinted(format string, args ...any) *Error {
	e.Hint = fmt.Sprintf(format, args...)
	return e
}

// KindOf returns the kind of the first Error in err's chain. For several faults it
// is the kind of the first of them.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return Internal
}

// Is reports whether err is of kind k.
func Is(err error, k Kind) bool { return err != nil && KindOf(err) == k }

// Faults are all the things wrong with one change, so that nobody has to find them
// one by one.
type Faults []*Error

// Error joins the messages.
func (f Faults) Error() string {
	parts := make([]string, len(f))
	for i, e := range f {
		parts[i] = e.Error()
	}
	return strings.Join(parts, "; ")
}

// Unwrap makes errors.As find the first fault.
func (f Faults) Unwrap() []error {
	errs := make([]error, len(f))
	for i, e := range f {
		errs[i] = e
	}
	return errs
}

// orNil returns f as an error: nil when empty, the fault itself when it is alone.
func (f Faults) orNil() error {
	switch len(f) {
	case 0:
		return nil
	case 1:
		return f[0]
	}
	return f
}

// found turns NotFound into nil.
func found[T any](v *T, err error) (*T, error) {
	if Is(err, NotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return v, nil
}
