package sync_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"rollcall/directory"
	"rollcall/sync/targettest"
)

// rename gives somebody of okta's another user name and address.
func (b *branch) rename(id directory.ResourceID, name string) {
	b.Helper()
	_, err := b.EditUser(b.Context(), b.okta, id, 0, directory.Secret{}, func(u *directory.User) error {
		u.UserName = name
		u.Emails = newcomer(name).Emails
		return nil
	})
	if err != nil {
		b.Fatalf("rename to %s: %v", name, err)
	}
}

func TestNamesAreSwapped(t *testing.T) {
	onBoth(t, func(t *testing.T, b *branch) {
		ada, bob, cyd := b.hire("ada"), b.hire("bob"), b.hire("cyd")
		b.drain()
		b.rename(ada.ID, "x")
		b.rename(bob.ID, "ada")
		b.rename(cyd.ID, "bob")
		b.rename(ada.ID, "cyd")
		b.drain()
		b.agree()
	})
}

func TestANameIsNotTakenBeforeItIsFree(t *testing.T) {
	onBoth(t, func(t *testing.T, b *branch) {
		ada := b.hire("ada")
		b.drain()
		b.rename(ada.ID, "augusta")
		down := errors.New("down")
		b.target.Rules = targettest.About(ada.ID, targettest.Fault{Before: down})
		b.work(directory.PushLane)
		other := newcomer("ada")
		other.ExternalID = "x-other"
		heir := b.must(b.okta, directory.PutUser{User: other}).User
		b.work(directory.PushLane)
		if d := b.row(heir.ID); d.WaitsFor != string(ada.ID) || d.Claim != "" {
			t.Errorf("the heir's row is %+v", d)
		}
		b.target.Rules = nil
		b.time.advance(10 * time.Second)
		b.work(directory.PushLane)
		b.agree() // without waiting any longer
	})
}

func TestALeaverDoesNotWaitForAName(t *testing.T) {
	b := newBranch(t, onSQLite(t))
	ada, bob := b.hire("ada"), b.hire("bob")
	b.drain()
	b.rename(ada.ID, "augusta")
	b.rename(bob.ID, "ada")
	b.target.Rules = targettest.About(ada.ID, targettest.Fault{Before: errors.New("down")})
	b.work(directory.PushLane)
	b.must(b.admin, directory.SwitchOff{ID: bob.ID})
	b.work(directory.UrgentLane)
	if a := b.target.Accounts()[bob.ID]; a.Active || a.Names.Username != "bob" {
		t.Errorf("the account is %+v", a)
	}
	b.target.Rules = nil
	b.drain()
	b.agree()
}

// TestALeaverOfWhomNobodyKnowsWhetherTheyWereMadeLosesAccess loses the answer to the
// call that made somebody, who leaves under a name that is rightly another's.
func TestALeaverOfWhomNobodyKnowsWhetherTheyWereMadeLosesAccess(t *testing.T) {
	b := newBranch(t, onSQLite(t))
	b.hire("ada")
	b.drain()
	bob := b.hire("bob")
	b.target.Rules = func(targettest.Call) targettest.Fault { return targettest.Fault{After: errors.New("reset")} }
	b.work(directory.PushLane)
	b.target.Rules = nil
	if a := b.target.Accounts()[bob.ID]; !a.Active {
		t.Fatalf("the account is %+v", a)
	}
	b.rename(bob.ID, "ada@other.example")
	b.must(b.admin, directory.SwitchOff{ID: bob.ID})
	b.time.advance(time.Minute)
	b.work(directory.UrgentLane)
	if a := b.target.Accounts()[bob.ID]; a.Active {
		t.Errorf("the account is %+v", a)
	}
	if d := b.row(bob.ID); d.Parked.IsZero() || d.Cause == "" {
		t.Errorf("the row is %+v", d)
	}
	if err := b.target.Broken(); err != nil {
		t.Error(err)
	}
}

func TestOneNameForTwoPeopleIsParked(t *testing.T) {
	b := newBranch(t, onSQLite(t))
	b.hire("ada")
	b.drain()
	second := newcomer("ada.b")
	second.UserName = "ada@other.example"
	u := b.must(b.okta, directory.PutUser{User: second}).User
	b.drain()
	if d := b.row(u.ID); d.Parked.IsZero() || d.Cause == "" {
		t.Errorf("the row is %+v", d)
	}
	if err := b.target.Broken(); err != nil {
		t.Error(err)
	}
}

// TestWhoIsParkedForANameGetsItOnceItIsFree lets the owner give the name up, by another
// name and for good.
func TestWhoIsParkedForANameGetsItOnceItIsFree(t *testing.T) {
	retention := func(b *branch) directory.Actor {
		return directory.Actor{Kind: directory.System, Name: "retention", Workspace: b.admin.Workspace}
	}
	for how, giveUp := range map[string]func(b *branch, owner directory.ResourceID){
		"renamed": func(b *branch, owner directory.ResourceID) { b.rename(owner, "augusta") },
		"gone": func(b *branch, owner directory.ResourceID) {
			b.must(b.okta, directory.DeleteUser{ID: owner})
			b.time.advance(directory.Settings{}.Grace() + time.Hour)
			b.must(retention(b), directory.Purge{ID: owner})
		},
	} {
		t.Run(how, func(t *testing.T) {
			b := newBranch(t, onSQLite(t))
			owner := b.hire("ada")
			b.drain()
			second := newcomer("ada.b")
			second.UserName = "ada@other.example"
			u := b.must(b.okta, directory.PutUser{User: second}).User
			b.drain()
			if d := b.row(u.ID); d.Parked.IsZero() || d.WaitsFor != string(owner.ID) {
				t.Fatalf("the row is %+v", d)
			}
			giveUp(b, owner.ID)
			b.drain()
			b.agree()
			if d := b.row(u.ID); !d.Parked.IsZero() || d.WaitsFor != "" {
				t.Errorf("the row is %+v", d)
			}
		})
	}
}

