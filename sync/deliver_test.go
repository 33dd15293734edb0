package sync_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"rollcall/directory"
	bridgesync "rollcall/sync"
	"rollcall/sync/targettest"
)

func TestWhatChangesIsDelivered(t *testing.T) {
	onBoth(t, func(t *testing.T, b *branch) {
		ada := b.hire("ada")
		b.drain()
		b.agree()
		b.must(b.admin, directory.SetGrants{ID: ada.ID, Grants: []directory.Grant{{Kind: directory.ChannelGrant, Name: "board"}}})
		b.drain()
		b.agree()
		if n := len(b.target.Calls()); n != 2 {
			t.Errorf("%d calls for two changes", n)
		}
		if d := b.row(ada.ID); d.Generation != d.Synced || d.Lane != 0 || d.Claim != "" {
			t.Errorf("the row is %+v", d)
		}
	})
}

func TestAChangeDuringADeliveryIsNotLost(t *testing.T) {
	onBoth(t, func(t *testing.T, b *branch) {
		ada := b.hire("ada")
		changed := false
		b.target.Rules = func(targettest.Call) targettest.Fault {
			if !changed {
				changed = true
				b.must(b.admin, directory.SwitchOff{ID: ada.ID})
			}
			return targettest.Fault{}
		}
		b.work(directory.PushLane)
		if a := b.target.Accounts()[ada.ID]; !a.Active {
			t.Fatal("the state was read again after the push began: the test tests nothing")
		}
		if d := b.row(ada.ID); d.Lane != directory.UrgentLane || d.Generation == d.Synced {
			t.Errorf("the row is %+v, want it behind in the urgent lane", d)
		}
		b.drain()
		b.agree()
	})
}

func TestLeavingIsNotSwallowedByAWaitingPush(t *testing.T) {
	onBoth(t, func(t *testing.T, b *branch) {
		ada := b.hire("ada")
		b.drain()
		b.must(b.admin, directory.SetGrants{ID: ada.ID, Grants: []directory.Grant{{Kind: directory.ChannelGrant, Name: "board"}}})
		b.must(b.admin, directory.SwitchOff{ID: ada.ID})
		b.must(b.admin, directory.SetGrants{ID: ada.ID})
		b.work(directory.UrgentLane)
		if b.target.Accounts()[ada.ID].Active {
			t.Error("ada may still sign in after the urgent lane was worked on")
		}
		b.drain()
		b.agree()
	})
}

func TestAPushThatWasNotWrittenDownIsRepeated(t *testing.T) {
	onBoth(t, func(t *testing.T, b *branch) {
		ada := b.hire("ada")
		b.target.Rules = func(targettest.Call) targettest.Fault {
			b.faulty.FailAt(1, directory.Errorf(directory.Unavailable, "", "killed"))
			return targettest.Fault{}
		}
		_ = b.deliverer(b.Directory).Work(t.Context(), directory.LaneJob{Workspace: b.admin.Workspace, Lane: directory.PushLane})
		b.target.Rules = nil
		if d := b.row(ada.ID); d.Synced == d.Generation {
			t.Fatalf("the row is %+v: nothing was lost", d)
		}
		b.drain()
		b.agree()
		if n := len(b.target.Calls()); n != 2 {
			t.Errorf("%d calls", n)
		}
	})
}

func TestALostAnswerMakesNoSecondAccount(t *testing.T) {
	b := newBranch(t, onSQLite(t))
	ada := b.hire("ada")
	lost := errors.New("connection reset")
	b.target.Rules = func(targettest.Call) targettest.Fault { return targettest.Fault{After: lost} }
	b.work(directory.PushLane)
	if d := b.row(ada.ID); d.Attempts != 1 || d.Cause != lost.Error() || !d.Next.After(b.time.Now()) {
		t.Errorf("the row is %+v", d)
	}
	b.target.Rules = nil
	b.drain()
	b.agree()
}

func TestWhoLeavesBeforeTheAnswerIsNotForgotten(t *testing.T) {
	b := newBranch(t, onSQLite(t))
	ada := b.hire("ada")
	b.target.Rules = func(targettest.Call) targettest.Fault { return targettest.Fault{After: errors.New("reset")} }
	b.work(directory.PushLane)
	b.target.Rules = nil
	b.must(b.admin, directory.SwitchOff{ID: ada.ID})
	b.drain()
	if a, there := b.target.Accounts()[ada.ID]; !there || a.Active {
		t.Errorf("the account is %t %+v, want it there and inactive", there, a)
	}
}

