package rocketchat

import (
	"strings"
	"testing"

	"rollcall/directory"
	"rollcall/sync/rocketchat/rocketchattest"
)

// there puts an account into the workspace that somebody uses.
func (f *office) there(username, email string, verified bool, roles ...string) rocketchattest.Account {
	a := rocketchattest.Account{Username: username, Name: "As it was", Active: true, LastLogin: f.time.now(), Roles: roles}
	if email != "" {
		a.Emails = []rocketchattest.Email{{Address: email, Verified: verified}}
	}
	return f.Add(a)
}

func TestAnAccountThatIsThereIsLinked(t *testing.T) {
	for name, there := range map[string]func(*office) rocketchattest.Account{
		"both names":           func(f *office) rocketchattest.Account { return f.there("ada", "ada@acme.example", true) },
		"the address":          func(f *office) rocketchattest.Account { return f.there("countess", "ADA@acme.example", true) },
		"the name in capitals": func(f *office) rocketchattest.Account { return f.there("ADA", "ada@acme.example", true) },
		"no address":           func(f *office) rocketchattest.Account { return f.there("ada", "", false) },
	} {
		t.Run(name, func(t *testing.T) {
			everywhere(t, func(t *testing.T, f *office) {
				for n := range 120 { // so that it is on no first page
					f.there("a"+strings.Repeat("a", n), "", false)
				}
				before := there(f)
				got := f.deliver(wanted(somebody("ada")))
				if got.ID != before.ID || got.Username != before.Username || got.Name != "Mx ada" || !strings.EqualFold(got.Email(), "ada@acme.example") {
					t.Errorf("the account is %+v, was %+v", got, before)
				}
				if !f.facts["id-of-ada"].Linked {
					t.Error("it does not count as linked")
				}
				f.restart()
				ada := somebody("ada")
				ada.UserName = "augusta@acme.example"
				if got = f.deliver(wanted(ada)); got.Username != before.Username {
					t.Errorf("it is called %s", got.Username)
				}
			})
		})
	}
}

func TestLinkedAccountsAreRenamedIfThatIsWanted(t *testing.T) {
	f := newOffice(t, rocketchattest.Options{}, func(c *Config) { c.RenameLinked = true })
	f.there("countess", "ada@acme.example", true)
	if a := f.deliver(wanted(somebody("ada"))); a.Username != "ada" {
		t.Errorf("the account is %+v", a)
	}
}

// TestNobodyGetsAnothersAccount has accounts that look as if they were somebody's.
func TestNobodyGetsAnothersAccount(t *testing.T) {
	for name, tt := range map[string]struct {
		there func(*office)
		why   string
	}{
		"another address":   {func(f *office) { f.there("ada", "ada@other.example", true) }, "another address"},
		"two accounts":      {func(f *office) { f.there("ada", "", false); f.there("countess", "ada@acme.example", true) }, "two accounts"},
		"nobody verified":   {func(f *office) { f.there("ada", "ada@acme.example", false) }, "link_unverified"},
		"an administrator":  {func(f *office) { f.there("ada", "ada@acme.example", true, "admin") }, "rollcall users grant"},
		"a bot":             {func(f *office) { f.Add(rocketchattest.Account{Username: "ada", Type: "bot", Active: true}) }, "belongs to a bot"},
		"another server's":  {func(f *office) { f.Add(rocketchattest.Account{Username: "ada", Federated: true, Active: true}) }, "another server"},
		"another in case":   {func(f *office) { f.there("ADA", "ada@other.example", true) }, "another address"},
		"the only address":  {func(f *office) { f.there("countess", "ada@acme.example", false) }, "link_unverified"},
		"the cat's":         {func(f *office) { f.Edit("rocket.cat", func(a *rocketchattest.Account) { a.Username = "ada" }) }, "not managed"},
		"a name of nobody":  {func(f *office) { f.SetSetting("Accounts_BlockedUsernameList", "ada") }, "another"},
		"two with capitals": {func(f *office) { f.there("ADA", "", false); f.there("countess", "Ada@acme.example", true) }, "two accounts"},
	} {
		t.Run(name, func(t *testing.T) {
			everywhere(t, func(t *testing.T, f *office) {
				tt.there(f)
				before := f.Accounts()
				if why := f.refused(wanted(somebody("ada"))); !strings.Contains(why, tt.why) {
					t.Errorf("why: %s", why)
				}
				if after := f.Accounts(); len(after) != len(before) {
					t.Errorf("there are %+v", after)
				}
				for _, c := range f.Calls() {
					if c.Method != "GET" && c.Route != "users.create" {
						t.Errorf("%s was called with %s", c.Route, c.Body)
					}
				}
			})
		})
	}
}

