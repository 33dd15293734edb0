package sync

import (
	"strings"

	"rollcall/directory"
)

// census is what a run knows of the entries of one type: from earlier runs, and from
// this read. Of an entry that did not change only its key and where it belongs are in
// memory.
type census[T any] struct {
	known   map[string]*known
	changed *spool[T]
}

// known is an entry as earlier runs left it, and whether this one has seen it.
type known struct {
	directory.Entry
	seen bool
}

func newCensus[T any]() (*census[T], error) {
	s, err := newSpool[T]()
	if err != nil {
		return nil, err
	}
	return &census[T]{known: map[string]*known{}, changed: s}, nil
}

func (c *census[T]) close() { c.changed.close() }

// recall notes what is remembered of an entry.
func (c *census[T]) recall(e *directory.Entry) error {
	c.known[e.Key] = &known{Entry: *e}
	return nil
}

// see notes that an entry was read and reports whether it was read before in this very
// run. What it keeps is copied: a source's texts may be parts of everything that the
// server sent about the entry.
func (c *census[T]) see(key, dn string) (k *known, twice bool) {
	k = c.known[key]
	if k == nil {
		key = strings.Clone(key)
		k = &known{Entry: directory.Entry{Key: key}}
		c.known[key] = k
	}
	twice, k.seen = k.seen, true
	if k.DN != dn {
		k.DN = strings.Clone(dn)
	}
	return k, twice
}

// ref returns a text equal to ref that keeps nothing else in memory.
func (k *known) ref(ref string) string {
	if ref == k.DN {
		return k.DN
	}
	return strings.Clone(ref)
}

// The mark of an entry, as it is remembered: how it was mapped, what it said, and
// whether it said that the account is enabled.
const (
	markEnabled  = "+"
	markDisabled = "-"
)

func markOf(digest string, m Mark, enabled bool) string {
	text, _ := m.MarshalText()
	suffix := markDisabled
	if enabled {
		suffix = markEnabled
	}
	return digest + ":" + string(text) + suffix
}

// enabled reports whether the account was enabled when it was last applied.
func (k *known) enabled() bool { return strings.HasSuffix(k.Mark, markEnabled) }

// disabled reports whether the account was disabled when it was last applied, or ended by
// itself since.
func (k *known) disabled() bool { return strings.HasSuffix(k.Mark, markDisabled) }

// gone reports whether the person was taken to be gone.
func (k *known) gone() bool { return k.Missing < 0 }

// new reports whether no earlier run knew the entry.
func (k *known) isNew() bool { return k.Record == "" }
