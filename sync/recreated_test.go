package sync

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"rollcall/directory"
)

// reload gives every entry of the server another identifier.
func (l *lab) reload(prefix string) {
	for i := range l.src.people {
		l.src.people[i].Key = prefix + l.src.people[i].User.UserName
	}
	for i := range l.src.groups {
		l.src.groups[i].Key = prefix + l.src.groups[i].Group.DisplayName
	}
}

// open lists the conflicts that relinking settles.
func (l *lab) open() (all []directory.Conflict) {
	l.Helper()
	err := l.Directory.Read(l.Context(), l.admin, func(ctx context.Context, tx directory.ReadTx) (err error) {
		all, err = tx.Conflicts(ctx)
		return err
	})
	if err != nil {
		l.Fatal(err)
	}
	return all
}

// relink joins whoever is listed, and returns the refusals.
func (l *lab) relink() (refused []error) {
	l.Helper()
	for _, k := range l.open() {
		_, err := l.Directory.Apply(l.Context(), l.admin, directory.Relink{Type: k.Kind.Relinks(), ID: k.Candidates[0],
			Source: k.Source, ExternalID: k.ExternalID, Reason: "the server was restored"})
		if err != nil {
			refused = append(refused, err)
		}
	}
	return refused
}

// company is a lab with two groups, after a first run.
func company(t *testing.T, people int) *lab {
	t.Helper()
	l := newLab(t, people)
	for _, name := range []string{"All", "Some"} {
		l.src.groups = append(l.src.groups, Group{Entry: "cn=" + name, Key: "key-" + name, Group: directory.Group{DisplayName: name},
			Members: []string{entryOf(0).Entry, entryOf(1).Entry}})
	}
	l.run(directory.RunDone)
	return l
}

// group reads a group of the source by its name, and counts its members.
func (l *lab) group(name string) (g *directory.Group, members int) {
	l.Helper()
	err := l.Directory.Read(l.Context(), l.admin, func(ctx context.Context, tx directory.ReadTx) (err error) {
		if g, err = tx.GroupByName(ctx, "corp", directory.Fold(name)); err != nil {
			return err
		}
		all, err := tx.Members(ctx, g.ID, "", 100)
		members = len(all)
		return err
	})
	if err != nil {
		l.Fatal(err)
	}
	return g, members
}

func TestAServerThatWasLoadedAnewIsHeldAndRelinked(t *testing.T) {
	l := company(t, 40)
	before, group := l.user(7), must2(l.group("All"))
	l.reload("new-")
	held := l.run(directory.RunHeld)
	for _, words := range []string{"40 known people are absent and 40 unknown entries have their user names", "rollcall sources relink"} {
		if !strings.Contains(held.Guard.Why, words) {
			t.Errorf("the guard says %q", held.Guard.Why)
		}
	}
	if c := held.Counts; c.Recreated != 40 || c.Groups.Recreated != 2 || c.Conflicts != 0 {
		t.Errorf("counted %+v", c)
	}
	changes, faults := l.changes(held.ID)
	named := slices.ContainsFunc(changes, func(c directory.PlannedChange) bool {
		return c.Action == actRecreated && c.ID == string(before.ID) && c.Name == before.UserName && strings.Contains(c.Reason, before.ExternalID)
	})
	if !named || len(faults) != 0 {
		t.Errorf("the report has %+v and %+v", changes, faults)
	}
	if n := len(l.open()); n != 42 {
		t.Errorf("%d are listed", n)
	}
	if refused := l.relink(); len(refused) != 0 {
		t.Fatal(refused)
	}
	r := l.run(directory.RunDone)
	if c := r.Counts; c.Recreated+c.Missing+c.Deactivated+c.Created+c.Conflicts+c.Groups.Created+c.Groups.MembersRemoved != 0 {
		t.Errorf("after relinking: %+v", c)
	}
	after, regrouped := l.user(7), must2(l.group("All"))
	if after.ID != before.ID || after.ExternalID != "new-p00007" || !after.EffectivelyActive() || regrouped.ID != group.ID {
		t.Errorf("before %+v, after %+v", before, after)
	}
	if n := len(l.open()); n != 0 {
		t.Errorf("%d are still listed", n)
	}
}

