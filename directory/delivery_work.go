package directory

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// What workers of a target write down is facts, of which nobody would ask who decided
// them: it does not pass the door, raises no generation and is not audited.

// ClaimTime is how long a claim holds without a sign of life.
const ClaimTime = 20 * time.Second

// TakeDeliveries claims up to limit deliveries of a lane that are due, who is due
// longest first, for a worker of the target, and says that the lane's job has begun. When
// more are due, another job is made for them. A lane that is paused has nothing due. An
// error of kind Stale means that the workspace provisions another target by now.
func (d *Directory) TakeDeliveries(ctx context.Context, by Actor, target string, lane Lane, limit int) (taken []Delivery, err error) {
	err = d.work(ctx, by, func(ctx context.Context, tx WriteTx, ws *Workspace) error {
		taken = nil
		if err := provisions(ws, target); err != nil {
			return err
		}
		if err := tx.Started(ctx, lane); err != nil {
			return err
		}
		now := d.clock()
		if now.Before(ws.Pause.Until(lane)) {
			return nil
		}
		due, err := tx.DueDeliveries(ctx, lane, now, limit+1)
		if err != nil {
			return fmt.Errorf("look for what is due: %w", err)
		}
		if len(due) > limit {
			due = due[:limit]
			if err := tx.Wake(ctx, lane); err != nil {
				return err
			}
		}
		suspect(due, now)
		claim := string(NewID(now))
		for i := range due {
			due[i].Claim, due[i].ClaimUntil, due[i].Target = claim, now.Add(ClaimTime), target
			if err := tx.PutDelivery(ctx, &due[i]); err != nil {
				return err
			}
		}
		taken = due
		return nil
	})
	return taken, err
}

// suspect counts the attempt of a worker that did not come back with what it had claimed:
// it may have got anywhere. The first that it left behind may be what ended it, so that
// one comes after its neighbours, now and when nobody comes back again.
func suspect(due []Delivery, now time.Time) {
	seen := make(map[string]bool)
	for i := range due {
		d := &due[i]
		if d.Claim == "" {
			continue
		}
		d.Attempts++
		if !seen[d.Claim] {
			seen[d.Claim] = true
			d.Next = now.Add(suspicion(d))
		}
	}
	slices.SortStableFunc(due, func(a, b Delivery) int { return a.Next.Compare(b.Next) })
}

// suspicion is how long somebody waits for having been at hand when a worker did not come
// back: longer each time, for a process that ends again and again serves nobody. Whoever
// loses access waits for the neighbours and no longer, for mostly it was no fault of theirs.
func suspicion(d *Delivery) time.Duration {
	if d.Lane == UrgentLane {
		return firstRetry
	}
	return Backoff(d.Attempts)
}

// The bounds of a retry: how long after the first failure, and at most after many.
const (
	firstRetry = time.Second
	lastRetry  = 5 * time.Minute
)

// Backoff is how long a delivery waits after so many attempts that failed and one more:
// it doubles with each.
func Backoff(attempts int64) time.Duration {
	wait := firstRetry
	for range attempts {
		if wait *= 2; wait >= lastRetry {
			return lastRetry
		}
	}
	return wait
}

// work runs fn for a worker, which is Rollcall itself.
func (d *Directory) work(ctx context.Context, by Actor, fn func(context.Context, WriteTx, *Workspace) error) error {
	if by.Kind != System {
		return Errorf(Denied, "", "%s carries nothing outward", by.Kind)
	}
	return d.store.Update(ctx, by.Workspace, func(ctx context.Context, tx WriteTx) error {
		ws, err := tx.Workspace(ctx)
		if err != nil {
			return fmt.Errorf("read workspace: %w", err)
		}
		return fn(ctx, tx, ws)
	})
}

// provisions refuses what a worker does for a target that the workspace does not provision.
func provisions(ws *Workspace, target string) error {
	if ws.Target == target && target != "" {
		return nil
	}
	return Errorf(Stale, "", "the workspace provisions %q and not %q", ws.Target, target).
		Hinted("restart the server, so that it knows the target")
}

