package directory

import (
	"context"
	"time"
)

// Store keeps a directory. It stores and finds; it decides nothing.
//
// A View sees one snapshot. An Update is durable when it returns nil; when it returns
// an error of fn, nothing that fn wrote remains. Updates of one workspace happen one
// after the other, each seeing all before it, though many may share one commit; fn
// runs on the store's goroutine, must not wait for anything, uses only the context
// that it is given, and may run more than once. A store that cannot commit answers an
// Error of kind Unavailable; the change may then have happened or not.
type Store interface {
	// Workspaces lists the workspaces, by slug.
	Workspaces(ctx context.Context) ([]Workspace, error)
	// EnsureWorkspace returns the workspace called slug, made if it is new.
	EnsureWorkspace(ctx context.Context, slug string) (WorkspaceID, error)
	// TokenByHash finds a token of any workspace by the digest of its text.
	TokenByHash(ctx context.Context, hash string) (*Bearer, error)
	// View runs fn in a read-only snapshot of the workspace.
	View(ctx context.Context, ws WorkspaceID, fn func(context.Context, ReadTx) error) error
	// Look is a View without the snapshot: every question of fn sees what is true when it
	// is asked. It is for those who ask one.
	Look(ctx context.Context, ws WorkspaceID, fn func(context.Context, ReadTx) error) error
	// Update runs fn in a transaction on the workspace. Of what foresee
	// returns fn is likely to ask whether it collides: a store that is far away may look it
	// up ahead.
	Update(ctx context.Context, ws WorkspaceID, fn func(context.Context, WriteTx) error, foresee ...func() []Claim) error
}

// ReadTx reads one workspace. What is not there is an Error of kind NotFound. Results
// belong to the caller.
type ReadTx interface {
	Workspace(ctx context.Context) (*Workspace, error)
	UserReader
	GroupReader
	SourceReader
	RunReader
	AuditReader
	DeliveryReader
}

// UserReader finds people, live and deleted alike unless it says otherwise.
type UserReader interface {
	User(ctx context.Context, id ResourceID) (*User, error)
	// UserByName finds by folded user name.
	UserByName(ctx context.Context, key string) (*User, error)
	// UsersAt lists up to limit users whose folded user names begin with name and an at
	// sign, by user name.
	UsersAt(ctx context.Context, name string, limit int) ([]*User, error)
	UserByExternalID(ctx context.Context, source SourceID, externalID string) (*User, error)
	// UserByEmail finds the live user whose folded primary address key is.
	UserByEmail(ctx context.Context, key string) (*User, error)
	// Collides reports whether any record has something that a new one would claim, or a
	// block stands against it: the one question that most new people need.
	Collides(ctx context.Context, c Claim) (bool, error)
	// StoredUser reads a live user's document without decoding it.
	StoredUser(ctx context.Context, id ResourceID) (*Stored, error)
	// ListUsers sends a page of stored users to each, by shelf in the order given and
	// within a shelf by id, and returns how many match in all. A filter that cannot be
	// answered through an index within two seconds gives TooMany.
	ListUsers(ctx context.Context, l Listing, each func(*Stored) error) (total int64, err error)
	// Shelves lists the shelves that have records of the type, sorted.
	Shelves(ctx context.Context, t RecordType) ([]string, error)
	// OtherAdmin reports whether anybody is effectively active and an administrator, by
	// grant or by mapping, beside the exceptions.
	OtherAdmin(ctx context.Context, but AdminExcept) (bool, error)
	// AdminByMapping reports whether a mapping makes the user an administrator.
	AdminByMapping(ctx context.Context, id ResourceID) (bool, error)
	// Held lists up to limit people who wait for a seat, of the guests or of the others,
	// who has waited longest first: by Facts.HeldSince, then by id.
	Held(ctx context.Context, guests bool, limit int) ([]*User, error)
	// DuePurge lists up to limit ids of people whose grace is over at now, of sources that
	// are not braked.
	DuePurge(ctx context.Context, now time.Time, limit int) ([]ResourceID, error)
	// Leavers counts the people of a source whose Facts.Left is not before since.
	Leavers(ctx context.Context, source SourceID, since time.Time) (int64, error)
}

