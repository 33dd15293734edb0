package sync_test

import (
	"context"
	"fmt"
	"testing"

	"rollcall/directory"
)

// crowd is more than a fan-out raises at once. Only every twentieth of them may sign in,
// so that delivering them takes little.
const crowd = 520

// gather makes a group of a crowd, all delivered.
func (b *branch) gather() (*directory.Group, []directory.ResourceID) {
	b.Helper()
	var changes []directory.Change
	for i := range crowd {
		u := newcomer(fmt.Sprintf("member%04d", i))
		u.Wanted = i%20 == 0
		changes = append(changes, directory.PutUser{User: u})
	}
	results, err := b.ApplyAll(b.Context(), b.okta, changes)
	if err != nil {
		b.Fatal(err)
	}
	var ids []directory.ResourceID
	for _, r := range results {
		if r.Err != nil {
			b.Fatal(r.Err)
		}
		ids = append(ids, r.Receipt.User.ID)
	}
	b.hire("nobody.of.them")
	g := b.must(b.okta, directory.PutGroup{Group: directory.Group{DisplayName: "All"}, Members: &directory.MemberChange{Add: ids}}).Group
	b.drain()
	return g, ids
}

// raised fails the test unless each of the people was raised so often.
func (b *branch) raised(ids []directory.ResourceID, times int64) {
	b.Helper()
	err := b.store.View(b.Context(), b.admin.Workspace, func(ctx context.Context, tx directory.ReadTx) error {
		for _, id := range ids {
			d, err := tx.Delivery(ctx, directory.UserRecord, string(id))
			if err != nil {
				return err
			}
			if d.Generation != times || d.Synced != times {
				return fmt.Errorf("%s was raised %d times and delivered %d times, want %d", id, d.Generation, d.Synced, times)
			}
		}
		return nil
	})
	if err != nil {
		b.Error(err)
	}
}

func (b *branch) mapTo(g *directory.Group, channel string) {
	b.Helper()
	b.must(b.admin, directory.PutMapping{Mapping: directory.Mapping{Group: g.ID, Kind: directory.ChannelGrant, Name: channel}})
}

// walkOnce claims the fan-out and takes it one slice further.
func (b *branch) walkOnce() (directory.Actor, directory.Delivery) {
	b.Helper()
	worker := directory.Actor{Kind: directory.System, Workspace: b.admin.Workspace}
	taken, err := b.TakeDeliveries(b.Context(), worker, "fake", directory.PushLane, 1)
	if err != nil || len(taken) != 1 {
		b.Fatalf("took %d: %v", len(taken), err)
	}
	if done, err := b.Walk(b.Context(), worker, taken[0]); done || err != nil {
		b.Fatalf("walked to the end: %t, %v", done, err)
	}
	return worker, taken[0]
}

func TestAMappingReachesEveryMember(t *testing.T) {
	onBoth(t, func(t *testing.T, b *branch) {
		g, ids := b.gather()
		b.mapTo(g, "all")
		if n := b.behind(); n != 1 {
			t.Errorf("%d rows are behind, want one that is fanned out", n)
		}
		b.drain()
		b.agree()
		b.raised(ids, 2)
		b.must(b.okta, directory.DeleteGroup{ID: g.ID})
		b.drain()
		b.agree()
		b.raised(ids, 3)
	})
}

func TestAFanOutGoesOnWhereItStopped(t *testing.T) {
	onBoth(t, func(t *testing.T, b *branch) {
		g, ids := b.gather()
		b.mapTo(g, "all")
		b.walkOnce()
		if n := b.behind(); n != 501 {
			t.Errorf("%d rows are behind after the first slice", n)
		}
		b.time.advance(2 * directory.ClaimTime) // the worker died
		b.drain()
		b.agree()
		b.raised(ids, 2)
	})
}

func TestAFanOutStartsAgainWhenItsGroupChanges(t *testing.T) {
	b := newBranch(t, onSQLite(t))
	g, ids := b.gather()
	b.mapTo(g, "one")
	worker, claimed := b.walkOnce()
	b.work(directory.SyncLane)
	b.mapTo(g, "two")
	if done, err := b.Walk(t.Context(), worker, claimed); !done || err != nil {
		t.Fatalf("the walk went on: %t, %v", done, err)
	}
	b.drain()
	b.agree()
	b.raised(ids[:500], 3)
	b.raised(ids[500:], 2)
}
