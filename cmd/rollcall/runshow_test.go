package main

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"rollcall/directory"
)

func TestARunIsSaidInAFewWords(t *testing.T) {
	t.Parallel()
	ended := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	for want, r := range map[string]directory.Run{
		"": {State: directory.RunRunning, Beat: time.Now()},
		"no sign of life since " + shownTime(ended) + ": its process ended or hung": {State: directory.RunRunning, Beat: ended},
		"nothing new": {State: directory.RunDone, Ended: ended, Counts: directory.RunCounts{Read: 7, Unchanged: 7}},
		"2 created, 1 in conflict; groups: 1 updated, 2 joined": {State: directory.RunDone, Ended: ended,
			Counts: directory.RunCounts{Created: 2, Conflicts: 1, Groups: directory.GroupCounts{Updated: 1, MembersAdded: 2}}},
		"groups: 1 deleted": {State: directory.RunDone, Ended: ended, Counts: directory.RunCounts{Groups: directory.GroupCounts{Deleted: 1}}},
		"half are absent":   {State: directory.RunHeld, Ended: ended, Guard: directory.GuardReport{Tripped: true, Why: "half are absent"}},
		"no route":          {State: directory.RunFailed, Ended: ended, Error: "no route"},
	} {
		if got := runShown(&r).gist(); got != want {
			t.Errorf("%s: %q, want %q", r.State, got, want)
		}
	}
}

func TestAChangeSaysFromWhatToWhat(t *testing.T) {
	t.Parallel()
	mail := func(v string) any { return []any{map[string]any{"value": v, "primary": true}} }
	c := directory.PlannedChange{Action: "update", Attributes: []directory.Diff{
		{Path: "active", Before: true, After: false},
		{Path: "emails", Before: mail("a@acme.example"), After: mail("b@acme.example")},
		{Path: directory.EnterpriseSchema + ":department", After: "Sales"},
		{Path: "title", Before: strings.Repeat("é", 41), After: "Lead"},
		{Path: "phoneNumbers", Before: []any{}, After: []any{}},
	}}
	want := "active: yes → no, emails: a@acme.example → b@acme.example, department: nothing → Sales, title: " +
		strings.Repeat("é", 40) + "… → Lead, phoneNumbers"
	if got := attributesShown(c); got != want {
		t.Errorf("shown as %q, want %q", got, want)
	}
	c.Action = "create"
	if got := attributesShown(c); got != "" {
		t.Errorf("somebody new is shown with %q", got)
	}
	c.Attributes = []directory.Diff{{Path: "displayName", After: "Staff"},
		{Path: "members", Before: []any{"ada"}, After: []any{"bob", "eve", "and 3 more"}}}
	if got := attributesShown(c); got != "joins: bob, eve, and 3 more; leaves: ada" {
		t.Errorf("a group is shown with %q", got)
	}
}

func TestAPlanSaysThatItWouldBeHeld(t *testing.T) {
	t.Parallel()
	r := shownRun{State: directory.RunPlanned, Guard: directory.GuardReport{Tripped: true, Why: "61 people would be taken to be gone"}}
	var b bytes.Buffer
	r.write(&b)
	if !strings.Contains(b.String(), "would be held: 61 people would be taken to be gone\n") {
		t.Errorf("it says:\n%s", &b)
	}
}

func TestAHeldRunSaysHowToDecide(t *testing.T) {
	t.Parallel()
	r := shownRun{Source: "corp", Run: "r1", Kind: directory.ApplyRun, State: directory.RunHeld,
		RunCounts: directory.RunCounts{Read: 140, Deactivated: 61, Unchanged: 139}}
	var b bytes.Buffer
	r.write(&b)
	r.writeAdvice(&b)
	for _, want := range []string{"people (planned)  61 deactivated, 139 unchanged\n", "rollcall sync approve r1\n", "rollcall sync reject r1\n"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("it does not say %q:\n%s", want, &b)
		}
	}
}

// reported makes a run that reports so many changes and errors.
func reported(t *testing.T, changes, errs int) (*session, *directory.Run) {
	t.Helper()
	d := newDesk(t)
	run := d.must(d.by, directory.BeginRun{Source: "corp", For: directory.ApplyRun}).Run
	var f directory.Findings
	for n := range changes {
		f.Changes = append(f.Changes, directory.PlannedChange{Action: "create", Type: directory.UserRecord, Name: fmt.Sprintf("<person %d>", n),
			Attributes: []directory.Diff{{Path: "title", After: "R&D"}}})
	}
	for n := range errs {
		f.Changes = append(f.Changes, directory.PlannedChange{Action: "refuse", Type: directory.UserRecord, Name: fmt.Sprint(n), Reason: "it is taken"})
		f.Errors = append(f.Errors, directory.RunError{Entry: fmt.Sprintf("uid=%d", n), Attribute: "userName", Reason: "it is taken"})
	}
	by := directory.Actor{Kind: directory.RunActor, ID: run.ID, Source: "corp", Workspace: d.by.Workspace}
	if err := d.Note(t.Context(), by, f); err != nil {
		t.Fatal(err)
	}
	return d.session, run
}

func TestARunIsPrintedAsOneObject(t *testing.T) {
	t.Parallel()
	for _, n := range []int{0, 1, 130} {
		s, r := reported(t, n, n)
		want := wholeRun{runShown(r), []directory.RunError{}, []directory.PlannedChange{}}
		var streamed, whole bytes.Buffer
		err := s.Read(t.Context(), s.by, func(ctx context.Context, tx directory.ReadTx) error {
			if err := tx.RunErrors(ctx, r.ID, func(e *directory.RunError) error { want.Errors = append(want.Errors, *e); return nil }); err != nil {
				return err
			}
			if err := tx.RunChanges(ctx, r.ID, func(c *directory.PlannedChange) error {
				if c.Attributes == nil {
					c.Attributes = []directory.Diff{}
				}
				want.Changes = append(want.Changes, *c)
				return nil
			}); err != nil {
				return err
			}
			return writeRunJSON(ctx, &streamed, tx, r)
		})
		if err != nil {
			t.Fatal(err)
		}
		if len(want.Changes) != 2*n || len(want.Errors) != n {
			t.Fatalf("the store has %d changes and %d errors, want %d", len(want.Changes), len(want.Errors), n)
		}
		if err := encode(&whole, want); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(streamed.String(), "null") {
			t.Errorf("a list is null: %s", &streamed)
		}
		if streamed.String() != whole.String() {
			t.Errorf("with %d of each:\n%s\nwant\n%s", n, &streamed, &whole)
		}
	}
}

func TestATerminalGetsTheBeginningOfALongReport(t *testing.T) {
	t.Parallel()
	s, r := reported(t, 130, 3)
	var out bytes.Buffer
	err := s.Read(t.Context(), s.by, func(ctx context.Context, tx directory.ReadTx) error { return writeRunText(ctx, &out, tx, r) })
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(out.String(), "<person "); n != mostShown {
		t.Errorf("%d changes are shown, want %d", n, mostShown)
	}
	if n := strings.Count(out.String(), "it is taken"); n != 3 {
		t.Errorf("three faults are shown %d times", n)
	}
	if !strings.Contains(out.String(), "… and 80 more; --json shows all") || !strings.Contains(out.String(), "uid=2") {
		t.Errorf("shown:\n%s", &out)
	}
}
