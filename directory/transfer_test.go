package directory_test

import (
	"context"
	"strings"
	"testing"

	. "rollcall/directory"
)

// corporate fills a directory with the people and a group of an LDAP source.
func corporate(f *fixture, names ...string) (people []ResourceID, group ResourceID) {
	f.Helper()
	f.must(f.admin, PutSource{Source: Source{ID: "corp", Kind: LDAPServer}})
	f.must(f.admin, PutSource{Source: Source{ID: "corp2", Kind: LDAPServer}})
	run := f.must(f.admin, BeginRun{Source: "corp", For: ApplyRun}).Run
	by := Actor{Kind: RunActor, ID: run.ID, Name: "corp", Workspace: f.ws, Source: "corp"}
	for _, name := range names {
		people = append(people, f.must(by, PutUser{User: User{UserName: name, ExternalID: "key-" + name, Wanted: true}}).User.ID)
	}
	group = f.must(by, PutGroup{Group: Group{DisplayName: "Staff", ExternalID: "key-staff"}, Members: &MemberChange{Add: people}}).Group.ID
	run.State = RunDone
	f.must(by, EndRun{Run: *run})
	return people, group
}

func TestPeopleOfADetachedSourceAreReleased(t *testing.T) {
	t.Parallel()
	f := open(t, Settings{})
	people, group := corporate(f, "ada", "bob")
	release := Transfer{Type: UserRecord, ID: people[0], From: "corp", To: Local, Reason: "the server is gone"}
	f.refused(f.admin, release, Denied, "name")
	f.must(f.admin, DetachSource{ID: "corp"})
	if got := f.must(f.admin, DetachSource{ID: "corp"}); got.Outcome != Unchanged {
		t.Errorf("detaching twice: %s", got.Outcome)
	}
	f.refused(f.okta, release, Denied, "")

	if u := f.must(f.admin, release).User; u.Source != Local || u.ExternalID != "" || !u.EffectivelyActive() {
		t.Errorf("released: %+v", u)
	}
	f.must(f.admin, Transfer{Type: GroupRecord, ID: group, From: "corp", To: Local})
	f.read(func(ctx context.Context, tx ReadTx) error {
		g, err := tx.Group(ctx, group)
		if err != nil {
			return err
		}
		members, err := tx.Members(ctx, group, "", 10)
		if g.Source != Local || g.ExternalID != "" || len(members) != 2 {
			t.Errorf("the group is %+v with %d members", g, len(members))
		}
		return err
	})
	f.must(f.admin, SwitchOff{ID: people[0]})
	log := f.audit()
	found := false
	for _, r := range log {
		found = found || r.Change == "Transfer" && r.Record == string(people[0]) && r.Outcome == Updated
	}
	if !found {
		t.Errorf("nothing in the log says that %s was released", people[0])
	}
	f.refused(f.admin, release, Denied, "source")
}

func TestASCIMClientIsNeverDetached(t *testing.T) {
	t.Parallel()
	f := open(t, Settings{})
	ada := f.hire(f.okta, "ada")
	for _, c := range []Change{DetachSource{ID: "okta"}, Transfer{Type: UserRecord, ID: ada.ID, From: "okta", To: Local}} {
		err := asError(f.try(f.admin, c))
		if err == nil || err.Kind != Denied || err.Attr != "name" || !strings.Contains(err.Hint, "rollcall tokens revoke okta") {
			t.Errorf("%s: %v", c.Kind(), err)
		}
	}
}

func TestPeopleOfADetachedSourceAreTransferred(t *testing.T) {
	t.Parallel()
	f := open(t, Settings{})
	people, group := corporate(f, "ada", "bob")
	f.must(f.admin, DetachSource{ID: "corp"})
	f.refused(f.admin, Transfer{Type: UserRecord, ID: people[0], From: "corp", To: "nowhere"}, NotFound, "to")
	f.refused(f.admin, Transfer{Type: UserRecord, ID: people[0], From: "corp", To: "corp"}, Invalid, "to")
	for _, id := range people {
		f.must(f.admin, Transfer{Type: UserRecord, ID: id, From: "corp", To: "corp2"})
	}

	f.must(f.admin, Transfer{Type: GroupRecord, ID: group, From: "corp", To: "corp2"})

	// The new source may know them by the same identifiers or by others.
	run := f.must(f.admin, BeginRun{Source: "corp2", For: ApplyRun}).Run
	by := Actor{Kind: RunActor, ID: run.ID, Name: "corp2", Workspace: f.ws, Source: "corp2"}
	for name, key := range map[string]string{"ada": "key-ada", "bob": "another"} {
		got := f.must(by, PutUser{User: User{UserName: name, ExternalID: key, Wanted: true}})
		if got.User.ID != people[0] && got.User.ID != people[1] || got.User.Source != "corp2" || got.User.ExternalID != key {
			t.Errorf("%s: %s, %+v", name, got.Outcome, got.User)
		}
	}
	got := f.must(by, PutGroup{Group: Group{DisplayName: "Staff", ExternalID: "another"}})
	if got.Group.ID != group || got.Group.ExternalID != "another" || got.Group.Source != "corp2" {
		t.Errorf("the group: %s, %+v", got.Outcome, got.Group)
	}
}

