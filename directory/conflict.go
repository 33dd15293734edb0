package directory

import (
	"strings"
	"time"
)

// Conflict is something that a human must decide about.
type Conflict struct {
	ID         string // derived from what it is about, so that a repeated one is the same
	Kind       ConflictKind
	Source     SourceID
	UserName   string // what the source asked for
	ExternalID string
	Candidates []ResourceID // the records it may be about
	Reason     string
	First      int64 // Unix milliseconds
	Last       int64 // Unix milliseconds
	Times      int64
}

// ConflictKind says what a conflict is about.
type ConflictKind string

// The kinds of conflicts.
const (
	AdoptConflict  ConflictKind = "adopt"  // a source wants a name that a local person has
	RehireConflict ConflictKind = "rehire" // a new person has the name of a deleted one
	// An entry has the user name of somebody whom its source owns already, under an
	// identifier that is not there any more; or so has a group.
	RelinkConflict      ConflictKind = "relink"
	RelinkGroupConflict ConflictKind = "relink-group"
	// As with RelinkConflict, but the somebody was absent before the entry was there.
	RelinkLeaverConflict ConflictKind = "relink-leaver"
)

// Relinks returns what a conflict of the kind is about that [Relink] settles; nothing for
// the other kinds.
func (k ConflictKind) Relinks() RecordType {
	switch k {
	case RelinkConflict, RelinkLeaverConflict:
		return UserRecord
	case RelinkGroupConflict:
		return GroupRecord
	}
	return ""
}

// Recreated is the conflict about an entry of a source that a complete read found under
// key, with the name of a record whose own entry it did not find.
func Recreated(source SourceID, t RecordType, record ResourceID, name, key string, now time.Time) Conflict {
	kind := RelinkConflict
	if t == GroupRecord {
		kind = RelinkGroupConflict
	}
	id := HashToken(strings.Join([]string{string(kind), string(source), string(record), key, Fold(name)}, "\x00"))[:16]
	return Conflict{ID: id, Kind: kind, Source: source, UserName: name, ExternalID: key, Candidates: []ResourceID{record},
		Reason: "the same name, another identifier, and the one before is gone", First: now.UnixMilli(), Last: now.UnixMilli(), Times: 1}
}

// OfLeaver returns c about somebody who was absent before the entry that has their name
// now was there. It is still the same conflict: it has the same ID.
func (c Conflict) OfLeaver() Conflict {
	c.Kind, c.Reason = RelinkLeaverConflict, "the same name, another identifier, and the one before was gone before this one came"
	return c
}

// Dropped is a member that a source put into a group although there is no such
// person for it.
type Dropped struct {
	Source SourceID
	Group  ResourceID
	Member ResourceID
	At     int64 // Unix milliseconds, of the last time
}

// Block keeps a source from making a person again whom an administrator deleted.
type Block struct {
	Source     SourceID
	ExternalID string
	UserName   string // folded
	User       ResourceID
	By         string
	At         int64 // Unix milliseconds
}
