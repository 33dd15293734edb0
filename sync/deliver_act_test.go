package sync_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"rollcall/directory"
	"rollcall/directory/vault"
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

// waiting lists what is still to be done for somebody.
func (b *branch) waiting(id directory.ResourceID) (all []directory.Action) {
	b.Helper()
	err := b.store.View(b.Context(), b.admin.Workspace, func(ctx context.Context, tx directory.ReadTx) (err error) {
		all, err = tx.OpenActions(ctx, directory.UserRecord, string(id))
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	return all
}

// act reads one act.
func (b *branch) act(id string) (a *directory.Action) {
	b.Helper()
	err := b.store.View(b.Context(), b.admin.Workspace, func(ctx context.Context, tx directory.ReadTx) (err error) {
		a, err = tx.Action(ctx, id)
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	return a
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

func TestAPasswordWaitsForWhoHasNoAccountYet(t *testing.T) {
	onBoth(t, func(t *testing.T, b *branch) {
		b.must(b.admin, directory.PutWorkspace{Settings: directory.Settings{Seats: 1}})
		ada := b.hire("ada")
		bob := newcomer("bob")
		held := b.must(b.admin, directory.PutUser{User: bob, Password: directory.NewSecret("secret")}).User
		if held.EffectivelyActive() {
			t.Fatal("bob has a seat")
		}
		b.must(b.admin, directory.LogOut{ID: held.ID})
		b.drain()
		b.must(b.admin, directory.SetGrants{ID: held.ID, Grants: []directory.Grant{{Kind: directory.ChannelGrant, Name: "board"}}})
		b.drain()
		b.must(b.admin, directory.SwitchOff{ID: ada.ID}) // frees the seat
		b.drain()
		a := b.target.Accounts()[held.ID]
		if a.Password != "secret" || !slices.Equal(a.Acts, []directory.ActionKind{directory.ActPassword}) {
			t.Errorf("the password is %q, the acts were %v", a.Password, a.Acts)
		}
	})
}

func TestWhatWaitsForSomebodyGoneIsCancelled(t *testing.T) {
	b := newBranch(t, onSQLite(t))
	bob := newcomer("bob")
	bob.Wanted = false
	out := b.must(b.admin, directory.PutUser{User: bob, Password: directory.NewSecret("secret")}).User
	b.drain()
	open := b.waiting(out.ID)
	if len(open) != 1 || open[0].State != directory.ActWaiting {
		t.Fatalf("waiting is %+v", open)
	}
	b.must(b.admin, directory.DeleteUser{ID: out.ID})
	b.time.advance(directory.Settings{}.Grace() + time.Hour)
	b.must(directory.Actor{Kind: directory.System, Name: "retention", Workspace: b.admin.Workspace}, directory.Purge{ID: out.ID})
	b.drain()
	if open := b.waiting(out.ID); len(open) != 0 {
		t.Errorf("still waiting is %+v", open)
	}
	if a := b.act(open[0].ID); a.State != directory.ActCancelled || a.Cause != "the person is gone" || a.Payload != "" {
		t.Errorf("the password is %+v", a)
	}
}

// TestWhatWasBeingSentIsNotSentAgainToALeaver switches somebody off while an act is under
// way, of which the worker learns afterwards what came of it.
func TestWhatWasBeingSentIsNotSentAgainToALeaver(t *testing.T) {
	for _, tt := range []struct {
		name  string
		fault targettest.Fault
		done  int
		state directory.ActionState
	}{
		{"surely not done", targettest.Fault{Before: &bridgesync.NotSent{Err: errors.New("connection refused")}}, 0, directory.ActCancelled},
		{"done, and the answer lost", targettest.Fault{After: errors.New("reset")}, 1, directory.ActCancelled},
		{"done", targettest.Fault{}, 1, directory.ActDone},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newBranch(t, onSQLite(t))
			ada := b.hire("ada")
			b.drain()
			b.must(b.admin, directory.SetPassword{ID: ada.ID, Password: directory.NewSecret("secret")})
			id := b.waiting(ada.ID)[0].ID
			b.target.Rules = func(c targettest.Call) targettest.Fault {
				if c.Method != "act" {
					return targettest.Fault{}
				}
				b.target.Rules = nil
				b.must(b.admin, directory.SwitchOff{ID: ada.ID})
				return tt.fault
			}
			b.drain()
			if acts := b.target.Accounts()[ada.ID].Acts; len(acts) != tt.done {
				t.Errorf("it was done %d times", len(acts))
			}
			if a := b.act(id); a.State != tt.state || a.Payload != "" {
				t.Errorf("the act is %+v", a)
			}
			b.agree()
		})
	}
}

func TestARefusedActIsShownAndHoldsUpNothing(t *testing.T) {
	b := newBranch(t, onSQLite(t))
	ada := b.hire("ada")
	b.drain()
	b.must(b.admin, directory.ResetTOTP{ID: ada.ID})
	b.target.Rules = targettest.On("act", targettest.Fault{Before: &bridgesync.Refusal{Reason: "two factors are off"}})
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

func TestAPasswordThatCannotBeKeptIsRefused(t *testing.T) {
	b := newBranch(t, onSQLite(t))
	ada := b.hire("ada")
	b.Directory = directory.New(b.store, directory.WithClock(b.time.Now), directory.WithHasher(&vault.Argon2{Memory: 64, Passes: 1}))
	secret := directory.NewSecret("secret")
	changed := *ada
	changed.Title = "Countess"
	for _, c := range []directory.Change{directory.PutUser{User: newcomer("bob"), Password: secret},
		directory.PutUser{User: changed, Password: secret}, directory.SetPassword{ID: ada.ID, Password: secret}} {
		if _, err := b.Apply(t.Context(), b.admin, c); !directory.Is(err, directory.Denied) {
			t.Errorf("%s: %v", c.Kind(), err)
		}
	}
	b.must(b.okta, directory.PutUser{User: newcomer("bob"), Password: secret}) // of a source that sends one with everybody
	b.must(b.admin, directory.SetTarget{})
	b.must(b.admin, directory.PutUser{User: newcomer("cyd"), Password: secret})
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
