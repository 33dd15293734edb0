package rocketchat

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"rollcall/directory"
	bridgesync "rollcall/sync"
)

// delivering is one delivery under way.
type delivering struct {
	*Target
	want    bridgesync.Desired
	profile map[string]string
	digest  string

	facts   facts // of the last delivery, and then of this one
	known   bool  // there was a last one
	id      string
	account *account // as it was read last; nil: it was not
}

func (t *Target) begin(want bridgesync.Desired) (*delivering, error) {
	d := &delivering{Target: t, want: want, profile: profileOf(&want)}
	d.facts, d.known = readFacts(want.Facts)
	var err error
	d.digest, err = digest(&want, d.profile)
	return d, err
}

// admit brings the account of somebody who may sign in to what it shall be, and makes it
// if there is none. What is taken away comes before the door is opened.
func (d *delivering) admit(ctx context.Context) error {
	if d.recall(d.want.ID).off {
		d.remember(d.want.ID, func(b *begun) { b.off = false })
	}
	steps := []func(context.Context) error{d.findOrMake, d.setProfile, d.setRoles, d.open, d.setRooms}
	for _, step := range steps {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// dismiss takes access away before anything else, with one call where the last delivery
// left the account active: it must wait for no reading, of which others may have used up
// the budget. Nobody is made who may not sign in.
func (d *delivering) dismiss(ctx context.Context) error {
	before := d.recall(d.want.ID)
	closed := before.off
	if d.want.Counterpart != "" && d.known && d.facts.Active && !closed {
		d.id = d.want.Counterpart
		if err := d.close(ctx); err != nil || d.id == "" {
			return err
		}
		closed = true
	}
	if closed && d.facts.Digest == d.digest && !before.changed() {
		d.id = d.want.Counterpart
		return nil
	}
	return d.rest(ctx, closed)
}

// rest does for a leaver what is not urgent. That a budget is used up must not make other
// leavers wait, so once access is gone it is an error of this delivery only.
func (d *delivering) rest(ctx context.Context, closed bool) error {
	err := d.find(ctx)
	if err == nil && d.account == nil {
		d.id = ""
		return nil
	}
	if err == nil && *d.account.Active {
		err = d.close(ctx)
		closed = closed || err == nil
	}
	if err == nil && d.id == "" {
		return nil
	}
	if d.want.OnlyFind { // names and the rest follow when it is known
		d.digest = ""
		return err
	}
	for _, step := range []func(context.Context) error{d.setProfile, d.setRoles} {
		if err == nil {
			err = step(ctx)
		}
	}
	var fast *bridgesync.TooFast
	if closed && errors.As(err, &fast) {
		return fmt.Errorf("access is taken away, the rest follows: %v", err)
	}
	return err
}

// find reads the account: the one that was linked, the one that an attempt before made,
// or the only one that has the person's names.
func (d *delivering) find(ctx context.Context) (err error) {
	if id := d.want.Counterpart; id != "" {
		if d.account, err = d.byID(ctx, id); err != nil || d.account != nil {
			return d.found(err)
		}
	}
	d.facts, d.known = facts{}, false // they are about an account that is gone
	if id := d.recall(d.want.ID).id; id != "" {
		if d.account, err = d.byID(ctx, id); err != nil || d.account != nil {
			return d.made(err)
		}
	}
	if d.account, err = d.asked(ctx); err != nil || d.account != nil {
		return d.made(err)
	}
	c, err := d.candidates(ctx)
	if err != nil {
		return err
	}
	return d.link(c)
}

// asked finds an account that an attempt asked for whose answer was lost. The person may
// have other names by now.
func (d *delivering) asked(ctx context.Context) (*account, error) {
	for _, names := range d.recall(d.want.ID).asked {
		if names.Username == d.username() && names.Email == d.want.Names.Email {
			continue // it is looked for anyway
		}
		a, err := d.byName(ctx, names.Username)
		if err != nil {
			return nil, err
		}
		if a != nil && a.Username == names.Username && a.owns(names.Email) && !a.used() {
			return a, nil
		}
	}
	return nil, nil
}

// found takes over the account that was linked before.
func (d *delivering) found(err error) error {
	if err != nil {
		return err
	}
	if !d.account.seen() {
		return errNotSeen
	}
	d.id = d.account.ID
	return nil
}

// made takes over an account that was made for the person by an attempt that ended badly.
// What it has is ours.
func (d *delivering) made(err error) error {
	if err := d.found(err); err != nil {
		return err
	}
	a := d.account
	d.facts.Given = a.Roles
	d.facts.Sent = map[string]string{keyEmail: a.email(), keyNickname: a.Nickname, keyBio: a.Bio}
	return nil
}

// candidates looks for the accounts that have the person's names. Who has one of them only
// is not taken for the only one before everybody was looked at: servers find user names by
// their exact letters, and older ones no addresses. Where an account is made if there is
// none, the address is not asked for: the server looks itself, and more surely.
func (d *delivering) candidates(ctx context.Context) (c candidates, err error) {
	if d.want.Names.Username != "" {
		if c.named, err = d.byName(ctx, d.username()); err != nil {
			return c, err
		}
	}
	if c.named == nil && d.want.Active {
		return c, nil
	}
	return d.everywhere(ctx, c)
}

// everywhere looks for the candidates that were not found by the letters of the user name:
// for the address, and in the list of all accounts.
func (d *delivering) everywhere(ctx context.Context, c candidates) (candidates, error) {
	name, email := d.username(), d.want.Names.Email
	var err error
	if email != "" {
		if c.named != nil && c.named.owns(email) {
			c.mailed = c.named // an address is at one account
			return c, nil
		}
		if c.mailed, err = d.byEmail(ctx, email); err == nil && c.mailed == nil && !d.findsEmail.Load() {
			c.mailed, err = d.scan(ctx, email, func(a *account) bool { return a.owns(email) })
		}
	}
	switch {
	case err != nil || c.named != nil || d.want.Names.Username == "":
		return c, err
	case c.mailed == nil && !d.want.Active:
		return c, nil // what was made here has the exact letters
	case c.mailed != nil && same(c.mailed.Username, name):
		c.named = c.mailed
		return c, nil
	}
	c.named, err = d.scan(ctx, name, func(a *account) bool { return same(a.Username, name) })
	return c, err
}

// link takes over the only candidate. One that has both names and was never used is ours:
// the answer to the call that made it was lost.
func (d *delivering) link(c candidates) error {
	a, err := c.one()
	if err != nil || a == nil {
		return err
	}
	if err := d.linkable(a, &d.want, slices.Contains(d.wantedRoles(), directory.RoleAdmin)); err != nil {
		return err
	}
	_, mail := a.has(d.want.Names.Email)
	made := a.Username == d.username() && (mail || temporary(d.want.Names.Username)) && !a.used()
	d.account = a
	if made {
		return d.made(nil)
	}
	d.facts.Linked = true
	d.keepRoles()
	return d.found(nil)
}

// keepRoles notes which roles an account had when it was linked. They stay, but for that of
// administrators: such an account is linked only to somebody who has it from us.
func (d *delivering) keepRoles() {
	b := d.recall(d.want.ID)
	if !b.linked {
		b.before = slices.DeleteFunc(slices.Clone(d.account.Roles), func(r string) bool { return r == directory.RoleAdmin })
		d.remember(d.want.ID, func(n *begun) { n.before, n.linked = b.before, true })
	}
	d.facts.Kept = b.before
}

func (d *delivering) username() string { return username(d.want.Names.Username, d.want.ID) }

// findOrMake reads the account, or makes one.
func (d *delivering) findOrMake(ctx context.Context) error {
	if err := d.find(ctx); err != nil || d.account != nil {
		return err
	}
	return d.make(ctx)
}

// end returns what is to be kept.
func (d *delivering) end() (bridgesync.Counterpart, error) {
	d.facts.Active, d.facts.Digest = d.want.Active, d.digest
	text, err := d.facts.text()
	got := bridgesync.Counterpart{ID: d.id, Linked: d.facts.Linked, Facts: text}
	if d.want.OnlyFind {
		got.Names = d.names()
	}
	return got, err
}

// names are what an account that was only looked for is called, in the directory's words
// where those are what it was looked for under.
func (d *delivering) names() directory.Names {
	names := directory.Names{Username: d.account.Username, Email: d.account.email()}
	if names.Username == d.username() {
		names.Username = d.want.Names.Username
	}
	return names
}
