package rocketchat

import (
	"strings"
	"testing"

	"rollcall/directory"
	"rollcall/sync/rocketchat/rocketchattest"
)

func TestSomebodyIsMadeAndThenLeftAlone(t *testing.T) {
	everywhere(t, func(t *testing.T, f *office) {
		ada := somebody("ada")
		ada.NickName, ada.Chat = "Countess", &directory.Chat{Bio: "Analyst", StatusText: "at work"}
		a := f.deliver(wanted(ada))
		if a.Username != "ada" || a.Name != "Mx ada" || a.Email() != "ada@acme.example" || !a.Emails[0].Verified || !a.Active ||
			a.Nickname != "Countess" || a.Bio != "Analyst" || a.StatusText != "at work" || sorted(a.Roles) != "user" || a.RequireChange {
			t.Errorf("the account is %+v", a)
		}
		if _, has := f.sent("users.create")["active"]; has || len(a.Password) < 30 {
			t.Errorf("asked for was %v", f.sent("users.create"))
		}
		f.routes()
		again := f.deliver(wanted(ada))
		if routes := f.routes(); routes != "users.info" || again.ID != a.ID {
			t.Errorf("delivered again it called %s", routes)
		}
		if mails := f.Mails(); len(mails) != 0 {
			t.Errorf("mailed was %v", mails)
		}
	})
}

func TestOnlyWhatDiffersIsSent(t *testing.T) {
	everywhere(t, func(t *testing.T, f *office) {
		ada := somebody("ada")
		ada.NickName = "Countess"
		a := f.deliver(wanted(ada))
		f.Edit(a.ID, func(a *rocketchattest.Account) { a.Bio = "written by herself" })
		ada.DisplayName, ada.NickName = "Ada King", ""
		f.ForgetCalls()
		a = f.deliver(wanted(ada))
		data := f.sent("users.update")["data"].(map[string]any)
		if len(data) != 2 || data["name"] != "Ada King" || data["nickname"] != "" {
			t.Errorf("sent was %v", data)
		}
		if a.Name != "Ada King" || a.Nickname != "" || a.Bio != "written by herself" {
			t.Errorf("the account is %+v", a)
		}
		if routes := f.routes(); routes != "users.info users.update" {
			t.Errorf("called was %s", routes)
		}
	})
}

func TestSomebodyIsRenamed(t *testing.T) {
	everywhere(t, func(t *testing.T, f *office) {
		ada := somebody("ada")
		a := f.deliver(wanted(ada))
		id := a.ID
		ada.UserName, ada.Emails[0].Value = "augusta@acme.example", "augusta@acme.example"
		a = f.deliver(wanted(ada, roles("user", "livechat-agent")...))
		if a.ID != id || a.Username != "augusta" || a.Email() != "augusta@acme.example" || !a.Emails[0].Verified || sorted(a.Roles) != "livechat-agent user" {
			t.Errorf("the account is %+v", a)
		}
	})
}

// TestALostAnswerMakesNobodyTwice loses the answer to the call that makes somebody, with
// and without a process that remembers.
func TestALostAnswerMakesNobodyTwice(t *testing.T) {
	for name, between := range map[string]func(*office){"the same process": func(*office) {}, "another process": (*office).restart} {
		t.Run(name, func(t *testing.T) {
			everywhere(t, func(t *testing.T, f *office) {
				for _, person := range []string{"ada", "bob", "cyd"} {
					f.Rules(rocketchattest.Once("users.create", rocketchattest.Fault{After: true}))
					want := wanted(somebody(person))
					if _, err := f.try(want); kindOf(err) != "doubt" {
						t.Fatalf("got %v", err)
					}
					between(f)
					a := f.deliver(want)
					if len(f.called(person+"@acme.example")) != 1 || !a.Active || f.facts[want.ID].Linked {
						t.Errorf("there are %v, known is %+v", f.called(person+"@acme.example"), f.facts[want.ID])
					}
				}
			})
		})
	}
}

