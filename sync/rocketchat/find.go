package rocketchat

import (
	"context"
	"net/url"
	"slices"
	"strconv"

	"rollcall/directory"
	bridgesync "rollcall/sync"
)

// byID reads an account; nil: there is none.
func (t *Target) byID(ctx context.Context, id string) (*account, error) {
	a, err := t.info(ctx, "userId", id)
	if a == nil || a.ID != id { // the server also finds who is called so
		return nil, err
	}
	return a, err
}

// byName finds the account with exactly this user name; nil: there is none.
func (t *Target) byName(ctx context.Context, name string) (*account, error) {
	a, err := t.info(ctx, "username", name)
	if a == nil || !same(a.Username, name) {
		return nil, err
	}
	return a, err
}

// info reads an account by one of the keys by which the server finds it.
func (t *Target) info(ctx context.Context, key, value string) (*account, error) {
	var got struct {
		User *account `json:"user"`
	}
	err := t.client.get(ctx, "users.info", url.Values{key: {value}}, &got)
	if nobody(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return got.User, nil
}

// byEmail finds the account that has an address; nil: the server shows none. Servers learned
// late to look for one, so nil proves nothing: they say so, or just find nobody.
func (t *Target) byEmail(ctx context.Context, email string) (*account, error) {
	a, err := t.info(ctx, "email", email)
	if badParameters(err) {
		return nil, nil
	}
	if a == nil {
		return nil, err
	}
	if !a.owns(email) {
		return nil, nil
	}
	t.findsEmail.Store(true)
	return a, nil
}

// What is read of a list at most.
const (
	pageSize  = 100
	mostPages = 1000
)

// scan looks for an account as a person would: it searches for a word, and where the server
// has no search it goes through everybody. It is done only where the server has said that
// somebody has a name, and does not say who.
func (t *Target) scan(ctx context.Context, word string, fits func(*account) bool) (*account, error) {
	if !t.noSearch.Load() {
		a, err := t.pages(ctx, "users.listByStatus", url.Values{"searchTerm": {word}}, fits)
		if !unknownRoute(err) && !badParameters(err) {
			return a, err
		}
		t.noSearch.Store(true)
	}
	return t.pages(ctx, "users.list", url.Values{"sort": {`{"username":1}`}}, fits)
}

// pages goes through a list page by page, and reads whole who fits: a list shows less.
func (t *Target) pages(ctx context.Context, route string, query url.Values, fits func(*account) bool) (*account, error) {
	query.Set("count", strconv.Itoa(pageSize))
	offset := 0
	for range mostPages {
		var got struct {
			Users []*account `json:"users"`
		}
		query.Set("offset", strconv.Itoa(offset))
		if err := t.client.get(ctx, route, query, &got); err != nil {
			return nil, err
		}
		if i := slices.IndexFunc(got.Users, fits); i >= 0 {
			return t.byID(ctx, got.Users[i].ID)
		}
		if len(got.Users) == 0 {
			return nil, nil
		}
		offset += len(got.Users) // how many come at a time is a setting of the server
	}
	return nil, nil
}

// candidates are the accounts that have somebody's names.
type candidates struct {
	named  *account // has the user name
	mailed *account // has the address
}

// one returns the only candidate; nil: there is none. Two are for a person to decide.
func (c candidates) one() (*account, error) {
	switch {
	case c.named == nil:
		return c.mailed, nil
	case c.mailed == nil || c.named.ID == c.mailed.ID:
		return c.named, nil
	}
	return nil, refusal("the user name and the address are at two accounts in Rocket.Chat, %s and %s; "+
		"rename or delete one of them there, then rollcall deliveries redeliver", c.named.called(), c.mailed.called())
}

// linkable refuses an account that must not become a person's counterpart. Nobody gets
// another person's account by a name that happens to be the same, and nobody one that an
// impostor made beforehand with an address that is not theirs.
func (t *Target) linkable(a *account, want *bridgesync.Desired, admin bool) error {
	switch {
	case t.spared(a.ID):
		return refusal("the account %s is not managed: it is the one whose token is used, or the server's own", a.called())
	case a.Federated:
		return refusal("the account %s lives on another server and is managed there", a.called())
	case a.Type != "" && a.Type != "user":
		return refusal("the account %s belongs to a %s and not to a person; give one of the two another name", a.called(), a.Type)
	case !a.seen():
		return errNotSeen
	case !admin && slices.Contains(a.Roles, directory.RoleAdmin):
		return refusal("the account %s is an administrator's, and %s is none here; rollcall users grant %s --role admin says that it is theirs",
			a.called(), want.ID, want.ID)
	}
	return t.sameAddress(a, want)
}

// sameAddress wants an account to have the address of the person, and whoever shall sign
// in to have had it verified.
func (t *Target) sameAddress(a *account, want *bridgesync.Desired) error {
	u, names := want.User, want.Names
	if temporary(names.Username) && same(a.Username, username(names.Username, u.ID)) {
		return nil // nobody else is ever called so
	}
	email := names.Email
	if email == "" {
		email = u.PrimaryEmail()
	}
	its, has := a.has(email)
	switch {
	case !has && len(a.Emails) > 0:
		return refusal("the account %s has the user name but another address; give it the address of %s, or one of the two another user name, "+
			"then rollcall deliveries redeliver", a.called(), u.ID)
	case has && want.Active && !its.Verified && !t.config.LinkUnverified:
		return refusal("the account %s has the address of %s, but nobody verified it; mark it as verified in Rocket.Chat if it is theirs, "+
			"or set link_unverified: true, then rollcall deliveries redeliver", a.called(), u.ID)
	}
	return nil
}

// errNotSeen is the answer to a server that hides what has to be known.
var errNotSeen = &failure{route: "GET users.info", status: 403, code: "forbidden",
	text: "the account of the token does not see whether accounts are active and which roles they have: it lacks view-full-other-user-info"}
