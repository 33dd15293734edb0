package rocketchat

import (
	"encoding/json"
	"slices"
	"strings"

	"rollcall/directory"
)

// account is a user of Rocket.Chat, as far as the calling account may see it.
type account struct {
	ID         string          `json:"_id"`
	Username   string          `json:"username"`
	Name       string          `json:"name"`
	Emails     []address       `json:"emails"`
	Roles      []string        `json:"roles"`
	Type       string          `json:"type"`
	Active     *bool           `json:"active"` // nil: it may not see it
	Nickname   string          `json:"nickname"`
	Bio        string          `json:"bio"`
	StatusText string          `json:"statusText"`
	LastLogin  json.RawMessage `json:"lastLogin"`
	Federated  bool            `json:"federated"`
}

type address struct {
	Address  string `json:"address"`
	Verified bool   `json:"verified"`
}

// email returns the first address.
func (a *account) email() string {
	if len(a.Emails) == 0 {
		return ""
	}
	return a.Emails[0].Address
}

// has returns the address that is the same as email, if there is one.
func (a *account) has(email string) (address, bool) {
	i := slices.IndexFunc(a.Emails, func(e address) bool { return same(e.Address, email) })
	if email == "" || i < 0 {
		return address{}, false
	}
	return a.Emails[i], true
}

// owns reports whether the account has an address.
func (a *account) owns(email string) bool {
	_, has := a.has(email)
	return has
}

// used reports whether anybody ever signed in.
func (a *account) used() bool { return len(a.LastLogin) > 0 && string(a.LastLogin) != "null" }

// seen reports whether a shows what decisions are made by.
func (a *account) seen() bool { return a.Active != nil && a.Roles != nil }

// called names an account for people.
func (a *account) called() string { return a.Username + " (" + a.ID + ")" }

// same reports whether two names are one.
func same(a, b string) bool { return directory.Fold(a) == directory.Fold(b) }

// catID is the account of the product itself.
const catID = "rocket.cat"

// ours keeps from being touched: the account whose token it is, which a deactivation would
// lock out, and the product's own.
func (t *Target) spared(id string) bool {
	return id == t.config.UserID || strings.EqualFold(id, catID)
}