func must2(g *directory.Group, _ int) *directory.Group { return g }

func TestPeopleWhoWereDeactivatedComeBackWhenTheyAreRelinked(t *testing.T) {
	l := company(t, 40)
	before := l.user(7)
	l.must(l.admin, directory.SwitchOff{ID: l.user(9).ID, Reason: "a thief"})
	l.reload("new-")
	for range 2 {
		held := l.run(directory.RunHeld)
		l.ended(must(l.Approve(t.Context(), l.admin, l.c, held.ID))(t), nil, directory.RunDone)
		l.later(time.Hour)
	}
	if l.user(7).Wanted {
		t.Fatal("nobody was deactivated")
	}
	if refused := l.relink(); len(refused) != 0 {
		t.Fatal(refused)
	}
	r := l.run(directory.RunDone)
	if u := l.user(7); u.ID != before.ID || !u.EffectivelyActive() || r.Counts.Reactivated != 39 {
		t.Errorf("they are %+v after %+v", u, r.Counts)
	}
	if thief := l.user(9); thief.EffectivelyActive() || thief.Facts.SwitchedOff == nil {
		t.Error("relinking let in somebody whom an administrator switched off")
	}
	if g, members := l.group("All"); g.ExternalID != "new-All" || members != 2 || len(l.open()) != 0 {
		t.Errorf("the group %+v has %d members, listed are %+v", g, members, l.open())
	}
}

func TestGroupsOfARunThatIsHeldCanBeRelinkedHoweverOftenTheyWereAbsent(t *testing.T) {
	l := company(t, 40)
	l.c.Missing.Runs = 1
	before, _ := l.group("All")
	l.reload("new-")
	l.run(directory.RunHeld)
	if refused := l.relink(); len(refused) != 0 {
		t.Fatal(refused)
	}
	r := l.run(directory.RunDone)
	if g, _ := l.group("All"); g.ID != before.ID || r.Counts.Groups.Deleted+r.Counts.Groups.Created != 0 {
		t.Errorf("before %+v, now %+v after %+v", before, g, r.Counts.Groups)
	}
}

func TestOnePersonWhoWasMadeAnewIsNamed(t *testing.T) {
	l := company(t, 40)
	before := l.user(7)
	l.src.people[7].Key = "new-p00007"
	for i := range 3 {
		r := l.run(directory.RunDone)
		if r.Counts.Recreated != 1 || r.Counts.Conflicts != 0 || len(l.open()) != 1 {
			t.Errorf("run %d: %+v", i, r.Counts)
		}
		l.later(time.Hour)
	}
	if l.user(7).Wanted {
		t.Error("somebody whose entry is gone kept their access because of a name")
	}
	if refused := l.relink(); len(refused) != 0 {
		t.Fatal(refused)
	}
	if r := l.run(directory.RunDone); r.Counts.Reactivated != 1 || l.user(7).ID != before.ID || !l.user(7).Wanted {
		t.Errorf("after relinking: %+v", r.Counts)
	}
}

func TestWhatComesBackIsNoLongerListed(t *testing.T) {
	l := company(t, 40)
	l.src.people[7].Key = "new-p00007"
	l.run(directory.RunDone)
	listed := l.open()
	l.src.people[7].Key = entryOf(7).Key
	r := l.run(directory.RunDone)
	if len(listed) != 1 || len(l.open()) != 0 || r.Counts.Recreated != 0 {
		t.Errorf("listed %d, then %d; %+v", len(listed), len(l.open()), r.Counts)
	}
}

