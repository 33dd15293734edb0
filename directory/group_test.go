package directory_test

import (
	"context"
	"slices"
	"testing"

	. "rollcall/directory"
)

type ctx = context.Context

func TestMembersComeAndGo(t *testing.T) {
	f := open(t, Settings{})
	a, b, c := f.hire(f.okta, "a").ID, f.hire(f.okta, "b").ID, f.hire(f.okta, "c").ID
	g := f.must(f.okta, PutGroup{Group: Group{DisplayName: "Eng"}, Members: &MemberChange{Add: []ResourceID{a, b, a}}}).Group
	change := func(want Outcome, m MemberChange, members ...ResourceID) {
		t.Helper()
		if r := f.must(f.okta, ChangeMembers{Group: g.ID, Members: m}); r.Outcome != want {
			t.Errorf("%+v is %s, want %s", m, r.Outcome, want)
		}
		if got := f.members(g.ID); !slices.Equal(got, members) {
			t.Errorf("members are %v, want %v", got, members)
		}
	}
	change(Unchanged, MemberChange{Add: []ResourceID{a}}, a, b)
	change(Updated, MemberChange{Add: []ResourceID{c}}, a, b, c)
	change(Updated, MemberChange{Remove: []ResourceID{b}}, a, c)
	change(Unchanged, MemberChange{Remove: []ResourceID{b}}, a, c)
	change(Updated, MemberChange{Replace: true, Add: []ResourceID{b, c}}, b, c)
	change(Updated, MemberChange{Replace: true})
	if v := f.group(g.ID).Meta.Version; v != 5 {
		t.Errorf("the group is at version %d after four changes", v)
	}
	if v := f.user(a).Meta.Version; v != 1 {
		t.Errorf("membership moved a person to version %d", v)
	}
}

func (f *fixture) group(id ResourceID) *Group {
	f.Helper()
	var g *Group
	f.read(func(ctx ctx, tx ReadTx) (err error) {
		g, err = tx.Group(ctx, id)
		return err
	})
	return g
}

func TestUnknownMembersAreLeftOut(t *testing.T) {
	f := open(t, Settings{})
	mine, theirs, gone := f.hire(f.okta, "mine").ID, f.hire(f.entra, "theirs").ID, f.hire(f.okta, "gone").ID
	f.must(f.okta, DeleteUser{ID: gone})
	r := f.must(f.okta, PutGroup{Group: Group{DisplayName: "All"},
		Members: &MemberChange{Add: []ResourceID{"nobody", mine, theirs, gone}}})
	if want := []ResourceID{"nobody", theirs, gone}; !slices.Equal(r.Left, want) {
		t.Errorf("left out are %v, want %v", r.Left, want)
	}
	if got := f.members(r.Group.ID); !slices.Equal(got, []ResourceID{mine}) {
		t.Errorf("members are %v", got)
	}
	f.read(func(ctx ctx, tx ReadTx) error {
		left, err := tx.DroppedMembers(ctx, "okta", 10)
		if len(left) != 3 {
			t.Errorf("the client's page lists %v", left)
		}
		return err
	})
}

func TestAStrictClientIsRefused(t *testing.T) {
	f := open(t, Settings{})
	f.must(f.admin, PutSource{Source{ID: "okta", Kind: SCIMClient, Strict: true}})
	f.refused(f.okta, PutGroup{Group: Group{DisplayName: "All"}, Members: &MemberChange{Add: []ResourceID{"nobody"}}},
		Invalid, "members.value")
}

func TestAddsOfDifferentMembersBothSurvive(t *testing.T) {
	f := open(t, Settings{})
	g := f.must(f.okta, PutGroup{Group: Group{DisplayName: "All"}}).Group
	var ids []ResourceID
	for i := range 50 {
		ids = append(ids, f.hire(f.okta, name(i)).ID)
	}
	for _, err := range f.everybody(50, func(i int) error {
		return f.try(f.okta, ChangeMembers{Group: g.ID, Members: MemberChange{Add: ids[i : i+1]}})
	}) {
		if err != nil {
			t.Error(err)
		}
	}
	if got := f.members(g.ID); !slices.Equal(got, ids) {
		t.Errorf("%d of 50 members", len(got))
	}
}

func TestADeletedPersonIsInNoGroupAndARestoredOneIs(t *testing.T) {
	f := open(t, Settings{})
	u := f.hire(f.okta, "ada")
	g := f.must(f.okta, PutGroup{Group: Group{DisplayName: "All"}, Members: &MemberChange{Add: []ResourceID{u.ID}}}).Group
	f.must(f.admin, DeleteUser{ID: u.ID})
	if got := f.members(g.ID); len(got) != 0 {
		t.Errorf("members are %v", got)
	}
	f.must(f.admin, RestoreUser{ID: u.ID})
	if got := f.members(g.ID); len(got) != 1 {
		t.Errorf("members are %v after restoring", got)
	}
}