// TestEveryCallMayBeLost loses each call of a first delivery in turn, before and after it
// is done, and what came back with half of it.
func TestEveryCallMayBeLost(t *testing.T) {
	for name, fault := range map[string]rocketchattest.Fault{
		"before": {Before: true}, "after": {After: true}, "cut": {Cut: 5}, "a proxy": rocketchattest.BadGateway(),
		"a page": {Status: 200, Body: "<html></html>", After: true},
	} {
		t.Run(name, func(t *testing.T) {
			everywhere(t, func(t *testing.T, f *office) {
				f.SetSetting("Accounts_ManuallyApproveNewUsers", true)
				role := f.AddRole(rocketchattest.Role{Name: "Staff"})
				for n, person := range []string{"ada", "bob", "cyd", "dan", "eve", "fay"} {
					u := somebody(person)
					u.NickName = "Nick"
					want := wanted(u, roles("user", "Staff")...)
					call := 0
					f.Rules(func(rocketchattest.Call) (none rocketchattest.Fault) {
						if call++; call == n+1 {
							return fault
						}
						return none
					})
					_, err := f.try(want)
					f.Rules(nil)
					if kindOf(err) == "refused" || kindOf(err) == "pause" {
						t.Fatalf("call %d: %v", n+1, err)
					}
					a := f.deliver(want)
					if all := f.called(person + "@acme.example"); len(all) != 1 || !a.Active || a.Nickname != "Nick" || !a.Has(role.ID) || !a.Has("user") {
						t.Errorf("call %d: there are %+v", n+1, all)
					}
				}
			})
		})
	}
}

func TestNewAccountsThatWaitForApprovalAreApproved(t *testing.T) {
	everywhere(t, func(t *testing.T, f *office) {
		f.SetSetting("Accounts_ManuallyApproveNewUsers", true)
		if a := f.deliver(wanted(somebody("ada"))); !a.Active {
			t.Errorf("the account is %+v", a)
		}
	})
}

func TestASeatIsWaitedFor(t *testing.T) {
	f := newOffice(t, rocketchattest.Options{}, nil)
	f.SetLicense(rocketchattest.License{Valid: true, Seats: f.SeatsUsed()})
	want := wanted(somebody("ada"))
	if _, err := f.try(want); kindOf(err) != "unsent" || !strings.Contains(err.Error(), "seats.limit") {
		t.Errorf("got %v", err)
	}
	f.SetLicense(rocketchattest.License{})
	f.deliver(want)
}

func TestSomebodyWithoutAnAddressCannotBeMade(t *testing.T) {
	f := newOffice(t, rocketchattest.Options{}, nil)
	ada := somebody("ada")
	ada.Emails = nil
	if why := f.refused(wanted(ada)); !strings.Contains(why, "default_domain") {
		t.Errorf("why: %s", why)
	}
}

// TestAnAccountThatIsGoneIsMadeAnew has somebody deleted in Rocket.Chat.
func TestAnAccountThatIsGoneIsMadeAnew(t *testing.T) {
	everywhere(t, func(t *testing.T, f *office) {
		want := wanted(somebody("ada"))
		first := f.deliver(want)
		f.Remove(first.ID)
		second := f.deliver(want)
		if second.ID == first.ID || !second.Active {
			t.Errorf("the account is %+v", second)
		}
		f.Remove(second.ID)
		want.Active = false
		if got, err := f.try(want); err != nil || got.ID != "" {
			t.Errorf("got %+v, %v", got, err)
		}
	})
}

func TestRefusalsSayWhatToDo(t *testing.T) {
	everywhere(t, func(t *testing.T, f *office) {
		f.SetSetting("Accounts_AllowedDomainsList", "other.example")
		if why := f.refused(wanted(somebody("ada"))); !strings.Contains(why, "Accounts_AllowedDomainsList") {
			t.Errorf("why: %s", why)
		}
		f.SetSetting("Accounts_AllowedDomainsList", "")
		f.SetSetting("Accounts_BlockedUsernameList", "bob")
		if why := f.refused(wanted(somebody("bob"))); !strings.Contains(why, "another") {
			t.Errorf("why: %s", why)
		}
	})
}

// TestTheServiceAccountIsNotTouched tries to reach it by link and by name.
func TestTheServiceAccountIsNotTouched(t *testing.T) {
	everywhere(t, func(t *testing.T, f *office) {
		service := f.Service()
		for _, u := range []*directory.User{
			{ID: "a", UserName: service.Username, Emails: []directory.MultiValue{{Value: service.Email()}}},
			{ID: "b", UserName: "x", Emails: []directory.MultiValue{{Value: service.Email()}}},
		} {
			want := wanted(u)
			want.Active = u.ID == "a"
			if _, err := f.try(want); want.Active && kindOf(err) != "refused" {
				t.Errorf("%s: %v", u.ID, err)
			}
		}
		for _, id := range []string{service.ID, "rocket.cat"} {
			want := wanted(somebody("ada"))
			want.Counterpart, want.Active = id, false
			if _, err := f.target.Deliver(t.Context(), want); kindOf(err) != "refused" {
				t.Errorf("%s: %v", id, err)
			}
		}
		if a := f.Service(); !a.Active || len(a.Tokens) == 0 {
			t.Errorf("the account is %+v", a)
		}
		for _, c := range f.Calls() {
			if c.Method != "GET" {
				t.Errorf("%s was called with %s", c.Route, c.Body)
			}
		}
	})
}
