package directory

import (
	"regexp"
	"slices"
	"time"
)

// Source is where identity comes from: a SCIM client or an LDAP server. It owns the
// records it made or adopted, and has an externalId space of its own.
type Source struct {
	ID           SourceID
	Kind         SourceKind
	Profile      string   // what the client is, for its peculiarities: "okta", "entra", …; empty: by its requests
	MayGrant     []string // roles that it may ask for; none: user and guest
	PasswordSync bool     // whether passwords that it sends are set
	Strict       bool     // unknown members are refused, not left out
	Paused       *Switch  // answers Unavailable while set
	Braked       int64    // Unix milliseconds since when nothing irreversible follows from its changes; 0: not braked
	Resumed      int64    // Unix milliseconds of the last time an administrator resumed it
	Detached     int64    // Unix milliseconds since when it is gone from the configuration; 0: it is there, or never was
	Definition   string   // digest of how the configuration has it; empty for a SCIM client
	Created      time.Time
	Version      Version
}

// SourceKind says how a source speaks.
type SourceKind string

// The kinds of sources.
const (
	SCIMClient SourceKind = "scim"
	LDAPServer SourceKind = "ldap"
)

// Grants reports whether the source may grant role.
func (s *Source) Grants(role string) bool {
	if len(s.MayGrant) == 0 {
		return role == RoleUser || role == RoleGuest
	}
	return slices.Contains(s.MayGrant, role)
}

// sourceName is what a source may be called: it stands in paths, shelves and commands.
var sourceName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)

// Check says what is wrong with a source whatever else there is, as PutSource would.
func (s *Source) Check() error {
	switch {
	case !sourceName.MatchString(string(s.ID)):
		return Errorf(Invalid, "name", "%q is not a name for a source", s.ID).
			Hinted("use letters, digits, dot, hyphen and underscore, at most 64")
	case s.ID == Local || s.ID == ShelfDeleted:
		return Errorf(Invalid, "name", "the name %q is ours", s.ID)
	case slices.Contains(s.MayGrant, RoleAdmin):
		return Errorf(Denied, "may_grant", "no source may grant the role admin").
			Hinted("map a group to it: rollcall mappings create")
	}
	return nil
}

// Keeps refuses the name of a source to one of another kind: whose people it has would not
// be clear any more.
func (s *Source) Keeps(kind SourceKind) error {
	switch {
	case s.Kind == kind:
		return nil
	case s.Kind == SCIMClient:
		return Errorf(Exists, "name", "the name %q is that of a SCIM client", s.ID).
			Hinted("give the source of the configuration another name")
	}
	return Errorf(Exists, "name", "the name %q is that of an LDAP source", s.ID).
		Hinted("give the client another name")
}

// LetsGo says what keeps the people of a source from being given to another owner: one
// that is not detached would ask for them again.
func (s *Source) LetsGo() error {
	switch {
	case s.Kind == SCIMClient:
		return neverDetached(s.ID)
	case s.Detached == 0:
		return Errorf(Denied, "name", "the source %s is not detached", s.ID).
			Hinted("take it out of the configuration, and let the server read that")
	}
	return nil
}

// neverDetached is the refusal to take people from a SCIM client, which lives in the
// database and may write for as long as it has a token.
func neverDetached(client SourceID) error {
	return Errorf(Denied, "name", "%s is a SCIM client, which the configuration does not name", client).
		Hinted("it keeps its people; to keep it from changing them: rollcall tokens revoke %s", client)
}

// Clone returns a deep copy.
func (s *Source) Clone() *Source {
	c := clonePtr(s)
	c.MayGrant, c.Paused = slices.Clone(s.MayGrant), clonePtr(s.Paused)
	return c
}

// Token is a bearer token of a SCIM client. Only the SHA-256 of its text is kept.
type Token struct {
	ID        string
	Source    SourceID
	Hash      string // lower-case hexadecimal SHA-256 of the token's text
	Hint      string // its first characters, to tell tokens apart
	CreatedBy string
	Created   time.Time
	Expires   time.Time // zero: never
	Revoked   time.Time // zero: not revoked
}

// Live reports whether t opens the door at now.
func (t *Token) Live(now time.Time) bool {
	return t.Revoked.IsZero() && (t.Expires.IsZero() || now.Before(t.Expires))
}
