package sync

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"rollcall/directory"
)

// reported returns the lines of a report that have an action.
func (l *lab) reported(r *directory.Run, action string) []directory.PlannedChange {
	l.Helper()
	all, _ := l.changes(r.ID)
	return slices.DeleteFunc(all, func(c directory.PlannedChange) bool { return c.Action != action })
}

func TestWhoIsMissingIsNamed(t *testing.T) {
	l := newLab(t, 40)
	l.run(directory.RunDone)
	id := string(l.user(5).ID)
	l.src.people = slices.Delete(l.src.people, 5, 6)
	want := directory.PlannedChange{Action: "missing", Type: directory.UserRecord, ID: id, Entry: "uid=p00005,dc=lab", Key: "key-p00005", Name: "p00005",
		Attributes: []directory.Diff{}, Reason: "1 of 2 runs; not before 2026-03-02T09:00:00Z"}
	for what, pass := range map[string]func(context.Context, directory.Actor, Configured) (*directory.Run, error){"plan": l.Plan, "run": l.Runner.Run} {
		r := must(pass(t.Context(), l.admin, l.c))(t)
		if got := l.reported(r, "missing"); len(got) != 1 || fmt.Sprint(got[0]) != fmt.Sprint(want) {
			t.Errorf("the %s reports %+v", what, got)
		}
	}
	l.later(time.Hour)
	if r := l.run(directory.RunDone); len(l.reported(r, "missing")) != 0 || len(l.reported(r, "deactivate")) != 1 {
		t.Errorf("who is gone is reported as %+v", l.reported(r, "missing"))
	}
}

func TestAHeldRunNamesWhoIsMissing(t *testing.T) {
	l := newLab(t, 300)
	l.run(directory.RunDone)
	everybody := l.src.people
	l.src.people = everybody[:100]
	held := l.run(directory.RunHeld)
	if got := l.reported(held, "missing"); len(got) != 200 || got[0].Name != "p00100" || got[199].Name != "p00299" {
		t.Fatalf("it names %d", len(got))
	}
	// Approving it is no permission to change somebody who was only missing.
	l.src.people = slices.Clone(everybody[:101])
	l.src.people[100].User.Title = "Back"
	l.ended(must(l.Approve(t.Context(), l.admin, l.c, held.ID))(t), nil, directory.RunDone)
	if u := l.user(100); u.Title != "" {
		t.Errorf("somebody who is not in the plan was changed to %q", u.Title)
	}
}

func TestAGroupSaysWhoJoinsAndLeaves(t *testing.T) {
	l := newLab(t, 40)
	members := func(numbers ...int) (refs []string) {
		for _, n := range numbers {
			refs = append(refs, entryOf(n).Entry)
		}
		return refs
	}
	l.src.groups = []Group{{Entry: "cn=all", Key: "g1", Group: directory.Group{DisplayName: "All"}, Members: members(1, 2)}}
	moved := func(r *directory.Run, action string) string {
		t.Helper()
		for _, c := range l.reported(r, action) {
			if i := slices.IndexFunc(c.Attributes, func(d directory.Diff) bool { return d.Path == "members" }); c.Type == directory.GroupRecord && i >= 0 {
				return fmt.Sprint(c.Attributes[i].Before, c.Attributes[i].After)
			}
		}
		return "nobody"
	}
	plan := must(l.Plan(t.Context(), l.admin, l.c))(t)
	if got := moved(plan, "create"); got != "[] [uid=p00001,dc=lab uid=p00002,dc=lab]" {
		t.Errorf("a plan that makes them says %s", got)
	}
	if got := moved(l.run(directory.RunDone), "create"); got != "[] [p00001 p00002]" {
		t.Errorf("the run says %s", got)
	}
	l.src.groups[0].Members = members(2, 3)
	if got := moved(l.run(directory.RunDone), "update"); got != "[p00001] [p00003]" {
		t.Errorf("one for another: %s", got)
	}
	for n := range 40 {
		l.src.groups[0].Members = append(l.src.groups[0].Members, entryOf(n).Entry)
	}
	if got := moved(l.run(directory.RunDone), "update"); !strings.HasSuffix(got, " and 28 more]") || strings.Count(got, "p000") != 10 {
		t.Errorf("of many it says %s", got)
	}
}
