package rocketchattest

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"
)

// Email is an address of an account.
type Email struct {
	Address  string
	Verified bool
}

// Account is a user of the workspace, as the server keeps it.
type Account struct {
	ID           string // made when empty
	Username     string
	Name         string
	Nickname     string
	Bio          string
	StatusText   string
	Status       string // online, away, busy or offline
	Emails       []Email
	Roles        []string // ids; user when there is none
	Type         string   // user when empty; bot and app use no seat
	Active       bool
	Federated    bool
	CreatedAt    time.Time
	LastLogin    time.Time // zero: never
	CustomFields map[string]any
	ImportIDs    []string
	Extension    string // for voice calls
	Avatar       []byte
	AvatarETag   string

	Password       string
	RequireChange  bool
	InactiveReason string
	TOTP           string // the secret in base32; empty: that factor is off
	EmailCode      bool   // a code by mail is asked for, if an address is verified
	E2EKey         bool
	Tokens         []Token // sessions and personal access tokens, in one list as in the real server

	failures int // wrong codes in a row
}

// clone copies an account, so that what is handed out is not what is kept.
func (a *Account) clone() Account {
	c := *a
	c.Emails = slices.Clone(a.Emails)
	c.Roles = slices.Clone(a.Roles)
	c.ImportIDs = slices.Clone(a.ImportIDs)
	c.Tokens = slices.Clone(a.Tokens)
	c.CustomFields = maps.Clone(a.CustomFields)
	return c
}

// Email returns the first address, or nothing.
func (a *Account) Email() string {
	if len(a.Emails) == 0 {
		return ""
	}
	return a.Emails[0].Address
}

// Has reports whether an account has a role.
func (a *Account) Has(role string) bool { return slices.Contains(a.Roles, role) }

// guest reports whether an account is a guest and nothing else.
func (a *Account) guest() bool { return len(a.Roles) == 1 && a.Roles[0] == "guest" }

// Add puts an account into the workspace and returns it as it was kept. No rule is asked.
func (s *Server) Add(a Account) Account {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.add(a).clone()
}

func (s *Server) add(a Account) *Account {
	kept := a.clone()
	kept.ID = cmp.Or(a.ID, s.newID())
	kept.Type = cmp.Or(a.Type, "user")
	kept.Status = cmp.Or(a.Status, "offline")
	if kept.CreatedAt.IsZero() {
		kept.CreatedAt = s.clock()
	}
	if len(kept.Roles) == 0 {
		kept.Roles = []string{"user"}
	}
	s.accounts[kept.ID] = &kept
	s.index(&kept)
	return &kept
}

// index makes an account findable by what it is called.
func (s *Server) index(a *Account) {
	s.ordered = nil
	if a.Username != "" {
		s.names[fold(a.Username)] = a
	}
	for _, e := range a.Emails {
		s.addresses[fold(e.Address)] = a
	}
}

// alter changes an account and its names with it.
func (s *Server) alter(a *Account, change func()) {
	delete(s.names, fold(a.Username))
	for _, e := range a.Emails {
		delete(s.addresses, fold(e.Address))
	}
	change()
	s.index(a)
}

// fold is how names are compared.
func fold(name string) string { return strings.ToLower(name) }

// Account returns the account with an id or a user name.
func (s *Server) Account(idOrName string) (Account, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if a := s.look(idOrName); a != nil {
		return a.clone(), true
	}
	return Account{}, false
}

// look finds an account by its id, and else by its user name.
func (s *Server) look(idOrName string) *Account {
	if a := s.accounts[idOrName]; a != nil {
		return a
	}
	return s.names[fold(idOrName)]
}

// Accounts returns all accounts, by user name.
func (s *Server) Accounts() []Account {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make([]Account, 0, len(s.accounts))
	for _, a := range s.byName() {
		all = append(all, a.clone())
	}
	return all
}

// byName returns all accounts in order. The order is kept until a name changes, because
// whoever lists a large workspace asks page by page.
func (s *Server) byName() []*Account {
	if s.ordered == nil {
		s.ordered = slices.SortedFunc(maps.Values(s.accounts), func(a, b *Account) int {
			return cmp.Or(strings.Compare(a.Username, b.Username), strings.Compare(a.ID, b.ID))
		})
	}
	return slices.Clone(s.ordered)
}

// Edit changes an account behind the server's back, as an administrator with the
// database would. It reports false when there is none.
func (s *Server) Edit(id string, change func(*Account)) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	a := s.accounts[id]
	if a == nil {
		return false
	}
	s.alter(a, func() { change(a) })
	return true
}

// Remove takes an account out of the workspace, and out of its rooms and teams.
func (s *Server) Remove(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if a := s.accounts[id]; a != nil {
		s.drop(a)
	}
}

// drop removes an account and its memberships.
func (s *Server) drop(a *Account) {
	s.alter(a, func() { a.Username, a.Emails = "", nil })
	delete(s.accounts, a.ID)
	s.ordered = nil
	for _, r := range s.rooms {
		r.leave(a.ID)
	}
	for _, t := range s.teams {
		t.leave(a.ID)
	}
}

// Service returns the account of the bridge.
func (s *Server) Service() Account {
	a, _ := s.Account(s.service)
	return a
}

// UserID returns the id of the account of the bridge.
func (s *Server) UserID() string { return s.service }

// Token returns the personal access token of the bridge.
func (s *Server) Token() string { return s.token }
