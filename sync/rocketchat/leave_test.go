package rocketchat

import (
	"strings"
	"testing"

	"rollcall/directory"
	bridgesync "rollcall/sync"
	"rollcall/sync/rocketchat/rocketchattest"
)

func TestALeaverCostsOneCallAndOneMail(t *testing.T) {
	everywhere(t, func(t *testing.T, f *office) {
		want := wanted(somebody("ada"))
		a := f.deliver(want)
		f.Issue(a.ID, rocketchattest.Token{})
		f.ForgetCalls()
		a = f.leave(want)
		if routes := f.routes(); a.Active || len(a.Tokens) != 0 || routes != "users.setActiveStatus" {
			t.Errorf("the account is %+v after %s", a, routes)
		}
		f.leave(want)
		if routes := f.routes(); routes != "users.info" {
			t.Errorf("again it called %s", routes)
		}
		if mails := f.Mails(); len(mails) != 1 || mails[0].Kind != rocketchattest.MailDeactivated {
			t.Errorf("mailed was %v", mails)
		}
		if a = f.deliver(want); !a.Active {
			t.Errorf("back again the account is %+v", a)
		}
	})
}

// TestWhoIsLetInBehindOurBackGoesAgain has an answer come late that was given up.
func TestWhoIsLetInBehindOurBackGoesAgain(t *testing.T) {
	everywhere(t, func(t *testing.T, f *office) {
		want := wanted(somebody("ada"))
		f.deliver(want)
		a := f.leave(want)
		f.Edit(a.ID, func(a *rocketchattest.Account) { a.Active = true })
		if a = f.leave(want); a.Active {
			t.Errorf("the account is %+v", a)
		}
	})
}

// TestWhoComesBackInDoubtAndLeavesIsOut loses the answer to the call that lets somebody
// in, after an attempt to let them go that was only half done.
func TestWhoComesBackInDoubtAndLeavesIsOut(t *testing.T) {
	everywhere(t, func(t *testing.T, f *office) {
		ada := somebody("ada")
		f.deliver(wanted(ada))
		away := wanted(ada)
		away.Active = false
		ada.DisplayName = "Ada King"
		f.Rules(rocketchattest.Once("users.update", rocketchattest.Fault{Before: true}))
		if _, err := f.try(away); err == nil {
			t.Fatal("nothing was lost")
		}
		f.later()
		f.Rules(rocketchattest.Once("users.setActiveStatus", rocketchattest.Fault{After: true}))
		if _, err := f.try(wanted(ada)); err == nil {
			t.Fatal("nothing was lost")
		}
		if a := f.deliver(away); a.Active {
			t.Errorf("the account is %+v", a)
		}
	})
}

// TestALeaverWaitsForNobody uses up every budget but that of leaving.
func TestALeaverWaitsForNobody(t *testing.T) {
	everywhere(t, func(t *testing.T, f *office) {
		ada := somebody("ada")
		f.deliver(wanted(ada))
		f.Forbid("api-bypass-rate-limit")
		f.restart()
		for _, route := range []string{"users.info", "users.update", "users.create", "users.list"} {
			for _, method := range []string{"GET ", "POST "} {
				for f.target.client.limits.take(method+route, 0) == nil {
					continue
				}
			}
		}
		want := wanted(ada)
		want.Active, want.Counterpart, want.Facts = false, f.facts[ada.ID].ID, f.facts[ada.ID].Facts
		ada.DisplayName = "Ada King"
		_, err := f.target.Deliver(t.Context(), want)
		if a, _ := f.Account("ada"); a.Active || kindOf(err) != "doubt" {
			t.Errorf("the account is %+v, the error %v", a, err)
		}
		f.later()
		if a := f.leave(wanted(ada)); a.Name != "Ada King" || a.Active {
			t.Errorf("the account is %+v", a)
		}
		if mails := f.Mails(); len(mails) != 1 {
			t.Errorf("mailed was %v", mails)
		}
	})
}

