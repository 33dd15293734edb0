package directory

import (
	"context"
	"fmt"
	"time"
)

// Delivered says what came of a delivery. The zero value is success without a
// counterpart.
type Delivered struct {
	Link     *Link     // as it is now; nil: as it was
	Gone     bool      // the target confirmed that there is no counterpart any more
	None     bool      // there is no counterpart, and none was to be made
	WaitsFor string    // it was done but for a name that this record still has
	Cause    string    // why it failed; empty: it did not
	Retry    time.Time // when to try again
	Park     bool      // trying again would change nothing
	Pause    time.Time // until when the target wants to be left alone
}

// Settle writes down what came of a claimed delivery, and releases it. What changed
// meanwhile keeps it behind, and it is worked on again. An error of kind Stale means that
// the claim was lost. What was sent may have arrived after what another worker sent then,
// so the record is delivered once more.
func (d *Directory) Settle(ctx context.Context, by Actor, c Delivery, r Delivered) error {
	var lost error
	err := d.work(ctx, by, func(ctx context.Context, tx WriteTx, ws *Workspace) error {
		lost = nil
		row, err := mine(ctx, tx, ws, &c)
		if Is(err, Stale) {
			lost = err
			return doubt(ctx, tx, ws, &c, r.Link, d.clock())
		}
		if err != nil {
			return err
		}
		s := settlement{tx: tx, ws: ws, now: d.clock(), row: row, moved: row.Generation != c.Generation}
		return s.settle(ctx, c, r)
	})
	if err != nil {
		return err
	}
	return lost
}

// doubt has a person delivered once more whose claim was lost, urgently if they have no
// access. An account that was made for somebody who is gone by now, or may have been,
// gets the tombstone that was removed already. A fan-out sends nothing, and another target
// gets everybody anyway.
func doubt(ctx context.Context, tx WriteTx, ws *Workspace, c *Delivery, made *Link, now time.Time) error {
	if c.Type != UserRecord || ws.Target != c.Target {
		return nil
	}
	u, err := found(tx.User(ctx, ResourceID(c.Record)))
	if err != nil {
		return fmt.Errorf("read user %s: %w", c.Record, err)
	}
	lane := UrgentLane
	switch {
	case u == nil:
		if err := rebury(ctx, tx, ws, c, made); err != nil {
			return err
		}
	case u.EffectivelyActive():
		lane = PushLane
	}
	return tx.Raise(ctx, c.Type, c.Record, lane, now)
}

func rebury(ctx context.Context, tx WriteTx, ws *Workspace, c *Delivery, made *Link) error {
	there, err := found(tx.Link(ctx, ws.Target, c.Type, c.Record))
	if err != nil {
		return fmt.Errorf("read link of %s: %w", c.Record, err)
	}
	if there != nil {
		return nil
	}
	l := Link{Type: c.Type, Record: c.Record}
	if made != nil {
		l = *made
	}
	l.Erasure = ws.Settings.Erasure
	return tx.PutLink(ctx, ws.Target, &l)
}

// settlement is the end of one delivery.
type settlement struct {
	tx    WriteTx
	ws    *Workspace
	now   time.Time
	row   *Delivery
	moved bool // the record changed while it was delivered
}

func (s *settlement) settle(ctx context.Context, c Delivery, r Delivered) error {
	if err := s.pause(ctx, c.Lane, r.Pause); err != nil {
		return err
	}
	if err := s.link(ctx, r); err != nil {
		return err
	}
	row := s.row
	row.Claim, row.ClaimUntil = "", time.Time{}
	if r.Cause == "" {
		row.Parked = time.Time{}
	}
	switch {
	case r.Cause != "":
		if err := s.failed(ctx, r); err != nil {
			return err
		}
	case r.WaitsFor != "":
		if err := s.partly(ctx, r.WaitsFor); err != nil {
			return err
		}
	case r.Gone && !s.moved:
		return s.tx.DeleteDelivery(ctx, row.Type, row.Record)
	default:
		s.succeeded(c.Generation)
	}
	if err := s.tx.PutDelivery(ctx, row); err != nil {
		return err
	}
	if row.Lane == 0 || row.Next.After(s.now) {
		return nil
	}
	return s.tx.Wake(ctx, row.Lane)
}

// partly leaves a row behind that was delivered under another name than it shall have,
// until the holder of that name has been delivered. It is due at once only if that was
// while this one was on its way.
func (s *settlement) partly(ctx context.Context, holder string) error {
	s.row.Attempts = 0
	waits(s.row, holder, "has another name until the user "+holder+" no longer has its own", s.now)
	free, err := s.free(ctx)
	if err != nil {
		return err
	}
	if free || s.moved {
		s.row.WaitsFor, s.row.Next = "", s.now
		return nil
	}
	return raiseHolder(ctx, s.tx, holder, PushLane, s.now)
}

