package main

import (
	"testing"

	"rollcall/directory"
)

func TestARunInWords(t *testing.T) {
	run := &directory.Run{Kind: directory.ApplyRun, State: directory.RunDone, Counts: directory.RunCounts{Read: 8, Missing: 1}}
	changes := []directory.PlannedChange{{Action: "missing", Type: directory.UserRecord, Name: "ada"},
		{Action: "recreated", Type: directory.UserRecord, Name: "bob"}, {Action: "update", Type: directory.UserRecord, Name: "cyd"}}
	want := "run: 8 people read; user bob recreated, user cyd updated, 1 missing, who keep their access until a second run misses them too"
	if got := runInWords(run, changes); got != want {
		t.Errorf("got %q", got)
	}
}

// TestADiffNamesEveryValue says what was granted, and not only the first of it.
func TestADiffNamesEveryValue(t *testing.T) {
	grant := func(name string) any { return map[string]any{"kind": "role", "name": name, "author": "administrator"} }
	for want, d := range map[string]directory.Diff{
		"may_grant: user, guest → user":              {Path: "may_grant", Before: []any{"user", "guest"}, After: []any{"user"}},
		"grants: nothing → role admin, role auditor": {Path: "#grants", After: []any{grant("admin"), grant("auditor")}},
		"roles: user, admin → user":                  {Path: "roles", Before: []any{map[string]any{"value": "user"}, map[string]any{"value": "admin"}}, After: []any{map[string]any{"value": "user"}}},
		"other":                                      {Path: "other", After: []any{map[string]any{"x": "y"}}},
	} {
		if got := diffShown([]directory.Diff{d}); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
