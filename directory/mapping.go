package directory

// Mapping gives everybody in a group a role, channel or team. What it gives is
// derived, never stored with the person: only what a mapping gave is taken away
// when the membership ends. Its roles do not reach guests.
type Mapping struct {
	ID    string
	Group ResourceID
	Kind  GrantKind
	Name  string
}
