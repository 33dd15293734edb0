package main

import (
	"strings"
	"testing"
	"time"

	"rollcall/directory"
)

func TestTheDoctorNamesRunsThatWait(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	run := d.must(d.by, directory.BeginRun{Source: "corp", For: directory.ApplyRun, Owner: "here"}).Run
	if got, err := examineRuns(t.Context(), d.session); err != nil || got.advice != "" {
		t.Errorf("of a run under way it says %+v: %v", got, err)
	}
	run.State = directory.RunHeld
	d.must(directory.Actor{Kind: directory.RunActor, ID: run.ID, Source: "corp", Workspace: d.by.Workspace}, directory.EndRun{Run: *run})
	if got, err := examineRuns(t.Context(), d.session); err != nil || !strings.Contains(got.message, run.ID+" of corp") || got.advice == "" {
		t.Errorf("of a held run it says %+v: %v", got, err)
	}
}

func TestTheDoctorNamesRunsWhoseProcessEnded(t *testing.T) {
	t.Parallel()
	d := newDesk(t, directory.WithClock(func() time.Time { return time.Now().Add(-directory.LeaseTime) })) // the doctor looks at the true clock
	run := d.must(d.by, directory.BeginRun{Source: "corp", For: directory.ApplyRun, Owner: "gone"}).Run
	got, err := examineRuns(t.Context(), d.session)
	if err != nil || got.message != "the process ended or hung of "+run.ID+" of corp" || !strings.Contains(got.advice, "rollcall sync run NAME") {
		t.Errorf("it says %+v: %v", got, err)
	}
}