// TestNobodyIsMadeWhoMayNotSignIn delivers somebody of whom nobody knows whether there is
// an account.
func TestNobodyIsMadeWhoMayNotSignIn(t *testing.T) {
	everywhere(t, func(t *testing.T, f *office) {
		want := wanted(somebody("ada"))
		want.Active, want.OnlyFind = false, true
		if got, err := f.try(want); err != nil || got.ID != "" || len(f.called("ada@acme.example")) != 0 {
			t.Errorf("got %+v, %v", got, err)
		}
		f.Rules(rocketchattest.Once("users.create", rocketchattest.Fault{After: true}))
		if _, err := f.try(wanted(somebody("ada"))); err == nil {
			t.Fatal("nothing was lost")
		}
		f.restart()
		if a := f.deliver(want); a.Active || a.Username != "ada" || f.facts[want.ID].Names != want.Names {
			t.Errorf("the account is %+v, known is %+v", a, f.facts[want.ID])
		}
	})
}

// TestAnAccountThatIsOnlyFoundKeepsItsNames looks for somebody without access, who has an
// account under the address alone.
func TestAnAccountThatIsOnlyFoundKeepsItsNames(t *testing.T) {
	everywhere(t, func(t *testing.T, f *office) {
		f.there("countess", "ada@acme.example", false)
		want := wanted(somebody("ada"))
		want.Active, want.OnlyFind, want.Names.Username = false, true, ""
		a := f.deliver(want)
		if a.Active || a.Username != "countess" || a.Name != "As it was" || f.facts[want.ID].Names != (directory.Names{Username: "countess", Email: "ada@acme.example"}) {
			t.Errorf("the account is %+v, known is %+v", a, f.facts[want.ID])
		}
	})
}

// rooms gives somebody a channel that others are in, and perhaps a private room of their
// own.
func (f *office) rooms(id string, private bool) {
	other := f.Add(rocketchattest.Account{Username: "other", Active: true})
	f.AddRoom(rocketchattest.Room{Name: "shared", Members: []rocketchattest.Member{{UserID: id, Roles: []string{"owner"}}, {UserID: other.ID}}})
	if private {
		f.AddRoom(rocketchattest.Room{Name: "own", Type: "p", Members: []rocketchattest.Member{{UserID: id, Roles: []string{"owner"}}}})
	}
}

func TestTheRoomsOfALastOwner(t *testing.T) {
	for name, tt := range map[string]struct {
		policy  RoomPolicy
		private bool
		out     bool
	}{
		"others get them":          {"", false, true},
		"one would be removed":     {RoomsTransfer, true, false},
		"all are held":             {RoomsHold, false, false},
		"removed without a person": {RoomsRelease, true, true},
	} {
		t.Run(name, func(t *testing.T) {
			everywhere(t, func(t *testing.T, f *office) {
				f.change = func(c *Config) { c.Rooms = tt.policy }
				f.restart()
				want := wanted(somebody("ada"))
				a := f.deliver(want)
				f.rooms(a.ID, tt.private)
				f.Issue(a.ID, rocketchattest.Token{})
				before := a.Password
				want.Active = false
				_, err := f.try(want)
				a, _ = f.Account(a.ID)
				if a.Active == tt.out || (err == nil) != tt.out || a.Password == before {
					t.Errorf("the account is %+v, the error %v", a, err)
				}
				if !tt.out && (kindOf(err) != "refused" || !strings.Contains(err.Error(), "shared") || tt.private && !strings.Contains(err.Error(), "own")) {
					t.Errorf("the error is %v", err)
				}
				if _, there := f.Room("own"); there != (tt.private && !tt.out) {
					t.Errorf("the private room is there: %v", there)
				}
			})
		})
	}
}

func TestTheLastAdministratorStays(t *testing.T) {
	everywhere(t, func(t *testing.T, f *office) {
		f.Permit("assign-admin-role")
		want := wanted(somebody("ada"), roles("admin")...)
		f.deliver(want)
		root, _ := f.Account("root.admin")
		f.Remove(root.ID)
		want.Active = false
		if why := f.refused(want); !strings.Contains(why, "last administrator") {
			t.Errorf("why: %s", why)
		}
	})
}

func TestARemovalLooksAtTheErasureFirst(t *testing.T) {
	everywhere(t, func(t *testing.T, f *office) {
		a := f.deliver(wanted(somebody("ada")))
		stone := bridgesync.Tombstone{ID: "id-of-ada", Counterpart: a.ID, Erasure: directory.EraseUnlink}
		if err := f.target.Remove(t.Context(), stone); kindOf(err) != "refused" || !strings.Contains(err.Error(), `"delete"`) {
			t.Errorf("got %v", err)
		}
		if _, there := f.Account(a.ID); !there {
			t.Fatal("the account is gone")
		}
		f.SetSetting("Message_ErasureType", "Unlink")
		for range 2 {
			if err := f.target.Remove(t.Context(), stone); err != nil {
				t.Error(err)
			}
		}
		if _, there := f.Account(a.ID); there {
			t.Error("the account is there")
		}
	})
}