func TestARefusalIsParkedAndRedelivered(t *testing.T) {
	onBoth(t, func(t *testing.T, b *branch) {
		ada := b.hire("ada")
		b.target.Rules = func(targettest.Call) targettest.Fault {
			return targettest.Fault{Before: &bridgesync.Refusal{Reason: "the name is not allowed"}}
		}
		b.drain()
		if d := b.row(ada.ID); d.Parked.IsZero() || d.Cause != "the name is not allowed" || d.Lane != 0 {
			t.Fatalf("the row is %+v", d)
		}
		b.time.advance(time.Hour)
		b.work(allLanes...)
		if n := len(b.target.Calls()); n != 1 {
			t.Errorf("%d calls although it is parked", n)
		}
		b.target.Rules = nil
		b.must(b.admin, directory.Redeliver{Parked: true})
		b.drain()
		b.agree()
		if got := b.must(b.admin, directory.Redeliver{Parked: true}); got.Outcome != directory.Unchanged {
			t.Errorf("redelivering nothing is %s", got.Outcome)
		}
	})
}

func TestAChangeRedeliversWhatIsParked(t *testing.T) {
	b := newBranch(t, onSQLite(t))
	ada := b.hire("ada")
	b.target.Rules = func(targettest.Call) targettest.Fault {
		return targettest.Fault{Before: &bridgesync.Refusal{Reason: "no"}}
	}
	b.drain()
	b.target.Rules = nil
	b.must(b.admin, directory.SetGrants{ID: ada.ID, Grants: []directory.Grant{{Kind: directory.ChannelGrant, Name: "board"}}})
	b.drain()
	b.agree()
}

func TestATargetThatIsAskedTooFastIsLeftAlone(t *testing.T) {
	onBoth(t, func(t *testing.T, b *branch) {
		for _, name := range []string{"ada", "bob", "cyd"} {
			b.hire(name)
		}
		leaver := b.hire("dan")
		b.work(directory.PushLane)
		b.agree()
		for _, name := range []string{"eva", "fay", "gus"} {
			b.hire(name)
		}
		before := len(b.target.Calls())
		b.target.Rules = func(targettest.Call) targettest.Fault {
			return targettest.Fault{Before: &bridgesync.TooFast{Until: b.time.Now().Add(time.Minute)}}
		}
		b.work(directory.PushLane)
		b.target.Rules = nil
		asked := len(b.target.Calls()) - before
		b.work(allLanes...)
		if n := len(b.target.Calls()) - before; n != asked || asked != 1 {
			t.Errorf("%d calls until it asked to be left alone, %d in all; want one", asked, n)
		}
		b.must(b.admin, directory.SwitchOff{ID: leaver.ID})
		b.work(directory.UrgentLane)
		if b.target.Accounts()[leaver.ID].Active {
			t.Error("the leaver waits for the pause of pushes")
		}
		b.time.advance(time.Minute)
		b.drain()
		b.agree()
	})
}

func TestTheUrgentLanePausesWhenItIsTold(t *testing.T) {
	b := newBranch(t, onSQLite(t))
	ada, bob := b.hire("ada"), b.hire("bob")
	b.drain()
	before := len(b.target.Calls())
	b.target.Rules = func(targettest.Call) targettest.Fault {
		return targettest.Fault{Before: &bridgesync.TooFast{Until: b.time.Now().Add(time.Minute)}}
	}
	b.must(b.admin, directory.SwitchOff{ID: ada.ID})
	b.must(b.admin, directory.SwitchOff{ID: bob.ID})
	b.work(directory.UrgentLane)
	b.target.Rules = nil
	b.work(allLanes...)
	if n := len(b.target.Calls()) - before; n != 1 {
		t.Errorf("%d calls although the first was told to wait", n)
	}
	b.time.advance(time.Minute)
	b.work(directory.UrgentLane)
	b.agree()
}

