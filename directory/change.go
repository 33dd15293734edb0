package directory

import "time"

// Change is one requested alteration, as data. The set is sealed: what can be asked
// for is in this file and nowhere else. A change says only what shall be; the eight
// steps of [Directory.Apply] decide.
type Change interface {
	// Kind returns the change's name in the audit log.
	Kind() string
}

// PutUser makes a person, or replaces what the actor says of one. With User.ID it
// replaces that record; without, it makes a new one, revives one that the same
// source deleted, or adopts a local one as the workspace's policy lets it.
type PutUser struct {
	User       User
	KeepActive bool    // the request did not speak of active: keep it
	Password   Secret  // dropped unless the source may set passwords
	IfVersion  Version // 0: whatever version there is
}

// DeleteUser deletes a person: a deactivation at once, gone for good after the
// workspace's grace. By an administrator it also keeps the owning source from making
// the person again, even if the source deleted them before.
type DeleteUser struct {
	ID        ResourceID
	IfVersion Version
	Reason    string
}

// RestoreUser undoes a deletion within the grace, and lifts its block.
type RestoreUser struct {
	ID     ResourceID
	Reason string
}

// SwitchOff takes a person's access away, whatever the owning source wants.
type SwitchOff struct {
	ID     ResourceID
	Reason string
}

// SwitchOn lifts a switch-off.
type SwitchOn struct {
	ID     ResourceID
	Reason string
}

// SetGrants replaces the grants that administrators gave a person. It never takes
// away what the owner or a mapping gave.
type SetGrants struct {
	ID         ResourceID
	Grants     []Grant
	KnownRoles bool // refuse roles that nobody has named before: who asks may have mistyped one
	Reason     string
}

// SetPassword sets the password for signing in to the built-in workspace.
type SetPassword struct {
	ID       ResourceID
	Password Secret
}

// LogOut ends a person's sessions in the target.
type LogOut struct {
	ID     ResourceID
	Reason string
}

// ResetTOTP makes the target forget a person's second factor.
type ResetTOTP struct {
	ID     ResourceID
	Reason string
}

// ResetE2EE makes the target forget a person's keys for encrypted rooms.
type ResetE2EE struct {
	ID     ResourceID
	Reason string
}

// SetTarget names what the workspace provisions; empty means its built-in one. With
// another name everybody is delivered anew.
type SetTarget struct{ Target string }

// ForgetTarget forgets what is known of accounts in a target that is not provisioned: some
// at a time, while the receipt says that there is more. The accounts stay as they are.
type ForgetTarget struct{ Target string }

// Redeliver delivers a person again, or everything that was parked: some at a time, while
// the receipt says that there is more.
type Redeliver struct {
	ID     ResourceID
	Parked bool
	Until  time.Time // only what was parked until then; zero: everything
}

// SignIn records a person's first sign-in.
type SignIn struct{ ID ResourceID }

// MemberChange says how a group's members shall change. With Replace, Add is the
// whole new list.
type MemberChange struct {
	Replace bool
	Add     []ResourceID
	Remove  []ResourceID
}

// PutGroup makes a group, or with Group.ID replaces its attributes. Members nil
// leaves the members alone.
type PutGroup struct {
	Group     Group
	Members   *MemberChange
	IfVersion Version
}

// ChangeMembers adds and removes members of a group. Ids of nobody, or of people whom
// the actor cannot see, are left out and named in the receipt.
type ChangeMembers struct {
	Group     ResourceID
	Members   MemberChange
	IfVersion Version
}

// DeleteGroup deletes a group at once.
type DeleteGroup struct {
	ID        ResourceID
	IfVersion Version
}

// PutMapping gives everybody in a group a role, channel or team.
type PutMapping struct{ Mapping Mapping }

// DeleteMapping takes away what a mapping gave.
type DeleteMapping struct{ ID string }

