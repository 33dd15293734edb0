package directory

import (
	"context"
	"fmt"
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
	open, err := p.tx.OpenActions(ctx, UserRecord, string(id))
	if err != nil {
		return fmt.Errorf("read actions of %s: %w", id, err)
	}
	shown, err := p.tx.ShownActions(ctx)
	if err != nil {
		return fmt.Errorf("read actions: %w", err)
	}
	for _, old := range append(open, shown...) {
		if old.Record != string(id) || old.Kind != a.Kind || old.State == ActSending {
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
	if err := p.tx.Raise(ctx, UserRecord, string(id), PushLane); err != nil {
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
		return Errorf(Denied, "password", "this directory cannot keep a password until it is delivered")
	}
	p.what = ref{UserRecord, string(id), u.UserName}
	p.other = &otherMove{outcome: Updated, diff: []Diff{{Path: "act", After: ActPassword}},
		write: func(ctx context.Context) error { return p.demand(ctx, id, p.act) }}
	return nil
}

// setPassword sets the password that came with a person's record: in the built-in
// workspace, or in the target.
func (p *passage) setPassword(u *User) {
	if p.hash == "" {
		return
	}
	if p.ws.Target == "" {
		u.Facts.Password = p.hash
		return
	}
	if p.act != nil {
		p.always = append(p.always, func(ctx context.Context) error { return p.demand(ctx, u.ID, p.act) })
	}
}

// leave cancels what is still to be done for somebody who loses access, and turns the
// link of somebody who is gone for good into a tombstone.
func (p *passage) leave(ctx context.Context, m *move) error {
	if p.ws.Target == "" || m.after != nil && m.after.EffectivelyActive() {
		return nil
	}
	id := string(idOf(m.before, m.after))
	open, err := p.tx.OpenActions(ctx, UserRecord, id)
	if err != nil {
		return fmt.Errorf("read actions of %s: %w", id, err)
	}
	for _, a := range open {
		if a.State != ActWaiting || m.before == nil {
			continue
		}
		if err := p.d.putAct(ctx, p.tx, &a, ActCancelled, "the person lost access"); err != nil {
			return err
		}
	}
	if m.after != nil {
		return nil
	}
	return p.bury(ctx, id, m.before)
}

func (p *passage) bury(ctx context.Context, id string, before *User) error {
	l, err := found(p.tx.Link(ctx, p.ws.Target, UserRecord, id))
	if err != nil {
		return fmt.Errorf("read link of %s: %w", id, err)
	}
	if l == nil {
		return nil
	}
	l.AskedBy, l.Erasure = p.by.String(), p.ws.Settings.Erasure
	if d := before.Facts.Deleted; d != nil {
		l.AskedBy = d.By
	}
	return p.tx.PutLink(ctx, p.ws.Target, l)
}

// resolveTarget changes what the workspace provisions. Nothing is known of another
// target, so everybody is delivered to it. Workers of the one before lose their claims, and
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
		return p.tx.Raise(ctx, WorkspaceRecord, string(p.ws.ID), SyncLane)
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

// maxRedelivered bounds what one Redeliver raises.
const maxRedelivered = 10_000

func (p *passage) resolveRedeliver(ctx context.Context, c Redeliver) error {
	if p.ws.Target == "" {
		return Errorf(Denied, "", "the workspace has no target to deliver to")
	}
	if c.Parked {
		return p.redeliverParked(ctx)
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
		write: func(ctx context.Context) error { return p.tx.Raise(ctx, UserRecord, string(c.ID), PushLane) }}
	return nil
}

func (p *passage) redeliverParked(ctx context.Context) error {
	p.what = ref{WorkspaceRecord, string(p.ws.ID), p.ws.Slug}
	parked, err := p.tx.ParkedDeliveries(ctx, maxRedelivered)
	if err != nil {
		return fmt.Errorf("read what is parked: %w", err)
	}
	p.other = &otherMove{outcome: Unchanged}
	if len(parked) == 0 {
		return nil
	}
	p.other.outcome, p.other.diff = Updated, []Diff{{Path: "parked", Before: len(parked), After: 0}}
	p.other.write = func(ctx context.Context) error {
		for _, d := range parked {
			if err := p.tx.Raise(ctx, d.Type, d.Record, PushLane); err != nil {
				return fmt.Errorf("raise %s: %w", d.Record, err)
			}
		}
		return nil
	}
	return nil
}
