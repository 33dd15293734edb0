package sync_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"rollcall/directory"
	bridgesync "rollcall/sync"
	"rollcall/sync/targettest"
)

// move gives the workspace another target, which is empty. The returned function lets the
// workers of the one before work on a lane.
func (b *branch) move() (old *targettest.Target, work func(directory.Lane) error) {
	b.Helper()
	before := b.deliverer(b.Directory)
	old = b.target
	b.target, b.name = new(targettest.Target), "another"
	b.must(b.admin, directory.SetTarget{Target: b.name})
	return old, func(l directory.Lane) error {
		return before.Work(context.Background(), directory.LaneJob{Workspace: b.admin.Workspace, Lane: l})
	}
}

func TestWorkersOfATargetBeforeDeliverNothing(t *testing.T) {
	onBoth(t, func(t *testing.T, b *branch) {
		b.hire("ada")
		b.drain()
		b.hire("bob")
		old, work := b.move()
		before := len(old.Calls())
		if err := work(directory.PushLane); !directory.Is(err, directory.Stale) {
			t.Errorf("a worker of the target before: %v", err)
		}
		if n := len(old.Calls()) - before; n != 0 {
			t.Errorf("%d calls of the target before", n)
		}
		worker := directory.Actor{Kind: directory.System, Workspace: b.admin.Workspace}
		if due, err := b.DueLanes(t.Context(), worker, "fake"); err != nil || len(due) != 0 {
			t.Errorf("due for the target before is %v: %v", due, err)
		}
		b.drain()
		b.agree()
		if n := len(b.target.Accounts()); n != 2 {
			t.Errorf("the target has %d accounts", n)
		}
	})
}

func TestWhatATargetBeforeAnswersIsNoLink(t *testing.T) {
	onBoth(t, func(t *testing.T, b *branch) {
		ada := b.hire("ada")
		release := b.hangPushes()
		wait := b.begin(directory.PushLane)
		old, _ := b.move()
		release()
		if err := wait(); !directory.Is(err, directory.Stale) {
			t.Errorf("the worker of the target before ended with %v", err)
		}
		if _, made := old.Accounts()[ada.ID]; !made {
			t.Fatal("the call did not arrive: the test tests nothing")
		}
		if d := b.row(ada.ID); d.Synced != 0 {
			t.Errorf("the row is %+v, want nothing delivered", d)
		}
		b.drain()
		b.agree() // the target would break its rules for an id that it never gave out
	})
}

// TestACallOfATargetBeforeEnds has a call hang while the target changes.
func TestACallOfATargetBeforeEnds(t *testing.T) {
	c := onSQLite(t)
	synctest.Test(t, func(t *testing.T) {
		b := newBranch(t, c)
		b.hire("ada")
		b.hangPushes()
		began := time.Now()
		wait := b.begin(directory.PushLane)
		b.move()
		if err := wait(); !directory.Is(err, directory.Stale) {
			t.Errorf("the worker of the target before ended with %v", err)
		}
		if d := time.Since(began); d != directory.ClaimTime/3 {
			t.Errorf("the call ended after %s, the first sign of life is after %s", d, directory.ClaimTime/3)
		}
		b.drain()
		b.agree()
	})
}

func TestAPasswordForATargetBeforeDoesNotGoToTheNext(t *testing.T) {
	onBoth(t, func(t *testing.T, b *branch) {
		ada := b.hire("ada")
		b.drain()
		b.must(b.admin, directory.SetPassword{ID: ada.ID, Password: directory.NewSecret("secret")})
		b.move()
		b.drain()
		b.agree()
		if a := b.target.Accounts()[ada.ID]; a.Password != "" || len(a.Acts) != 0 {
			t.Errorf("the account of another target is %+v", a)
		}
		if all := b.shown(); len(all) != 1 || all[0].State != directory.ActFailed || all[0].Kind != directory.ActPassword ||
			all[0].Payload != "" || all[0].Cause == "" {
			t.Errorf("shown is %+v", all)
		}
		b.must(b.admin, directory.SetPassword{ID: ada.ID, Password: directory.NewSecret("another")})
		b.drain()
		if a := b.target.Accounts()[ada.ID]; a.Password != "another" {
			t.Errorf("asked for again, the password is %q", a.Password)
		}
		if all := b.shown(); len(all) != 0 {
			t.Errorf("still shown is %+v", all)
		}
	})
}

