package sync

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/robfig/cron/v3"

	"rollcall/directory"
)

// ParseSchedule reads when a source is run: five fields, "@every 15m", "@daily", with a
// "CRON_TZ=Europe/Paris " before them for another zone than the server's. It returns
// the first time after the one that it is given.
func ParseSchedule(spec string) (next func(time.Time) time.Time, err error) {
	s, err := cron.ParseStandard(spec)
	if err != nil {
		return nil, directory.Errorf(directory.Invalid, "schedule", "%q is no schedule", spec).
			Hinted(`write five fields as "*/15 * * * *", or "@every 15m", or "@daily"`)
	}
	return s.Next, nil
}

// Scheduled is a source with the time at which it is run.
type Scheduled struct {
	Configured
	Spec string // as ParseSchedule reads it; empty: only when somebody asks
}

// Scheduler runs sources when they are due. Any number of processes may schedule the
// same sources: each tick is one run.
type Scheduler struct {
	Runner *Runner
	Logger *slog.Logger  // nil: no logs
	Every  time.Duration // between two looks at the clock; 0: 15 s

	mu      sync.Mutex
	sources []Scheduled
}

// Follow makes these the sources from the next look at the clock on. Runs that are under
// way go on as they began.
func (s *Scheduler) Follow(sources []Scheduled) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sources = slices.Clone(sources)
}

// Sources returns what is followed.
func (s *Scheduler) Sources() []Scheduled {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sources
}

// Run looks at the clock until ctx ends, and then waits for the runs that are under
// way. A source that takes longer than its schedule is simply run again later.
func (s *Scheduler) Run(ctx context.Context) error {
	var work sync.WaitGroup
	defer work.Wait()
	look := func() { s.look(ctx, &work) }
	look()
	repeat(ctx, s.every(), look)
	return nil
}

// look begins what is due, and what was begun by a process that is no more.
func (s *Scheduler) look(ctx context.Context, work *sync.WaitGroup) {
	for _, c := range s.Sources() {
		due, dead := s.due(ctx, c), ""
		if !due {
			dead = s.abandoned(ctx, c)
		}
		if due || dead != "" {
			work.Go(func() { s.run(ctx, c, dead) })
		}
	}
}

func (s *Scheduler) every() time.Duration {
	if s.Every == 0 {
		return 15 * time.Second
	}
	return s.Every
}

func (s *Scheduler) due(ctx context.Context, c Scheduled) bool {
	if c.Spec == "" {
		return false
	}
	next, err := ParseSchedule(c.Spec)
	if err != nil {
		s.log().Error("schedule not understood", "source", c.Name, "err", err)
		return false
	}
	due, err := s.Runner.Directory.Due(ctx, scheduleActor(c), c.Name, c.Definition, c.Spec, next)
	if err != nil && ctx.Err() == nil {
		s.log().Warn("schedule not followed, the next tick tries again", "source", c.Name, "err", err)
	}
	return due && err == nil
}

func scheduleActor(c Scheduled) directory.Actor {
	return directory.Actor{Kind: directory.System, Name: "schedule", Workspace: c.Workspace}
}

// run applies what differs, in place of a run whose process ended if there is one.
func (s *Scheduler) run(ctx context.Context, c Scheduled, dead string) {
	r, err := s.Runner.pass(ctx, scheduleActor(c), c.Configured, directory.BeginRun{Source: c.Name, For: directory.ApplyRun, Resumes: dead})
	if err == nil && dead != "" {
		s.log().Warn("run begun anew, its process ended or hung", "source", c.Name, "run", r.ID, "dead", dead)
	}
	switch {
	case directory.BeingRead(err), directory.Is(err, directory.Stale):
		s.log().Info("run skipped, another one is under way", "source", c.Name)
	case err != nil && !errors.Is(err, context.Canceled):
		s.log().Warn("run not begun", "source", c.Name, "err", err)
	case err == nil && r.State == directory.RunHeld:
		s.log().Warn("run held, somebody has to look", "source", c.Name, "run", r.ID, "why", r.Guard.Why)
	case err == nil && r.State == directory.RunFailed:
		s.log().Error("run failed", "source", c.Name, "run", r.ID, "err", fmt.Sprint(r.Error))
	}
}

func (s *Scheduler) log() *slog.Logger {
	if s.Logger == nil {
		return slog.New(slog.DiscardHandler)
	}
	return s.Logger
}
