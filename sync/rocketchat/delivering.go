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
	steps := []func(context.Context) error{d.findOrMake, d.setProfile, d.setRoles, d.open}
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
	closed := d.recall(d.want.ID).off
	if d.want.Counterpart != "" && d.known && d.facts.Active && !closed {
		d.id = d.want.Counterpart
		if err := d.close(ctx); err != nil {
			return err
		}
		closed = true
	}
	if closed && d.facts.Digest == d.digest {
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
	for _, id := range []string{d.want.Counterpart, d.recall(d.want.ID).id} {
		if id == "" {
			continue
		}
		if d.account, err = d.byID(ctx, id); err != nil || d.account != nil {
			return d.found(err)
		}
	}
	d.facts, d.known = facts{}, false // they are about an account that is gone
	c, err := d.candidates(ctx)
	if err != nil {
		return err
	}
	return d.link(c)
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

// candidates looks for the accounts that have the person's names.
func (d *delivering) candidates(ctx context.Context) (c candidates, err error) {
	if c.named, err = d.byName(ctx, d.username()); err != nil {
		return c, err
	}
	if d.want.Names.Email == "" {
		return c, nil
	}
	if c.named != nil {
		if _, has := c.named.has(d.want.Names.Email); has {
			c.mailed = c.named // an address is at one account
			return c, nil
		}
	}
	c.mailed, err = d.byEmail(ctx, d.want.Names.Email)
	return c, err
}

// link takes over the only candidate. One that has both names and was never used is ours:
// the answer to the call that made it was lost.
func (d *delivering) link(c candidates) error {
	a, err := c.one()
	if err != nil || a == nil {
		return err
	}
	if err := d.linkable(a, d.want.User, d.want.Names, slices.Contains(d.wantedRoles(), directory.RoleAdmin)); err != nil {
		return err
	}
	_, mail := a.has(d.want.Names.Email)
	made := a.Username == d.username() && (mail || temporary(d.want.Names.Username)) && !a.used()
	d.account, d.id = a, a.ID
	d.facts.Linked = !made
	if !made {
		d.keepRoles()
	}
	return nil
}

// keepRoles notes which roles an account had when it was linked. They stay.
func (d *delivering) keepRoles() {
	b := d.recall(d.want.ID)
	if !b.existed {
		b.before = d.account.Roles
		d.remember(d.want.ID, func(n *begun) { n.before, n.existed = b.before, true })
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
	return bridgesync.Counterpart{ID: d.id, Linked: d.facts.Linked, Facts: text}, err
}
