package rocketchat

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"net/http"
	"slices"

	"rollcall/directory"
)

// newAccount is the body of users.create. It has no key active: that would have a mail
// sent; nor does it ask for a random password, which would be mailed as well.
type newAccount struct {
	Username              string   `json:"username"`
	Name                  string   `json:"name"`
	Email                 string   `json:"email"`
	Password              string   `json:"password"`
	Roles                 []string `json:"roles"`
	Verified              bool     `json:"verified"`
	RequirePasswordChange bool     `json:"requirePasswordChange"`
	SendWelcomeEmail      bool     `json:"sendWelcomeEmail"`
}

// make makes the account. An answer that is lost is an error; the next attempt finds the
// account by its names.
func (d *delivering) make(ctx context.Context) error {
	body := newAccount{Username: d.username(), Name: d.profile[keyName], Email: d.want.Names.Email, Password: randomPassword(), Verified: true}
	if body.Email == "" && temporary(d.want.Names.Username) {
		body.Email = nowhere(d.want.ID)
	}
	if body.Email == "" {
		return refusal("%s has no e-mail address, and Rocket.Chat makes no account without; give the person one, or set default_domain", d.want.ID)
	}
	var err error
	if body.Roles, err = d.roleIDs(ctx, d.wantedRoles()); err != nil {
		return err
	}
	var got struct {
		User *account `json:"user"`
	}
	if names := (directory.Names{Username: body.Username, Email: body.Email}); !slices.Contains(d.recall(d.want.ID).asked, names) {
		d.remember(d.want.ID, func(b *begun) { b.asked = append(slices.Clone(b.asked), names) })
	}
	switch err := d.client.post(ctx, "users.create", body, &got); {
	case says(err, codeFieldUnavailable):
		return d.occupied(ctx, err)
	case err != nil:
		return err
	case got.User == nil || got.User.ID == "" || !same(got.User.Username, body.Username):
		return errors.New("POST users.create: the answer does not show the account that was made")
	}
	d.account, d.id = got.User, got.User.ID
	d.remember(d.want.ID, func(b *begun) { b.id = d.id })
	if !d.account.seen() {
		d.account, err = d.byID(ctx, d.id)
		if err == nil && d.account == nil {
			err = errors.New("the account that was just made is not there")
		}
		if err != nil {
			return err
		}
		if !d.account.seen() {
			return errNotSeen
		}
	}
	d.facts.Given = body.Roles
	return nil
}

// occupied is when somebody has one of the names after all: it was made in between, by an
// attempt whose answer was lost, perhaps, or is written in other letters, or the server
// could not say before who has the address. So it is looked for everywhere.
func (d *delivering) occupied(ctx context.Context, refused error) error {
	named, err := d.byName(ctx, d.username())
	if err != nil {
		return err
	}
	c, err := d.everywhere(ctx, candidates{named: named})
	if err != nil {
		return err
	}
	if err := d.link(c); err != nil {
		return err
	}
	if d.account == nil { // a team has the name, or an account that is not shown
		return refused
	}
	return nil
}

// randomPassword returns one that nobody knows and every policy takes.
func randomPassword() string {
	var random [24]byte
	_, _ = rand.Read(random[:]) // it does not fail
	return base64.RawURLEncoding.EncodeToString(random[:]) + "-aA1"
}

// open lets the person in, if they are not. Saying it again would have a mail sent.
func (d *delivering) open(ctx context.Context) error {
	if *d.account.Active {
		return nil
	}
	a, err := d.setActive(ctx, d.id, true, false)
	if err == nil && (a == nil || !*a.Active) {
		err = errors.New("POST users.setActiveStatus: the account is still not active")
	}
	return err
}

// routeActive gives and takes access. Of what the server allows, those who are let in leave
// some to those who have to go.
const (
	routeActive = "users.setActiveStatus"
	forLeavers  = 3
)

// setActive gives or takes access, and returns the account as it is afterwards; nil: there
// is none. Older servers call that a success and show nothing, so nothing is believed that
// is not shown.
func (t *Target) setActive(ctx context.Context, id string, active, confirm bool) (*account, error) {
	var got struct {
		User *account `json:"user"`
	}
	r := request{method: http.MethodPost, route: routeActive, path: routeActive,
		body: map[string]any{"userId": id, "activeStatus": active, "confirmRelinquish": confirm}}
	if active {
		r.spare = forLeavers
	}
	if err := t.client.call(ctx, r, &got); err != nil && !nobody(err) {
		return nil, err
	}
	if got.User != nil && got.User.ID == id && got.User.Active != nil {
		return got.User, nil
	}
	a, err := t.byID(ctx, id)
	if err == nil && a != nil && !a.seen() {
		err = errNotSeen
	}
	return a, err
}