func TestWhatAnAdministratorAllowsIsLinked(t *testing.T) {
	everywhere(t, func(t *testing.T, f *office) {
		f.change = func(c *Config) { c.LinkUnverified = true }
		f.restart()
		f.there("ada", "ada@acme.example", false)
		f.deliver(wanted(somebody("ada")))
		f.there("bob", "bob@acme.example", true, "admin", "user")
		if a := f.deliver(wanted(somebody("bob"), roles("admin")...)); sorted(a.Roles) != "admin user" {
			t.Errorf("the account is %+v", a)
		}
		if a := f.deliver(wanted(somebody("bob"))); sorted(a.Roles) != "user" {
			t.Errorf("no longer an administrator, the account is %+v", a)
		}
	})
}

// TestNamesBecomeFree has somebody deleted whose names somebody else gets, and two who
// swap theirs.
func TestNamesBecomeFree(t *testing.T) {
	everywhere(t, func(t *testing.T, f *office) {
		ada := somebody("ada")
		f.deliver(wanted(ada))
		ada.Facts.Deleted, ada.UserName = &directory.Deletion{UserName: ada.UserName}, "ada-was-here"
		f.leave(wanted(ada))
		heir := somebody("ada")
		heir.ID = "id-of-the-heir"
		a := f.deliver(wanted(heir))
		if a.Username != "ada" || a.Email() != "ada@acme.example" || f.facts[heir.ID].Linked {
			t.Errorf("the heir is %+v", a)
		}
		old, _ := f.Account(f.facts[ada.ID].ID)
		if old.Active || old.Username != "ada-was-here" || !strings.HasSuffix(old.Email(), "@rollcall.invalid") {
			t.Errorf("the old one is %+v", old)
		}
		bob, cyd := somebody("bob"), somebody("cyd")
		f.deliver(wanted(bob))
		f.deliver(wanted(cyd))
		between := wanted(bob)
		between.Names = directory.Names{Username: "~" + string(bob.ID)}
		f.deliver(between)
		bob.UserName, cyd.UserName = cyd.UserName, bob.UserName
		bob.Emails, cyd.Emails = cyd.Emails, bob.Emails
		c, b := f.deliver(wanted(cyd)), f.deliver(wanted(bob))
		if c.Username != "bob" || c.Email() != "bob@acme.example" || b.Username != "cyd" || b.Email() != "cyd@acme.example" {
			t.Errorf("swapped they are %+v and %+v", b, c)
		}
	})
}

// TestAnAddressThatCannotBeGivenUpStays has a workspace that takes no address of nowhere.
func TestAnAddressThatCannotBeGivenUpStays(t *testing.T) {
	everywhere(t, func(t *testing.T, f *office) {
		f.SetSetting("Accounts_AllowedDomainsList", "acme.example")
		ada := somebody("ada")
		f.deliver(wanted(ada))
		ada.Facts.Deleted, ada.UserName = &directory.Deletion{UserName: ada.UserName}, "ada-was-here"
		if a := f.leave(wanted(ada)); a.Active || a.Username != "ada-was-here" || a.Email() != "ada@acme.example" {
			t.Errorf("the account is %+v", a)
		}
	})
}