func TestATombstoneStaysUntilTheTargetConfirms(t *testing.T) {
	onBoth(t, func(t *testing.T, b *branch) {
		b.must(b.admin, directory.PutWorkspace{Settings: directory.Settings{DeleteGrace: time.Hour, Erasure: directory.EraseUnlink}})
		ada := b.hire("ada")
		b.drain()
		b.must(b.okta, directory.DeleteUser{ID: ada.ID})
		b.drain()
		b.agree()
		b.time.advance(2 * time.Hour)
		b.must(directory.Actor{Kind: directory.System, Workspace: b.admin.Workspace}, directory.Purge{ID: ada.ID})
		b.target.Rules = targettest.On("remove", targettest.Fault{Before: errors.New("down")})
		b.work(directory.SyncLane)
		other := newcomer("ada")
		other.ExternalID = "x-other"
		heir := b.must(b.okta, directory.PutUser{User: other}).User
		b.work(directory.PushLane)
		if _, made := b.target.Accounts()[heir.ID]; made {
			t.Error("the heir was made beside the account whose name it has")
		}
		b.target.Rules = nil
		b.drain()
		b.agree()
		if got := b.target.Buried(); len(got) != 1 || got[0].Erasure != directory.EraseUnlink || got[0].AskedBy != "client:okta" || got[0].Counterpart == "" {
			t.Errorf("removed was %+v", got)
		}
	})
}

func TestSomebodyGoneWhileBeingMadeIsRemoved(t *testing.T) {
	b := newBranch(t, onSQLite(t))
	b.must(b.admin, directory.PutWorkspace{Settings: directory.Settings{DeleteGrace: time.Hour}})
	ada := b.hire("ada")
	b.target.Rules = func(targettest.Call) targettest.Fault { return targettest.Fault{After: errors.New("reset")} }
	b.work(directory.PushLane)
	b.target.Rules = nil
	b.must(b.okta, directory.DeleteUser{ID: ada.ID})
	b.time.advance(2 * time.Hour)
	b.must(directory.Actor{Kind: directory.System, Workspace: b.admin.Workspace}, directory.Purge{ID: ada.ID})
	b.drain()
	b.agree()
}

// counted counts the calls about somebody, and ends a worker's stint when there are too
// many.
func (b *branch) counted(id directory.ResourceID) func() int {
	before := len(b.target.Calls())
	n := 0
	b.target.Rules = func(c targettest.Call) targettest.Fault {
		if c.Person == id {
			if n++; n > 3 {
				b.time.advance(time.Hour)
			}
		}
		return targettest.Fault{}
	}
	return func() int {
		n = 0
		for _, c := range b.target.Calls()[before:] {
			if c.Person == id {
				n++
			}
		}
		return n
	}
}

// contest delivers bob and cyd, and gives cyd bob's name in another domain.
func (b *branch) contest() (bob, cyd *directory.User) {
	b.Helper()
	bob, cyd = b.hire("bob"), b.hire("cyd")
	b.drain()
	b.rename(cyd.ID, "bob@other.example")
	b.drain()
	if d := b.row(cyd.ID); d.Parked.IsZero() {
		b.Fatalf("the row is %+v, want it parked", d)
	}
	return bob, cyd
}

func TestALeaverWhoseNameIsSomebodyElsesIsDeliveredOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, b *branch) {
		_, cyd := b.contest()
		b.must(b.admin, directory.SwitchOff{ID: cyd.ID})
		calls := b.counted(cyd.ID)
		b.work(directory.UrgentLane)
		if n := calls(); n != 1 {
			t.Errorf("%d calls about the leaver, want 1", n)
		}
		if a := b.target.Accounts()[cyd.ID]; a.Active || a.Names.Username != "cyd" {
			t.Errorf("the account is %+v", a)
		}
		if d := b.row(cyd.ID); d.Parked.IsZero() || d.Lane != 0 || !strings.Contains(d.Cause, "belongs to the user") {
			t.Errorf("the row is %+v", d)
		}
	})
}

func TestALeaverWhoseNameIsHeldIdlyLooksOnceAMinute(t *testing.T) {
	b := newBranch(t, onSQLite(t))
	ada, bob := b.hire("ada"), b.hire("bob")
	b.drain()
	// Ada holds a name that she neither has nor wants, and nothing is to be delivered of her.
	err := b.store.Update(t.Context(), b.admin.Workspace, func(ctx context.Context, tx directory.WriteTx) error {
		return tx.HoldNames(ctx, "fake", directory.UserRecord, string(ada.ID), []string{"username:left"}, false)
	})
	if err != nil {
		t.Fatal(err)
	}
	b.rename(bob.ID, "left")
	b.must(b.admin, directory.SwitchOff{ID: bob.ID})
	calls := b.counted(bob.ID)
	b.work(directory.UrgentLane)
	if n := calls(); n != 1 {
		t.Errorf("%d calls about the leaver, want 1", n)
	}
	if d := b.row(ada.ID); d.Lane == 0 {
		t.Errorf("the row of who holds the name is %+v, want it raised", d)
	}
}