func TestASourceThatComesBackIsNoLongerDetached(t *testing.T) {
	t.Parallel()
	f := open(t, Settings{})
	people, _ := corporate(f, "ada")
	f.must(f.admin, DetachSource{ID: "corp"})
	f.must(f.admin, PutSource{Source: Source{ID: "corp", Kind: LDAPServer}})
	f.refused(f.admin, Transfer{Type: UserRecord, ID: people[0], From: "corp", To: Local}, Denied, "name")
}

func TestADetachedSourceIsNotRun(t *testing.T) {
	t.Parallel()
	f := open(t, Settings{})
	f.must(f.admin, PutSource{Source: Source{ID: "corp", Kind: LDAPServer, Definition: "d"}})
	f.must(f.admin, DetachSource{ID: "corp"})
	if e := f.refused(f.admin, BeginRun{Source: "corp", For: ApplyRun, Definition: "d"}, Denied, "source"); e.Hint == "" {
		t.Errorf("nothing says what to do: %v", e)
	}
	f.must(f.admin, BeginRun{Source: "corp", For: PlanRun, Definition: "d"})
}

// TestDetachingASourceEndsItsRun: the process that works on it learns of it like one that
// lost its lease. A plan changes nobody and goes on.
func TestDetachingASourceEndsItsRun(t *testing.T) {
	t.Parallel()
	for _, kind := range []RunKind{ApplyRun, PlanRun} {
		f := open(t, Settings{})
		corporate(f)
		run := f.must(f.admin, BeginRun{Source: "corp", For: kind}).Run
		by := Actor{Kind: RunActor, ID: run.ID, Name: "corp", Workspace: f.ws, Source: "corp"}
		f.must(f.admin, DetachSource{ID: "corp"})
		f.must(f.admin, PutSource{Source: Source{ID: "corp", Kind: LDAPServer}}) // and it is back already
		err := f.Note(t.Context(), by, Findings{})
		if kind == PlanRun {
			if err != nil {
				t.Errorf("a plan: %v", err)
			}
			continue
		}
		if !Is(err, Denied) {
			t.Errorf("a note of the run: %v", err)
		}
		f.refused(by, PutUser{User: User{UserName: "late", ExternalID: "key-late", Wanted: true}}, Denied, "run")
		f.refused(by, EndRun{Run: *run}, Denied, "run")
		f.read(func(ctx context.Context, tx ReadTx) error {
			got, err := tx.Run(ctx, run.ID)
			if err == nil && (got.State != RunFailed || got.Ended.IsZero() || got.Error == "") {
				t.Errorf("the run is %+v", got)
			}
			return err
		})
	}
}

func TestARunOfAnOlderDefinitionIsRefused(t *testing.T) {
	t.Parallel()
	f := open(t, Settings{})
	f.must(f.admin, PutSource{Source: Source{ID: "corp", Kind: LDAPServer, Definition: "new"}})
	f.refused(f.admin, BeginRun{Source: "corp", For: ApplyRun, Definition: "old"}, Denied, "source")
	f.must(f.admin, BeginRun{Source: "corp", For: ApplyRun, Definition: "new"})
}

