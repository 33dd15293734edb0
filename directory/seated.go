package directory

import (
	"context"
	"fmt"
)

// fillSlice is how many waiting people one transaction activates.
const fillSlice = 128

// seated gives a seat to everybody who becomes effectively active, holds them or
// refuses, as the workspace says. It counts in the transaction that writes, so there
// is never a seat too many.
func (p *passage) seated(context.Context) error {
	used := p.ws.Counts
	for _, m := range p.users {
		used = used.Sub(CountsOf(m.before))
		if m.after != nil {
			if err := p.seat(m, used); err != nil {
				return err
			}
		}
		used = used.Add(CountsOf(m.after))
	}
	return nil
}

// seat decides for one person, where used counts everybody else.
func (p *passage) seat(m *move, used Counts) error {
	if keepsSeat(m) {
		return nil // even where the limit was lowered below what is used
	}
	f := &m.after.Facts
	held, since := f.Held, f.HeldSince
	f.Held, f.HeldSince = false, 0
	if !m.after.EffectivelyActive() || m.after.Kind() != Person || p.free(m.after.IsGuest(), used) {
		return nil
	}
	switch {
	case m.before != nil && m.before.EffectivelyActive():
		return p.full(m.after, used) // a change of role does not cost anybody their access
	case p.ws.Settings.WhenFull == Refuse:
		return p.full(m.after, used)
	}
	f.Held, f.HeldSince = true, p.now.UnixMilli()
	if held {
		f.HeldSince = since
	}
	return nil
}

// keepsSeat reports whether somebody goes on using a seat of the same sort.
func keepsSeat(m *move) bool {
	b, a := m.before, m.after
	return b != nil && b.EffectivelyActive() && a.EffectivelyActive() && b.Kind() == a.Kind() && b.IsGuest() == a.IsGuest()
}

// free reports whether a seat of the sort is free.
func (p *passage) free(guest bool, used Counts) bool {
	limit, n := p.ws.Settings.Seats, used.Seats
	if guest {
		limit, n = p.ws.Settings.Guests, used.Guests
	}
	return limit == 0 || n < limit
}

func (p *passage) full(u *User, used Counts) error {
	if u.IsGuest() {
		return Errorf(Full, "active", "all %d guest seats are taken (%d used)", p.ws.Settings.Guests, used.Guests)
	}
	return Errorf(Full, "active", "all %d seats are taken (%d used)", p.ws.Settings.Seats, used.Seats).
		Hinted("free a seat or raise the limit")
}

// fillSeats activates who has waited longest for the seats that the change made free,
// in the same transaction, so that nobody new overtakes them.
func (p *passage) fillSeats(ctx context.Context) error {
	ws, err := p.tx.Workspace(ctx)
	if err != nil {
		return fmt.Errorf("read workspace: %w", err)
	}
	if ws.Counts.Held == 0 {
		return nil
	}
	p.ws = ws
	for _, guests := range []bool{false, true} {
		if err := p.fillSort(ctx, guests); err != nil {
			return err
		}
	}
	return nil
}

func (p *passage) fillSort(ctx context.Context, guests bool) error {
	if !p.free(guests, p.ws.Counts) {
		return nil
	}
	waiting, err := p.tx.Held(ctx, guests, fillSlice+1)
	if err != nil {
		return fmt.Errorf("read who waits for a seat: %w", err)
	}
	for i, before := range waiting {
		if !p.free(guests, p.ws.Counts) {
			return nil
		}
		if i == fillSlice {
			p.receipt.More = true
			return nil
		}
		after := before.Clone()
		after.Facts.Held, after.Facts.HeldSince = false, 0
		m := &move{before: before, after: after, change: "FillSeats", outcome: Updated}
		if err := p.writeUser(ctx, m); err != nil {
			return err
		}
		p.ws.Counts = p.ws.Counts.Sub(CountsOf(before)).Add(CountsOf(after))
		p.followers = append(p.followers, m)
	}
	return nil
}
