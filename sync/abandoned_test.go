package sync

import (
	"context"
	"sync"
	"testing"
	"time"

	"rollcall/dev/need"
	"rollcall/directory"
	"rollcall/directory/sqlstore"
)

// inBoth gives a test a lab on each database.
func inBoth(t *testing.T, test func(l *lab)) {
	t.Run("SQLite", func(t *testing.T) { test(newLab(t, 3)) })
	t.Run("PostgreSQL", func(t *testing.T) { test(newLabAt(t, sqlstore.Config{URL: need.Database(t)}, 3)) })
}

const daily = "0 3 * * *"

// look lets so many processes look at the clock at the same time, and waits for the runs
// that they begin.
func (l *lab) look(processes int, spec string) {
	l.Helper()
	var work sync.WaitGroup
	for range processes {
		s := &Scheduler{Runner: l.Runner}
		s.Follow([]Scheduled{{Configured: l.c, Spec: spec}})
		work.Go(func() { s.look(l.Context(), &work) })
	}
	work.Wait()
}

// killed begins a run by an actor, in a process that is then no more.
func (l *lab) killed(by directory.Actor, kind directory.RunKind) string {
	l.Helper()
	return l.must(by, directory.BeginRun{Source: "corp", For: kind}).Run.ID
}

// killedTick begins the run of a tick, in a process that is then no more.
func (l *lab) killedTick() string {
	l.Helper()
	l.due(daily)
	l.later(24 * time.Hour)
	if !l.due(daily) {
		l.Fatal("not due after a day")
	}
	return l.killed(scheduleActor(Scheduled{Configured: l.c}), directory.ApplyRun)
}

// history returns the runs of the source, the latest first.
func (l *lab) history() (runs []directory.Run) {
	l.Helper()
	err := l.Directory.Read(l.Context(), l.admin, func(ctx context.Context, tx directory.ReadTx) (err error) {
		runs, err = tx.Runs(ctx, "corp", 20)
		return err
	})
	if err != nil {
		l.Fatal(err)
	}
	return runs
}

func TestARunOfTheScheduleWhoseProcessEndedIsBegunAnew(t *testing.T) {
	inBoth(t, func(l *lab) {
		dead := l.killedTick()
		l.look(3, daily)
		if runs := l.history(); len(runs) != 1 || runs[0].State != directory.RunRunning {
			t.Fatalf("while the lease lasts there are %+v", runs)
		}
		l.later(directory.LeaseTime)
		l.killed(l.admin, directory.PlanRun) // which does not do what the run left undone
		l.later(directory.LeaseTime)
		l.look(3, daily)
		l.look(3, daily)
		runs := l.history()
		if len(runs) != 3 || runs[0].State != directory.RunDone || runs[0].Counts.Created != 3 {
			t.Fatalf("got %+v, want one run in place of the dead one", runs)
		}
		if r := runs[2]; r.ID != dead || r.State != directory.RunFailed || r.Error == "" || r.Ended.IsZero() {
			t.Errorf("the dead run is %+v", r)
		}
		if runs[1].State != directory.RunFailed {
			t.Errorf("the dead plan is %+v", runs[1])
		}
	})
}

func TestARunThatEndsItsProcessEachTimeIsNotBegunForEver(t *testing.T) {
	inBoth(t, func(l *lab) {
		dead := l.killedTick()
		by := scheduleActor(Scheduled{Configured: l.c})
		for range resumptions {
			l.later(directory.LeaseTime)
			dead = l.must(by, directory.BeginRun{Source: "corp", For: directory.ApplyRun, Resumes: dead}).Run.ID
		}
		l.later(directory.LeaseTime)
		l.look(1, daily)
		runs := l.history()
		if len(runs) != 1+resumptions {
			t.Errorf("%d runs were begun, want %d", len(runs), 1+resumptions)
		}
		for _, r := range runs {
			if r.State != directory.RunFailed {
				t.Errorf("run %s is %s", r.ID, r.State)
			}
		}
		l.later(24 * time.Hour)
		l.look(1, daily)
		if got := l.history()[0].State; got != directory.RunDone {
			t.Errorf("when the schedule comes round the run is %s", got)
		}
	})
}

func TestARunOfTheCommandLineWhoseProcessEndedIsClosed(t *testing.T) {
	for _, spec := range []string{daily, ""} {
		inBoth(t, func(l *lab) {
			l.due(daily)
			dead := l.killed(l.admin, directory.ApplyRun)
			l.later(directory.LeaseTime)
			l.look(2, spec)
			if runs := l.history(); len(runs) != 1 || runs[0].ID != dead || runs[0].State != directory.RunFailed {
				t.Errorf("with the schedule %q: %+v", spec, runs)
			}
		})
	}
}

func TestAPausedSourceKeepsARunWhoseProcessEndedUntilItIsResumed(t *testing.T) {
	l := newLab(t, 3)
	l.killedTick()
	l.later(directory.LeaseTime)
	l.must(l.admin, directory.PauseSource{ID: "corp"})
	l.look(1, daily)
	if runs := l.history(); len(runs) != 1 {
		t.Errorf("paused: %+v", runs)
	}
	l.must(l.admin, directory.ResumeSource{ID: "corp"})
	l.look(1, daily)
	if runs := l.history(); len(runs) != 2 || runs[0].State != directory.RunDone {
		t.Errorf("resumed: %+v", runs)
	}
}

func TestOnlyADeadRunIsAbandoned(t *testing.T) {
	l := newLab(t, 0)
	id := l.killed(l.admin, directory.ApplyRun)
	by := scheduleActor(Scheduled{Configured: l.c})
	abandon := func(by directory.Actor) error {
		_, err := l.Directory.Apply(t.Context(), by, directory.AbandonRun{ID: id})
		return err
	}
	if err := abandon(by); !directory.Is(err, directory.Stale) {
		t.Errorf("a run that is alive: %v", err)
	}
	l.later(directory.LeaseTime)
	if err := abandon(l.admin); !directory.Is(err, directory.Denied) {
		t.Errorf("by the command line: %v", err)
	}
	if err := abandon(by); err != nil {
		t.Error(err)
	}
	if err := abandon(by); !directory.Is(err, directory.Stale) {
		t.Errorf("a run that was abandoned: %v", err)
	}
}