// TestAnActThatATargetBeforeDidNotDoStaysThere has the act fail after the target changed,
// in ways after which it would be done again.
func TestAnActThatATargetBeforeDidNotDoStaysThere(t *testing.T) {
	for state, failure := range map[directory.ActionState]error{
		directory.ActFailed:  &bridgesync.NotSent{Err: errors.New("connection refused")},
		directory.ActUnknown: errors.New("connection reset"),
	} {
		t.Run(string(state), func(t *testing.T) {
			b := newBranch(t, onSQLite(t))
			ada := b.hire("ada")
			b.drain()
			b.must(b.admin, directory.SetPassword{ID: ada.ID, Password: directory.NewSecret("secret")})
			hang := make(chan struct{})
			b.target.Rules = targettest.On("act", targettest.Fault{Wait: hang, Before: failure})
			calls := len(b.target.Calls())
			wait := b.begin(directory.PushLane)
			b.until(func() bool { return len(b.target.Calls()) == calls+2 })
			b.move()
			close(hang)
			if err := wait(); !directory.Is(err, directory.Stale) {
				t.Errorf("the worker of the target before ended with %v", err)
			}
			b.drain()
			b.agree()
			if a := b.target.Accounts()[ada.ID]; len(a.Acts) != 0 {
				t.Errorf("the account of another target is %+v", a)
			}
			if all := b.shown(); len(all) != 1 || all[0].State != state {
				t.Errorf("shown is %+v", all)
			}
		})
	}
}

func TestAnActThatATargetBeforeIsDoingStaysThere(t *testing.T) {
	onBoth(t, func(t *testing.T, b *branch) {
		ada := b.hire("ada")
		b.drain()
		b.must(b.admin, directory.SetPassword{ID: ada.ID, Password: directory.NewSecret("secret")})
		hang := make(chan struct{})
		b.target.Rules = targettest.On("act", targettest.Fault{Wait: hang})
		calls := len(b.target.Calls())
		wait := b.begin(directory.PushLane)
		b.until(func() bool { return len(b.target.Calls()) == calls+2 }) // the state, and the act
		old, _ := b.move()
		b.drain()
		if a := b.target.Accounts()[ada.ID]; a.Password != "" || len(a.Acts) != 0 {
			t.Errorf("the account of another target is %+v", a)
		}
		if all := b.shown(); len(all) != 1 || all[0].State != directory.ActUnknown {
			t.Errorf("shown is %+v", all)
		}
		close(hang)
		if err := wait(); err != nil { // the time of its stint is over
			t.Error(err)
		}
		if old.Accounts()[ada.ID].Password != "secret" {
			t.Fatal("the act did not arrive: the test tests nothing")
		}
		if all := b.shown(); len(all) != 0 {
			t.Errorf("now that it is known, shown is %+v", all)
		}
	})
}

// TestAProcessNeverCallsTwiceAtOnceAboutOnePerson has the target go and come back while a
// call hangs, so that the claim is nobody's, and the person leave.
func TestAProcessNeverCallsTwiceAtOnceAboutOnePerson(t *testing.T) {
	onBoth(t, func(t *testing.T, b *branch) {
		ada := b.hire("ada")
		first, d := b.target, b.deliverer(b.Directory)
		work := func(l directory.Lane) error {
			return d.Work(context.Background(), directory.LaneJob{Workspace: b.admin.Workspace, Lane: l})
		}
		release := b.hangPushes()
		ended := make(chan error, 1)
		go func() { ended <- work(directory.PushLane) }()
		b.until(func() bool { return len(first.Calls()) == 1 })
		b.provision("another", new(targettest.Target))
		b.provision("fake", first)
		b.must(b.admin, directory.SwitchOff{ID: ada.ID})
		eve := b.disabled("eve")
		b.must(b.admin, directory.Redeliver{ID: eve.ID})
		if err := work(directory.UrgentLane); err != nil {
			t.Error(err)
		}
		if calls := first.Calls(); len(calls) != 2 || calls[1].Person != eve.ID {
			t.Errorf("the calls are %+v, want one about ada, and one about eve whom that does not concern", calls)
		}
		if d := b.row(ada.ID); d.Claim != "" || d.Lane != directory.UrgentLane || !d.Next.Equal(b.time.Now().Add(time.Second)) {
			t.Errorf("the row is %+v, want it urgent and put off for a second", d)
		}
		release()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		b.time.advance(time.Second)
		if err := work(directory.UrgentLane); err != nil {
			t.Error(err)
		}
		if a := first.Accounts()[ada.ID]; a.ID == "" || a.Active {
			t.Errorf("the account of ada is %+v", a)
		}
		b.drain()
		b.agree()
	})
}
