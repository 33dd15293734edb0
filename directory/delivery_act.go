package directory

import (
	"context"
	"fmt"
	"slices"
)

// BeginAct says that an action is about to be done, and reports whether it may be. One
// that was being done when somebody died is done again only if that does no harm;
// otherwise nobody knows, it is shown, and no one repeats it by itself.
func (d *Directory) BeginAct(ctx context.Context, by Actor, c Delivery, id string) (may bool, err error) {
	err = d.work(ctx, by, func(ctx context.Context, tx WriteTx, ws *Workspace) error {
		may = false
		if _, err := mine(ctx, tx, ws, &c); err != nil {
			return err
		}
		a, err := tx.Action(ctx, id)
		if err != nil {
			return fmt.Errorf("read action %s: %w", id, err)
		}
		switch {
		case a.State == ActWaiting, a.State == ActSending && a.Idempotent:
			may = true
			return d.putAct(ctx, tx, a, ActSending, "")
		case a.State == ActSending:
			return d.putAct(ctx, tx, a, ActUnknown, "the process ended before the target answered")
		}
		return nil
	})
	return may, err
}

// EndAct says what came of an action. One of which nothing was known is known now.
func (d *Directory) EndAct(ctx context.Context, by Actor, id string, state ActionState, cause string) error {
	return d.work(ctx, by, func(ctx context.Context, tx WriteTx, _ *Workspace) error {
		a, err := tx.Action(ctx, id)
		if err != nil {
			return fmt.Errorf("read action %s: %w", id, err)
		}
		if !slices.Contains([]ActionState{ActWaiting, ActSending, ActUnknown}, a.State) {
			return nil
		}
		if a.State == ActUnknown && (state == ActWaiting || state == ActSending) {
			return d.notAgain(ctx, tx, a, state, cause)
		}
		return d.putAct(ctx, tx, a, state, cause)
	})
}

// notAgain ends an action that would be tried again and that is shown already: it lost
// what it carried, and the target may be another one.
func (d *Directory) notAgain(ctx context.Context, tx WriteTx, a *Action, state ActionState, cause string) error {
	if state == ActSending {
		return nil
	}
	return d.putAct(ctx, tx, a, ActFailed, cause)
}

// putAct writes an action's state. What will not be sent any more is not kept.
func (d *Directory) putAct(ctx context.Context, tx WriteTx, a *Action, state ActionState, cause string) error {
	a.State, a.Cause, a.Changed = state, cause, d.clock()
	if state != ActWaiting && state != ActSending {
		a.Payload = ""
	}
	return tx.PutAction(ctx, a)
}

// OpenAct returns the secret that an action carries, or none.
func (d *Directory) OpenAct(a *Action) (Secret, error) {
	if a.Payload == "" {
		return Secret{}, nil
	}
	if d.sealer == nil {
		return Secret{}, Errorf(Internal, "", "nobody can open what the action %s carries", a.ID)
	}
	return d.sealer.Open(a.purpose(), a.Payload)
}

// Sealer keeps a secret until it is delivered. Package vault has one.
type Sealer interface {
	Seal(purpose string, s Secret) string
	Open(purpose, sealed string) (Secret, error)
}

// WithSealer seals with s the passwords that have to be delivered to a target. Without
// one they are refused.
func WithSealer(s Sealer) Option { return func(d *Directory) { d.sealer = s } }