// TestARunThatForgotFindsWhomItMade: a run that is killed after people were made and
// before it could note their entries leaves people of whom the next run knows nothing.
func TestARunThatForgotFindsWhomItMade(t *testing.T) {
	t.Parallel()
	f := open(t, Settings{})
	people, group := corporate(f, "ada")
	run := f.must(f.admin, BeginRun{Source: "corp", For: ApplyRun}).Run
	by := Actor{Kind: RunActor, ID: run.ID, Name: "corp", Workspace: f.ws, Source: "corp"}
	same := User{UserName: "ada", ExternalID: "key-ada", Wanted: true}
	if got := f.must(by, PutUser{User: same}); got.User.ID != people[0] || got.Outcome != Unchanged {
		t.Errorf("the same person: %s, %+v", got.Outcome, got.User)
	}
	same.UserName = "lovelace"
	if got := f.must(by, PutUser{User: same}); got.User.ID != people[0] || got.Outcome != Updated {
		t.Errorf("the same person under another name: %s, %+v", got.Outcome, got.User)
	}
	f.refused(by, PutUser{User: User{UserName: "lovelace", ExternalID: "key-other", Wanted: true}}, Exists, "userName")
	if got := f.must(by, PutGroup{Group: Group{DisplayName: "Personnel", ExternalID: "key-staff"}}); got.Group.ID != group || got.Outcome != Updated {
		t.Errorf("the same group: %s, %+v", got.Outcome, got.Group)
	}
	f.refused(f.okta, PutUser{User: f.hireFor(f.okta, "bob")}, Exists, "userName")
}

// hireFor makes a person and returns what a client would send to make them again.
func (f *fixture) hireFor(by Actor, name string) User {
	f.Helper()
	u := User{UserName: name, ExternalID: "x-" + name, Wanted: true}
	f.must(by, PutUser{User: u})
	return u
}

// TestAdministratorsAreTransferredByNameOnly: whoever owns an administrator's account can
// make themselves one, and so can whoever owns a group that gives the role.
func TestAdministratorsAreTransferredByNameOnly(t *testing.T) {
	t.Parallel()
	f := open(t, Settings{Protected: []string{"bob"}})
	people, group := corporate(f, "ada", "bob", "eve")
	f.must(f.admin, SetGrants{ID: people[0], Grants: []Grant{{Kind: RoleGrant, Name: RoleAdmin}}})
	f.must(f.admin, PutMapping{Mapping: Mapping{ID: "m1", Name: RoleAdmin, Kind: RoleGrant, Group: group}})
	f.must(f.admin, DetachSource{ID: "corp"})
	for flag, c := range map[string]Transfer{
		"--user ada":      {Type: UserRecord, ID: people[0]},
		"--user bob":      {Type: UserRecord, ID: people[1]},
		"--user eve":      {Type: UserRecord, ID: people[2]}, // by the group
		`--group "Staff"`: {Type: GroupRecord, ID: group},
	} {
		c.From, c.To = "corp", "corp2"
		want := "rollcall sources transfer corp --to corp2 " + flag
		if e := f.refused(f.admin, c, Denied, "id"); !strings.Contains(e.Hint, want) {
			t.Errorf("the hint is %q, not %q", e.Hint, want)
		}
	}
	chosen := f.must(f.admin, Transfer{Type: UserRecord, ID: people[0], From: "corp", To: "corp2", Named: true})
	released := f.must(f.admin, Transfer{Type: UserRecord, ID: people[1], From: "corp", To: Local})
	if chosen.User.Source != "corp2" || released.User.Source != Local {
		t.Errorf("they belong to %s and %s", chosen.User.Source, released.User.Source)
	}
	f.must(f.admin, Transfer{Type: GroupRecord, ID: group, From: "corp", To: "corp2", Named: true})
}

// TestWhatIsRememberedOfATransferredRecordIsForgotten: a source that is put back would
// take its entries for applied although it owns nobody any more.
func TestWhatIsRememberedOfATransferredRecordIsForgotten(t *testing.T) {
	t.Parallel()
	for _, to := range []SourceID{"corp2", Local} {
		f := open(t, Settings{})
		people, group := corporate(f, "ada", "bob")
		f.running(func(by Actor) {
			err := f.Note(t.Context(), by, Findings{Entries: []Entry{
				{Source: "corp", Type: UserRecord, Key: "key-ada", Record: people[0], Mark: "m+"},
				{Source: "corp", Type: UserRecord, Key: "key-bob", Record: people[1], Mark: "m+"},
				{Source: "corp", Type: GroupRecord, Key: "key-staff", Record: group, Mark: "m+"},
			}})
			if err != nil {
				t.Fatal(err)
			}
		})
		f.must(f.admin, DetachSource{ID: "corp"})
		f.must(f.admin, Transfer{Type: UserRecord, ID: people[0], From: "corp", To: to})
		f.must(f.admin, Transfer{Type: GroupRecord, ID: group, From: "corp", To: to})
		if f.entry(UserRecord, "key-ada") != nil || f.entry(GroupRecord, "key-staff") != nil {
			t.Errorf("to %s: what was given away is remembered", to)
		}
		if f.entry(UserRecord, "key-bob") == nil {
			t.Errorf("to %s: somebody who was not given away is forgotten", to)
		}
	}
}
