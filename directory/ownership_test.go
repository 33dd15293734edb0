package directory_test

import (
	"strings"
	"testing"

	. "rollcall/directory"
)

func TestSourcesSeeOnlyTheirOwn(t *testing.T) {
	f := open(t, Settings{})
	u := f.hire(f.okta, "ada")
	local := f.hire(f.admin, "local")
	for _, id := range []ResourceID{u.ID, local.ID} {
		if _, err := f.User(t.Context(), f.entra, id); !Is(err, NotFound) {
			t.Errorf("entra reads %s: %v", id, err)
		}
		f.refused(f.entra, DeleteUser{ID: id}, NotFound, "id")
		f.refused(f.entra, PutUser{User: User{ID: id, UserName: "x", Wanted: true}}, NotFound, "id")
	}
	total, err := f.Users(t.Context(), f.entra, Query{Count: NoLimit}, func(s *Stored) error {
		t.Errorf("entra lists %s", s.ID)
		return nil
	})
	if err != nil || total != 0 {
		t.Errorf("entra counts %d people: %v", total, err)
	}
}

func TestNobodyMayDoAnything(t *testing.T) {
	f := open(t, Settings{})
	u := f.hire(f.okta, "ada")
	for _, by := range []Actor{{}, {Kind: ClientActor}, {Workspace: f.ws}, {Kind: ClientActor, Workspace: f.ws},
		{Kind: ClientActor, Workspace: f.ws, Source: Local}, {Kind: ClientActor, Workspace: f.ws, Source: "gone"}} {
		if _, err := f.Apply(t.Context(), by, DeleteUser{ID: u.ID}); !Is(err, Denied) && !Is(err, NotFound) {
			t.Errorf("%+v deletes: %v", by, err)
		}
		if _, err := f.User(t.Context(), by, u.ID); !Is(err, Denied) && !Is(err, NotFound) {
			t.Errorf("%+v reads: %v", by, err)
		}
	}
	for _, c := range []Change{SwitchOff{ID: u.ID}, RestoreUser{ID: u.ID}, SetGrants{ID: u.ID}, PutWorkspace{}, Purge{u.ID},
		PutSource{Source{ID: "x"}}, PauseSource{ID: "okta"}, Adopt{}, EraseAudit{}, PutMapping{}} {
		f.refused(f.okta, c, Denied, "")
	}
}

func TestAdministratorsEditWhatTheOwnerDoesNotSend(t *testing.T) {
	f := open(t, Settings{})
	u := f.hire(f.okta, "ada")
	edited := *u
	edited.NickName = "Countess"
	f.must(f.admin, PutUser{User: edited})
	echo := *u // the source knows of no nickname
	if r := f.must(f.okta, PutUser{User: echo}); r.Outcome != Unchanged {
		t.Errorf("a source that leaves the nickname out makes it %s", r.Outcome)
	}
	if got := f.user(u.ID).NickName; got != "Countess" {
		t.Errorf("the nickname is %q", got)
	}
	takes := *u
	takes.NickName = "Enchantress"
	f.must(f.okta, PutUser{User: takes})
	f.must(f.okta, PutUser{User: echo})
	if got := f.user(u.ID).NickName; got != "" {
		t.Errorf("the source cleared its own nickname, but it is %q", got)
	}
}

func TestWhatTheOwnerSendsIsLocked(t *testing.T) {
	f := open(t, Settings{})
	u := f.hire(f.okta, "ada")
	change := func(attr string, edit func(*User)) {
		t.Helper()
		c := u.Clone()
		edit(c)
		f.refused(f.admin, PutUser{User: *c}, ReadOnly, attr)
	}
	change("userName", func(c *User) { c.UserName = "eve" })
	change("externalId", func(c *User) { c.ExternalID = "other" })
	change("active", func(c *User) { c.Wanted = false })
	change("name", func(c *User) { c.Name.GivenName = "Eve" })
	change("emails", func(c *User) { c.Emails[0].Value = "eve@acme.example" })
}

func TestSourcesGrantOnlyWhatTheyMay(t *testing.T) {
	f := open(t, Settings{})
	u := person("ada")
	u.Roles = []MultiValue{{Value: RoleAdmin}}
	f.refused(f.okta, PutUser{User: u}, Denied, "roles")
	u.Roles = []MultiValue{{Value: "moderator"}}
	f.refused(f.okta, PutUser{User: u}, Denied, "roles")
	f.must(f.admin, PutSource{Source{ID: "okta", Kind: SCIMClient, MayGrant: []string{"user", "moderator"}}})
	got := f.must(f.okta, PutUser{User: u}).User
	f.must(f.admin, SetGrants{ID: got.ID, Grants: []Grant{{Kind: RoleGrant, Name: "auditor"}}})
	got = f.user(got.ID)
	got.Roles = nil
	f.must(f.okta, PutUser{User: *got})
	if roles := f.user(got.ID).GrantedRoles(); len(roles) != 1 || roles[0] != "auditor" {
		t.Errorf("after the source took its role away the roles are %v", roles)
	}
	f.refused(f.admin, PutSource{Source{ID: "okta", Kind: SCIMClient, MayGrant: []string{RoleAdmin}}}, Denied, "may_grant")
}

