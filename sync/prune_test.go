package sync

import (
	"fmt"
	"testing"
	"time"

	"rollcall/directory"
)

func TestReportsOfOldRunsAreRemoved(t *testing.T) {
	t.Parallel()
	l := newLab(t, 2)
	var runs []string
	for n := range keepReports + 5 {
		l.src.people[0].User.Title = fmt.Sprint("title ", n) // so that each run reports something
		runs = append(runs, l.run(directory.RunDone).ID)
		l.later(time.Hour)
	}
	prune := func() {
		t.Helper()
		if _, err := l.Directory.PruneReports(t.Context(), retainer(l.c.Workspace), "corp", keepReports, keepReportsFor); err != nil {
			t.Fatal(err)
		}
	}
	reported := func(run string) bool {
		changes, _ := l.changes(run)
		return len(changes) > 0
	}
	prune()
	if !reported(runs[0]) {
		t.Error("a report was removed that is not old")
	}
	l.later(keepReportsFor)
	prune()
	for n, run := range runs {
		if got, want := reported(run), n >= 5; got != want {
			t.Errorf("run %d of %d has a report: %v, want %v", n, len(runs), got, want)
		}
	}
	if _, err := l.Directory.PruneReports(t.Context(), l.admin, "corp", 0, 0); !directory.Is(err, directory.Denied) {
		t.Errorf("somebody at a shell removes reports: %v", err)
	}
}
