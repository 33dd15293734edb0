package sync_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"rollcall/directory"
	bridgesync "rollcall/sync"
	"rollcall/sync/targettest"
)

func TestWhoLeftIsRedeliveredUrgently(t *testing.T) {
	b := newBranch(t, onSQLite(t))
	ada, bob, cyd := b.hire("ada"), b.hire("bob"), b.hire("cyd")
	b.drain()
	b.must(b.admin, directory.SwitchOff{ID: ada.ID})
	b.must(b.okta, directory.DeleteUser{ID: bob.ID})
	b.time.advance(directory.Settings{}.Grace() + time.Hour)
	b.must(directory.Actor{Kind: directory.System, Name: "retention", Workspace: b.admin.Workspace}, directory.Purge{ID: bob.ID})
	b.must(b.admin, directory.SetGrants{ID: cyd.ID, Grants: []directory.Grant{{Kind: directory.ChannelGrant, Name: "board"}}})
	refuse := func(targettest.Call) targettest.Fault {
		return targettest.Fault{Before: &bridgesync.Refusal{Reason: "no"}}
	}
	lanes := func(when string) {
		t.Helper()
		want := []directory.Lane{directory.UrgentLane, directory.UrgentLane, directory.PushLane}
		if got := []directory.Lane{b.row(ada.ID).Lane, b.row(bob.ID).Lane, b.row(cyd.ID).Lane}; !slices.Equal(got, want) {
			t.Errorf("%s they wait in %v, want %v", when, got, want)
		}
	}
	b.target.Rules = refuse
	b.drain()
	b.must(b.admin, directory.Redeliver{Parked: true})
	lanes("all together")
	b.drain()
	for _, id := range []directory.ResourceID{ada.ID, cyd.ID} {
		b.must(b.admin, directory.Redeliver{ID: id})
	}
	b.must(b.admin, directory.Redeliver{Parked: true})
	lanes("one by one")
}

func TestAnyNumberIsRedelivered(t *testing.T) {
	b := newBranch(t, onSQLite(t))
	const parked = 1001
	park := func(n int, at time.Time) {
		name := func(i int) string { return fmt.Sprintf("%s-%04d", at.Format(time.TimeOnly), i) }
		b.each(n, func(ctx context.Context, tx directory.WriteTx, i int) error {
			return tx.Raise(ctx, directory.UserRecord, name(i), directory.SyncLane, at)
		})
		b.each(n, func(ctx context.Context, tx directory.WriteTx, i int) error {
			return tx.PutDelivery(ctx, &directory.Delivery{Type: directory.UserRecord, Record: name(i), Parked: at, Cause: "no"})
		})
	}
	until := b.time.Now()
	park(parked, until)
	park(1, until.Add(time.Second))
	change, rounds := directory.Redeliver{Parked: true, Until: until}, 1
	for b.must(b.admin, change).More {
		rounds++
	}
	if left := len(b.rows()) - b.behind(); rounds != 3 || b.behind() != parked || left != 1 {
		t.Errorf("after %d rounds %d are behind and %d still parked", rounds, b.behind(), left)
	}
}

// each writes n things in one transaction.
func (b *branch) each(n int, write func(ctx context.Context, tx directory.WriteTx, i int) error) {
	b.Helper()
	err := b.store.Update(b.Context(), b.admin.Workspace, func(ctx context.Context, tx directory.WriteTx) error {
		for i := range n {
			if err := write(ctx, tx, i); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
}
