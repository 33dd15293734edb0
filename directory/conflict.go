package directory

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
)

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
