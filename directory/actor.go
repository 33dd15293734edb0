package directory

import "slices"

// Actor is who asks for a change or reads. The zero Actor may do nothing.
type Actor struct {
	Kind      ActorKind
	ID        string // the client's, account's or job's id; never a secret
	Name      string // for people: the audit log shows it
	Workspace WorkspaceID
	Source    SourceID // of a SCIM client or an LDAP run
	RequestID string

	presented bool        // a token, a moment ago
	adopt     AdoptPolicy // of the workspace then
}

// ActorKind says what sort of actor asks.
type ActorKind string

// The kinds of actors.
const (
	ClientActor   ActorKind = "client"        // an identity provider over SCIM
	RunActor      ActorKind = "run"           // a run over an LDAP source
	Administrator ActorKind = "administrator" // a person in the console
	CommandLine   ActorKind = "command"       // a person at a shell, who could also edit the database
	PersonActor   ActorKind = "person"        // somebody changing their own record
	System        ActorKind = "system"        // Rollcall itself, following its rules
)

// String returns how the audit log names the actor.
func (a Actor) String() string {
	if a.Name == "" {
		return string(a.Kind)
	}
	return string(a.Kind) + ":" + a.Name
}

// machine reports whether a repeats itself: its refusals are counted, not listed
// one by one.
func (a Actor) machine() bool {
	return slices.Contains([]ActorKind{ClientActor, RunActor, System}, a.Kind)
}

// owner reports whether a speaks for a source.
func (a Actor) owner() bool { return a.Kind == ClientActor || a.Kind == RunActor }

// governs reports whether a may decide over everybody in its workspace.
func (a Actor) governs() bool {
	return slices.Contains([]ActorKind{Administrator, CommandLine, System}, a.Kind)
}
