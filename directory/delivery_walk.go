package directory

import (
	"context"
	"fmt"
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
			if err := tx.Raise(ctx, UserRecord, string(id), SyncLane); err != nil {
				return fmt.Errorf("raise user %s: %w", id, err)
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
