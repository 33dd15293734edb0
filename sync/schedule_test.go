package sync

import (
	"context"
	"sync"
	"testing"
	"time"

	"rollcall/directory"
)

func TestSchedulesAreUnderstood(t *testing.T) {
	from := time.Date(2026, 3, 28, 23, 30, 0, 0, time.UTC)
	for spec, want := range map[string]string{
		"@every 15m":                     "2026-03-28T23:45:00Z",
		"0 3 * * *":                      "2026-03-29T03:00:00Z",
		"CRON_TZ=Europe/Paris 0 3 * * *": "2026-03-29T01:00:00Z", // the night the clocks change
		"@daily":                         "2026-03-29T00:00:00Z",
	} {
		next, err := ParseSchedule(spec)
		if err != nil {
			t.Errorf("%s: %v", spec, err)
			continue
		}
		if got := next(from).UTC().Format(time.RFC3339); got != want {
			t.Errorf("%s: next is %s, want %s", spec, got, want)
		}
	}
	for _, spec := range []string{"", "every hour", "* * * *", "61 * * * *", "CRON_TZ=Nowhere 0 3 * * *"} {
		if _, err := ParseSchedule(spec); !directory.Is(err, directory.Invalid) {
			t.Errorf("%q: %v", spec, err)
		}
	}
}

func (l *lab) due(spec string) bool {
	l.Helper()
	next, err := ParseSchedule(spec)
	if err != nil {
		l.Fatal(err)
	}
	due, err := l.Directory.Due(l.Context(), scheduleActor(Scheduled{Configured: l.c}), l.c.Name, l.c.Definition, spec, next)
	if err != nil {
		l.Fatal(err)
	}
	return due
}

func TestEachTickIsOneRun(t *testing.T) {
	l := newLab(t, 0)
	const hourly = "0 * * * *"
	if l.due(hourly) {
		t.Error("due at once")
	}
	for tick := range 20 {
		l.later(time.Hour)
		var told int
		var mu sync.Mutex
		var work sync.WaitGroup
		for range 5 { // replicas
			work.Go(func() {
				if l.due(hourly) {
					mu.Lock()
					told++
					mu.Unlock()
				}
			})
		}
		work.Wait()
		if told != 1 {
			t.Fatalf("tick %d was given to %d", tick, told)
		}
	}
	l.later(9*time.Hour + time.Minute) // nobody ran
	if !l.due(hourly) || l.due(hourly) {
		t.Error("missed ticks are not made up once")
	}
	l.later(time.Hour)
	if l.due("30 * * * *") {
		t.Error("another schedule is due at once")
	}
}

// TestWhoKnowsAnotherDefinitionLeavesTheTick has a process that has not read the new
// configuration yet look first: another schedule in it must not start the present one anew.
func TestWhoKnowsAnotherDefinitionLeavesTheTick(t *testing.T) {
	l := newLab(t, 0)
	const hourly = "0 * * * *"
	l.must(l.admin, directory.PutSource{Source: directory.Source{ID: "corp", Kind: directory.LDAPServer, Definition: "new"}})
	l.c.Definition = "new"
	l.due(hourly)
	l.later(time.Hour)
	for _, spec := range []string{hourly, "@daily"} {
		next, err := ParseSchedule(spec)
		if err != nil {
			t.Fatal(err)
		}
		due, err := l.Directory.Due(t.Context(), scheduleActor(Scheduled{Configured: l.c}), "corp", "old", spec, next)
		if due || !directory.Is(err, directory.Denied) {
			t.Errorf("with %s an older process is told %v, %v", spec, due, err)
		}
	}
	if !l.due(hourly) {
		t.Error("the tick was taken by a process that could not run it")
	}
}

func TestWhoLooksSeldomKeepsTheCadence(t *testing.T) {
	l := newLab(t, 0)
	const often = "@every 20s"
	l.due(often)
	ran := 0
	for range 40 { // ten minutes
		l.later(15 * time.Second)
		if l.due(often) {
			ran++
		}
	}
	if ran != 30 {
		t.Errorf("%s ran %d times in ten minutes", often, ran)
	}
}

func TestTheSchedulerRunsWhatIsDueAndStops(t *testing.T) {
	l := newLab(t, 3)
	ran := make(chan struct{}, 10)
	l.src.also = func() { ran <- struct{}{} }
	ctx, stop := context.WithCancel(t.Context())
	s := &Scheduler{Runner: l.Runner, Every: time.Millisecond}
	s.Follow([]Scheduled{{Configured: l.c, Spec: "@every 1h"}, {Configured: l.c}})
	ended := make(chan error)
	l.due("@every 1h")
	l.later(time.Hour)
	go func() { ended <- s.Run(ctx) }()
	<-ran
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	err := l.Directory.Read(t.Context(), l.admin, func(ctx context.Context, tx directory.ReadTx) error {
		runs, err := tx.Runs(ctx, "corp", 10)
		if len(runs) != 1 || runs[0].State == directory.RunRunning {
			t.Errorf("the runs are %+v, want one that has ended", runs)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}