// GroupReader finds groups, members and mappings.
type GroupReader interface {
	Group(ctx context.Context, id ResourceID) (*Group, error)
	// GroupByName finds by source and folded displayName.
	GroupByName(ctx context.Context, source SourceID, key string) (*Group, error)
	GroupByExternalID(ctx context.Context, source SourceID, externalID string) (*Group, error)
	StoredGroup(ctx context.Context, id ResourceID) (*Stored, error)
	// ListGroups is to groups what ListUsers is to people.
	ListGroups(ctx context.Context, l Listing, each func(*Stored) error) (total int64, err error)
	// Members lists up to limit live members with ids after the given one, by id.
	Members(ctx context.Context, group, after ResourceID, limit int) ([]Member, error)
	// Membership tells for each of ids that is a live user who owns it and whether it is a
	// member of group.
	Membership(ctx context.Context, group ResourceID, ids []ResourceID) (map[ResourceID]MemberState, error)
	// GroupsOf lists the groups to which a user belongs, by id.
	GroupsOf(ctx context.Context, user ResourceID) ([]GroupRef, error)
	Mapping(ctx context.Context, id string) (*Mapping, error)
	// Mappings lists the mappings of a group, or all with "".
	Mappings(ctx context.Context, group ResourceID) ([]Mapping, error)
}

// SourceReader finds sources and what is kept about them.
type SourceReader interface {
	Source(ctx context.Context, id SourceID) (*Source, error)
	Sources(ctx context.Context) ([]Source, error)
	// Tokens lists the tokens of a source, or all with "".
	Tokens(ctx context.Context, source SourceID) ([]Token, error)
	Conflict(ctx context.Context, id string) (*Conflict, error)
	Conflicts(ctx context.Context) ([]Conflict, error)
	// Block finds a block of the source by externalId (if not empty) or folded user name.
	Block(ctx context.Context, source SourceID, externalID, nameKey string) (*Block, error)
	// DroppedMembers lists the latest members that were left out, newest first.
	DroppedMembers(ctx context.Context, source SourceID, limit int) ([]Dropped, error)
}

// AuditReader reads the audit log in order.
type AuditReader interface {
	// Audit sends the records after seq, at most limit (0: all), of one record if it is not
	// empty, to each.
	Audit(ctx context.Context, q AuditQuery, each func(*AuditRecord) error) error
}

// WriteTx reads and writes one workspace. It keeps what depends on a record (indexes,
// counts, shelves) in step by itself.
type WriteTx interface {
	ReadTx
	UserWriter
	GroupWriter
	SourceWriter
	RunWriter
	DeliveryWriter
	// Step runs fn; when fn fails, nothing that it wrote remains and the transaction goes
	// on. Steps nest. An Update is a step by itself.
	Step(ctx context.Context, fn func() error) error
	// PutWorkspace replaces the settings and raises the version.
	PutWorkspace(ctx context.Context, s Settings) error
	// Record appends to the audit log, sealing r when the transaction ends.
	Record(ctx context.Context, r *AuditRecord) error
	// CountRefusal counts a machine's refusal and reports whether it is the first since the
	// record or the reason changed.
	CountRefusal(ctx context.Context, actor, record, reason string, at time.Time) (first bool, err error)
	// Forget removes up to limit counts of refusals, and as many notes of members that were
	// left out, which nobody added to since before, and as many actions that are over since
	// before. It reports whether there are more.
	Forget(ctx context.Context, before time.Time, limit int) (more bool, err error)
	// EraseAudit removes salt and detail of every audit record about a record.
	EraseAudit(ctx context.Context, t RecordType, record string) error
	// Raise raises a record's generation: its present state has to be carried outward, from
	// now less ClockSkew on. Attempts that failed count as one.
	Raise(ctx context.Context, t RecordType, record string, lane Lane, now time.Time) error
}