func TestARemovalExpectsWhatIsConfigured(t *testing.T) {
	f := newOffice(t, rocketchattest.Options{}, func(c *Config) { c.Erasure = directory.EraseKeep })
	a := f.deliver(wanted(somebody("ada")))
	stone := bridgesync.Tombstone{ID: "id-of-ada", Counterpart: a.ID}
	if err := f.target.Remove(t.Context(), stone); kindOf(err) != "refused" {
		t.Errorf("got %v", err)
	}
	f.SetSetting("Message_ErasureType", "Keep")
	if err := f.target.Remove(t.Context(), stone); err != nil {
		t.Error(err)
	}
}

// TestOnlyWhatWasMadeHereIsRemovedByName has tombstones of people of whom nobody knows
// whether they were made.
func TestOnlyWhatWasMadeHereIsRemovedByName(t *testing.T) {
	everywhere(t, func(t *testing.T, f *office) {
		f.Rules(rocketchattest.Once("users.create", rocketchattest.Fault{After: true}))
		ada := wanted(somebody("ada"))
		if _, err := f.try(ada); err == nil {
			t.Fatal("nothing was lost")
		}
		f.later()
		f.Add(rocketchattest.Account{Username: "bob", Active: true, LastLogin: f.time.now(), Emails: []rocketchattest.Email{{Address: "bob@acme.example", Verified: true}}})
		f.Add(rocketchattest.Account{Username: "cyd", Active: true, Emails: []rocketchattest.Email{{Address: "cyd@other.example", Verified: true}}})
		for _, name := range []string{"ada", "bob", "cyd", "dan"} {
			u := somebody(name)
			if err := f.target.Remove(t.Context(), bridgesync.Tombstone{ID: u.ID, Names: directory.NamesOf(u)}); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			if _, there := f.Account(name); there != (name == "bob" || name == "cyd") {
				t.Errorf("%s is there: %v", name, there)
			}
		}
	})
}

func TestActs(t *testing.T) {
	everywhere(t, func(t *testing.T, f *office) {
		a := f.deliver(wanted(somebody("ada")))
		f.Edit(a.ID, func(a *rocketchattest.Account) { a.TOTP, a.E2EKey = "GEZDGNBVGY3TQOJQ", true })
		service := f.Service()
		act := bridgesync.Act{Person: "id-of-ada", Counterpart: a.ID}
		for _, kind := range []directory.ActionKind{directory.ActPassword, directory.ActResetTOTP, directory.ActResetE2EE} {
			act.Kind, act.Secret = kind, directory.NewSecret("correct horse")
			if err := f.target.Act(t.Context(), act); err != nil {
				t.Errorf("%s: %v", kind, err)
			}
		}
		if a, _ = f.Account(a.ID); a.Password != "correct horse" || a.TOTP != "" || a.E2EKey {
			t.Errorf("the account is %+v", a)
		}
		for _, id := range []string{"", service.ID, "rocket.cat", "nobody"} {
			for _, kind := range []directory.ActionKind{directory.ActLogOut, directory.ActResetTOTP, directory.ActResetE2EE} {
				act.Counterpart, act.Kind = id, kind
				if err := f.target.Act(t.Context(), act); kindOf(err) != "refused" {
					t.Errorf("%s of %q: %v", kind, id, err)
				}
			}
		}
		act.Counterpart, act.Kind = a.ID, directory.ActLogOut
		f.Issue(a.ID, rocketchattest.Token{})
		err := f.target.Act(t.Context(), act)
		if a, _ = f.Account(a.ID); (len(a.Tokens) == 0) != (err == nil) || err != nil && kindOf(err) != "refused" {
			t.Errorf("logged out: %v, the account is %+v", err, a)
		}
		f.Rules(rocketchattest.On("users.logout", rocketchattest.BadGateway()))
		if err := f.target.Act(t.Context(), act); err == nil {
			t.Error("a proxy's answer passes for done")
		}
		if now := f.Service(); len(now.Tokens) != len(service.Tokens) || now.E2EKey != service.E2EKey {
			t.Errorf("the service account is %+v", now)
		}
	})
}
