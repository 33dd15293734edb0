package sync

import (
	"context"
	"fmt"

	"rollcall/directory"
)

// resumptions is how many times a run of the schedule is begun anew before the schedule
// comes round again: the run itself may be what ends its process.
const resumptions = 3

// abandoned closes the runs of a source that nobody works on any more, but for one that
// is to be begun anew, of which it returns the id: what the schedule began is not left
// until it comes round again, and what somebody else began is theirs to repeat.
func (s *Scheduler) abandoned(ctx context.Context, c Scheduled) (again string) {
	var dead []string
	err := s.Runner.Directory.Read(ctx, scheduleActor(c), func(ctx context.Context, tx directory.ReadTx) (err error) {
		again, dead, err = s.judge(ctx, tx, c)
		return err
	})
	for _, id := range dead {
		if err == nil {
			_, err = s.Runner.Directory.Apply(ctx, scheduleActor(c), directory.AbandonRun{ID: id})
		}
	}
	if err != nil && !directory.Is(err, directory.Stale) && ctx.Err() == nil {
		s.log().Warn("runs not looked through, the next tick tries again", "source", c.Name, "err", err)
	}
	return again
}

// judge finds the runs that nobody works on any more. A paused source keeps them until it
// is resumed.
func (s *Scheduler) judge(ctx context.Context, tx directory.ReadTx, c Scheduled) (again string, dead []string, err error) {
	open, err := tx.OpenRuns(ctx, c.Name)
	if err != nil {
		return "", nil, fmt.Errorf("read runs of %s: %w", c.Name, err)
	}
	for i := range open {
		r := &open[i]
		if r.State != directory.RunRunning || r.Live(s.Runner.now()) {
			continue
		}
		source, err := tx.Source(ctx, c.Name)
		if err != nil || source.Paused != nil {
			return "", nil, err
		}
		repeat, err := repeats(ctx, tx, c, r)
		switch {
		case err != nil:
			return "", nil, err
		case repeat:
			again = r.ID
		default:
			dead = append(dead, r.ID)
		}
	}
	return again, dead, nil
}

// repeats reports whether a run whose process ended is begun anew.
func repeats(ctx context.Context, tx directory.ReadTx, c Scheduled, dead *directory.Run) (bool, error) {
	if c.Spec == "" || !scheduled(c, dead) {
		return false, nil
	}
	when, err := tx.Schedule(ctx, c.Name)
	if err != nil {
		return false, err
	}
	latest, err := tx.Runs(ctx, c.Name, 100)
	if err != nil {
		return false, fmt.Errorf("read runs of %s: %w", c.Name, err)
	}
	begun := 0
	for i := range latest {
		if scheduled(c, &latest[i]) && !latest[i].Started.Before(when.Last) {
			begun++
		}
	}
	return begun <= resumptions, nil
}

// scheduled reports whether the schedule began a run.
func scheduled(c Scheduled, r *directory.Run) bool {
	return r.Kind == directory.ApplyRun && r.By == scheduleActor(c).String()
}