// UserWriter writes people.
type UserWriter interface {
	// PutUser writes after in place of before: nil before makes the record, nil after
	// removes it with its memberships. doc is after's document. Names that two records
	// swap within one transaction are the caller's business.
	PutUser(ctx context.Context, before, after *User, doc []byte) error
	PutBlock(ctx context.Context, b Block) error
	DeleteBlocks(ctx context.Context, user ResourceID) error
}

// GroupWriter writes groups, members and mappings.
type GroupWriter interface {
	// PutGroup writes after in place of before; nil after removes the group, its members
	// and its mappings.
	PutGroup(ctx context.Context, before, after *Group, doc []byte) error
	// AddMembers and RemoveMembers take ids that are not, or are, members.
	AddMembers(ctx context.Context, group ResourceID, ids []ResourceID) error
	RemoveMembers(ctx context.Context, group ResourceID, ids []ResourceID) error
	PutMapping(ctx context.Context, m Mapping) error
	DeleteMapping(ctx context.Context, id string) error
}

// SourceWriter writes sources and what is kept about them.
type SourceWriter interface {
	PutSource(ctx context.Context, s *Source) error
	PutToken(ctx context.Context, t *Token) error
	// PutConflict makes a conflict or counts it once more.
	PutConflict(ctx context.Context, c *Conflict) error
	DeleteConflict(ctx context.Context, id string) error
	// DropMembers notes members that were left out.
	DropMembers(ctx context.Context, source SourceID, group ResourceID, ids []ResourceID, at time.Time) error
}

// Stored is a record as it is kept: its document with what is spliced in when it is
// sent.
type Stored struct {
	ID     ResourceID
	Source SourceID
	Doc    []byte // without meta, groups and members
	Meta   Meta
	Facts  []byte     // JSON of Facts; nil for a group
	Groups []GroupRef // of a user
}

// Listing asks for a page.
type Listing struct {
	Shelves []string // in which order to look; none: nothing
	Filter  Filter   // nil: everything
	Start   int64    // 1 is the first
	Count   int64    // how many at most; 0 for the total alone, [NoLimit] for all

	// GroupsOf names the source of whose groups the filter speaks and which come with
	// people; none: all groups.
	GroupsOf SourceID
}

// NoLimit as a count asks for everything.
const NoLimit = -1

// Claim is what a new person would take: user names and address are folded.
type Claim struct {
	Source     SourceID
	ExternalID string
	Name       string
	Derived    string // a second name, or the same
	Email      string
}

// MemberState is what a group's change has to know of somebody.
type MemberState struct {
	Source SourceID
	Shelf  string
	Member bool
}

// AdminExcept names what shall not count when administrators are looked for.
type AdminExcept struct {
	Users   []ResourceID // at all
	Mapping string       // as a reason to be one
	Group   ResourceID   // as a reason to be one; with Members only for those
	Members []ResourceID
}

// AuditQuery selects audit records.
type AuditQuery struct {
	After  int64 // sequence
	Limit  int   // 0: all
	Type   RecordType
	Record string
}

// The shelves beside the names of sources: a record stands on just one, and lists walk
// shelves. Local people stand apart by how a source may adopt them.
const (
	ShelfLocal      = "local"       // nobody may adopt them but by name
	ShelfLocalName  = "local:name"  // by user name
	ShelfLocalEmail = "local:email" // by user name or verified e-mail address
	ShelfDeleted    = "deleted"     // in their grace
)

// Shelf returns the shelf on which u stands.
func (u *User) Shelf() string {
	switch {
	case u.Facts.Deleted != nil:
		return ShelfDeleted
	case u.Source != Local:
		return string(u.Source)
	case u.Kind() != Person || u.IsAdmin():
		return ShelfLocal
	case u.Chat != nil && u.Chat.EmailVerified:
		return ShelfLocalEmail
	}
	return ShelfLocalName
}

// Shelf returns the shelf on which g stands.
func (g *Group) Shelf() string { return string(g.Source) }
