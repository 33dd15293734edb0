package directory

import (
	"context"
	"fmt"
	"time"
)

// walkSlice is how many people a fan-out raises in one transaction.
const walkSlice = 500

// Walk takes a claimed fan-out one slice further: whom it reaches is raised, and the row
// remembers how far it came. It reports whether that was the last slice. A group whose
// grants changed again meanwhile is walked from the beginning.
func (d *Directory) Walk(ctx context.Context, by Actor, c Delivery) (done bool, err error) {
	err = d.work(ctx, by, func(ctx context.Context, tx WriteTx, ws *Workspace) error {
		done = false
		row, err := mine(ctx, tx, ws, &c)
		if err != nil {
			return err
		}
		if row.Generation != c.Generation {
			row.Walked = ""
			return d.settleWalk(ctx, tx, ws, row, &c, &done)
		}
		var reached []ResourceID
		if c.Type == GroupRecord || c.Type == WorkspaceRecord {
			if reached, err = tx.FanOut(ctx, c.Type, c.Record, row.Walked, walkSlice); err != nil {
				return fmt.Errorf("walk %s: %w", c.Record, err)
			}
		}
		for _, id := range reached {
			if err := raiseReached(ctx, tx, ws, row, id, d.clock()); err != nil {
				return err
			}
			row.Walked = string(id)
		}
		if len(reached) < walkSlice {
			return d.settleWalk(ctx, tx, ws, row, &c, &done)
		}
		row.ClaimUntil = d.clock().Add(ClaimTime)
		return tx.PutDelivery(ctx, row)
	})
	return done, err
}

// raiseReached raises one whom a fan-out reaches. In another target, or one that comes
// back, somebody who left meanwhile may have access still: where an account is known of,
// its access ends before everything else, and where none is, it is looked for before the
// others of the fan-out, as if it had been since that began.
func raiseReached(ctx context.Context, tx WriteTx, ws *Workspace, walk *Delivery, id ResourceID, now time.Time) error {
	lane := SyncLane
	if walk.Type == WorkspaceRecord {
		out, known, err := without(ctx, tx, ws, id)
		if err != nil {
			return err
		}
		if known {
			lane = UrgentLane
		} else if out {
			now = walk.Behind.Add(time.Millisecond) // and after the fan-out itself
		}
	}
	if err := tx.Raise(ctx, UserRecord, string(id), lane, now); err != nil {
		return fmt.Errorf("raise user %s: %w", id, err)
	}
	return nil
}

// without reports whether somebody is gone or may not sign in, and whether an account of
// theirs is known of all the same.
func without(ctx context.Context, tx ReadTx, ws *Workspace, id ResourceID) (out, known bool, err error) {
	u, err := found(tx.User(ctx, id))
	if err != nil {
		return false, false, fmt.Errorf("read user %s: %w", id, err)
	}
	if u == nil {
		return true, true, nil // what is left of them is a tombstone
	}
	if u.EffectivelyActive() {
		return false, false, nil
	}
	l, err := found(tx.Link(ctx, ws.Target, UserRecord, string(id)))
	if err != nil {
		return false, false, fmt.Errorf("read link of %s: %w", id, err)
	}
	return true, l != nil && l.Counterpart != "", nil
}

func (d *Directory) settleWalk(ctx context.Context, tx WriteTx, ws *Workspace, row, c *Delivery, done *bool) error {
	*done = true
	s := settlement{tx: tx, ws: ws, now: d.clock(), row: row, moved: row.Generation != c.Generation}
	if c.Type == GroupRecord && !s.moved {
		if err := tx.ForgetMembers(ctx, c.Record); err != nil {
			return err
		}
	}
	return s.settle(ctx, *c, Delivered{Gone: true})
}
