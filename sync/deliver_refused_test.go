package sync_test

import (
	"testing"
	"time"

	"rollcall/directory"
	bridgesync "rollcall/sync"
	"rollcall/sync/targettest"
)

// TestARefusedLeaverIsTriedAgain has the target refuse to take access away: from somebody
// who left, from one who is gone, and from one who had an account before.
func TestARefusedLeaverIsTriedAgain(t *testing.T) {
	onBoth(t, func(t *testing.T, b *branch) {
		b.target.Had(directory.Names{Username: "cyd", Email: "cyd@acme.example"})
		ada, bob := b.hire("ada"), b.hire("bob")
		b.drain()
		refuse := func(targettest.Call) targettest.Fault {
			return targettest.Fault{Before: &bridgesync.Refusal{Reason: "the last owner of a room"}}
		}
		b.target.Rules = refuse
		b.must(b.admin, directory.SwitchOff{ID: ada.ID})
		b.purge(bob.ID)
		cyd := b.disabled("cyd")
		b.work(allLanes...)
		for _, id := range []directory.ResourceID{ada.ID, bob.ID, cyd.ID} {
			if d := b.row(id); d.Parked.IsZero() || !d.MayHaveAccess() || d.Cause != "the last owner of a room" {
				t.Errorf("the row is %+v", d)
			}
		}
		since := b.row(ada.ID).Parked
		calls := len(b.target.Calls())
		b.time.advance(59 * time.Minute)
		b.work(allLanes...)
		if n := len(b.target.Calls()) - calls; n != 0 {
			t.Errorf("%d calls within the hour", n)
		}
		b.time.advance(time.Minute)
		b.work(allLanes...)
		if n := len(b.target.Calls()) - calls; n != 3 {
			t.Errorf("%d calls after an hour", n)
		}
		if d := b.row(ada.ID); !d.Parked.Equal(since) || !d.MayHaveAccess() {
			t.Errorf("refused again the row is %+v, want it parked since %s", d, since)
		}
		b.target.Rules = nil
		b.time.advance(time.Hour)
		b.work(allLanes...)
		b.agree()
		if rows := b.rows(); len(rows) != 0 {
			t.Errorf("behind are %+v", rows)
		}
	})
}

// TestWhoMayHaveAccessIsFirst lists and redelivers people of whom one left.
func TestWhoMayHaveAccessIsFirst(t *testing.T) {
	onBoth(t, func(t *testing.T, b *branch) {
		ada := b.hire("ada")
		b.drain()
		b.target.Rules = func(targettest.Call) targettest.Fault {
			return targettest.Fault{Before: &bridgesync.Refusal{Reason: "no"}}
		}
		bob := b.hire("bob")
		b.work(allLanes...)
		b.time.advance(time.Second)
		b.must(b.admin, directory.SwitchOff{ID: ada.ID})
		b.work(allLanes...)
		cyd := b.hire("cyd") // waits
		var order []directory.ResourceID
		for _, d := range b.rows() {
			order = append(order, directory.ResourceID(d.Record))
		}
		if len(order) != 3 || order[0] != ada.ID || order[1] != cyd.ID || order[2] != bob.ID {
			t.Errorf("listed are %v, want %s, %s and %s", order, ada.ID, cyd.ID, bob.ID)
		}
		if d := b.row(bob.ID); d.MayHaveAccess() || d.Lane != 0 {
			t.Errorf("the row of bob, who may have access, is %+v", d)
		}
		b.target.Rules = nil
		b.must(b.admin, directory.Redeliver{Parked: true})
		b.work(allLanes...)
		b.agree()
	})
}

// TestOneWhoComesBackIsNotARefusedLeaver has a refusal be about what shall no longer be.
func TestOneWhoComesBackIsNotARefusedLeaver(t *testing.T) {
	b := newBranch(t, onSQLite(t))
	ada := b.hire("ada")
	b.drain()
	b.target.Rules = func(c targettest.Call) targettest.Fault {
		if c.Active {
			return targettest.Fault{}
		}
		return targettest.Fault{Before: &bridgesync.Refusal{Reason: "no"}}
	}
	b.must(b.admin, directory.SwitchOff{ID: ada.ID})
	b.work(allLanes...)
	b.must(b.admin, directory.SwitchOn{ID: ada.ID})
	b.work(allLanes...)
	b.agree()
	if rows := b.rows(); len(rows) != 0 {
		t.Errorf("behind are %+v", rows)
	}
}
