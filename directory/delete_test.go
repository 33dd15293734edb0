package directory_test

import (
	"context"
	"strings"
	"testing"
	"time"

	. "rollcall/directory"
)

func TestADeletionCanBeUndone(t *testing.T) {
	f := open(t, Settings{Seats: 1})
	u := f.hire(f.okta, "ada")
	f.must(f.okta, DeleteUser{ID: u.ID})
	if _, err := f.User(t.Context(), f.okta, u.ID); !Is(err, NotFound) {
		t.Errorf("after the deletion: %v", err)
	}
	if c := f.counts(); c != (Counts{}) {
		t.Errorf("the seat is not free: %+v", c)
	}
	f.refused(f.okta, DeleteUser{ID: u.ID}, NotFound, "id")
	f.must(f.admin, RestoreUser{ID: u.ID})
	if got := f.user(u.ID); got.State() != Active || f.counts().Seats != 1 {
		t.Errorf("ada is %s after restoring", got.State())
	}
	f.refused(f.admin, RestoreUser{ID: u.ID}, Invalid, "id")
}

func TestTheSameExternalIDRevivesTheSameAccount(t *testing.T) {
	f := open(t, Settings{})
	u := f.hire(f.okta, "ada")
	g := f.must(f.okta, PutGroup{Group: Group{DisplayName: "Board"}, Members: &MemberChange{Add: []ResourceID{u.ID}}}).Group
	f.must(f.okta, DeleteUser{ID: u.ID})
	r := f.must(f.okta, PutUser{User: person("ada")})
	if r.Outcome != Revived || r.User.ID != u.ID || r.User.State() != Active {
		t.Errorf("got %s of %s", r.Outcome, r.User.ID)
	}
	if members := f.members(g.ID); len(members) != 0 {
		t.Errorf("she is back on the board without being asked: %v", members)
	}
}

func (f *fixture) members(group ResourceID) []ResourceID {
	f.Helper()
	var ids []ResourceID
	err := f.EachMember(f.Context(), f.admin, group, func(m Member) error {
		ids = append(ids, m.ID)
		return nil
	})
	if err != nil {
		f.Fatal(err)
	}
	return ids
}

func TestNobodyInheritsAnAccountWithAName(t *testing.T) {
	f := open(t, Settings{})
	old := f.hire(f.okta, "ada")
	f.must(f.okta, DeleteUser{ID: old.ID})
	other := person("ada")
	other.ExternalID = "somebody else"
	r := f.must(f.okta, PutUser{User: other})
	if r.Outcome != Created || r.User.ID == old.ID {
		t.Fatalf("got %s of %s", r.Outcome, r.User.ID)
	}
	if got := f.user(old.ID); !strings.HasPrefix(got.UserName, "ada~") || got.Facts.Deleted.UserName != "ada" {
		t.Errorf("the old one is called %q", got.UserName)
	}
	if all := f.conflicts(); len(all) != 1 || all[0].Kind != RehireConflict || all[0].Candidates[0] != old.ID {
		t.Errorf("the pair is not listed: %+v", all)
	}
	f.refused(f.admin, RestoreUser{ID: old.ID}, Exists, "userName")
	f.must(f.okta, DeleteUser{ID: r.User.ID})
	f.must(f.admin, RestoreUser{ID: old.ID})
	if got := f.user(old.ID); got.UserName != "ada" {
		t.Errorf("restored as %q", got.UserName)
	}
}

func TestAnAdministratorsDeletionBlocksTheSource(t *testing.T) {
	f := open(t, Settings{})
	u := f.hire(f.okta, "ada")
	f.must(f.admin, DeleteUser{ID: u.ID, Reason: "left in anger"})
	e := f.refused(f.okta, PutUser{User: person("ada")}, Denied, "userName")
	if !strings.Contains(e.Hint, "rollcall users restore") {
		t.Errorf("the hint is %q", e.Hint)
	}
	namesake := person("ada")
	namesake.ExternalID = "somebody else"
	f.must(f.okta, DeleteUser{ID: f.must(f.okta, PutUser{User: namesake}).User.ID})
	f.clock.advance(40 * 24 * time.Hour)
	f.must(Actor{Kind: System, Workspace: f.ws}, Purge{u.ID})
	f.refused(f.okta, PutUser{User: person("ada")}, Denied, "userName")
}