// free reports whether nobody else has the names that the record shall have.
func (s *settlement) free(ctx context.Context) (bool, error) {
	u, err := found(s.tx.User(ctx, ResourceID(s.row.Record)))
	if err != nil {
		return false, fmt.Errorf("read user %s: %w", s.row.Record, err)
	}
	if u == nil {
		return true, nil // and the tombstone is due
	}
	holders, err := s.tx.NameHolders(ctx, s.ws.Target, NamesOf(u).keys())
	if err != nil {
		return false, fmt.Errorf("look for who is called so: %w", err)
	}
	for _, other := range holders {
		if other != s.row.Record {
			return false, nil
		}
	}
	return true, nil
}

func (s *settlement) succeeded(generation int64) {
	row := s.row
	row.Synced, row.Attempts, row.Cause, row.WaitsFor, row.Walked = generation, 0, "", "", ""
	if s.moved {
		row.Next = s.now
		return
	}
	row.Lane, row.Next, row.Behind = 0, time.Time{}, time.Time{}
}

func (s *settlement) failed(ctx context.Context, r Delivered) error {
	row := s.row
	row.Attempts++
	row.Cause = r.Cause
	switch {
	case s.moved: // what was refused is not what shall be now; a lane that is paused waits by itself
		row.Next = s.now
	case r.Park:
		return s.park(ctx, r)
	default:
		row.Next = r.Retry
	}
	return nil
}

// parkedLeaver is how often the target is asked again to take access away that it refused
// to take away. It rarely helps, but costs little.
const parkedLeaver = time.Hour

// park puts a delivery aside that the target refused for good. Where that leaves somebody
// with access who shall have none, it is due again after a while.
func (s *settlement) park(ctx context.Context, r Delivered) error {
	row := s.row
	if row.Parked.IsZero() {
		row.Parked = s.now
	}
	row.Lane, row.WaitsFor = 0, r.WaitsFor
	if r.Link != nil { // it is done, but for the name
		return nil
	}
	u, err := found(s.tx.User(ctx, ResourceID(row.Record)))
	if err != nil {
		return fmt.Errorf("read user %s: %w", row.Record, err)
	}
	if u == nil || !u.EffectivelyActive() {
		row.Lane, row.Next = UrgentLane, s.now.Add(parkedLeaver)
	}
	return nil
}

// waits makes a row wait for another record's delivery, which makes it due. Should that
// ever be missed, it looks again by itself.
func waits(row *Delivery, holder, cause string, now time.Time) {
	row.WaitsFor, row.Cause, row.Next = holder, cause, now.Add(time.Minute)
	row.Claim, row.ClaimUntil = "", time.Time{}
}

// pause notes that the target wants to be left alone. An answer to what is not urgent
// stops the pushes only.
func (s *settlement) pause(ctx context.Context, lane Lane, until time.Time) error {
	p := s.ws.Pause
	if until.After(p.Pushes) {
		p.Pushes = until
	}
	if lane == UrgentLane && until.After(p.Urgent) {
		p.Urgent = until
	}
	if p == s.ws.Pause {
		return nil
	}
	return s.tx.PutPause(ctx, p)
}

// link writes what is known of the counterpart. Who waits for a name that is free now is
// made due.
func (s *settlement) link(ctx context.Context, r Delivered) error {
	row := s.row
	if r.Gone || r.None {
		if err := s.tx.DeleteLink(ctx, s.ws.Target, row.Type, row.Record); err != nil {
			return err
		}
		return s.tx.EndWaiting(ctx, row.Record, s.now)
	}
	if r.Link == nil {
		return nil
	}
	before, err := found(s.tx.Link(ctx, s.ws.Target, row.Type, row.Record))
	if err != nil {
		return fmt.Errorf("read link of %s: %w", row.Record, err)
	}
	l := *r.Link
	l.Delivered = s.now
	if before != nil { // it may have become a tombstone meanwhile
		l.AskedBy, l.Erasure = before.AskedBy, before.Erasure
	}
	if err := s.tx.PutLink(ctx, s.ws.Target, &l); err != nil {
		return err
	}
	if before != nil && before.Names == l.Names && before.Counterpart != "" && r.WaitsFor == "" && s.row.Attempts == 0 {
		return nil // no name was given or taken
	}
	if err := s.tx.HoldNames(ctx, s.ws.Target, row.Type, row.Record, l.Names.keys(), true); err != nil {
		return err
	}
	return s.tx.EndWaiting(ctx, row.Record, s.now)
}
