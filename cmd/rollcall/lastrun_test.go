package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rollcall/config"
	"rollcall/directory"
)

func TestARunThatFailedIsSeen(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := shell{T: t, config: filepath.Join(dir, "rollcall.yaml"), data: filepath.Join(dir, "data")}
	text := "sources:\n  - name: corp\n    ldap: {urls: [\"ldap://127.0.0.1:1\"], base: \"dc=example,dc=com\"}\n"
	if err := os.WriteFile(s.config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	failed := s.ran(1, "sync", "run", "corp")
	if out := s.exits(0, "sources", "list"); !strings.Contains(out, " ready ") || !strings.Contains(out, " failed") || strings.Contains(out, "PAUSED") {
		t.Errorf("the list is %s", out)
	}
	want := `"lastRun":{"run":"` + failed.Run + `","state":"failed","ended":"`
	if out := s.exits(0, "sources", "list", "--json"); !strings.Contains(out, want) || !strings.Contains(out, `"state":"running"`) {
		t.Errorf("as JSON the list is %s", out)
	}
	out := s.exits(1, "doctor")
	if !strings.Contains(out, "failed   sources: the last run of corp failed at 20") || !strings.Contains(out, "rollcall sources check NAME") {
		t.Errorf("the doctor says %s", out)
	}
	s.exits(1, "sync", "plan", "corp")
	s.exits(0, "sources", "pause", "corp")
	if out := s.exits(0, "sources", "list"); !strings.Contains(out, "PAUSED") {
		t.Errorf("paused, the list is %s", out)
	}
	if out := s.exits(0, "doctor"); !strings.Contains(out, "warning  sources: corp is paused") {
		t.Errorf("paused, the doctor says %s", out)
	}
}

func TestASourceThatIsNotReadAnyMoreIsSeen(t *testing.T) {
	t.Parallel()
	now := time.Now()
	d := newDesk(t, directory.WithClock(func() time.Time { return now }))
	scheduled := &config.Source{Name: "corp", Schedule: "@every 15m"}
	d.configured = &config.Workspace{Sources: []*config.Source{scheduled}}
	next := func(at time.Time) time.Time { return at.Add(15 * time.Minute) }
	if _, err := d.Due(t.Context(), directory.Actor{Kind: directory.System, Name: "schedule", Workspace: d.by.Workspace}, "corp", "", "@every 15m", next); err != nil {
		t.Fatal(err)
	}
	says := func() string {
		_, err := examineSources(t.Context(), d.session)
		var bad trouble
		errors.As(err, &bad)
		return bad.message
	}
	if got := says(); got != "" {
		t.Errorf("of a new source it says %q", got)
	}
	now = now.Add(-46 * time.Minute) // the doctor looks at the true clock
	run := d.must(d.by, directory.BeginRun{Source: "corp", For: directory.ApplyRun, Owner: "here"}).Run
	run.State = directory.RunDone
	d.must(directory.Actor{Kind: directory.RunActor, ID: run.ID, Source: "corp", Workspace: d.by.Workspace}, directory.EndRun{Run: *run})
	if got := says(); !strings.HasPrefix(got, "the last good run of corp was at ") {
		t.Errorf("of a source that was not read three times it says %q", got)
	}
	scheduled.Schedule = ""
	if got := says(); got != "" {
		t.Errorf("of a source that nobody wants to be read any more it says %q", got)
	}
}

// TestPlansHideNoRun makes more plans after a run than anybody would look through.
func TestPlansHideNoRun(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	end := func(kind directory.RunKind, state directory.RunState) string {
		r := d.must(d.by, directory.BeginRun{Source: "corp", For: kind, Owner: "here"}).Run
		r.State = state
		d.must(directory.Actor{Kind: directory.RunActor, ID: r.ID, Source: "corp", Workspace: d.by.Workspace}, directory.EndRun{Run: *r})
		return r.ID
	}
	run := end(directory.ApplyRun, directory.RunDone)
	for range 101 {
		end(directory.PlanRun, directory.RunPlanned)
	}
	err := d.Read(t.Context(), d.by, func(ctx context.Context, tx directory.ReadTx) error {
		last, err := lastRunOf(ctx, tx, "corp")
		if err == nil && (last == nil || last.ID != run) {
			t.Errorf("the last run is %+v, want %s", last, run)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
