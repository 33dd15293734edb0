package sync_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"rollcall/directory"
	bridgesync "rollcall/sync"
	"rollcall/sync/targettest"
)

// disabled makes somebody of okta's who may not sign in from the beginning.
func (b *branch) disabled(name string) *directory.User {
	b.Helper()
	u := newcomer(name)
	u.Wanted = false
	return b.must(b.okta, directory.PutUser{User: u}).User
}

// want lets somebody sign in from now on.
func (b *branch) want(u *directory.User) {
	b.Helper()
	changed := *u
	changed.Wanted = true
	b.must(b.okta, directory.PutUser{User: changed})
}

// had puts an active account into the target that is called as newcomers are.
func (b *branch) had(name string) (id string) {
	return b.target.Had(directory.Names{Username: name, Email: name + "@acme.example"})
}

func TestNobodyIsMadeWhoMayNotSignIn(t *testing.T) {
	onBoth(t, func(t *testing.T, b *branch) {
		ada := b.disabled("ada")
		b.drain()
		if n := b.target.Made(); n != 0 {
			t.Errorf("the target has %d accounts", n)
		}
		if calls := b.target.Calls(); len(calls) != 1 || !calls[0].OnlyFind {
			t.Errorf("the target was asked for %+v", calls)
		}
		b.want(ada)
		b.drain()
		b.agree()
		if !b.target.Accounts()[ada.ID].Active {
			t.Error("ada, who may sign in by now, has no account")
		}
	})
}

// TestAnAccountOfBeforeLosesItsAccess provisions a target that is full of people, of whom
// one may not sign in and one has no seat.
func TestAnAccountOfBeforeLosesItsAccess(t *testing.T) {
	onBoth(t, func(t *testing.T, b *branch) {
		b.must(b.admin, directory.PutWorkspace{Settings: directory.Settings{Seats: 1, DeleteGrace: time.Hour}})
		ids := map[string]string{"ada": b.had("ada"), "bob": b.had("bob"), "cyd": b.had("cyd"), "eve": b.had("eve")}
		ada := b.disabled("ada")
		b.hire("bob")
		b.hire("cyd") // there is no seat left
		eve := b.hire("eve")
		b.must(b.okta, directory.DeleteUser{ID: eve.ID})
		b.drain()
		b.agree()
		for name, id := range ids {
			if a := b.target.Account(id); a.Active != (name == "bob") || a.Person == "" {
				t.Errorf("the account of %s is %+v", name, a)
			}
		}
		b.must(b.okta, directory.DeleteUser{ID: ada.ID})
		b.time.advance(2 * time.Hour)
		b.must(directory.Actor{Kind: directory.System, Workspace: b.admin.Workspace}, directory.Purge{ID: ada.ID})
		b.drain()
		if a := b.target.Account(ids["ada"]); a.ID != "" {
			t.Errorf("who was deleted for good has the account %+v", a)
		}
	})
}

// TestAnAccountOfSomebodyElseKeepsItsAccess has people without access who are called like
// others.
func TestAnAccountOfSomebodyElseKeepsItsAccess(t *testing.T) {
	onBoth(t, func(t *testing.T, b *branch) {
		bob := b.had("bob")
		ada := b.hire("ada")
		b.drain()
		b.disabled("ada@other") // of whom the target would have the name ada
		b.disabled("bob@other")
		b.drain()
		b.agree()
		if !b.target.Accounts()[ada.ID].Active {
			t.Error("ada lost her access to a namesake's leaving")
		}
		if a := b.target.Account(bob); !a.Active || a.Person != "" {
			t.Errorf("the account with another address is %+v", a)
		}
		if rows := b.rows(); len(rows) != 0 {
			t.Errorf("behind are %+v", rows)
		}
	})
}

// TestAnAccountWithoutAnAddressGoesToWhoHasItsName has somebody without access be looked
// for before the one of that name comes.
func TestAnAccountWithoutAnAddressGoesToWhoHasItsName(t *testing.T) {
	onBoth(t, func(t *testing.T, b *branch) {
		for name, active := range map[string]bool{"ada": true, "bob": false} {
			id := b.target.Had(directory.Names{Username: name})
			b.disabled(name + "@other")
			u := newcomer(name)
			u.Wanted = active
			rightly := b.must(b.okta, directory.PutUser{User: u}).User
			b.drain()
			b.agree()
			if a := b.target.Account(id); a.Person != rightly.ID || a.Active != active {
				t.Errorf("the account of %s, %s, is %+v", name, rightly.ID, a)
			}
		}
		if rows := b.rows(); len(rows) != 0 {
			t.Errorf("behind are %+v", rows)
		}
	})
}

// TestAnAccountOfOneOfTwoGoesToWhoMaySignIn has two people of whom the
// target would have one name.
func TestAnAccountOfOneOfTwoGoesToWhoMaySignIn(t *testing.T) {
	onBoth(t, func(t *testing.T, b *branch) {
		id := b.target.Had(directory.Names{Username: "ada"})
		b.disabled("ada@x")
		active := b.hire("ada@y")
		b.drain()
		b.agree()
		if a := b.target.Account(id); a.Person != active.ID || !a.Active {
			t.Errorf("the account of %s is %+v", active.ID, a)
		}
		if rows := b.rows(); len(rows) != 0 {
			t.Errorf("behind are %+v", rows)
		}
	})
}