func TestAPausedSourceIsUnavailable(t *testing.T) {
	f := open(t, Settings{})
	f.must(f.admin, PauseSource{ID: "okta", Reason: "audit"})
	if _, err := f.Apply(t.Context(), f.okta, PutUser{User: person("ada")}); !Is(err, Unavailable) {
		t.Errorf("got %v", err)
	}
	f.must(f.admin, ResumeSource{ID: "okta"})
	f.hire(f.okta, "ada")
}

func TestGroupsBelongToTheirSource(t *testing.T) {
	f := open(t, Settings{})
	g := f.must(f.okta, PutGroup{Group: Group{DisplayName: "Engineering"}}).Group
	f.refused(f.entra, DeleteGroup{ID: g.ID}, NotFound, "id")
	f.refused(f.admin, ChangeMembers{Group: g.ID}, ReadOnly, "displayName")
	f.must(f.entra, PutGroup{Group: Group{DisplayName: "engineering"}})
	f.refused(f.okta, PutGroup{Group: Group{DisplayName: "ENGINEERING"}}, Exists, "displayName")
}

// TestASourceHearsOnlyOfItsOwnGroups adopts somebody who is in groups of three owners.
func TestASourceHearsOnlyOfItsOwnGroups(t *testing.T) {
	f := open(t, Settings{Adopt: AdoptByUserName})
	ada := f.hire(f.admin, "ada")
	in := &MemberChange{Add: []ResourceID{ada.ID}}
	local := f.must(f.admin, PutGroup{Group: Group{DisplayName: "Local"}, Members: in}).Group
	theirs := f.must(f.entra, PutGroup{Group: Group{DisplayName: "Layoffs"}, Members: in}).Group
	adopted := f.must(f.okta, PutUser{User: person("ada")})
	if adopted.Outcome != Adopted || len(adopted.Groups) != 0 {
		t.Errorf("%s, and the answer names %v", adopted.Outcome, adopted.Groups)
	}
	mine := f.must(f.okta, PutGroup{Group: Group{DisplayName: "Mine"}, Members: in}).Group
	title := person("ada")
	title.ID, title.Title = ada.ID, "Countess"
	for what, groups := range map[string][]GroupRef{
		"an update": f.must(f.okta, PutUser{User: title}).Groups,
		"reading":   f.stored(f.okta, ada.ID).Groups,
		"a list":    f.listed(f.okta, nil)[0].Groups,
	} {
		if len(groups) != 1 || groups[0].ID != mine.ID {
			t.Errorf("%s names %v", what, groups)
		}
	}
	for _, g := range []*Group{local, theirs} {
		if all := f.listed(f.okta, f.compare("groups.value", string(g.ID))); len(all) != 0 {
			t.Errorf("a filter tells that she is in %q", g.DisplayName)
		}
		if all := f.listed(f.okta, f.compare("groups.display", g.DisplayName)); len(all) != 0 {
			t.Errorf("a filter tells that she is in a group called %q", g.DisplayName)
		}
	}
	if all := f.listed(f.okta, f.compare("groups.value", string(mine.ID))); len(all) != 1 {
		t.Errorf("by the source's own group %d people are found", len(all))
	}
	if got := f.stored(f.admin, ada.ID).Groups; len(got) != 3 {
		t.Errorf("an administrator sees %v", got)
	}
}

func (f *fixture) stored(by Actor, id ResourceID) *Stored {
	f.Helper()
	s, err := f.User(f.Context(), by, id)
	if err != nil {
		f.Fatal(err)
	}
	return s
}

func (f *fixture) listed(by Actor, filter Filter) (all []*Stored) {
	f.Helper()
	_, err := f.Users(f.Context(), by, Query{Filter: filter, Count: NoLimit}, func(s *Stored) error {
		all = append(all, s)
		return nil
	})
	if err != nil {
		f.Fatal(err)
	}
	return all
}

func (f *fixture) compare(path, value string) Filter {
	f.Helper()
	p, err := Users.Path(path)
	if err != nil {
		f.Fatal(err)
	}
	c, err := NewCompare(p, Eq, value)
	if err != nil {
		f.Fatal(err)
	}
	return c
}

// TestACollisionDoesNotNameTheOther takes addresses of people whom the source cannot see.
func TestACollisionDoesNotNameTheOther(t *testing.T) {
	f := open(t, Settings{})
	secret := person("secret")
	hidden := f.must(f.entra, PutUser{User: secret}).User
	asked := person("ada")
	asked.Emails = secret.Emails
	mine := f.hire(f.okta, "bob").Clone()
	mine.Emails = secret.Emails
	for what, c := range map[string]Change{"making": PutUser{User: asked}, "editing": PutUser{User: *mine}} {
		e := f.refused(f.okta, c, Exists, "emails")
		if e.Hint != "see: rollcall users show "+string(hidden.ID) || !strings.HasSuffix(e.Msg, "is taken by a person of the source entra") {
			t.Errorf("%s: %v", what, e)
		}
	}
}
