package vault

import (
	"bytes"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"rollcall/directory"
)

// ring returns a ring of keys that are filled with the bytes.
func ring(t testing.TB, fill ...byte) *Ring {
	t.Helper()
	var keys [][]byte
	for _, b := range fill {
		keys = append(keys, bytes.Repeat([]byte{b}, KeySize))
	}
	r, err := NewRing(keys...)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestWhatIsSealedOpensAgain(t *testing.T) {
	t.Parallel()
	r := ring(t, 1)
	rapid.Check(t, func(t *rapid.T) {
		text, purpose := rapid.String().Draw(t, "text"), rapid.String().Draw(t, "purpose")
		sealed := r.Seal(purpose, directory.NewSecret(text))
		opened, err := r.Open(purpose, sealed)
		if err != nil || opened.Reveal() != text {
			t.Fatalf("%q became %q: %v", text, opened.Reveal(), err)
		}
	})
}

func TestSealedTextShowsNothing(t *testing.T) {
	t.Parallel()
	r := ring(t, 1)
	one, two := r.Seal("p", directory.NewSecret("hunter2")), r.Seal("p", directory.NewSecret("hunter2"))
	if strings.Contains(one, "hunter2") || one == two {
		t.Errorf("sealed twice: %s and %s", one, two)
	}
}

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	sealed := ring(t, 1).Seal("password of ada", directory.NewSecret("hunter2"))
	last := len(sealed) - 1
	flipped := byte('A')
	if sealed[last-1] == flipped {
		flipped = 'B'
	}
	tests := []struct {
		what            string
		ring            *Ring
		purpose, sealed string
		says            string
	}{
		{"another purpose", ring(t, 1), "password of bob", sealed, "sealed for something else"},
		{"another key", ring(t, 2), "password of ada", sealed, "is not there"},
		{"a text that was altered", ring(t, 1), "password of ada", sealed[:last-1] + string(flipped) + sealed[last:], "altered"},
		{"a text that was cut", ring(t, 1), "password of ada", sealed[:20], "damaged"},
		{"another form", ring(t, 1), "password of ada", "x2" + sealed[2:], "another form"},
		{"plain text", ring(t, 1), "password of ada", "hunter2", "another form"},
	}
	for _, tt := range tests {
		if _, err := tt.ring.Open(tt.purpose, tt.sealed); err == nil || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: %v", tt.what, err)
		}
	}
}

func TestAKeyIsReplacedWithoutLosingAnything(t *testing.T) {
	t.Parallel()
	old, both := ring(t, 1), ring(t, 2, 1)
	sealed := old.Seal("p", directory.NewSecret("hunter2"))
	if both.Current(sealed) {
		t.Error("what the old key sealed passes for sealed with the new one")
	}
	opened, err := both.Open("p", sealed)
	if err != nil {
		t.Fatal(err)
	}
	again := both.Seal("p", opened)
	if !both.Current(again) {
		t.Error("a ring does not seal with its first key")
	}
	if got, err := ring(t, 2).Open("p", again); err != nil || got.Reveal() != "hunter2" {
		t.Errorf("the new key alone: %q, %v", got.Reveal(), err)
	}
}

func TestARingNeedsWholeKeys(t *testing.T) {
	t.Parallel()
	if _, err := NewRing(); err == nil {
		t.Error("a ring without keys was made")
	}
	if _, err := NewRing(make([]byte, 16)); err == nil {
		t.Error("a ring with half a key was made")
	}
}
