package directory

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
)

// resolveAct asks for an act in the target. One that is waiting already is not asked for
// twice.
func (p *passage) resolveAct(ctx context.Context, id ResourceID, kind ActionKind, reason string) error {
	if p.ws.Target == "" {
		return Errorf(Denied, "", "the workspace has no target in which to do that").
			Hinted("it is for workspaces that provision a server of their own")
	}
	u, err := p.live(ctx, id)
	if err != nil {
		return err
	}
	p.what, p.reason = ref{UserRecord, string(id), u.UserName}, reason
	p.other = &otherMove{outcome: Updated}
	open, err := p.tx.OpenActions(ctx, UserRecord, string(id))
	if err != nil {
		return fmt.Errorf("read actions of %s: %w", id, err)
	}
	for _, a := range open {
		if a.Kind == kind && a.State == ActWaiting {
			p.other.outcome = Unchanged
			return nil
		}
	}
	a := newAction(NewID(p.now), kind)
	p.other.diff = []Diff{{Path: "act", After: kind}}
	p.other.write = func(ctx context.Context) error { return p.demand(ctx, id, a) }
	return nil
}

func newAction(id ResourceID, kind ActionKind) *Action {
	return &Action{ID: string(id), Type: UserRecord, Kind: kind, State: ActWaiting, Idempotent: kind.idempotent()}
}

// demand writes an action, in place of earlier ones of its kind that are waiting or about
// which nobody knows, and raises its record.
func (p *passage) demand(ctx context.Context, id ResourceID, a *Action) error {
	all, err := p.tx.ActionsOf(ctx, UserRecord, string(id))
	if err != nil {
		return fmt.Errorf("read actions of %s: %w", id, err)
	}
	for _, old := range all {
		if old.Kind != a.Kind || old.State == ActSending {
			continue
		}
		if err := p.d.putAct(ctx, p.tx, &old, ActCancelled, "asked for again"); err != nil {
			return err
		}
	}
	a.Record, a.AskedBy, a.Asked, a.Changed = string(id), p.by.String(), p.now, p.now
	if err := p.tx.PutAction(ctx, a); err != nil {
		return err
	}
	if err := p.tx.Raise(ctx, UserRecord, string(id), PushLane, p.now); err != nil {
		return fmt.Errorf("raise user %s: %w", id, err)
	}
	return nil
}

// sealPassword prepares a password for one delivery, outside the transaction.
func (d *Directory) sealPassword(password Secret) *Action {
	if d.sealer == nil {
		return nil
	}
	a := newAction(NewID(d.clock()), ActPassword)
	a.Payload = d.sealer.Seal(a.purpose(), password)
	return a
}

// resolvePassword asks the target to set a password.
func (p *passage) resolvePassword(ctx context.Context, id ResourceID) error {
	u, err := p.live(ctx, id)
	if err != nil {
		return err
	}
	if p.act == nil {
		return errNoSealer
	}
	p.what = ref{UserRecord, string(id), u.UserName}
	p.other = &otherMove{outcome: Updated, diff: []Diff{{Path: "act", After: ActPassword}},
		write: func(ctx context.Context) error { return p.demand(ctx, id, p.act) }}
	return nil
}

// setPassword sets the password that came with a person's record: in the built-in
// workspace, or in the target.
func (p *passage) setPassword(u *User) error {
	switch {
	case p.hash == "":
	case p.ws.Target == "":
		u.Facts.Password = p.hash
	case p.act == nil:
		return errNoSealer
	default:
		p.always = append(p.always, func(ctx context.Context) error { return p.demand(ctx, u.ID, p.act) })
	}
	return nil
}

// errNoSealer refuses a password that would lie open until it is delivered.
var errNoSealer = Errorf(Denied, "password", "this program cannot keep a password until it is delivered to the target").
	Hinted("run it with the configuration that names the target of the workspace")

// leave cancels what is still to be done for somebody who loses access or is gone for
// good, and turns the links of the latter into tombstones. What was asked for while they
// had no access waits until they have it.
func (p *passage) leave(ctx context.Context, m *move) error {
	id := string(idOf(m.before, m.after))
	switch {
	case m.after == nil:
		if err := p.cancelActs(ctx, id, "the person is gone"); err != nil {
			return err
		}
		return p.bury(ctx, id, m.before)
	case p.ws.Target == "" || m.after.EffectivelyActive():
		return nil
	case m.before != nil && m.before.EffectivelyActive():
		return p.cancelActs(ctx, id, "the person lost access")
	}
	return nil
}

// cancelActs cancels what is to be done for somebody. What is being sent may be done all
// the same, and is not sent again.
func (p *passage) cancelActs(ctx context.Context, id, cause string) error {
	open, err := p.tx.OpenActions(ctx, UserRecord, id)
	if err != nil {
		return fmt.Errorf("read actions of %s: %w", id, err)
	}
	for _, a := range open {
		why := cause
		if a.State == ActSending {
			why += " while it was being sent"
		}
		if err := p.d.putAct(ctx, p.tx, &a, ActCancelled, why); err != nil {
			return err
		}
	}
	return nil
}

// bury makes tombstones of somebody's links in every target: one that is not provisioned
// now may be again.
func (p *passage) bury(ctx context.Context, id string, before *User) error {
	targets, err := p.tx.LinkedTargets(ctx)
	if err != nil {
		return fmt.Errorf("list targets: %w", err)
	}
	for _, target := range targets {
		l, err := found(p.tx.Link(ctx, target, UserRecord, id))
		if err != nil {
			return fmt.Errorf("read link of %s: %w", id, err)
		}
		if l == nil {
			continue
		}
		l.AskedBy, l.Erasure = p.by.String(), p.ws.Settings.Erasure
		if d := before.Facts.Deleted; d != nil {
			l.AskedBy = d.By
		}
		if err := p.tx.PutLink(ctx, target, l); err != nil {
			return err
		}
	}
	return nil
}

