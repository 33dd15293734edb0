package sync_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"rollcall/directory"
	bridgesync "rollcall/sync"
	"rollcall/sync/targettest"
)

// board puts somebody into a channel, or takes them out of it.
func (b *branch) board(id directory.ResourceID, in bool) {
	b.Helper()
	c := directory.SetGrants{ID: id}
	if in {
		c.Grants = []directory.Grant{{Kind: directory.ChannelGrant, Name: "board"}}
	}
	b.must(b.admin, c)
}

// TestANewChangeIsRetriedSoon has somebody fail often for a reason of before, and once
// more after a change.
func TestANewChangeIsRetriedSoon(t *testing.T) {
	onBoth(t, func(t *testing.T, b *branch) {
		ada := b.hire("ada")
		b.target.Rules = targettest.On("deliver", targettest.Fault{Before: errors.New("the room is full")})
		for range 10 {
			b.work(directory.PushLane)
			b.time.advance(5 * time.Minute)
		}
		b.work(directory.PushLane)
		if d := b.row(ada.ID); d.Attempts != 11 {
			t.Fatalf("the row is %+v", d)
		}
		b.board(ada.ID, true)
		b.work(directory.PushLane)
		now := b.time.Now()
		d := b.row(ada.ID)
		if wait := d.Next.Sub(now); wait <= 0 || wait > 2*time.Second {
			t.Errorf("after a new change failed once it waits %s, the row is %+v", wait, d)
		}
		b.time.advance(2 * time.Second)
		b.work(directory.PushLane)
		if d := b.row(ada.ID); d.Next.Sub(b.time.Now()) < 4*time.Second {
			t.Errorf("after it failed twice the row is %+v", d)
		}
		b.target.Rules = nil
		b.drain()
		b.agree()
	})
}

// TestANewChangeDuringACallIsRetriedSoon has the change come while the call before fails.
func TestANewChangeDuringACallIsRetriedSoon(t *testing.T) {
	b := newBranch(t, onSQLite(t))
	ada := b.hire("ada")
	b.target.Rules = targettest.On("deliver", targettest.Fault{Before: errors.New("the room is full")})
	for range 10 {
		b.work(directory.PushLane)
		b.time.advance(5 * time.Minute)
	}
	changed := false
	b.target.Rules = func(targettest.Call) targettest.Fault {
		if !changed {
			changed = true
			b.board(ada.ID, true)
		}
		return targettest.Fault{Before: errors.New("the room is full")}
	}
	b.work(directory.PushLane) // fails for the change before, and at once for the new one
	if wait := b.row(ada.ID).Next.Sub(b.time.Now()); wait <= 0 || wait > 4*time.Second {
		t.Errorf("it waits %s, the row is %+v", wait, b.row(ada.ID))
	}
}

// TestATargetThatCannotBeReachedIsAskedLittle has fifty people change, twice, while nothing
// reaches the target.
func TestATargetThatCannotBeReachedIsAskedLittle(t *testing.T) {
	onBoth(t, func(t *testing.T, b *branch) {
		leaver := b.hire("leaver")
		b.drain()
		var ids []directory.ResourceID
		for i := range 50 {
			ids = append(ids, b.hire(fmt.Sprint("joiner", i)).ID)
		}
		b.target.Rules = targettest.On("deliver", targettest.Fault{Before: &bridgesync.NotSent{Err: errors.New("connection refused")}})
		asked := func() int {
			before := len(b.target.Calls())
			b.work(allLanes...)
			return len(b.target.Calls()) - before
		}
		if n := asked(); n != 1 {
			t.Errorf("%d calls of a target that cannot be reached", n)
		}
		for _, id := range ids {
			b.board(id, true)
		}
		if n := asked(); n != 0 {
			t.Errorf("%d calls within a second", n)
		}
		b.must(b.admin, directory.SwitchOff{ID: leaver.ID})
		if n := asked(); n != 1 {
			t.Errorf("%d calls about a leaver, who does not wait for the others", n)
		}
		b.time.advance(time.Second)
		if n := asked(); n != 1 || b.row(leaver.ID).Attempts != 2 {
			t.Errorf("%d calls after a second, the row of the leaver is %+v", n, b.row(leaver.ID))
		}
		b.target.Rules = nil
		b.drain()
		b.agree()
	})
}
