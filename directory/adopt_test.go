package directory_test

import (
	"context"
	"strings"
	"testing"

	. "rollcall/directory"
)

// conflicts reads what waits for an administrator.
func (f *fixture) conflicts() []Conflict {
	f.Helper()
	var all []Conflict
	f.read(func(ctx context.Context, tx ReadTx) (err error) {
		all, err = tx.Conflicts(ctx)
		return err
	})
	return all
}

func TestAdoptionAsksByDefault(t *testing.T) {
	f := open(t, Settings{})
	local := f.hire(f.admin, "ada")
	asked := person("ada@acme.example")
	asked.Emails = nil
	for range 2 {
		e := f.refused(f.okta, PutUser{User: asked}, Exists, "userName")
		if !strings.Contains(e.Msg, "source local") || !strings.Contains(e.Hint, "rollcall conflicts adopt") {
			t.Errorf("the refusal says %q", e.Detail())
		}
	}
	all := f.conflicts()
	if len(all) != 1 || all[0].Times != 2 || len(all[0].Candidates) != 1 || all[0].Candidates[0] != local.ID {
		t.Fatalf("the conflicts are %+v", all)
	}
	f.must(f.admin, Adopt{User: local.ID, Source: "okta", ExternalID: asked.ExternalID})
	if left := f.conflicts(); len(left) != 0 {
		t.Errorf("still open: %+v", left)
	}
	r := f.must(f.okta, PutUser{User: asked})
	if r.Outcome != Adopted || r.User.ID != local.ID || r.User.UserName != asked.UserName {
		t.Errorf("the next request is %s of %s %q", r.Outcome, r.User.ID, r.User.UserName)
	}
	f.refused(f.okta, PutUser{User: asked}, Exists, "userName")
}

func TestAdoptionByPolicy(t *testing.T) {
	verified := func(u User) User { u.Chat = &Chat{EmailVerified: true}; return u }
	sameMail := func(u User) User { u.Emails = []MultiValue{{Value: mailOf("ada"), Primary: true}}; return u }
	cases := map[string]struct {
		policy AdoptPolicy
		local  User
		asked  User
		adopts bool
	}{
		"by user name":                   {AdoptByUserName, person("ada"), person("ada"), true},
		"by the derived name":            {AdoptByUserName, person("ada"), person("ada@x.example"), true},
		"by name, not by mail":           {AdoptByUserName, person("ada"), sameMail(person("bob")), false},
		"by verified mail":               {AdoptByEmail, verified(person("ada")), sameMail(person("bob")), true},
		"not by unverified mail":         {AdoptByEmail, person("ada"), sameMail(person("bob")), false},
		"mail policy is not by name":     {AdoptByEmail, verified(person("ada")), User{UserName: "ada", Wanted: true}, false},
		"ask means ask":                  {AdoptAsk, verified(person("ada")), person("ada"), false},
		"nobody similar, nobody adopted": {AdoptByUserName, person("ada"), person("bob"), false},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			f := open(t, Settings{Adopt: c.policy})
			local := f.must(f.admin, PutUser{User: c.local}).User
			r, err := f.Apply(t.Context(), f.okta, PutUser{User: c.asked})
			if adopted := err == nil && r.User.ID == local.ID && r.Outcome == Adopted; adopted != c.adopts {
				t.Errorf("got %s, %v; adopts should be %t", r.Outcome, err, c.adopts)
			}
			if got := f.user(local.ID); (got.Source == "okta") != c.adopts {
				t.Errorf("the local record belongs to %s", got.Source)
			}
		})
	}
}

func TestAdministratorsAndBotsAreNotAdoptedByThemselves(t *testing.T) {
	f := open(t, Settings{Adopt: AdoptByUserName})
	f.makeAdmin("ada")
	robot := person("robot")
	robot.Facts.Kind = Bot
	f.must(f.admin, PutUser{User: robot})
	f.refused(f.okta, PutUser{User: person("ada")}, Exists, "userName")
	f.refused(f.okta, PutUser{User: person("robot")}, Exists, "userName")
}

func TestTwoCandidatesAreAConflict(t *testing.T) {
	f := open(t, Settings{Adopt: AdoptByUserName})
	f.hire(f.admin, "ada")
	f.hire(f.admin, "bob")
	asked := person("ada")
	asked.Emails[0].Value = mailOf("bob")
	f.refused(f.okta, PutUser{User: asked}, Exists, "userName")
	if all := f.conflicts(); len(all) != 1 || len(all[0].Candidates) != 2 {
		t.Errorf("the conflicts are %+v", all)
	}
}

