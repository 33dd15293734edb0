package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"rollcall/directory"
)

func TestARunIsSaidInAFewWords(t *testing.T) {
	t.Parallel()
	ended := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	for want, r := range map[string]directory.Run{
		"":            {State: directory.RunRunning},
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
}

func TestAHeldRunSaysHowToDecide(t *testing.T) {
	t.Parallel()
	r := shownRun{Source: "corp", Run: "r1", Kind: directory.ApplyRun, State: directory.RunHeld,
		RunCounts: directory.RunCounts{Read: 140, Deactivated: 61, Unchanged: 139},
		Errors:    []directory.RunError{{Entry: "uid=a", Attribute: "emails", Reason: "taken"}},
		Changes:   []directory.PlannedChange{{Action: "conflict", Type: directory.UserRecord, Name: "a", Reason: "taken"}}}
	for range mostShown + 1 {
		r.Changes = append(r.Changes, directory.PlannedChange{Action: "deactivate", Type: directory.UserRecord, Name: "somebody"})
	}
	var b bytes.Buffer
	r.write(&b)
	text := b.String()
	for _, want := range []string{"people (planned)  61 deactivated, 139 unchanged\n", "… and 1 more; --json shows all\n",
		"rollcall sync approve r1\n", "rollcall sync reject r1\n", "uid=a  emails     taken\n"} {
		if !strings.Contains(text, want) {
			t.Errorf("it does not say %q:\n%s", want, text)
		}
	}
	if n := strings.Count(text, "taken"); n != 1 {
		t.Errorf("the same fault is shown %d times", n)
	}
}
