package directory

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// User is one person, bot or app of a workspace. Field names and JSON names are
// those of RFC 7643 §4.1; what the standard does not know lies in Chat and Facts.
// The JSON of a User is the stored SCIM document: without meta, groups and
// password.
type User struct {
	ID                ResourceID   `json:"id"`
	ExternalID        string       `json:"externalId,omitempty"` // opaque text of the source
	UserName          string       `json:"userName"`
	Name              *Name        `json:"name,omitempty"`
	DisplayName       string       `json:"displayName,omitempty"`
	NickName          string       `json:"nickName,omitempty"`
	ProfileURL        string       `json:"profileUrl,omitempty"`
	Title             string       `json:"title,omitempty"`
	UserType          string       `json:"userType,omitempty"`
	PreferredLanguage string       `json:"preferredLanguage,omitempty"`
	Locale            string       `json:"locale,omitempty"`
	Timezone          string       `json:"timezone,omitempty"`
	Wanted            bool         `json:"active"` // the owning source's last wish
	Emails            []MultiValue `json:"emails,omitempty"`
	PhoneNumbers      []MultiValue `json:"phoneNumbers,omitempty"`
	IMs               []MultiValue `json:"ims,omitempty"`
	Photos            []MultiValue `json:"photos,omitempty"`
	Addresses         []Address    `json:"addresses,omitempty"`
	Entitlements      []MultiValue `json:"entitlements,omitempty"`
	Roles             []MultiValue `json:"roles,omitempty"` // what the owning source asked for
	X509Certificates  []MultiValue `json:"x509Certificates,omitempty"`
	Enterprise        *Enterprise  `json:"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User,omitempty"`
	Chat              *Chat        `json:"urn:rollcall:params:scim:schemas:extension:rocketchat:2.0:User,omitempty"`
	Source            SourceID     `json:"-"` // the owner
	Meta              Meta         `json:"-"`
	Facts             Facts        `json:"-"`
}

// Name holds the parts of a person's name (RFC 7643 §4.1.1).
type Name struct {
	Formatted       string `json:"formatted,omitempty"`
	FamilyName      string `json:"familyName,omitempty"`
	GivenName       string `json:"givenName,omitempty"`
	MiddleName      string `json:"middleName,omitempty"`
	HonorificPrefix string `json:"honorificPrefix,omitempty"`
	HonorificSuffix string `json:"honorificSuffix,omitempty"`
}

// MultiValue is one element of a multi-valued attribute (RFC 7643 §2.4).
type MultiValue struct {
	Value   string `json:"value,omitempty"`
	Display string `json:"display,omitempty"`
	Type    string `json:"type,omitempty"`
	Primary bool   `json:"primary,omitempty"`
}

// Address is one postal address (RFC 7643 §4.1.2).
type Address struct {
	Formatted     string `json:"formatted,omitempty"`
	StreetAddress string `json:"streetAddress,omitempty"`
	Locality      string `json:"locality,omitempty"`
	Region        string `json:"region,omitempty"`
	PostalCode    string `json:"postalCode,omitempty"`
	Country       string `json:"country,omitempty"`
	Type          string `json:"type,omitempty"`
	Primary       bool   `json:"primary,omitempty"`
}

// Enterprise is the standard's extension for employees (RFC 7643 §4.3).
type Enterprise struct {
	EmployeeNumber string   `json:"employeeNumber,omitempty"`
	CostCenter     string   `json:"costCenter,omitempty"`
	Organization   string   `json:"organization,omitempty"`
	Division       string   `json:"division,omitempty"`
	Department     string   `json:"department,omitempty"`
	Manager        *Manager `json:"manager,omitempty"`
}

// Manager points at a person's superior.
type Manager struct {
	Value       string `json:"value,omitempty"`
	Ref         string `json:"$ref,omitempty"`
	DisplayName string `json:"displayName,omitempty"`
}

