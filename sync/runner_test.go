package sync

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"rollcall/directory"
)

func TestAFirstRunMakesEverybodyAndASecondNobody(t *testing.T) {
	l := newLab(t, 300)
	l.src.groups = []Group{{Entry: "cn=all", Key: "g1", Group: directory.Group{DisplayName: "All"},
		Members: []string{entryOf(1).Entry, entryOf(2).Entry, "uid=elsewhere"}}}
	plan := l.ended(must(l.Plan(t.Context(), l.admin, l.c))(t), nil, directory.RunPlanned)
	if plan.Counts.Created != 300 || plan.Counts.Groups.MembersAdded != 2 {
		t.Errorf("planned %+v", plan.Counts)
	}
	r := l.run(directory.RunDone)
	if r.Counts != plan.Counts {
		t.Errorf("planned %+v, done %+v", plan.Counts, r.Counts)
	}
	again := l.run(directory.RunDone)
	if c := again.Counts; c.Unchanged != 300 || c.Created+c.Updated != 0 || c.Groups != (directory.GroupCounts{}) {
		t.Errorf("a second run did %+v", c)
	}
	if v := l.user(7).Meta.Version; v != 1 {
		t.Errorf("a second run moved somebody to version %d", v)
	}
}

// must returns the run and fails on an error.
func must(r *directory.Run, err error) func(*testing.T) *directory.Run {
	return func(t *testing.T) *directory.Run {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
}

func TestARenameKeepsTheAccount(t *testing.T) {
	l := newLab(t, 3)
	l.run(directory.RunDone)
	before := l.user(1)
	l.src.people[1].User.UserName, l.src.people[1].Entry = "married", "uid=married,dc=lab"
	r := l.run(directory.RunDone)
	got, err := l.Directory.UserByName(t.Context(), l.admin, "married")
	if err != nil || got.ID != before.ID || r.Counts.Updated != 1 {
		t.Errorf("%v, %v, %+v", got, err, r.Counts)
	}
}

func TestOneBadEntryStopsNobody(t *testing.T) {
	l := newLab(t, 200)
	l.src.people[50].User.Emails[0].Value = "nonsense"
	l.src.people[60].User.UserName = l.src.people[61].User.UserName
	l.src.people[70].Fault = directory.Errorf(directory.Invalid, "userName", "the entry has no uid")
	r := l.run(directory.RunDone)
	if r.Counts.Created != 197 || r.Counts.Refused != 2 || r.Counts.Conflicts != 1 {
		t.Errorf("got %+v", r.Counts)
	}
	_, faults := l.changes(r.ID)
	if len(faults) != 3 {
		t.Fatalf("errors are %+v", faults)
	}
	for _, f := range faults {
		if f.Entry == "" || f.Attribute == "" || f.Reason == "" {
			t.Errorf("%+v does not say which entry, attribute and why", f)
		}
	}
	l.src.people[50].User.Emails[0].Value = "p00050@lab.test"
	if r := l.run(directory.RunDone); r.Counts.Created != 1 {
		t.Errorf("the mended entry: %+v", r.Counts)
	}
}

func TestWhoIsMissingTwiceIsGone(t *testing.T) {
	l := newLab(t, 40)
	l.c.Missing.DeleteAfter = 48 * time.Hour
	l.run(directory.RunDone)
	left := l.src.people[5]
	l.src.people = slices.Delete(l.src.people, 5, 6)
	if r := l.run(directory.RunDone); r.Counts.Missing != 1 || !l.user(5).Wanted {
		t.Errorf("after one run: %+v", r.Counts)
	}
	l.later(time.Minute)
	if r := l.run(directory.RunDone); r.Counts.Deactivated != 0 || !l.user(5).Wanted {
		t.Errorf("a minute later: %+v", r.Counts)
	}
	l.later(time.Hour)
	if r := l.run(directory.RunDone); r.Counts.Deactivated != 1 || l.user(5).Wanted {
		t.Errorf("an hour later: %+v", r.Counts)
	}
	l.src.people = append(l.src.people, left)
	if r := l.run(directory.RunDone); r.Counts.Reactivated != 1 || !l.user(5).Wanted {
		t.Errorf("come back: %+v", r.Counts)
	}
	l.src.people = l.src.people[:39]
	for range 2 {
		l.later(time.Hour)
		l.run(directory.RunDone)
	}
	l.later(48 * time.Hour)
	if r := l.run(directory.RunDone); r.Counts.Deleted != 1 {
		t.Errorf("long after: %+v", r.Counts)
	}
	l.later(time.Hour)
	if r := l.run(directory.RunDone); r.Counts.Deleted+r.Counts.Refused != 0 {
		t.Errorf("once more: %+v", r.Counts)
	}
}

func TestAReadThatFailsTakesNobodyAway(t *testing.T) {
	l := newLab(t, 40)
	l.run(directory.RunDone)
	l.src.people = l.src.people[:3]
	l.src.fail = directory.Errorf(directory.Unavailable, "urls", "the server closed the connection").Hinted("try again")
	for range 4 {
		l.later(2 * time.Hour)
		r := l.run(directory.RunFailed)
		if !strings.Contains(r.Error, "closed the connection; try again") {
			t.Errorf("the run says %q", r.Error)
		}
	}
	for i := range 40 {
		if !l.user(i).Wanted {
			t.Fatalf("%d lost access", i)
		}
	}
}

func TestTheGuardHoldsAndAPersonDecides(t *testing.T) {
	l := newLab(t, 100)
	l.run(directory.RunDone)
	everybody := slices.Clone(l.src.people)
	l.src.people = everybody[:30]
	held := l.run(directory.RunHeld)
	if held.Guard.Why == "" || held.Counts.Missing != 70 {
		t.Errorf("held with %+v, %+v", held.Guard, held.Counts)
	}
	// Found again: the held run is closed by a good one.
	l.src.people = everybody
	l.run(directory.RunDone)
	l.later(time.Hour)
	if _, err := l.Approve(t.Context(), l.admin, l.c, held.ID); !directory.Is(err, directory.NotFound) {
		t.Errorf("a superseded run was approved: %v", err)
	}
	// Really gone: 20 people, twice missing.
	l.src.people = everybody[:80]
	l.run(directory.RunDone)
	l.later(2 * time.Hour)
	held = l.run(directory.RunHeld)
	planned, _ := l.changes(held.ID)
	if len(planned) != 20 || held.Counts.Deactivated != 20 || !l.user(85).Wanted {
		t.Fatalf("%d planned, %+v", len(planned), held.Counts)
	}
	// Meanwhile one is back and another one left: neither is in the plan and true.
	l.src.people = append(slices.Clone(everybody[1:80]), everybody[99])
	done := l.ended(must(l.Approve(t.Context(), l.admin, l.c, held.ID))(t), nil, directory.RunDone)
	if done.Counts.Deactivated != 19 || !l.user(99).Wanted || l.user(85).Wanted || !l.user(0).Wanted {
		t.Errorf("approved: %+v", done.Counts)
	}
}

// TestWhatWasOnlyPlannedDoesNotCountAgainstTheNextRun lets an LDAP server have a bad night
// and then a few people really leave.
func TestWhatWasOnlyPlannedDoesNotCountAgainstTheNextRun(t *testing.T) {
	l := newLab(t, 100)
	l.run(directory.RunDone)
	everybody := slices.Clone(l.src.people)
	l.src.people = everybody[:80]
	l.run(directory.RunDone)
	l.later(2 * time.Hour)
	planned := l.ended(must(l.Plan(t.Context(), l.admin, l.c))(t), nil, directory.RunPlanned)
	held := l.run(directory.RunHeld)
	if planned.Removed+held.Removed != 0 {
		t.Errorf("the plan says that it removed %d, the held run %d", planned.Removed, held.Removed)
	}
	l.src.people = everybody
	l.run(directory.RunDone)
	l.src.people = everybody[:97]
	l.run(directory.RunDone)
	l.later(2 * time.Hour)
	if done := l.run(directory.RunDone); done.Removed != 3 || done.Counts.Deactivated != 3 {
		t.Errorf("three people left, the run says %d, %+v", done.Removed, done.Counts)
	}
}

// TestWhomAKilledRunRemovedCountsForTheNextOne kills a run in the middle of applying: it
// never says how it ended.
func TestWhomAKilledRunRemovedCountsForTheNextOne(t *testing.T) {
	l := newLab(t, 400)
	l.c.Limits.Removals = 150
	l.run(directory.RunDone)
	everybody := l.src.people
	l.src.people = everybody[:260]
	l.run(directory.RunDone)
	l.later(2 * time.Hour)
	l.killedAfter(2)
	l.later(directory.LeaseTime)
	l.src.people = everybody[:230]
	l.run(directory.RunDone)
	l.later(2 * time.Hour)
	held := l.run(directory.RunHeld)
	if want := "30 people would be taken to be gone, after 140 within"; !strings.Contains(held.Guard.Why, want) {
		t.Errorf("%q does not say %q", held.Guard.Why, want)
	}
}

// killedAfter is a run of a process that ends once it has decided about a number of batches:
// the last of them is in the directory, and the run could not note it.
func (l *lab) killedAfter(batches int) {
	l.Helper()
	begun := l.must(l.admin, directory.BeginRun{Source: "corp", For: directory.ApplyRun})
	p, err := newPass(l.Runner, l.c, begun.Run)
	if err != nil {
		l.Fatal(err)
	}
	defer p.close()
	for _, step := range []func(context.Context) error{p.recall, p.read, p.compare, p.guard} {
		if err := step(l.Context()); err != nil {
			l.Fatal(err)
		}
	}
	died := errors.New("killed")
	err = p.carry(l.Context(), func(ctx context.Context, changes []directory.Change) ([]directory.Result, error) {
		got, err := p.Directory.ApplyAll(ctx, p.actor, changes)
		if batches--; batches == 0 {
			return nil, died
		}
		return got, err
	}, true)
	if !errors.Is(err, died) {
		l.Fatalf("the run went on: %v", err)
	}
}

func TestAHeldRunCanBeRejected(t *testing.T) {
	l := newLab(t, 20)
	l.run(directory.RunDone)
	l.src.people = nil
	held := l.run(directory.RunHeld)
	l.must(l.admin, directory.RejectRun{ID: held.ID, Reason: "wrong base"})
	if _, err := l.Approve(t.Context(), l.admin, l.c, held.ID); !directory.Is(err, directory.NotFound) {
		t.Errorf("a rejected run was approved: %v", err)
	}
}

func TestOneRunAtATime(t *testing.T) {
	l := newLab(t, 5)
	var second error
	l.src.also = func() { _, second = l.Runner.Run(t.Context(), l.admin, l.c) }
	l.run(directory.RunDone)
	if !directory.Is(second, directory.Unavailable) || !directory.BeingRead(second) {
		t.Errorf("a second run at the same time: %v", second)
	}
}

func TestARunThatLostItsLeaseWritesNothing(t *testing.T) {
	l := newLab(t, 5)
	l.src.also = func() {
		l.src.also = nil
		l.later(directory.LeaseTime + time.Second) // it hung
		l.run(directory.RunDone)                   // another one took over
		l.src.people[0].User.Title = "stale"
	}
	if _, err := l.Runner.Run(t.Context(), l.admin, l.c); !directory.Is(err, directory.Denied) {
		t.Errorf("got %v, want the lease to be lost", err)
	}
	if got := l.user(0); got.Title != "" || got.Meta.Version != 1 {
		t.Errorf("the stale run wrote %+v", got)
	}
}

func TestARunWhoseSourceIsDetachedChangesNobody(t *testing.T) {
	l := newLab(t, 5)
	l.src.also = func() { l.must(l.admin, directory.DetachSource{ID: "corp"}) }
	if _, err := l.Runner.Run(t.Context(), l.admin, l.c); !directory.Is(err, directory.Denied) {
		t.Errorf("got %v, want the run to be refused", err)
	}
	err := l.Directory.Read(t.Context(), l.admin, func(ctx context.Context, tx directory.ReadTx) error {
		w, err := tx.Workspace(ctx)
		if err == nil && w.Counts.Seats != 0 {
			t.Errorf("it made %d people", w.Counts.Seats)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestDisabledAndExpiredAccounts(t *testing.T) {
	l := newLab(t, 10)
	l.src.people[1].Until = l.t.Add(24 * time.Hour)
	l.run(directory.RunDone)
	l.src.people[2].User.Wanted = false
	if r := l.run(directory.RunDone); r.Counts.Deactivated != 1 || l.user(2).Wanted {
		t.Errorf("disabled: %+v", r.Counts)
	}
	l.later(25 * time.Hour)
	if r := l.run(directory.RunDone); r.Counts.Deactivated != 1 || l.user(1).Wanted {
		t.Errorf("expired: %+v", r.Counts)
	}
	l.src.people[1].Until, l.src.people[2].User.Wanted = time.Time{}, true
	if r := l.run(directory.RunDone); r.Counts.Reactivated != 2 {
		t.Errorf("back: %+v", r.Counts)
	}
}

func TestAnotherMappingAppliesEverybodyAnew(t *testing.T) {
	l := newLab(t, 10)
	l.run(directory.RunDone)
	l.c.Digest = "d2"
	for i := range l.src.people {
		l.src.people[i].User.Title = "Analyst"
	}
	if r := l.run(directory.RunDone); r.Counts.Updated != 10 {
		t.Errorf("got %+v", r.Counts)
	}
}

func TestGroupsFollow(t *testing.T) {
	l := newLab(t, 6)
	refs := func(ns ...int) (list []string) {
		for _, n := range ns {
			list = append(list, entryOf(n).Entry)
		}
		return list
	}
	l.src.groups = []Group{{Entry: "cn=a", Key: "ga", Group: directory.Group{DisplayName: "A"}, Members: refs(0, 1, 2)},
		{Entry: "cn=b", Key: "gb", Group: directory.Group{DisplayName: "B"}, Members: refs(3)}}
	l.run(directory.RunDone)
	l.src.groups[0].Members, l.src.groups[0].Group.DisplayName = refs(1, 4), "Alpha"
	l.src.groups = l.src.groups[:1]
	r := l.run(directory.RunDone)
	if want := (directory.GroupCounts{Updated: 1, MembersAdded: 1, MembersRemoved: 2}); r.Counts.Groups != want {
		t.Errorf("got %+v, want %+v", r.Counts.Groups, want)
	}
	l.later(2 * time.Hour)
	if r := l.run(directory.RunDone); r.Counts.Groups.Deleted != 1 {
		t.Errorf("the vanished group: %+v", r.Counts.Groups)
	}
}

func TestSeatsOfLeaversGoToJoiners(t *testing.T) {
	l := newLab(t, 10)
	l.must(l.admin, directory.PutWorkspace{Settings: directory.Settings{Seats: 8}})
	if r := l.run(directory.RunDone); r.Counts.Created != 10 || r.Counts.Held != 2 {
		t.Errorf("got %+v", r.Counts)
	}
	l.src.people[0].User.Wanted = false
	l.src.people = append(l.src.people, entryOf(10))
	if r := l.run(directory.RunDone); r.Counts.Deactivated != 1 || r.Counts.Created != 1 || r.Counts.Held != 1 {
		t.Errorf("got %+v", r.Counts)
	}
}

func TestAnEntryThatCannotBeToldApartRemovesNobody(t *testing.T) {
	l := newLab(t, 20)
	l.run(directory.RunDone)
	l.src.people[3].Key, l.src.people[3].Fault = "", directory.Errorf(directory.Invalid, "id", "the entry has no entryUUID")
	for range 4 {
		l.later(2 * time.Hour)
		if r := l.run(directory.RunDone); r.Counts.Missing != 1 || r.Counts.Deactivated != 0 {
			t.Errorf("got %+v", r.Counts)
		}
	}
}

func TestOnlyThosePeopleAreMappedWhoChanged(t *testing.T) {
	l := newLab(t, 50)
	l.run(directory.RunDone)
	if l.src.mapped != 50 {
		t.Errorf("the first run mapped %d people of 50", l.src.mapped)
	}
	l.src.people[7].User.Title = "Director"
	if r := l.run(directory.RunDone); l.src.mapped != 1 || r.Counts.Updated != 1 || r.Counts.Unchanged != 49 {
		t.Errorf("a run with one change mapped %d people: %+v", l.src.mapped, r.Counts)
	}
}

func TestAnEntryThatCannotBeMappedIsNamedInEachRunAndKeepsItsPerson(t *testing.T) {
	l := newLab(t, 50)
	l.run(directory.RunDone)
	odd := &l.src.people[7]
	odd.User.Title = "?"
	odd.Fill = func() *directory.Error { return directory.Errorf(directory.Invalid, "title", "not text") }
	for range 3 {
		r := l.run(directory.RunDone)
		_, faults := l.changes(r.ID)
		if r.Counts.Refused != 1 || r.Counts.Unchanged != 49 || r.Counts.Missing+r.Counts.Deactivated != 0 || len(faults) != 1 ||
			faults[0] != (directory.RunError{Entry: odd.Entry, Attribute: "title", Reason: "not text"}) {
			t.Fatalf("%+v, %+v", r.Counts, faults)
		}
	}
}

func TestAFaultyEntryStaysInItsGroups(t *testing.T) {
	l := newLab(t, 3)
	l.src.groups = []Group{{Entry: "cn=a", Key: "ga", Group: directory.Group{DisplayName: "A"},
		Members: []string{entryOf(0).Entry, entryOf(1).Entry}}}
	l.run(directory.RunDone)
	l.src.people[1].Fault = directory.Errorf(directory.Invalid, "emails", "unreadable")
	l.src.groups[0].Group.DisplayName = "Alpha"
	if r := l.run(directory.RunDone); r.Counts.Groups != (directory.GroupCounts{Updated: 1}) {
		t.Errorf("got %+v", r.Counts.Groups)
	}
}

// TestAPlanMayTakeLongerThanALease: the snapshot on which a plan is made knows nothing of
// the signs of life that its run gives meanwhile.
func TestAPlanMayTakeLongerThanALease(t *testing.T) {
	t.Parallel()
	l := newLab(t, 400)
	l.step = directory.LeaseTime / 200
	began := l.clock()
	r, err := l.Plan(t.Context(), l.admin, l.c)
	if err != nil {
		t.Fatal(err)
	}
	if took := l.clock().Sub(began); took < 2*directory.LeaseTime {
		t.Fatalf("the plan took %v only", took)
	}
	if r.State != directory.RunPlanned || r.Counts.Created != 400 || r.Counts.Refused != 0 {
		t.Errorf("%s, %+v, %s", r.State, r.Counts, r.Error)
	}
}

func TestGroupsThatCannotBeMadeAreCountedAsGroups(t *testing.T) {
	l := newLab(t, 3)
	named := func(entry, key, name string) Group {
		return Group{Entry: entry, Key: key, Group: directory.Group{DisplayName: name}}
	}
	l.src.groups = []Group{named("cn=a", "a", "All"), named("cn=b", "b", "all"), named("cn=c", "c", " blank"),
		{Entry: "cn=d", Key: "d", Fault: directory.Errorf(directory.Invalid, "displayName", "the entry has no cn")}}
	r := l.run(directory.RunDone)
	if c := r.Counts; c.Conflicts != 0 || c.Refused != 0 || c.Groups.Conflicts != 1 || c.Groups.Refused != 2 {
		t.Errorf("counted %+v", c)
	}
}

func TestARunThatWasKilledSaysUntilWhenItsSourceIsTaken(t *testing.T) {
	l := newLab(t, 3)
	l.must(l.admin, directory.BeginRun{Source: "corp", For: directory.ApplyRun}) // and nobody works on it
	_, err := l.Runner.Run(t.Context(), l.admin, l.c)
	e, _ := errors.AsType[*directory.Error](err)
	if until := directory.FormatTime(l.t.Add(directory.LeaseTime)); e == nil || e.Kind != directory.Unavailable || !strings.Contains(e.Hint, until) {
		t.Errorf("got %v, want until %s", e, until)
	}
	l.later(directory.LeaseTime)
	l.run(directory.RunDone)
}