// mine reads the row of a claimed delivery. A claim that ran out and was taken by another
// worker, or for a target that is no longer provisioned, is an error of kind Stale.
func mine(ctx context.Context, tx ReadTx, ws *Workspace, c *Delivery) (*Delivery, error) {
	if err := provisions(ws, c.Target); err != nil {
		return nil, err
	}
	row, err := found(tx.Delivery(ctx, c.Type, c.Record))
	if err != nil {
		return nil, fmt.Errorf("read delivery of %s: %w", c.Record, err)
	}
	if row == nil || row.Claim != c.Claim {
		return nil, Errorf(Stale, "", "the claim on %s was lost", c.Record)
	}
	return row, nil
}

// KeepClaims is a worker's sign of life: it holds what it claimed and has not settled. It
// returns the claims that were lost, which are left alone: their worker has to end its
// calls.
func (d *Directory) KeepClaims(ctx context.Context, by Actor, claimed []Delivery) (lost []Delivery, err error) {
	if len(claimed) == 0 {
		return nil, nil
	}
	err = d.work(ctx, by, func(ctx context.Context, tx WriteTx, ws *Workspace) error {
		lost = nil
		for i := range claimed {
			row, err := mine(ctx, tx, ws, &claimed[i])
			if Is(err, Stale) {
				lost = append(lost, claimed[i])
				continue
			}
			if err != nil {
				return err
			}
			row.ClaimUntil = d.clock().Add(ClaimTime)
			if err := tx.PutDelivery(ctx, row); err != nil {
				return err
			}
		}
		return nil
	})
	return lost, err
}

// EndClaims takes back whatever is claimed. Only who knows that no worker lives may do
// so, as a server does that is alone on its database and has just begun.
func (d *Directory) EndClaims(ctx context.Context, by Actor) error {
	return d.work(ctx, by, func(ctx context.Context, tx WriteTx, _ *Workspace) error { return tx.EndClaims(ctx) })
}

// ReturnClaims gives back what a worker claimed and did not settle. What was lost
// meanwhile is delivered once more, for something may have been sent.
func (d *Directory) ReturnClaims(ctx context.Context, by Actor, claimed []Delivery) error {
	if len(claimed) == 0 {
		return nil
	}
	return d.work(ctx, by, func(ctx context.Context, tx WriteTx, ws *Workspace) error {
		for i := range claimed {
			if err := giveBack(ctx, tx, ws, &claimed[i], d.clock()); err != nil {
				return err
			}
		}
		return nil
	})
}

func giveBack(ctx context.Context, tx WriteTx, ws *Workspace, c *Delivery, now time.Time) error {
	row, err := mine(ctx, tx, ws, c)
	if Is(err, Stale) {
		return doubt(ctx, tx, ws, c, nil, now)
	}
	if err != nil {
		return err
	}
	row.Claim, row.ClaimUntil = "", time.Time{}
	if err := tx.PutDelivery(ctx, row); err != nil {
		return err
	}
	return tx.Wake(ctx, row.Lane)
}

// DueLanes lists the lanes that have something due for a target and are not paused, most
// urgent first.
func (d *Directory) DueLanes(ctx context.Context, by Actor, target string) (due []Lane, err error) {
	err = d.store.View(ctx, by.Workspace, func(ctx context.Context, tx ReadTx) error {
		due = nil
		ws, err := tx.Workspace(ctx)
		if err != nil || provisions(ws, target) != nil {
			return err
		}
		now := d.clock()
		for lane := UrgentLane; lane >= SyncLane; lane-- {
			if now.Before(ws.Pause.Until(lane)) {
				continue
			}
			first, err := tx.DueDeliveries(ctx, lane, now, 1)
			if err != nil {
				return fmt.Errorf("look for what is due: %w", err)
			}
			if len(first) > 0 {
				due = append(due, lane)
			}
		}
		return nil
	})
	return due, err
}

// Rouse makes a job for each of the lanes, even if there should be one: it may be lost.
func (d *Directory) Rouse(ctx context.Context, by Actor, lanes []Lane) error {
	return d.work(ctx, by, func(ctx context.Context, tx WriteTx, _ *Workspace) error {
		for _, l := range lanes {
			if err := tx.Started(ctx, l); err != nil {
				return err
			}
			if err := tx.Wake(ctx, l); err != nil {
				return err
			}
		}
		return nil
	})
}