func TestRolesThatAreOursComeAndGo(t *testing.T) {
	everywhere(t, func(t *testing.T, f *office) {
		staff := f.AddRole(rocketchattest.Role{Name: "Staff"})
		f.AddRole(rocketchattest.Role{ID: "by-hand", Name: "By Hand"})
		ada := somebody("ada")
		a := f.deliver(wanted(ada, roles("user", "Staff")...))
		if sorted(a.Roles) != sorted([]string{"user", staff.ID}) {
			t.Fatalf("the account is %+v", a)
		}
		f.Edit(a.ID, func(a *rocketchattest.Account) { a.Roles = append(a.Roles, "by-hand") })
		f.restart()
		if a = f.deliver(wanted(ada, roles("user", "livechat-agent")...)); sorted(a.Roles) != "by-hand livechat-agent user" {
			t.Errorf("the account is %+v", a)
		}
		if a = f.deliver(wanted(ada, roles("user")...)); sorted(a.Roles) != "by-hand user" {
			t.Errorf("the account is %+v", a)
		}
		if why := f.refused(wanted(ada, roles("user", "moderator")...)); !strings.Contains(why, `no role "moderator"`) {
			t.Errorf("why: %s", why)
		}
	})
}

func TestNobodyButAGuestIsWithoutTheRoleUser(t *testing.T) {
	everywhere(t, func(t *testing.T, f *office) {
		ada, eve := somebody("ada"), somebody("eve")
		f.deliver(wanted(ada))
		if a := f.deliver(wanted(ada, roles("livechat-agent")...)); sorted(a.Roles) != "livechat-agent user" {
			t.Errorf("ada has the roles %v", a.Roles)
		}
		if a := f.deliver(wanted(eve, roles("guest")...)); sorted(a.Roles) != "guest" {
			t.Errorf("eve has the roles %v", a.Roles)
		}
	})
}

// TestRolesFromBeforeStay links an account that has roles.
func TestRolesFromBeforeStay(t *testing.T) {
	everywhere(t, func(t *testing.T, f *office) {
		f.AddRole(rocketchattest.Role{ID: "editor", Name: "editor"})
		f.there("ada", "ada@acme.example", true, "user", "editor")
		ada := somebody("ada")
		f.Rules(rocketchattest.Once("users.update", rocketchattest.Fault{Before: true}))
		if _, err := f.try(wanted(ada, roles("user", "editor", "bot")...)); err == nil {
			t.Fatal("nothing was lost")
		}
		f.deliver(wanted(ada, roles("user", "editor", "bot")...))
		if a := f.deliver(wanted(ada, roles("livechat-agent")...)); sorted(a.Roles) != "editor livechat-agent user" {
			t.Errorf("the account is %+v", a)
		}
	})
}

func TestTheLastAdministratorIsNotDemoted(t *testing.T) {
	everywhere(t, func(t *testing.T, f *office) {
		f.Permit("assign-admin-role")
		ada := somebody("ada")
		f.deliver(wanted(ada, roles("admin", "user")...))
		root, _ := f.Account("root.admin")
		f.Remove(root.ID)
		f.refused(wanted(ada, roles("user")...))
		if a, _ := f.Account("ada"); !a.Has("admin") {
			t.Errorf("the account is %+v", a)
		}
	})
}

// TestRolesThatAreThereAlreadyAreFine lets a call be about a role that was given, or taken,
// a moment before.
func TestRolesThatAreThereAlreadyAreFine(t *testing.T) {
	everywhere(t, func(t *testing.T, f *office) {
		ada := somebody("ada")
		a := f.deliver(wanted(ada, roles("user", "bot")...))
		d, err := f.target.begin(wanted(ada))
		if err != nil {
			t.Fatal(err)
		}
		if d.account, err = f.target.byID(t.Context(), a.ID); err != nil {
			t.Fatal(err)
		}
		d.id = a.ID
		for range 2 {
			if err := d.changeRoles(t.Context(), []string{"livechat-agent"}, []string{"bot"}); err != nil {
				t.Error(err)
			}
		}
		if a, _ = f.Account(a.ID); sorted(a.Roles) != "livechat-agent user" {
			t.Errorf("the account is %+v", a)
		}
	})
}