// TestASourcesDeletionBecomesABlock has an administrator delete somebody whom the source
// deleted already: the grace goes on as it was, but the source cannot bring them back.
func TestASourcesDeletionBecomesABlock(t *testing.T) {
	f := open(t, Settings{})
	u := f.hire(f.okta, "ada")
	f.must(f.okta, DeleteUser{ID: u.ID})
	due := f.user(u.ID).Facts.Deleted.Purge
	f.clock.advance(time.Hour)
	r := f.must(f.admin, DeleteUser{ID: u.ID, Reason: "left in anger"})
	if d := f.user(u.ID).Facts.Deleted; r.Outcome != Deleted || d.BySource || d.Purge != due || d.By != f.admin.String() {
		t.Errorf("%s, and the deletion is %+v, due at %d before", r.Outcome, d, due)
	}
	f.refused(f.okta, PutUser{User: person("ada")}, Denied, "userName")
	f.refused(f.admin, DeleteUser{ID: u.ID}, NotFound, "id")
	f.clock.advance(40 * 24 * time.Hour)
	f.must(Actor{Kind: System, Workspace: f.ws}, Purge{u.ID})
	f.refused(f.okta, PutUser{User: person("ada")}, Denied, "userName")
}

// TestABlockCarriesTheNameThatWasFreed blocks somebody whose name another person has.
func TestABlockCarriesTheNameThatWasFreed(t *testing.T) {
	f := open(t, Settings{})
	nameless := person("ada")
	nameless.ExternalID = ""
	old := f.must(f.okta, PutUser{User: nameless}).User
	f.must(f.okta, DeleteUser{ID: old.ID})
	namesake := f.hire(f.okta, "ada")
	f.must(f.admin, DeleteUser{ID: old.ID})
	f.must(f.okta, DeleteUser{ID: namesake.ID})
	f.refused(f.okta, PutUser{User: nameless}, Denied, "userName")
	f.must(f.admin, RestoreUser{ID: old.ID})
	if got := f.user(old.ID); got.UserName != "ada" || got.State() != Active {
		t.Errorf("%s is %s after restoring", got.UserName, got.State())
	}
}

// TestABlockNamesWhoWasDeleted asks for a blocked person under a new name.
func TestABlockNamesWhoWasDeleted(t *testing.T) {
	f := open(t, Settings{})
	u := f.hire(f.okta, "ada")
	f.must(f.admin, DeleteUser{ID: u.ID})
	renamed := person("countess")
	renamed.ExternalID = u.ExternalID
	for range 2 {
		e := f.refused(f.okta, PutUser{User: renamed}, Denied, "userName")
		if !strings.Contains(e.Msg, `"ada"`) || strings.Contains(e.Detail(), "countess") || !strings.Contains(e.Hint, string(u.ID)) {
			t.Errorf("got %s", e.Detail())
		}
		f.clock.advance(40 * 24 * time.Hour)
		if _, err := f.Apply(t.Context(), Actor{Kind: System, Workspace: f.ws}, Purge{u.ID}); err != nil && !Is(err, NotFound) {
			t.Fatal(err)
		}
	}
}

func TestRestoringLiftsTheBlock(t *testing.T) {
	f := open(t, Settings{})
	u := f.hire(f.okta, "ada")
	f.must(f.admin, DeleteUser{ID: u.ID})
	f.must(f.admin, RestoreUser{ID: u.ID})
	f.must(f.okta, DeleteUser{ID: u.ID})
	if r := f.must(f.okta, PutUser{User: person("ada")}); r.User.ID != u.ID {
		t.Errorf("got %s", r.User.ID)
	}
}

func TestThePurgeWaitsForTheGrace(t *testing.T) {
	f := open(t, Settings{DeleteGrace: 48 * time.Hour})
	system := Actor{Kind: System, Workspace: f.ws}
	u := f.hire(f.okta, "ada")
	f.must(f.okta, DeleteUser{ID: u.ID})
	f.clock.advance(47 * time.Hour)
	f.refused(system, Purge{u.ID}, Denied, "id")
	if due := f.due(); len(due) != 0 {
		t.Errorf("due too early: %v", due)
	}
	f.clock.advance(time.Hour)
	if due := f.due(); len(due) != 1 || due[0] != u.ID {
		t.Fatalf("due are %v", due)
	}
	f.must(system, Purge{u.ID})
	f.read(func(ctx context.Context, tx ReadTx) error {
		if _, err := tx.User(ctx, u.ID); !Is(err, NotFound) {
			t.Errorf("still there: %v", err)
		}
		return nil
	})
	if r := f.must(f.okta, PutUser{User: person("ada")}); r.Outcome != Created || r.User.ID == u.ID {
		t.Errorf("got %s of %s", r.Outcome, r.User.ID)
	}
}

