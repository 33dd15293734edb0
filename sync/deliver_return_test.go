package sync_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"rollcall/directory"
	"rollcall/sync/targettest"
)

// provision gives the workspace a target under a name, and its workers the same; nil and
// no name take it away.
func (b *branch) provision(name string, t *targettest.Target) {
	b.Helper()
	b.target, b.name = t, name
	b.must(b.admin, directory.SetTarget{Target: name})
}

// purge deletes somebody and lets their grace pass.
func (b *branch) purge(id directory.ResourceID) {
	b.Helper()
	b.must(b.okta, directory.DeleteUser{ID: id})
	b.time.advance(directory.Settings{}.Grace() + time.Hour)
	b.must(directory.Actor{Kind: directory.System, Name: "retention", Workspace: b.admin.Workspace}, directory.Purge{ID: id})
}

// TestWhoIsGoneIsRemovedFromATargetThatComesBack has somebody be deleted for good while
// another target is provisioned, or none.
func TestWhoIsGoneIsRemovedFromATargetThatComesBack(t *testing.T) {
	for name, between := range map[string]*targettest.Target{"another": new(targettest.Target), "": nil} {
		t.Run("between them "+name, func(t *testing.T) {
			onBoth(t, func(t *testing.T, b *branch) {
				b.must(b.admin, directory.PutWorkspace{Settings: directory.Settings{Erasure: directory.EraseUnlink}})
				first, firstName := b.target, b.name
				ada, bob, cyd := b.hire("ada"), b.hire("bob"), b.hire("cyd")
				b.drain()
				b.provision(name, between)
				b.drain()
				b.purge(ada.ID)
				b.purge(cyd.ID)
				b.drain()
				again := b.hire("ada") // who gets the name of the first
				b.drain()
				b.provision(firstName, first)
				b.drain()
				b.agree()
				if all := first.Accounts(); !all[bob.ID].Active || !all[again.ID].Active || len(all) != 2 {
					t.Errorf("the target has %+v, want %s and %s", all, bob.ID, again.ID)
				}
				buried := first.Buried()
				if len(buried) != 2 {
					t.Errorf("removed was %+v", buried)
				}
				for _, stone := range buried {
					if stone.Erasure != directory.EraseUnlink || stone.AskedBy != b.okta.String() {
						t.Errorf("removed was %+v", stone)
					}
				}
				if rows := b.rows(); len(rows) != 0 {
					t.Errorf("behind are %+v", rows)
				}
			})
		})
	}
}

// TestATargetIsForgotten has an administrator forget more links than go at once.
func TestATargetIsForgotten(t *testing.T) {
	onBoth(t, func(t *testing.T, b *branch) {
		ada := b.hire("ada")
		b.drain()
		first, firstName := b.target, b.name
		b.each(600, func(ctx context.Context, tx directory.WriteTx, i int) error {
			return tx.PutLink(ctx, firstName, &directory.Link{Type: directory.UserRecord, Record: fmt.Sprint("gone", i)})
		})
		forget := directory.ForgetTarget{Target: firstName}
		if _, err := b.Apply(t.Context(), b.admin, forget); !directory.Is(err, directory.Denied) {
			t.Errorf("the target that is provisioned was forgotten: %v", err)
		}
		b.provision("another", new(targettest.Target))
		b.drain()
		if got := b.must(b.admin, forget); !got.More {
			t.Error("six hundred links were removed at once")
		}
		if got := b.must(b.admin, forget); got.More {
			t.Error("there are more after six hundred")
		}
		if _, err := b.Apply(t.Context(), b.admin, forget); !directory.Is(err, directory.NotFound) {
			t.Errorf("forgotten once more: %v", err)
		}
		b.agree()
		b.purge(ada.ID)
		b.drain()
		b.provision(firstName, first)
		b.drain()
		if a := first.Accounts()[ada.ID]; !a.Active || len(first.Buried()) != 0 {
			t.Errorf("the account in the target that was forgotten is %+v", a)
		}
	})
}

// TestWhoLeftWhileATargetWasAwayGoesFirstWhenItComesBack has somebody leave, and somebody
// be deleted for good, while none is provisioned.
func TestWhoLeftWhileATargetWasAwayGoesFirstWhenItComesBack(t *testing.T) {
	onBoth(t, func(t *testing.T, b *branch) {
		before := b.target
		ada, zed, yan := b.hire("ada"), b.hire("zed"), b.hire("yan")
		b.drain()
		b.provision("", nil)
		b.must(b.admin, directory.SwitchOff{ID: zed.ID})
		b.purge(yan.ID)
		never := b.disabled("never")
		b.provision("fake", before)
		b.time.advance(time.Second)
		calls := len(before.Calls())
		worker := directory.Actor{Kind: directory.System, Workspace: b.admin.Workspace}
		taken, err := b.TakeDeliveries(t.Context(), worker, "fake", directory.SyncLane, 1)
		if err != nil || len(taken) != 1 {
			t.Fatalf("took %+v: %v", taken, err)
		}
		if done, err := b.Walk(t.Context(), worker, taken[0]); !done || err != nil {
			t.Fatalf("walked to the end: %t, %v", done, err)
		}
		for id, lane := range map[directory.ResourceID]directory.Lane{ada.ID: directory.SyncLane, never.ID: directory.SyncLane,
			zed.ID: directory.UrgentLane, yan.ID: directory.UrgentLane} {
			if d := b.row(id); d.Lane != lane {
				t.Errorf("%s waits in the lane %d, want %d", id, d.Lane, lane)
			}
		}
		if d := b.row(never.ID); !d.Next.Before(b.row(ada.ID).Next) || !taken[0].Next.Before(d.Next) {
			t.Errorf("who has no access comes at %s, the others at %s, the fan-out at %s", d.Next, b.row(ada.ID).Next, taken[0].Next)
		}
		b.work(directory.UrgentLane)
		if all := before.Accounts(); all[zed.ID].Active || len(all) != 2 || len(before.Calls()) != calls+2 {
			t.Errorf("after %d calls the target has %+v", len(before.Calls())-calls, all)
		}
		b.drain()
		b.agree()
	})
}