func TestAPlanListsNobodyButNamesThem(t *testing.T) {
	l := company(t, 40)
	l.reload("new-")
	r := l.ended(must(l.Plan(t.Context(), l.admin, l.c))(t), nil, directory.RunPlanned)
	if r.Counts.Recreated != 40 || !r.Guard.Tripped || len(l.open()) != 0 {
		t.Errorf("planned %+v, listed %d", r.Counts, len(l.open()))
	}
}

func TestWhereThereIsDoubtNobodyIsListed(t *testing.T) {
	twins := func(l *lab) {
		twin := l.src.people[7]
		twin.Key, twin.Entry = "other", "uid=twin,dc=lab"
		l.src.people[7].Key = "new-p00007"
		l.src.people = append(l.src.people, twin)
	}
	unnamed := func(l *lab) {
		l.src.people[7].Key = "new-p00007"
		l.src.people = append(l.src.people, Person{Entry: "uid=x", Fault: directory.Errorf(directory.Invalid, "externalId", "no identifier")})
	}
	local := func(l *lab) {
		l.must(l.admin, directory.PutUser{User: directory.User{UserName: "zoe", Wanted: true}})
		l.src.people[7] = Person{Entry: "uid=zoe,dc=lab", Key: "zoe", User: directory.User{UserName: "zoe", Wanted: true}}
	}
	for name, change := range map[string]func(*lab){"two of a name": twins, "one without identifier": unnamed, "somebody local": local} {
		t.Run(name, func(t *testing.T) {
			l := company(t, 40)
			change(l)
			if r := l.run(directory.RunDone); r.Counts.Recreated != 0 {
				t.Errorf("got %+v, listed %+v", r.Counts, l.open())
			}
		})
	}
}

func TestAGroupThatWasMadeAnewMakesRoomInTheEnd(t *testing.T) {
	l := company(t, 40)
	l.src.groups[0].Key = "new-All"
	if r := l.run(directory.RunDone); r.Counts.Groups.Recreated != 1 || r.Counts.Groups.Deleted != 0 {
		t.Errorf("at first: %+v", r.Counts.Groups)
	}
	l.later(time.Hour)
	if r := l.run(directory.RunDone); r.Counts.Groups.Deleted != 1 || r.Counts.Groups.Created != 1 || len(l.open()) != 0 {
		t.Errorf("then: %+v, listed %+v", r.Counts.Groups, l.open())
	}
}

func TestTheNextOfANameIsMadeOnceTheOldOneIsDeleted(t *testing.T) {
	l := company(t, 40)
	before := l.user(7)
	l.src.people[7].Key = "new-p00007"
	l.run(directory.RunDone)
	l.must(l.admin, directory.DeleteUser{ID: before.ID, Reason: "somebody else"})
	r := l.run(directory.RunDone)
	if u := l.user(7); u.ID == before.ID || r.Counts.Created != 1 {
		t.Errorf("after %+v the person is %+v", r.Counts, u)
	}
	if all := l.open(); len(all) != 1 || all[0].Kind != directory.RehireConflict {
		t.Errorf("listed are %+v", all)
	}
}

// TestWhoWaitsToBeJoinedStaysInTheirGroups: the group names the entry that is there now,
// and what the group gives is not lost before somebody has decided.
func TestWhoWaitsToBeJoinedStaysInTheirGroups(t *testing.T) {
	l := company(t, 40)
	all, _ := l.group("All")
	l.must(l.admin, directory.PutMapping{Mapping: directory.Mapping{ID: "m1", Name: directory.RoleAdmin, Kind: directory.RoleGrant, Group: all.ID}})
	before := l.user(1)
	l.src.people[1].Key = "new-p00001"
	for i := range 3 {
		r := l.run(directory.RunDone)
		if _, members := l.group("All"); members != 2 || r.Counts.Groups.MembersRemoved != 0 || r.Counts.Recreated != 1 {
			t.Errorf("run %d: the group has %d members after %+v", i, members, r.Counts)
		}
		if refused := l.relink(); len(refused) != 1 || !strings.Contains(refused[0].Error(), "may administer the workspace") {
			t.Fatalf("run %d: an administrator was joined with others: %v", i, refused)
		}
		l.later(time.Hour)
	}
	k := l.open()[0]
	l.must(l.admin, directory.Relink{Type: directory.UserRecord, ID: before.ID, Source: "corp", ExternalID: k.ExternalID, Named: true})
	l.run(directory.RunDone)
	l.src.groups[0].Members = l.src.groups[0].Members[:1]
	l.src.groups[0].Mark = Mark{1}
	l.run(directory.RunDone)
	if _, members := l.group("All"); members != 1 {
		t.Errorf("whom the group names no longer stays: it has %d members", members)
	}
}

