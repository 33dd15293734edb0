package directory

import (
	"context"
	"fmt"
)

// Apply decides about c and, if it is allowed, carries it out, in eight steps:
//
//  1. resolve: read the record as it is, build it as it shall be
//  2. valid: is that well formed? every fault at once, each with its attribute
//  3. current: is it still the version that the caller read?
//  4. entitled: may this actor write these attributes of this record?
//  5. allowed: do the workspace's rules permit it?
//  6. seated: is there a seat for whoever becomes active?
//  7. write: nothing differs, nothing is written
//  8. record: audit and what must be carried outward, then the commit
//
// An error of a kind but Internal and Unavailable is a refusal: nothing changed, and
// the refusal is on record. Unavailable means that it may have happened or not.
func (d *Directory) Apply(ctx context.Context, by Actor, c Change) (Receipt, error) {
	ready, err := d.prepare(ctx, by, c)
	if err != nil {
		return Receipt{Outcome: Refused}, d.refuseEarly(ctx, by, c, err)
	}
	var p *passage
	var refusal error
	err = d.store.Update(ctx, by.Workspace, func(ctx context.Context, tx WriteTx) error {
		p = d.passage(by, ready, tx)
		refusal = p.walk(ctx)
		return p.settle(ctx, refusal)
	}, func() []Claim { return foreseen(by, c) })
	if err != nil {
		return Receipt{Outcome: Refused}, d.refuseLate(ctx, p, err)
	}
	if refusal != nil {
		return Receipt{Outcome: Refused}, refusal
	}
	if p.notice != "" {
		d.log.Warn("source braked", "workspace", by.Workspace, "source", by.Source, "why", p.notice)
	}
	d.log.Debug("applied", "workspace", by.Workspace, "actor", by.ID, "change", c.Kind(), "record", p.what.id, "outcome", p.receipt.Outcome)
	return p.receipt, d.fill(ctx, by, p.receipt)
}

// EditUser is read-modify-write on one person: edit gets the record as it is in the
// transaction and changes it. It must be a pure function of the record, fast, and may
// run more than once. What edit changes is then treated as a PutUser of the whole.
// ifVersion 0 takes whatever version there is.
func (d *Directory) EditUser(ctx context.Context, by Actor, id ResourceID, ifVersion Version, password Secret, edit func(*User) error) (Receipt, error) {
	return d.Apply(ctx, by, editUser{id, ifVersion, password, edit})
}

// EditGroup is to groups what EditUser is to people; edit also returns how the members
// shall change, or nil.
func (d *Directory) EditGroup(ctx context.Context, by Actor, id ResourceID, ifVersion Version, edit func(*Group) (*MemberChange, error)) (Receipt, error) {
	return d.Apply(ctx, by, editGroup{id, ifVersion, edit})
}

// prepared is a change with what could be done before its transaction.
type prepared struct {
	Change
	hash string  // of a password that is to be set
	act  *Action // that carries it to a target; nil: it cannot be sealed
}

// prepare refuses whom nothing will help and does the slow work outside the
// transaction.
func (d *Directory) prepare(ctx context.Context, by Actor, c Change) (prepared, error) {
	if by.Workspace == "" {
		return prepared{}, Errorf(Denied, "", "nobody is signed in")
	}
	if err := standing(by, c); err != nil {
		return prepared{}, err
	}
	ready := prepared{Change: c}
	password := passwordOf(c)
	if password.IsZero() {
		return ready, nil
	}
	wanted, err := d.mayPassword(ctx, by)
	if err != nil || !wanted {
		return ready, err
	}
	if ready.hash, err = d.hashPassword(password); err == nil {
		ready.act = d.sealPassword(password)
	}
	return ready, err
}

func passwordOf(c Change) Secret {
	switch c := c.(type) {
	case PutUser:
		return c.Password
	case editUser:
		return c.password
	case SetPassword:
		return c.Password
	}
	return Secret{}
}

// mayPassword reports whether passwords from by are set. Okta sends one with every new
// person whether it shall be used or not, so a source's is dropped unless its client
// was made to take them.
func (d *Directory) mayPassword(ctx context.Context, by Actor) (bool, error) {
	if !by.owner() {
		return true, nil
	}
	var may bool
	err := d.store.View(ctx, by.Workspace, func(ctx context.Context, tx ReadTx) error {
		s, err := tx.Source(ctx, by.Source)
		if err == nil {
			may = s.PasswordSync
		}
		return err
	})
	if err != nil {
		return false, fmt.Errorf("read source %s: %w", by.Source, err)
	}
	return may, nil
}

// maxPassword bounds what a password's hash has to work on, in bytes.
const maxPassword = 1024

func (d *Directory) hashPassword(password Secret) (string, error) {
	if len(password.Reveal()) > maxPassword {
		return "", Errorf(Invalid, "password", "the password is longer than %d bytes", maxPassword)
	}
	if d.hash == nil {
		return "", Errorf(Denied, "password", "this directory takes no passwords")
	}
	hash, err := d.hash.Hash(password)
	if err != nil {
		return "", fmt.Errorf("hash password: %w", err)
	}
	return hash, nil
}

// refuseEarly records the refusal of a change that never reached its transaction.
func (d *Directory) refuseEarly(ctx context.Context, by Actor, c Change, refusal error) error {
	if by.Workspace == "" || !isRefusal(refusal) {
		return refusal
	}
	return d.recordAlone(ctx, d.passage(by, prepared{Change: c}, nil), refusal)
}

// refuseLate deals with a transaction that did not commit. A refusal that came after
// something had been written is put on record by itself.
func (d *Directory) refuseLate(ctx context.Context, p *passage, err error) error {
	if p == nil || !isRefusal(err) {
		return err
	}
	return d.recordAlone(ctx, p, err)
}

func (d *Directory) recordAlone(ctx context.Context, p *passage, refusal error) error {
	err := d.store.Update(ctx, p.by.Workspace, func(ctx context.Context, tx WriteTx) error {
		p.tx = tx
		return p.recordRefusal(ctx, refusal)
	})
	if err != nil {
		d.log.Warn("refusal not recorded", "workspace", p.by.Workspace, "change", p.c.Kind(), "err", err)
	}
	return refusal
}

// isRefusal tells a decision from a failure: what is decided is on record.
func isRefusal(err error) bool {
	k := KindOf(err)
	return err != nil && k != Internal && k != Unavailable
}

// fill goes on giving out seats after a change that freed more of them than one
// transaction should fill.
func (d *Directory) fill(ctx context.Context, by Actor, r Receipt) error {
	system := Actor{Kind: System, Name: "seats", Workspace: by.Workspace, RequestID: by.RequestID}
	for r.More {
		var err error
		if r, err = d.Apply(ctx, system, FillSeats{}); err != nil {
			d.log.Warn("seats not filled, the next sweep goes on", "workspace", by.Workspace, "err", err)
			return nil
		}
	}
	return nil
}