// Chat is our extension: what a Rocket.Chat account has and the standard does not
// know. State, Type and Roles are derived when the document is written; what a
// client sends there is ignored.
type Chat struct {
	State          State    `json:"state,omitempty"`
	Type           UserKind `json:"type,omitempty"`
	Username       string   `json:"username,omitempty"` // overrides the name derived from userName
	Bio            string   `json:"bio,omitempty"`
	StatusText     string   `json:"statusText,omitempty"`
	VoiceExtension string   `json:"voiceExtension,omitempty"`
	EmailVerified  bool     `json:"emailVerified,omitempty"`
	Roles          []string `json:"roles,omitempty"` // everything granted but by mappings
}

// Meta is what the store knows of a record's history. Times are UTC with
// millisecond precision.
type Meta struct {
	Version  Version
	Created  time.Time
	Modified time.Time
}

// UserKind tells people from machines.
type UserKind string

// The kinds of users, in Rocket.Chat's words. The zero value means a person.
const (
	Person UserKind = "user"
	Bot    UserKind = "bot"
	App    UserKind = "app"
)

// Facts are what the directory knows of a user beside the attributes. They are
// kept in a column of their own and never sent to a source.
type Facts struct {
	Kind        UserKind          `json:"kind,omitempty"`
	SwitchedOff *Switch           `json:"switchedOff,omitempty"`
	Held        bool              `json:"held,omitempty"`      // wanted, but there is no seat
	HeldSince   int64             `json:"heldSince,omitempty"` // Unix milliseconds: first come, first served
	Deleted     *Deletion         `json:"deleted,omitempty"`
	Left        int64             `json:"left,omitempty"`     // when the source ended the access, Unix milliseconds; 0 once back
	Adopted     bool              `json:"adopted,omitempty"`  // given to the source by an administrator, not yet claimed by it
	SignedIn    int64             `json:"signedIn,omitempty"` // first sign-in, Unix milliseconds
	Authors     map[string]Author `json:"authors,omitempty"`  // by attribute path, where it is not the owner
	Grants      []Grant           `json:"grants,omitempty"`   // by other authors than the owner
	Password    string            `json:"password,omitempty"` // argon2id, for the built-in workspace only
}

// Switch says who switched a person off.
type Switch struct {
	By     string `json:"by"`
	At     int64  `json:"at"` // Unix milliseconds
	Reason string `json:"reason,omitempty"`
}

// Deletion says who deleted a record, and when it will be gone for good.
type Deletion struct {
	By       string `json:"by"`
	BySource bool   `json:"bySource,omitempty"`
	At       int64  `json:"at"`                 // Unix milliseconds
	Purge    int64  `json:"purge"`              // Unix milliseconds
	UserName string `json:"userName,omitempty"` // what it was called, if the name was freed meanwhile
}

// Author says who set a value that the owner did not.
type Author string

// The authors beside the owning source.
const (
	ByAdministrator Author = "administrator"
	ByPerson        Author = "person"
)

// State is the effective state of a user as our extension shows it.
type State string

// The states. Only an active person uses a seat and can sign in.
const (
	Active      State = "active"
	Inactive    State = "inactive"
	HeldBack    State = "held"
	SwitchedOff State = "switchedOff"
)

// State returns the effective state. A switch-off outweighs a missing seat.
func (u *User) State() State {
	switch {
	case u.Facts.Deleted != nil || !u.Wanted:
		return Inactive
	case u.Facts.SwitchedOff != nil:
		return SwitchedOff
	case u.Facts.Held:
		return HeldBack
	}
	return Active
}

// EffectivelyActive reports whether u may sign in: wanted, not switched off, not
// held and not deleted.
func (u *User) EffectivelyActive() bool { return u.State() == Active }

// Status is the registration status, derived as Rocket.Chat derives it.
type Status string

// The registration statuses. Bots and apps have none.
const (
	StatusNone        Status = ""
	StatusPending     Status = "pending"
	StatusActive      Status = "active"
	StatusDeactivated Status = "deactivated"
)

// Status returns u's registration status: Pending has never signed in.
func (u *User) Status() Status {
	switch {
	case u.Kind() != Person:
		return StatusNone
	case u.Facts.SignedIn == 0:
		return StatusPending
	case u.EffectivelyActive():
		return StatusActive
	}
	return StatusDeactivated
}