// PutWorkspace replaces the workspace's settings. People waiting for a seat get those
// that a higher limit makes free.
type PutWorkspace struct{ Settings Settings }

// PutSource makes a source, or replaces its settings. It never pauses or resumes.
type PutSource struct{ Source Source }

// IssueToken adds a bearer token to a SCIM client. The door gets only its digest.
type IssueToken struct{ Token Token }

// RotateTokens ends every live token of a source but Keep at Until.
type RotateTokens struct {
	Source SourceID
	Keep   string // the id of the token that stays
	Until  time.Time
}

// RevokeToken ends a token at once.
type RevokeToken struct {
	Source SourceID
	ID     string
}

// PauseSource makes everything that the source asks for Unavailable.
type PauseSource struct {
	ID     SourceID
	Reason string
}

// ResumeSource ends a pause, and lifts a brake.
type ResumeSource struct{ ID SourceID }

// Adopt gives a local person to a source. Administrators, protected people, bots and apps
// are refused unless who asks has chosen this very one.
type Adopt struct {
	User       ResourceID
	Source     SourceID
	ExternalID string // what the source calls the person, if known
	Named      bool   // this very one was chosen
}

// DismissConflict closes a conflict without doing anything.
type DismissConflict struct{ ID string }

// FillSeats activates people who wait for a seat, as many as there are seats, a slice
// at a time.
type FillSeats struct{}

// Purge removes a person for good whose grace is over.
type Purge struct{ ID ResourceID }

// Forget removes, once a day, what was noted for people to read and is old: how often a
// machine was refused, members that were left out, and actions that are over. It comes in
// slices.
type Forget struct{}

// EraseAudit erases the details of everything that the audit log says of a record,
// and says so in a record of its own.
type EraseAudit struct {
	Type   RecordType
	Record string
	Reason string
}

// SetWanted is a run's word that somebody is, or is no longer, in its source.
type SetWanted struct {
	ID     ResourceID
	Wanted bool
	Reason string
}

// Expire ends the access of somebody whose account has ended by itself, as the source
// said at the last run that it would.
type Expire struct {
	Source SourceID
	Key    string // of the entry
	Mark   string // what is to be remembered of the entry from now on
}

// Transfer gives a person or a group of a source that is no longer there to another
// source, or to nobody with [Local].
type Transfer struct {
	Type   RecordType
	ID     ResourceID
	From   SourceID
	To     SourceID
	Named  bool // this one was chosen, not one of many: it may be an administrator
	Reason string
}

// Relink joins the identifier that an entry of an LDAP source has now to the person or
// group that the source owns under one that is gone. It needs that the last complete run
// found it so; see [Recreated].
type Relink struct {
	Type       RecordType
	ID         ResourceID
	Source     SourceID
	ExternalID string // the identifier now
	Named      bool   // this one was chosen, not one of many: it may be an administrator
	Reason     string
}

// DetachSource says that a source is gone from the configuration. Its people stay, and a
// run of it that is under way has lost its lease.
type DetachSource struct{ ID SourceID }

// BeginRun takes a source's lease for a run. There is one run at a time; with Approves
// it carries out the plan of a held one.
type BeginRun struct {
	Source   SourceID
	For      RunKind
	Approves string
	// Resumes is the run of a process that ended which this one takes the place of. It is
	// refused as stale when somebody else has done so already; empty: none.
	Resumes string
	Owner   string
	// Definition is a digest of how the owner's configuration has the source; empty: it does
	// not matter.
	Definition string
}

// EndRun says how a run ended and gives the lease back.
type EndRun struct{ Run Run }

// AbandonRun closes a run whose process gives no sign of life any more.
type AbandonRun struct{ ID string }

// RejectRun says that a held run's plan shall not be carried out.
type RejectRun struct {
	ID     string
	Reason string
}

// editUser and editGroup are read-modify-write; see [Directory.EditUser].
type editUser struct {
	id        ResourceID
	ifVersion Version
	password  Secret
	edit      func(*User) error
}