func TestAnAccountOfOneOfTwoWhoMayNotSignInIsLocked(t *testing.T) {
	b := newBranch(t, onSQLite(t))
	id := b.target.Had(directory.Names{Username: "ada"})
	b.disabled("ada@x")
	b.disabled("ada@y")
	b.drain()
	b.agree()
	if a := b.target.Account(id); a.Active {
		t.Errorf("the account is %+v", a)
	}
}

func TestWhoWasOnlyLookedForKeepsNoName(t *testing.T) {
	onBoth(t, func(t *testing.T, b *branch) {
		b.disabled("ada@other")
		b.target.Rules = targettest.On("deliver", targettest.Fault{Before: errors.New("down")})
		b.work(allLanes...)
		ada := b.hire("ada")
		b.work(allLanes...)
		b.target.Rules = nil
		b.drain()
		b.agree()
		if a := b.target.Accounts()[ada.ID]; !a.Active || a.Names.Username != "ada" {
			t.Errorf("the account of ada is %+v", a)
		}
	})
}

func TestALostAnswerAboutAnAccountOfBeforeIsAskedForAgain(t *testing.T) {
	b := newBranch(t, onSQLite(t))
	id := b.had("ada")
	ada := b.disabled("ada")
	b.target.Rules = targettest.On("deliver", targettest.Fault{After: errors.New("connection reset")})
	b.work(directory.PushLane)
	b.target.Rules = nil
	b.drain()
	b.agree()
	b.want(ada)
	b.drain()
	b.agree()
	if a := b.target.Account(id); !a.Active || b.target.Made() != 1 {
		t.Errorf("of %d accounts the one of before is %+v", b.target.Made(), a)
	}
}

// TestTheTargetIsAskedOnceForEachOfManyWhoMayNotSignIn is about what it costs.
func TestTheTargetIsAskedOnceForEachOfManyWhoMayNotSignIn(t *testing.T) {
	b := newBranch(t, onSQLite(t))
	const many = 40
	for i := range many {
		b.disabled(fmt.Sprint("disabled", i))
	}
	b.drain()
	b.time.advance(24 * time.Hour)
	b.workTogether()
	if n := len(b.target.Calls()); n != many {
		t.Errorf("%d calls for %d people", n, many)
	}
}

// TestACallThatArrivesAfterTheSearchMakesNobody has the call that makes somebody get no
// answer, and arrive after they left and were looked for.
func TestACallThatArrivesAfterTheSearchMakesNobody(t *testing.T) {
	onBoth(t, func(t *testing.T, b *branch) {
		ada := b.hire("ada")
		b.target.Rules = targettest.On("deliver", targettest.Fault{Before: errors.New("timeout")})
		b.work(directory.PushLane)
		b.target.Rules = nil
		b.must(b.admin, directory.SwitchOff{ID: ada.ID})
		b.work(directory.UrgentLane)
		if n := b.target.Made(); n != 0 {
			t.Fatalf("the target has %d accounts: the test tests nothing", n)
		}
		if _, err := b.target.Deliver(t.Context(), bridgesync.Desired{ID: ada.ID, Active: true, Names: directory.NamesOf(ada)}); err != nil {
			t.Fatal(err)
		}
		b.drain()
		b.agree()
		if a := b.target.Accounts()[ada.ID]; a.Active {
			t.Errorf("ada, who left, has the account %+v", a)
		}
	})
}

// TestALeaverWhoseAccountIsGoneHasNone has somebody remove an account by hand, whose person
// leaves then.
func TestALeaverWhoseAccountIsGoneHasNone(t *testing.T) {
	onBoth(t, func(t *testing.T, b *branch) {
		ada := b.hire("ada")
		b.drain()
		b.target.Lose(b.target.Accounts()[ada.ID].ID)
		b.must(b.admin, directory.SwitchOff{ID: ada.ID})
		b.work(allLanes...)
		b.agree()
		if rows := b.rows(); len(rows) != 0 || b.target.Made() != 0 {
			t.Errorf("of %d accounts behind are %+v", b.target.Made(), rows)
		}
		namesake := b.hire("ada@other") // for whom the name is free
		b.drain()
		b.agree()
		if !b.target.Accounts()[namesake.ID].Active {
			t.Errorf("the namesake has no account: %+v", b.rows())
		}
	})
}

// TestAnAccountThatIsGoneIsMadeAnew is about somebody who may sign in.
func TestAnAccountThatIsGoneIsMadeAnew(t *testing.T) {
	b := newBranch(t, onSQLite(t))
	ada := b.hire("ada")
	b.drain()
	b.target.Lose(b.target.Accounts()[ada.ID].ID)
	b.board(ada.ID, true)
	b.drain()
	b.agree()
}

// silent is a target that names nobody whom it makes.
type silent struct{ *targettest.Target }

func (s silent) Deliver(ctx context.Context, want bridgesync.Desired) (bridgesync.Counterpart, error) {
	_, err := s.Target.Deliver(ctx, want)
	return bridgesync.Counterpart{}, err
}

func TestAnAnswerWithoutACounterpartIsNone(t *testing.T) {
	b := newBranch(t, onSQLite(t))
	ada := b.hire("ada")
	d := b.deliverer(b.Directory)
	d.Targets[b.admin.Workspace] = bridgesync.NamedTarget{Name: b.name, Target: silent{b.target}}
	if err := d.Work(t.Context(), directory.LaneJob{Workspace: b.admin.Workspace, Lane: directory.PushLane}); err != nil {
		t.Fatal(err)
	}
	if d := b.row(ada.ID); d.Attempts != 1 || d.Cause == "" || d.Synced == d.Generation {
		t.Errorf("the row is %+v", d)
	}
	b.drain()
	b.agree()
}