// Waiting says why a pending person is pending, as a sentence, or "".
func (u *User) Waiting() string {
	switch {
	case u.Status() != StatusPending:
		return ""
	case u.State() == Active:
		return "waiting for first sign-in"
	case u.State() == HeldBack:
		return "waiting for a seat"
	}
	return "left before the first sign-in"
}

// Kind returns what u is; a zero kind is a person.
func (u *User) Kind() UserKind {
	if u.Facts.Kind == "" {
		return Person
	}
	return u.Facts.Kind
}

// PrimaryEmail returns the primary address: the one marked so, else the first.
func (u *User) PrimaryEmail() string {
	for _, e := range u.Emails {
		if e.Primary {
			return e.Value
		}
	}
	if len(u.Emails) > 0 {
		return u.Emails[0].Value
	}
	return ""
}

// DerivedName returns the workspace user name that follows from u: the override if
// there is one, else userName up to the first @.
func DerivedName(u *User) string {
	if u.Chat != nil && u.Chat.Username != "" {
		return u.Chat.Username
	}
	name, _, _ := strings.Cut(u.UserName, "@")
	return name
}

// Clone returns a deep copy.
func (u *User) Clone() *User {
	c := *u
	c.Name, c.Enterprise, c.Chat = clonePtr(u.Name), clonePtr(u.Enterprise), clonePtr(u.Chat)
	if c.Enterprise != nil {
		c.Enterprise.Manager = clonePtr(u.Enterprise.Manager)
	}
	if c.Chat != nil {
		c.Chat.Roles = slices.Clone(u.Chat.Roles)
	}
	c.Emails, c.PhoneNumbers, c.IMs = slices.Clone(u.Emails), slices.Clone(u.PhoneNumbers), slices.Clone(u.IMs)
	c.Photos, c.Addresses = slices.Clone(u.Photos), slices.Clone(u.Addresses)
	c.Entitlements, c.Roles = slices.Clone(u.Entitlements), slices.Clone(u.Roles)
	c.X509Certificates = slices.Clone(u.X509Certificates)
	c.Facts.SwitchedOff, c.Facts.Deleted = clonePtr(u.Facts.SwitchedOff), clonePtr(u.Facts.Deleted)
	c.Facts.Authors, c.Facts.Grants = maps.Clone(u.Facts.Authors), slices.Clone(u.Facts.Grants)
	return &c
}

func clonePtr[T any](p *T) *T {
	if p == nil {
		return nil
	}
	c := *p
	return &c
}

// Doc returns the document that is stored and sent: u's attributes with state,
// type and roles filled in, led by the list of schemas that are really present
// (RFC 7643 §3).
func (u *User) Doc() ([]byte, error) {
	c := *u
	chat := Chat{}
	if u.Chat != nil {
		chat = *u.Chat
	}
	chat.State, chat.Type, chat.Roles = u.State(), u.Kind(), u.GrantedRoles()
	c.Chat = &chat
	doc, err := json.Marshal(struct {
		Schemas []string `json:"schemas"`
		*User
	}{c.schemas(), &c})
	if err != nil {
		return nil, fmt.Errorf("encode user %s: %w", u.ID, err)
	}
	return doc, nil
}

func (u *User) schemas() []string {
	s := []string{UserSchema}
	if u.Enterprise != nil {
		s = append(s, EnterpriseSchema)
	}
	return append(s, ChatSchema)
}

// DecodeUser reads back what Doc wrote.
func DecodeUser(doc []byte) (*User, error) {
	u := new(User)
	if err := json.Unmarshal(doc, u); err != nil {
		return nil, fmt.Errorf("decode user: %w", err)
	}
	if u.Chat != nil {
		u.Chat.State, u.Chat.Type, u.Chat.Roles = "", "", nil
		if emptyChat(u.Chat) {
			u.Chat = nil
		}
	}
	return u, nil
}

func emptyChat(c *Chat) bool {
	return c.Username == "" && c.Bio == "" && c.StatusText == "" && c.VoiceExtension == "" && !c.EmailVerified
}