func (f *fixture) due() []ResourceID {
	f.Helper()
	var ids []ResourceID
	f.read(func(ctx context.Context, tx ReadTx) (err error) {
		ids, err = tx.DuePurge(ctx, f.clock.now(), 10)
		return err
	})
	return ids
}

func TestABrakedSourceDeletesNobodyForGood(t *testing.T) {
	f := open(t, Settings{})
	var ids []ResourceID
	for i := range 30 {
		ids = append(ids, f.hire(f.okta, name(i)).ID)
	}
	for _, id := range ids[:5] {
		f.must(f.okta, DeleteUser{ID: id})
	}
	if s := f.source("okta"); s.Braked != 0 {
		t.Fatal("braked after five")
	}
	f.setActive(f.okta, ids[5], false)
	if s := f.source("okta"); s.Braked == 0 {
		t.Fatal("not braked after six of thirty within an hour")
	}
	f.must(f.okta, DeleteUser{ID: ids[6]})
	f.clock.advance(31 * 24 * time.Hour)
	if due := f.due(); len(due) != 0 {
		t.Errorf("due in spite of the brake: %v", due)
	}
	f.must(f.admin, ResumeSource{ID: "okta"})
	if due := f.due(); len(due) != 6 {
		t.Errorf("%d due once the brake is lifted", len(due))
	}
}

func TestAResumedSourceStartsCountingAnew(t *testing.T) {
	f := open(t, Settings{Brake: 2})
	var ids []ResourceID
	for i := range 6 {
		ids = append(ids, f.hire(f.okta, name(i)).ID)
	}
	for _, id := range ids[:3] {
		f.must(f.okta, DeleteUser{ID: id})
	}
	f.clock.advance(time.Minute)
	f.must(f.admin, ResumeSource{ID: "okta"})
	for i, id := range ids[3:] {
		f.must(f.okta, DeleteUser{ID: id})
		if braked := f.source("okta").Braked != 0; braked != (i == 2) {
			t.Errorf("after %d more deletions braked is %t", i+1, braked)
		}
	}
}

func TestLeaversOnAQuietDayBrakeNothing(t *testing.T) {
	f := open(t, Settings{})
	for i := range 20 {
		u := f.hire(f.okta, name(i))
		f.must(f.okta, DeleteUser{ID: u.ID})
		f.clock.advance(13 * time.Minute)
	}
	if s := f.source("okta"); s.Braked != 0 {
		t.Error("braked by one leaver every thirteen minutes")
	}
}

func (f *fixture) source(id SourceID) *Source {
	f.Helper()
	var s *Source
	f.read(func(ctx context.Context, tx ReadTx) (err error) {
		s, err = tx.Source(ctx, id)
		return err
	})
	return s
}

func TestABlockCannotBeWalkedAround(t *testing.T) {
	f := open(t, Settings{})
	alice, bob := f.hire(f.okta, "alice"), f.hire(f.okta, "bob")
	f.must(f.admin, DeleteUser{ID: alice.ID})
	f.clock.advance(time.Second)
	f.must(f.admin, DeleteUser{ID: bob.ID})
	both := person("bob")
	both.ExternalID = alice.ExternalID // matches both blocks, the later one by name only
	f.refused(f.okta, PutUser{User: both}, Denied, "userName")
	tmp := f.hire(f.okta, "tmp")
	renamed := *tmp
	renamed.UserName, renamed.ExternalID = "alice", ""
	f.refused(f.okta, PutUser{User: renamed}, Denied, "userName")
	taking := *tmp
	taking.ExternalID = bob.ExternalID
	f.refused(f.okta, PutUser{User: taking}, Denied, "userName")
}

func TestAnUnclaimedAdoptedPersonComesBackWithoutMemberships(t *testing.T) {
	f := open(t, Settings{})
	u := f.hire(f.admin, "ada")
	f.must(f.admin, Adopt{User: u.ID, Source: "okta", ExternalID: "o1"})
	g := f.must(f.okta, PutGroup{Group: Group{DisplayName: "Board"}, Members: &MemberChange{Add: []ResourceID{u.ID}}}).Group
	f.must(f.okta, DeleteUser{ID: u.ID})
	f.must(f.okta, PutUser{User: User{UserName: "ada", ExternalID: "o1", Wanted: true}})
	if m := f.members(g.ID); len(m) != 0 {
		t.Errorf("members are %v", m)
	}
}