// resolveTarget changes what the workspace provisions. Nothing is known of another
// target, or what was known there before, so everybody is delivered to it, and whoever is
// gone for good since then is removed from it. Workers of the one before lose their claims, and
// what was to be done there is done nowhere until somebody asks for it again: a password
// is told to nobody but the target for which it was meant.
func (p *passage) resolveTarget(c SetTarget) error {
	p.what = ref{WorkspaceRecord, string(p.ws.ID), p.ws.Slug}
	p.other = &otherMove{outcome: Updated}
	if c.Target == p.ws.Target {
		return nil
	}
	p.other.diff = []Diff{{Path: "target", Before: p.ws.Target, After: c.Target}}
	p.other.write = func(ctx context.Context) error {
		if err := p.tx.PutTarget(ctx, c.Target); err != nil {
			return err
		}
		if err := p.leaveTarget(ctx); err != nil || c.Target == "" {
			return err
		}
		return p.tx.Raise(ctx, WorkspaceRecord, string(p.ws.ID), SyncLane, p.now)
	}
	return nil
}

// leaveTarget ends what is under way for a target, or waits for it.
func (p *passage) leaveTarget(ctx context.Context) error {
	if err := p.tx.PutPause(ctx, Pause{}); err != nil {
		return err
	}
	if err := p.tx.EndClaims(ctx); err != nil {
		return err
	}
	for from, to := range map[ActionState]ActionState{ActWaiting: ActFailed, ActSending: ActUnknown} {
		if err := p.tx.EndActions(ctx, from, to, "the workspace provisions another target by now", p.now); err != nil {
			return err
		}
	}
	return nil
}

// forgottenAtOnce bounds what one ForgetTarget removes.
const forgottenAtOnce = 500

// resolveForgetTarget removes the links of a target, tombstones as well: whoever is gone
// keeps an account there, should it ever come back.
func (p *passage) resolveForgetTarget(ctx context.Context, c ForgetTarget) error {
	p.what = ref{WorkspaceRecord, string(p.ws.ID), p.ws.Slug}
	if c.Target == p.ws.Target {
		return Errorf(Denied, "", "the workspace provisions the target %q", c.Target).
			Hinted("only what is known of one that it does not provision can be forgotten")
	}
	known, err := p.tx.LinkedTargets(ctx)
	if err != nil {
		return fmt.Errorf("list targets: %w", err)
	}
	if !slices.Contains(known, c.Target) {
		return Errorf(NotFound, "", "nothing is known of a target %q", c.Target).Hinted("known are: %s", strings.Join(known, ", "))
	}
	p.other = &otherMove{outcome: Deleted, diff: []Diff{{Path: "target", Before: c.Target}}}
	p.other.write = func(ctx context.Context) (err error) {
		p.receipt.More, err = p.tx.ForgetLinks(ctx, c.Target, forgottenAtOnce)
		return err
	}
	return nil
}

// redeliveredAtOnce bounds what one Redeliver raises, for everybody waits meanwhile.
const redeliveredAtOnce = 500

func (p *passage) resolveRedeliver(ctx context.Context, c Redeliver) error {
	if p.ws.Target == "" {
		return Errorf(Denied, "", "the workspace has no target to deliver to")
	}
	if c.Parked {
		return p.redeliverParked(ctx, c.Until)
	}
	u, err := p.tx.User(ctx, c.ID)
	if Is(err, NotFound) {
		return noUser(c.ID)
	}
	if err != nil {
		return fmt.Errorf("read user %s: %w", c.ID, err)
	}
	p.what.name = u.UserName
	p.other = &otherMove{outcome: Updated, diff: []Diff{{Path: "delivery", After: "again"}},
		write: func(ctx context.Context) error { return p.raiseAgain(ctx, UserRecord, string(c.ID)) }}
	return nil
}

// redeliverParked takes who has been parked longest first. Who is parked again meanwhile
// comes last, and after until.
func (p *passage) redeliverParked(ctx context.Context, until time.Time) error {
	p.what = ref{WorkspaceRecord, string(p.ws.ID), p.ws.Slug}
	parked, err := p.tx.ParkedDeliveries(ctx, redeliveredAtOnce+1)
	if err != nil {
		return fmt.Errorf("read what is parked: %w", err)
	}
	if !until.IsZero() {
		parked = slices.DeleteFunc(parked, func(d Delivery) bool { return d.Parked.After(until) })
	}
	p.other = &otherMove{outcome: Unchanged}
	if len(parked) == 0 {
		return nil
	}
	if p.receipt.More = len(parked) > redeliveredAtOnce; p.receipt.More {
		parked = parked[:redeliveredAtOnce]
	}
	p.other.outcome, p.other.diff = Updated, []Diff{{Path: "redelivered", After: len(parked)}}
	p.other.write = func(ctx context.Context) error {
		for _, d := range parked {
			if err := p.raiseAgain(ctx, d.Type, d.Record); err != nil {
				return err
			}
		}
		return nil
	}
	return nil
}

// raiseAgain raises a record: urgently, if it is about somebody who has no access any
// more.
func (p *passage) raiseAgain(ctx context.Context, t RecordType, record string) error {
	lane := PushLane
	if t == UserRecord {
		u, err := found(p.tx.User(ctx, ResourceID(record)))
		if err != nil {
			return fmt.Errorf("read user %s: %w", record, err)
		}
		if u == nil || !u.EffectivelyActive() {
			lane = UrgentLane
		}
	}
	if err := p.tx.Raise(ctx, t, record, lane, p.now); err != nil {
		return fmt.Errorf("raise %s: %w", record, err)
	}
	return nil
}
