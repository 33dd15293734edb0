package sync_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"rollcall/directory"
	"rollcall/sync/targettest"
)

// hangPushes makes calls about who is active hang until the returned function is called.
func (b *branch) hangPushes() (release func()) {
	hang := make(chan struct{})
	b.target.Rules = func(c targettest.Call) targettest.Fault {
		if c.Active {
			return targettest.Fault{Wait: hang}
		}
		return targettest.Fault{}
	}
	return func() { close(hang) }
}

// begin works on a lane beside the test, until a call hangs. The returned function waits
// until the worker has ended, and returns its error.
func (b *branch) begin(lane directory.Lane) (wait func() error) {
	b.Helper()
	before := len(b.target.Calls())
	ended := make(chan error, 1)
	d := b.deliverer(b.Directory)
	go func() {
		ended <- d.Work(context.Background(), directory.LaneJob{Workspace: b.admin.Workspace, Lane: lane})
	}()
	b.until(func() bool { return len(b.target.Calls()) > before })
	return func() error { return <-ended }
}

func TestAPushThatArrivesAfterALeavingIsCorrected(t *testing.T) {
	onBoth(t, func(t *testing.T, b *branch) {
		ada := b.hire("ada")
		b.drain()
		b.must(b.admin, directory.SetGrants{ID: ada.ID, Grants: []directory.Grant{{Kind: directory.ChannelGrant, Name: "board"}}})
		release := b.hangPushes()
		wait := b.begin(directory.PushLane)
		b.time.advance(directory.ClaimTime + time.Second) // without a sign of life
		b.must(b.admin, directory.SwitchOff{ID: ada.ID})
		b.work(directory.UrgentLane)
		if b.target.Accounts()[ada.ID].Active {
			t.Fatal("the leaving was not delivered by another worker")
		}
		release()
		if err := wait(); err != nil {
			t.Error(err)
		}
		if !b.target.Accounts()[ada.ID].Active {
			t.Fatal("the old push did not arrive: the test tests nothing")
		}
		if d := b.row(ada.ID); d.Lane != directory.UrgentLane {
			t.Errorf("the row is %+v, want it urgent", d)
		}
		b.drain()
		if b.target.Accounts()[ada.ID].Active {
			t.Error("ada, who left, may sign in for good")
		}
	})
}

func TestAnAccountThatIsMadeAfterItsPersonWasRemovedIsRemoved(t *testing.T) {
	onBoth(t, func(t *testing.T, b *branch) {
		b.must(b.admin, directory.PutWorkspace{Settings: directory.Settings{DeleteGrace: time.Hour}})
		ada := b.hire("ada")
		release := b.hangPushes()
		wait := b.begin(directory.PushLane)
		b.must(b.okta, directory.DeleteUser{ID: ada.ID})
		b.time.advance(2 * time.Hour)
		b.must(directory.Actor{Kind: directory.System, Workspace: b.admin.Workspace}, directory.Purge{ID: ada.ID})
		b.work(allLanes...)
		if buried := b.target.Buried(); len(buried) != 1 {
			t.Fatalf("removed was %+v", buried)
		}
		release()
		if err := wait(); err != nil {
			t.Error(err)
		}
		if _, made := b.target.Accounts()[ada.ID]; !made {
			t.Fatal("the old push did not arrive: the test tests nothing")
		}
		b.drain()
		if a, there := b.target.Accounts()[ada.ID]; there {
			t.Errorf("the account %+v is there for good", a)
		}
	})
}

// TestACallEndsWithItsClaim has a store that takes no sign of life: somebody else may
// call by then.
func TestACallEndsWithItsClaim(t *testing.T) {
	c := onSQLite(t)
	synctest.Test(t, func(t *testing.T) {
		b := newBranch(t, c)
		ada := b.hire("ada")
		b.hangPushes()
		began := time.Now()
		wait := b.begin(directory.PushLane)
		b.faulty.FailAlways(directory.Errorf(directory.Unavailable, "", "gone"))
		if err := wait(); !directory.Is(err, directory.Unavailable) {
			t.Errorf("the claims were given back: %v", err)
		}
		b.faulty.Disarm()
		b.time.advance(directory.ClaimTime)
		if d := time.Since(began); d != directory.ClaimTime {
			t.Errorf("the call ended after %s, the claim after %s", d, directory.ClaimTime)
		}
		b.target.Rules = nil
		b.drain()
		b.agree()
		if d := b.row(ada.ID); d.Lane != 0 {
			t.Errorf("the row is %+v", d)
		}
	})
}

// TestACallEndsWhenItsClaimIsLost has another worker take what one still calls about.
func TestACallEndsWhenItsClaimIsLost(t *testing.T) {
	c := onSQLite(t)
	synctest.Test(t, func(t *testing.T) {
		b := newBranch(t, c)
		ada := b.hire("ada")
		b.hangPushes()
		began := time.Now()
		wait := b.begin(directory.PushLane)
		b.time.advance(directory.ClaimTime + time.Second)
		b.must(b.admin, directory.SwitchOff{ID: ada.ID})
		b.work(directory.UrgentLane)
		generation := b.row(ada.ID).Generation
		if err := wait(); err != nil {
			t.Error(err)
		}
		if d := time.Since(began); d != directory.ClaimTime/3 {
			t.Errorf("the call ended after %s, the first sign of life is after %s", d, directory.ClaimTime/3)
		}
		if d := b.row(ada.ID); d.Lane != directory.UrgentLane || d.Generation != generation+1 {
			t.Errorf("the row is %+v, want it raised, for nobody knows what was done", d)
		}
	})
}

// TestALeaverWhomAWorkerClaimedWaitsASecond has a worker of pushes hang in a call while
// somebody leaves whom it claimed besides.
func TestALeaverWhomAWorkerClaimedWaitsASecond(t *testing.T) {
	c := onSQLite(t)
	synctest.Test(t, func(t *testing.T) {
		b := newBranch(t, c)
		ada := b.hire("ada")
		b.time.advance(time.Second)
		bob := b.hire("bob")
		b.drain()
		for _, u := range []*directory.User{ada, bob} {
			b.must(b.admin, directory.SetGrants{ID: u.ID, Grants: []directory.Grant{{Kind: directory.ChannelGrant, Name: "board"}}})
			b.time.advance(time.Second)
		}
		release := b.hangPushes()
		wait := b.begin(directory.PushLane)
		if d := b.row(bob.ID); d.Claim == "" || d.Claim != b.row(ada.ID).Claim {
			t.Fatalf("the row is %+v, want it claimed together with ada's", d)
		}
		b.must(b.admin, directory.SwitchOff{ID: bob.ID})
		time.Sleep(time.Second)
		synctest.Wait()
		b.work(directory.UrgentLane)
		if b.target.Accounts()[bob.ID].Active {
			t.Errorf("bob may sign in still, the row is %+v", b.row(bob.ID))
		}
		if d := b.row(ada.ID); d.Claim == "" {
			t.Errorf("the row of ada, about whom it calls, is %+v", d)
		}
		release()
		if err := wait(); err != nil {
			t.Error(err)
		}
		b.target.Rules = nil
		b.drain()
		b.agree()
		if n := len(b.target.Calls()); n != 4 {
			t.Errorf("%d calls for four states", n)
		}
	})
}