type editGroup struct {
	id        ResourceID
	ifVersion Version
	edit      func(*Group) (*MemberChange, error)
}

// Kind implements [Change] for each of them.
func (PutUser) Kind() string         { return "PutUser" }
func (editUser) Kind() string        { return "PutUser" }
func (DeleteUser) Kind() string      { return "DeleteUser" }
func (RestoreUser) Kind() string     { return "RestoreUser" }
func (SwitchOff) Kind() string       { return "SwitchOff" }
func (SwitchOn) Kind() string        { return "SwitchOn" }
func (SetGrants) Kind() string       { return "SetGrants" }
func (SetPassword) Kind() string     { return "SetPassword" }
func (LogOut) Kind() string          { return "LogOut" }
func (ResetTOTP) Kind() string       { return "ResetTOTP" }
func (ResetE2EE) Kind() string       { return "ResetE2EE" }
func (SetTarget) Kind() string       { return "SetTarget" }
func (ForgetTarget) Kind() string    { return "ForgetTarget" }
func (Redeliver) Kind() string       { return "Redeliver" }
func (SignIn) Kind() string          { return "SignIn" }
func (PutGroup) Kind() string        { return "PutGroup" }
func (editGroup) Kind() string       { return "PutGroup" }
func (ChangeMembers) Kind() string   { return "ChangeMembers" }
func (DeleteGroup) Kind() string     { return "DeleteGroup" }
func (PutMapping) Kind() string      { return "PutMapping" }
func (DeleteMapping) Kind() string   { return "DeleteMapping" }
func (PutWorkspace) Kind() string    { return "PutWorkspace" }
func (PutSource) Kind() string       { return "PutSource" }
func (IssueToken) Kind() string      { return "IssueToken" }
func (RotateTokens) Kind() string    { return "RotateTokens" }
func (RevokeToken) Kind() string     { return "RevokeToken" }
func (PauseSource) Kind() string     { return "PauseSource" }
func (ResumeSource) Kind() string    { return "ResumeSource" }
func (Adopt) Kind() string           { return "Adopt" }
func (DismissConflict) Kind() string { return "DismissConflict" }
func (FillSeats) Kind() string       { return "FillSeats" }
func (Purge) Kind() string           { return "Purge" }
func (Forget) Kind() string          { return "Forget" }
func (EraseAudit) Kind() string      { return "EraseAudit" }
func (SetWanted) Kind() string       { return "SetWanted" }
func (Expire) Kind() string          { return "Expire" }
func (Transfer) Kind() string        { return "Transfer" }
func (Relink) Kind() string          { return "Relink" }
func (DetachSource) Kind() string    { return "DetachSource" }
func (BeginRun) Kind() string        { return "BeginRun" }
func (EndRun) Kind() string          { return "EndRun" }
func (AbandonRun) Kind() string      { return "AbandonRun" }
func (RejectRun) Kind() string       { return "RejectRun" }

// Receipt is what came of a change.
type Receipt struct {
	Outcome Outcome
	User    *User        // as it is now; nil when the change was not about a person
	Group   *Group       // as it is now; nil when the change was not about a group
	Doc     []byte       // the stored document of User or Group; nil for a deletion
	Groups  []GroupRef   // to which User belongs
	Left    []ResourceID // members that were left out
	Run     *Run         // as it is now; of changes about runs
	More    bool         // FillSeats, Forget, ForgetTarget and Redeliver: a further slice is waiting
}

// Outcome says in a word what came of a change.
type Outcome string

// The outcomes.
const (
	Created   Outcome = "created"
	Updated   Outcome = "updated"
	Deleted   Outcome = "deleted"
	Restored  Outcome = "restored"
	Revived   Outcome = "revived" // a deleted person, by the same source and externalId
	Adopted   Outcome = "adopted"
	Unchanged Outcome = "unchanged"
	Refused   Outcome = "refused"
)