func TestWhoWaitsToBeJoinedLeavesTheGroupsThatDoNotNameThem(t *testing.T) {
	l := company(t, 40)
	l.src.people[1].Key = "new-p00001"
	l.src.groups[0].Members = l.src.groups[0].Members[:1]
	l.src.groups[0].Mark = Mark{1}
	l.src.groups[1].Members = append(l.src.groups[1].Members, entryOf(2).Entry)
	l.src.groups[1].Mark = Mark{1}
	l.run(directory.RunDone)
	_, all := l.group("All")
	_, some := l.group("Some")
	if all != 1 || some != 3 {
		t.Errorf("the groups have %d and %d members", all, some)
	}
}

// TestADoubtfulRunTakesNobodyOutOfAGroupForAnUnknownEntry: whose the unknown entry is,
// such a run cannot tell.
func TestADoubtfulRunTakesNobodyOutOfAGroupForAnUnknownEntry(t *testing.T) {
	l := company(t, 40)
	l.src.people[1].Key = "new-p00001"
	l.src.people = append(l.src.people, Person{Entry: "uid=x", Fault: directory.Errorf(directory.Invalid, "externalId", "no identifier")})
	r := l.run(directory.RunDone)
	if _, members := l.group("All"); members != 2 {
		t.Errorf("the group has %d members after %+v", members, r.Counts)
	}
}

// TestWhoHadLeftIsJoinedOneByOne: the next one of a name is somebody else more often than
// not, however the run before took the absence of the first.
func TestWhoHadLeftIsJoinedOneByOne(t *testing.T) {
	for name, absences := range map[string]int{"absent once": 1, "deactivated": 2} {
		l := company(t, 40)
		before, namesake := l.user(7), l.src.people[7]
		l.src.people = slices.Delete(l.src.people, 7, 8)
		for range absences {
			l.run(directory.RunDone)
			l.later(time.Hour)
		}
		namesake.Key = "new-p00007"
		l.src.people = append(l.src.people, namesake)
		l.src.people[8].Key = "new-p00009" // made anew between two runs
		for range 3 {                      // whatever else the runs find out meanwhile
			l.run(directory.RunDone)
			l.later(time.Hour)
		}
		said := l.kinds()
		if said["p00007"] != directory.RelinkLeaverConflict || said["p00009"] != directory.RelinkConflict {
			t.Errorf("%s: listed are %v", name, said)
		}
		refused := l.relink()
		if len(refused) != 1 || !strings.Contains(refused[0].Error(), "p00007 left before") || l.user(9).ExternalID != "new-p00009" {
			t.Errorf("%s: refused are %v", name, refused)
		}
		l.must(l.admin, directory.Relink{Type: directory.UserRecord, ID: before.ID, Source: "corp", ExternalID: "new-p00007", Named: true})
		if r := l.run(directory.RunDone); r.Counts.Recreated != 0 || !l.user(7).Wanted || l.user(7).ID != before.ID {
			t.Errorf("%s: after relinking %+v", name, r.Counts)
		}
	}
}

// kinds are the kinds of what is listed, by user name.
func (l *lab) kinds() map[string]directory.ConflictKind {
	l.Helper()
	all := map[string]directory.ConflictKind{}
	for _, k := range l.open() {
		all[k.UserName] = k.Kind
	}
	return all
}
