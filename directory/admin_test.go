package directory_test

import (
	"testing"

	. "rollcall/directory"
)

func TestTheLastAdministratorStays(t *testing.T) {
	f := open(t, Settings{})
	a := f.makeAdmin("ada")
	f.hire(f.okta, "bob")
	demoted := *a
	demoted.Roles = nil
	f.refused(f.admin, SwitchOff{ID: a.ID}, Denied, "active")
	f.refused(f.admin, DeleteUser{ID: a.ID}, Denied, "active")
	f.refused(f.admin, PutUser{User: demoted}, Denied, "active")
	b := f.makeAdmin("grace")
	f.must(f.admin, SwitchOff{ID: a.ID})
	f.refused(f.admin, DeleteUser{ID: b.ID}, Denied, "active")
	f.must(f.admin, DeleteUser{ID: a.ID})
}

func TestTwoAdministratorsCannotRemoveEachOther(t *testing.T) {
	onBoth(t, func(t *testing.T, open func(Settings) *fixture) {
		for range 5 {
			eachRemovesTheOther(t, open(Settings{}))
		}
	})
}

func eachRemovesTheOther(t *testing.T, f *fixture) {
	t.Helper()
	ids := []ResourceID{f.makeAdmin("ada").ID, f.makeAdmin("bob").ID}
	done := 0
	for _, err := range f.everybody(2, func(i int) error { return f.try(f.admin, SwitchOff{ID: ids[i]}) }) {
		if err == nil {
			done++
		}
	}
	if done != 1 {
		t.Fatalf("%d of two were switched off", done)
	}
}

func TestProtectedPeopleStay(t *testing.T) {
	f := open(t, Settings{Protected: []string{"Ada"}})
	u := f.hire(f.okta, "ada")
	renamed := *u
	renamed.UserName = "eve"
	inactive := *u
	inactive.Wanted = false
	for _, c := range []Change{DeleteUser{ID: u.ID}, PutUser{User: renamed}, PutUser{User: inactive}} {
		f.refused(f.okta, c, Denied, "userName")
	}
	f.refused(f.admin, SwitchOff{ID: u.ID}, Denied, "userName")
	titled := *u
	titled.Title = "Countess"
	f.must(f.okta, PutUser{User: titled})
}

func TestAMappingCanMakeTheLastAdministrator(t *testing.T) {
	f := open(t, Settings{})
	u, v := f.hire(f.okta, "ada"), f.hire(f.okta, "bob")
	g := f.must(f.okta, PutGroup{Group: Group{DisplayName: "Admins"}, Members: &MemberChange{Add: []ResourceID{u.ID, v.ID}}}).Group
	f.must(f.admin, PutMapping{Mapping{Group: g.ID, Kind: RoleGrant, Name: RoleAdmin}})
	var m Mapping
	f.read(func(ctx ctx, tx ReadTx) error {
		all, err := tx.Mappings(ctx, g.ID)
		if err == nil {
			m = all[0]
		}
		return err
	})
	f.must(f.okta, ChangeMembers{Group: g.ID, Members: MemberChange{Remove: []ResourceID{v.ID}}})
	f.refused(f.okta, ChangeMembers{Group: g.ID, Members: MemberChange{Remove: []ResourceID{u.ID}}}, Denied, "members")
	f.refused(f.okta, DeleteGroup{ID: g.ID}, Denied, "members")
	f.refused(f.admin, DeleteMapping{m.ID}, Denied, "members")
	f.refused(f.admin, SwitchOff{ID: u.ID}, Denied, "active")
	f.makeAdmin("grace")
	f.must(f.okta, ChangeMembers{Group: g.ID, Members: MemberChange{Remove: []ResourceID{u.ID}}})
	f.must(f.admin, DeleteMapping{m.ID})
	f.must(f.okta, DeleteGroup{ID: g.ID})
}

func TestAMappingsRolesDoNotReachGuests(t *testing.T) {
	f := open(t, Settings{})
	guest := person("ada")
	guest.Roles = []MultiValue{{Value: RoleGuest}}
	u := f.must(f.okta, PutUser{User: guest}).User
	g := f.must(f.okta, PutGroup{Group: Group{DisplayName: "Admins"}, Members: &MemberChange{Add: []ResourceID{u.ID}}}).Group
	f.must(f.admin, PutMapping{Mapping{Group: g.ID, Kind: RoleGrant, Name: RoleAdmin}})
	last := f.makeAdmin("grace")
	f.refused(f.admin, SwitchOff{ID: last.ID}, Denied, "active")
}

func TestProtectedPeopleStayWhileTheyWaitForASeat(t *testing.T) {
	f := open(t, Settings{Seats: 1, Protected: []string{"root"}, Adopt: AdoptByUserName})
	f.hire(f.okta, "first")
	root := f.hire(f.admin, "root")
	if root.State() != HeldBack {
		t.Fatalf("root is %s", root.State())
	}
	f.refused(f.admin, SwitchOff{ID: root.ID}, Denied, "userName")
	f.refused(f.admin, DeleteUser{ID: root.ID}, Denied, "userName")
	f.refused(f.okta, PutUser{User: person("root")}, Exists, "userName")
	f.refused(f.okta, PutUser{User: User{ID: root.ID, UserName: "root"}}, Denied, "userName")
}