// TestALeaverDoesNotWaitForThePauseOfThePushBefore lets somebody lose access while a push
// about them is told to wait for an hour.
func TestALeaverDoesNotWaitForThePauseOfThePushBefore(t *testing.T) {
	onBoth(t, func(t *testing.T, b *branch) {
		ada := b.hire("ada")
		b.drain()
		b.must(b.admin, directory.SetGrants{ID: ada.ID, Grants: []directory.Grant{{Kind: directory.ChannelGrant, Name: "board"}}})
		b.target.Rules = func(targettest.Call) targettest.Fault {
			b.target.Rules = nil
			b.must(b.admin, directory.SwitchOff{ID: ada.ID})
			return targettest.Fault{Before: &bridgesync.TooFast{Until: b.time.Now().Add(time.Hour)}}
		}
		b.work(directory.PushLane)
		b.work(directory.UrgentLane)
		if b.target.Accounts()[ada.ID].Active {
			t.Errorf("ada may sign in still, the row is %+v", b.row(ada.ID))
		}
	})
}

// TestAChangedPushWaitsForThePause is the other side: the pause holds for the lane in
// which it waits.
func TestAChangedPushWaitsForThePause(t *testing.T) {
	b := newBranch(t, onSQLite(t))
	ada := b.hire("ada")
	before := len(b.target.Calls())
	b.target.Rules = func(targettest.Call) targettest.Fault {
		b.target.Rules = nil
		b.must(b.admin, directory.SetGrants{ID: ada.ID, Grants: []directory.Grant{{Kind: directory.ChannelGrant, Name: "board"}}})
		return targettest.Fault{Before: &bridgesync.TooFast{Until: b.time.Now().Add(time.Minute)}}
	}
	b.work(allLanes...)
	b.work(allLanes...)
	if n := len(b.target.Calls()) - before; n != 1 {
		t.Errorf("%d calls although the first was told to wait", n)
	}
	b.time.advance(time.Minute)
	b.drain()
	b.agree()
}

// TestALeaverDoesNotWaitForAClock has somebody lose access on a machine whose clock is
// ahead of the worker's.
func TestALeaverDoesNotWaitForAClock(t *testing.T) {
	onBoth(t, func(t *testing.T, b *branch) {
		ada := b.hire("ada")
		b.drain()
		ahead := directory.New(b.store, directory.WithClock(func() time.Time { return b.time.Now().Add(30 * time.Second) }))
		if _, err := ahead.Apply(t.Context(), b.admin, directory.SwitchOff{ID: ada.ID}); err != nil {
			t.Fatal(err)
		}
		b.work(directory.UrgentLane)
		if b.target.Accounts()[ada.ID].Active {
			t.Errorf("ada may sign in still, the row is %+v", b.row(ada.ID))
		}
	})
}

func TestAnotherTargetGetsEverybody(t *testing.T) {
	onBoth(t, func(t *testing.T, b *branch) {
		b.must(b.admin, directory.SetTarget{})
		for _, name := range []string{"ada", "bob", "cyd"} {
			b.hire(name)
		}
		if rows := b.rows(); len(rows) != 0 {
			t.Fatalf("without a target something waits: %+v", rows)
		}
		b.name = "another"
		b.must(b.admin, directory.SetTarget{Target: b.name})
		b.drain()
		b.agree()
		if n := len(b.target.Accounts()); n != 3 {
			t.Errorf("the target has %d accounts", n)
		}
	})
}

func TestNothingIsLeftOfWhatIsGoneWithoutATarget(t *testing.T) {
	b := newBranch(t, onSQLite(t))
	ada := b.hire("ada")
	g := b.must(b.okta, directory.PutGroup{Group: directory.Group{DisplayName: "All"}}).Group
	b.drain()
	b.must(b.admin, directory.SetTarget{})
	b.must(b.admin, directory.PutMapping{Mapping: directory.Mapping{Group: g.ID, Kind: directory.ChannelGrant, Name: "all"}})
	b.must(b.okta, directory.DeleteGroup{ID: g.ID})
	b.must(b.okta, directory.DeleteUser{ID: ada.ID})
	b.row(ada.ID)
	b.time.advance(directory.Settings{}.Grace() + time.Hour)
	b.must(directory.Actor{Kind: directory.System, Name: "retention", Workspace: b.admin.Workspace}, directory.Purge{ID: ada.ID})
	for kind, record := range map[directory.RecordType]directory.ResourceID{directory.UserRecord: ada.ID, directory.GroupRecord: g.ID} {
		err := b.Read(t.Context(), b.admin, func(ctx context.Context, tx directory.ReadTx) error {
			_, err := tx.Delivery(ctx, kind, string(record))
			return err
		})
		if !directory.Is(err, directory.NotFound) {
			t.Errorf("the row of the %s is still there: %v", kind, err)
		}
	}
}
