package directory_test

import (
	"context"
	"strings"
	"testing"

	. "rollcall/directory"
)

// reloaded is a source whose entries all have another identifier, as its last run found.
func reloaded(t *testing.T, settings Settings, names ...string) (f *fixture, people []ResourceID, group ResourceID) {
	t.Helper()
	f = open(t, settings)
	people, group = corporate(f, names...)
	found := Findings{Recreated: []Conflict{Recreated("corp", GroupRecord, group, "Staff", "new-staff", f.clock.now())}}
	found.Entries = []Entry{{Source: "corp", Type: GroupRecord, Key: "key-staff", Record: group, Mark: "m+"}}
	for i, name := range names {
		found.Recreated = append(found.Recreated, Recreated("corp", UserRecord, people[i], name, "new-"+name, f.clock.now()))
		found.Entries = append(found.Entries, Entry{Source: "corp", Type: UserRecord, Key: "key-" + name, Record: people[i], Mark: "m+", Missing: 1, Since: 7})
	}
	f.running(func(by Actor) {
		if err := f.Note(t.Context(), by, found); err != nil {
			t.Fatal(err)
		}
	})
	return f, people, group
}

// running does something while corp is being read.
func (f *fixture) running(do func(by Actor)) {
	f.Helper()
	run := f.must(f.admin, BeginRun{Source: "corp", For: ApplyRun}).Run
	by := Actor{Kind: RunActor, ID: run.ID, Name: "corp", Workspace: f.ws, Source: "corp"}
	do(by)
	run.State = RunDone
	f.must(by, EndRun{Run: *run})
}

// entry reads what is remembered of an entry of corp; nil is nothing.
func (f *fixture) entry(t RecordType, key string) (e *Entry) {
	f.Helper()
	f.read(func(ctx context.Context, tx ReadTx) (err error) {
		e, err = tx.Entry(ctx, "corp", t, key)
		if Is(err, NotFound) {
			e, err = nil, nil
		}
		return err
	})
	return e
}

func TestRelinkingMovesARecordToItsNewIdentifier(t *testing.T) {
	t.Parallel()
	f, people, group := reloaded(t, Settings{}, "ada", "bob")
	got := f.must(f.admin, Relink{Type: UserRecord, ID: people[0], Source: "corp", ExternalID: "new-ada", Reason: "restored"})
	if u := got.User; u.ID != people[0] || u.ExternalID != "new-ada" || !u.EffectivelyActive() || got.Outcome != Updated {
		t.Errorf("relinked: %+v", got)
	}
	f.must(f.admin, Relink{Type: GroupRecord, ID: group, Source: "corp", ExternalID: "new-staff"})
	if e := f.entry(UserRecord, "new-ada"); e == nil || e.Record != people[0] || e.Missing != 0 || e.Since != 0 || f.entry(UserRecord, "key-ada") != nil {
		t.Errorf("the entry is %+v", e)
	}
	if e := f.entry(GroupRecord, "new-staff"); e == nil || e.Record != group {
		t.Errorf("the entry of the group is %+v", e)
	}
	if left := f.conflicts(); len(left) != 1 || left[0].UserName != "bob" {
		t.Errorf("still listed are %+v", left)
	}
	if log := f.audit(); !strings.Contains(log[len(log)-2].Detail, `"reason":"restored"`) || log[len(log)-2].Change != "Relink" {
		t.Errorf("the audit log has %+v", log[len(log)-2])
	}
	f.refused(f.admin, Relink{Type: UserRecord, ID: people[0], Source: "corp", ExternalID: "new-ada"}, Denied, "externalId")
}

func TestNobodyIsRelinkedWithoutARunThatSaidSo(t *testing.T) {
	t.Parallel()
	f, people, group := reloaded(t, Settings{}, "ada", "bob")
	cases := map[string]Relink{
		"another identifier": {Type: UserRecord, ID: people[0], Source: "corp", ExternalID: "other"},
		"another person":     {Type: UserRecord, ID: people[0], Source: "corp", ExternalID: "new-bob"},
		"another source":     {Type: UserRecord, ID: people[0], Source: "corp2", ExternalID: "new-ada"},
		"another group":      {Type: GroupRecord, ID: group, Source: "corp", ExternalID: "new-ada"},
	}
	for name, c := range cases {
		if e := f.refused(f.admin, c, Denied, "externalId"); !strings.Contains(e.Hint, "rollcall sync run") {
			t.Errorf("%s: the hint is %q", name, e.Hint)
		}
	}
	f.refused(f.admin, Relink{Type: UserRecord, ID: people[0], Source: "nowhere", ExternalID: "new-ada"}, NotFound, "name")
	f.refused(f.okta, Relink{Type: UserRecord, ID: people[0], Source: "corp", ExternalID: "new-ada"}, Denied, "")
	relink := Relink{Type: UserRecord, ID: people[0], Source: "corp", ExternalID: "new-ada"}
	f.running(func(by Actor) {
		f.refused(f.admin, relink, Unavailable, "run")
		f.must(by, PutUser{User: User{ID: people[0], UserName: "countess", ExternalID: "key-ada", Wanted: true}})
	})
	f.refused(f.admin, relink, Denied, "externalId") // the name is another one now
}

func TestAdministratorsAreRelinkedByNameOnly(t *testing.T) {
	t.Parallel()
	f, people, group := reloaded(t, Settings{Protected: []string{"bob"}}, "ada", "bob", "eve")
	f.must(f.admin, SetGrants{ID: people[0], Grants: []Grant{{Kind: RoleGrant, Name: RoleAdmin}}})
	f.must(f.admin, PutMapping{Mapping: Mapping{ID: "m1", Name: RoleAdmin, Kind: RoleGrant, Group: group}})
	for _, c := range []Relink{
		{Type: UserRecord, ID: people[0], Source: "corp", ExternalID: "new-ada"},
		{Type: UserRecord, ID: people[1], Source: "corp", ExternalID: "new-bob"},
		{Type: UserRecord, ID: people[2], Source: "corp", ExternalID: "new-eve"},
		{Type: GroupRecord, ID: group, Source: "corp", ExternalID: "new-staff"},
	} {
		if e := f.refused(f.admin, c, Denied, "id"); !strings.Contains(e.Hint, "rollcall conflicts adopt ") {
			t.Errorf("the hint is %q", e.Hint)
		}
		c.Named = true
		f.must(f.admin, c)
	}
}

func TestADetachedSourceWaitsForNobodyToBeJoined(t *testing.T) {
	t.Parallel()
	f, _, _ := reloaded(t, Settings{}, "ada")
	local := f.hire(f.admin, "zoe")
	f.refused(f.okta, PutUser{User: person("zoe")}, Exists, "userName")
	f.must(f.admin, DetachSource{ID: "corp"})
	if left := f.conflicts(); len(left) != 1 || left[0].Candidates[0] != local.ID {
		t.Errorf("still listed are %+v", left)
	}
}