func TestAdoptionKeepsWhatAdministratorsSet(t *testing.T) {
	f := open(t, Settings{Adopt: AdoptByUserName})
	u := person("ada")
	u.NickName, u.Roles = "Countess", []MultiValue{{Value: "moderator"}}
	local := f.must(f.admin, PutUser{User: u}).User
	asked := User{UserName: "ada", ExternalID: "1", Wanted: true}
	f.must(f.okta, PutUser{User: asked})
	got := f.user(local.ID)
	if got.NickName != "Countess" || len(got.Emails) != 1 || got.GrantedRoles()[0] != "moderator" {
		t.Errorf("after adoption the record is %+v with roles %v", got, got.GrantedRoles())
	}
	asked.ID = local.ID
	if r := f.must(f.okta, PutUser{User: asked}); r.Outcome != Unchanged {
		t.Errorf("the same request again is %s", r.Outcome)
	}
}

func TestVisibleLocalPeopleAreAdoptedByPutAndPatch(t *testing.T) {
	f := open(t, Settings{Adopt: AdoptByUserName})
	a, b := f.hire(f.admin, "ada"), f.hire(f.admin, "bob")
	total, err := f.Users(t.Context(), f.okta, Query{Count: 10}, func(*Stored) error { return nil })
	if err != nil || total != 2 {
		t.Fatalf("okta sees %d: %v", total, err)
	}
	f.refused(f.okta, DeleteUser{ID: a.ID}, Denied, "id")
	f.must(f.okta, PutUser{User: User{ID: a.ID, UserName: "ada", Wanted: true}})
	f.setActive(f.okta, b.ID, false)
	for _, id := range []ResourceID{a.ID, b.ID} {
		if got := f.user(id); got.Source != "okta" {
			t.Errorf("%s belongs to %s", got.UserName, got.Source)
		}
	}
}

// TestAdministratorsAreNotAdoptedWithOthers: whoever owns the account can make themselves one.
func TestAdministratorsAreNotAdoptedWithOthers(t *testing.T) {
	f := open(t, Settings{Protected: []string{"root"}})
	root, robot := f.hire(f.admin, "root"), person("robot")
	robot.Facts.Kind = Bot
	bot := f.must(f.admin, PutUser{User: robot}).User
	for _, u := range []*User{f.makeAdmin("boss"), root, bot} {
		f.refused(f.admin, Adopt{User: u.ID, Source: "okta"}, Denied, "id")
		if got := f.user(u.ID); got.Source != Local {
			t.Errorf("%s belongs to %s", got.UserName, got.Source)
		}
		f.must(f.admin, Adopt{User: u.ID, Source: "okta", Named: true})
	}
}

func TestAnAdministratorCanGiveSomebodyAwayByName(t *testing.T) {
	f := open(t, Settings{})
	local := f.hire(f.admin, "ada")
	f.must(f.admin, Adopt{User: local.ID, Source: "okta"})
	asked := User{UserName: "ADA", ExternalID: "o1", Wanted: true}
	local = f.user(local.ID)
	if local.Source != "okta" || local.ExternalID != "" {
		t.Fatalf("got %s, %q", local.Source, local.ExternalID)
	}
	if r := f.must(f.okta, PutUser{User: asked}); r.User.ID != local.ID || r.User.ExternalID != "o1" {
		t.Errorf("the source got %s", r.User.ID)
	}
	f.refused(f.okta, PutUser{User: asked}, Exists, "userName")
}

func TestAdministratorsAndProtectedPeopleAreAdoptedOnlyByName(t *testing.T) {
	f := open(t, Settings{Adopt: AdoptByUserName, Protected: []string{"prot"}})
	mapped, prot, mod := f.hire(f.admin, "mapped"), f.hire(f.admin, "prot"), person("mod")
	mod.Roles = []MultiValue{{Value: "moderator"}}
	local := f.must(f.admin, PutUser{User: mod}).User
	g := f.must(f.entra, PutGroup{Group: Group{DisplayName: "Admins"}, Members: &MemberChange{Add: []ResourceID{mapped.ID, prot.ID}}}).Group
	f.must(f.admin, PutMapping{Mapping{Group: g.ID, Kind: RoleGrant, Name: RoleAdmin}})
	f.refused(f.okta, PutUser{User: person("mapped")}, Exists, "userName")
	for _, id := range []ResourceID{mapped.ID, prot.ID} {
		f.refused(f.okta, PutUser{User: User{ID: id, UserName: f.user(id).UserName, Wanted: true}}, Denied, "id")
	}
	f.refused(f.entra, ChangeMembers{Group: g.ID, Members: MemberChange{Remove: []ResourceID{prot.ID}}}, Denied, "members")
	f.refused(f.entra, DeleteGroup{ID: g.ID}, Denied, "members")
	f.refused(f.okta, PutUser{User: User{ID: local.ID, UserName: "mod", Wanted: true, Roles: mod.Roles}}, Denied, "roles")
}
