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

// killAt makes everything that a worker asks of the store fail, from the first call of
// the target of a kind on: as if its process had been killed in the middle of that call,
// after the target had done what it was asked.
func (b *branch) killAt(method string) {
	killed := directory.Errorf(directory.Unavailable, "", "killed")
	ctx, kill := context.WithCancel(b.Context())
	b.target.Rules = func(c targettest.Call) targettest.Fault {
		if c.Method == method {
			b.faulty.FailAlways(killed)
			kill()
		}
		return targettest.Fault{}
	}
	_ = b.deliverer(b.Directory).Work(ctx, directory.LaneJob{Workspace: b.admin.Workspace, Lane: directory.PushLane})
	b.faulty.Disarm()
	b.target.Rules = nil
	b.time.advance(2 * directory.ClaimTime) // until the claims of the dead run out
}

func (b *branch) shown() (all []directory.Action) {
	b.Helper()
	err := b.store.View(b.Context(), b.admin.Workspace, func(ctx context.Context, tx directory.ReadTx) (err error) {
		all, err = tx.ShownActions(ctx)
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	return all
}

func TestAResetIsNotSentTwiceAfterACrash(t *testing.T) {
	onBoth(t, func(t *testing.T, b *branch) {
		ada := b.hire("ada")
		b.drain()
		b.must(b.admin, directory.ResetTOTP{ID: ada.ID})
		b.killAt("act")
		b.drain()
		if acts := b.target.Accounts()[ada.ID].Acts; len(acts) != 1 {
			t.Errorf("it was sent %d times", len(acts))
		}
		if all := b.shown(); len(all) != 1 || all[0].State != directory.ActUnknown || all[0].Kind != directory.ActResetTOTP {
			t.Errorf("shown is %+v", all)
		}
		b.must(b.admin, directory.ResetTOTP{ID: ada.ID})
		b.drain()
		if acts := b.target.Accounts()[ada.ID].Acts; len(acts) != 2 {
			t.Errorf("asked for again, it was sent %d times", len(acts))
		}
		if all := b.shown(); len(all) != 0 {
			t.Errorf("still shown is %+v", all)
		}
	})
}

func TestALogOutIsRepeatedAfterACrash(t *testing.T) {
	b := newBranch(t, onSQLite(t))
	ada := b.hire("ada")
	b.drain()
	b.must(b.admin, directory.LogOut{ID: ada.ID})
	b.killAt("act")
	b.drain()
	if acts := b.target.Accounts()[ada.ID].Acts; len(acts) != 2 {
		t.Errorf("it was sent %d times", len(acts))
	}
	if all := b.shown(); len(all) != 0 {
		t.Errorf("shown is %+v", all)
	}
}

func TestWhatSurelyWasNotSentIsSentAgain(t *testing.T) {
	b := newBranch(t, onSQLite(t))
	ada := b.hire("ada")
	b.drain()
	b.must(b.admin, directory.ResetE2EE{ID: ada.ID})
	b.target.Rules = func(c targettest.Call) targettest.Fault {
		if c.Method != "act" {
			return targettest.Fault{}
		}
		b.target.Rules = nil
		return targettest.Fault{Before: &bridgesync.NotSent{Err: errors.New("connection refused")}}
	}
	b.drain()
	if acts := b.target.Accounts()[ada.ID].Acts; len(acts) != 1 {
		t.Errorf("it was done %d times", len(acts))
	}
	if all := b.shown(); len(all) != 0 {
		t.Errorf("shown is %+v", all)
	}
}

func TestActsFollowTheStateInOrder(t *testing.T) {
	b := newBranch(t, onSQLite(t))
	ada := b.hire("ada")
	b.must(b.admin, directory.SetPassword{ID: ada.ID, Password: directory.NewSecret("first")})
	b.must(b.admin, directory.LogOut{ID: ada.ID})
	b.must(b.admin, directory.LogOut{ID: ada.ID})
	b.must(b.admin, directory.SetPassword{ID: ada.ID, Password: directory.NewSecret("second")})
	b.drain()
	a := b.target.Accounts()[ada.ID]
	if len(a.Acts) != 2 || a.Acts[0] != directory.ActLogOut || a.Acts[1] != directory.ActPassword || a.Password != "second" {
		t.Errorf("the acts were %v, the password %q", a.Acts, a.Password)
	}
	if calls := b.target.Calls(); calls[0].Method != "deliver" {
		t.Errorf("the first call was %+v", calls[0])
	}
}

func TestLosingAccessCancelsWhatIsWaiting(t *testing.T) {
	b := newBranch(t, onSQLite(t))
	ada := b.hire("ada")
	b.drain()
	b.must(b.admin, directory.LogOut{ID: ada.ID})
	b.must(b.admin, directory.SwitchOff{ID: ada.ID})
	b.drain()
	if acts := b.target.Accounts()[ada.ID].Acts; len(acts) != 0 {
		t.Errorf("done were %v", acts)
	}
}

func TestARefusedActIsShownAndHoldsUpNothing(t *testing.T) {
	b := newBranch(t, onSQLite(t))
	ada := b.hire("ada")
	b.drain()
	b.must(b.admin, directory.ResetTOTP{ID: ada.ID})
	b.target.Rules = func(c targettest.Call) targettest.Fault {
		if c.Method == "act" {
			return targettest.Fault{Before: &bridgesync.Refusal{Reason: "two factors are off"}}
		}
		return targettest.Fault{}
	}
	b.drain()
	if all := b.shown(); len(all) != 1 || all[0].State != directory.ActFailed || all[0].Cause != "two factors are off" {
		t.Errorf("shown is %+v", all)
	}
	if d := b.row(ada.ID); d.Lane != 0 || !d.Parked.IsZero() {
		t.Errorf("the row is %+v", d)
	}
}

func TestActsNeedATarget(t *testing.T) {
	b := newBranch(t, onSQLite(t))
	ada := b.hire("ada")
	b.must(b.admin, directory.SetTarget{})
	for _, c := range []directory.Change{directory.LogOut{ID: ada.ID}, directory.ResetTOTP{ID: ada.ID},
		directory.ResetE2EE{ID: ada.ID}, directory.Redeliver{ID: ada.ID}} {
		if _, err := b.Apply(t.Context(), b.admin, c); !directory.Is(err, directory.Denied) {
			t.Errorf("%s: %v", c.Kind(), err)
		}
	}
}

func TestAWorkerThatDiedIsReplaced(t *testing.T) {
	onBoth(t, func(t *testing.T, b *branch) {
		b.hire("ada")
		taken, err := b.TakeDeliveries(t.Context(), directory.Actor{Kind: directory.System, Workspace: b.admin.Workspace}, "fake", directory.PushLane, 5)
		if err != nil || len(taken) != 1 {
			t.Fatalf("took %d: %v", len(taken), err)
		}
		b.work(allLanes...)
		if n := len(b.target.Calls()); n != 0 {
			t.Errorf("%d calls about somebody whom another worker claimed", n)
		}
		b.time.advance(directory.ClaimTime + time.Second)
		b.work(allLanes...)
		b.agree()
		err = b.Settle(t.Context(), directory.Actor{Kind: directory.System, Workspace: b.admin.Workspace}, taken[0], directory.Delivered{Cause: "late"})
		if !directory.Is(err, directory.Stale) {
			t.Errorf("the dead one settled: %v", err)
		}
	})
}
