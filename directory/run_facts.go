package directory

import (
	"context"
	"fmt"
	"time"
)

// Findings is what a run writes down while it works: facts about entries and about
// itself, of which nobody would ask who decided them. They do not pass the door, but
// only the holder of the lease can write them.
type Findings struct {
	Counts  *RunCounts // so far; nil leaves them, and Removed
	Removed int64      // so far, and in the changes that come next
	Changes []PlannedChange
	Errors  []RunError
	Entries []Entry
	Forget  []Entry // whose people are gone; only source, type and key count

	Recreated []Conflict // entries that seem to stand for records whose own are gone
	Settled   []string   // ids of such conflicts that are none any more
}

// Note writes findings of the run that by is, and keeps its lease alive. An error of
// kind Denied means that the lease is lost.
func (d *Directory) Note(ctx context.Context, by Actor, f Findings) error {
	if by.Kind != RunActor {
		return Errorf(Denied, "", "%s is no run", by.Kind)
	}
	return d.store.Update(ctx, by.Workspace, func(ctx context.Context, tx WriteTx) error {
		r, err := tx.Run(ctx, by.ID)
		if err != nil {
			return fmt.Errorf("read run %s: %w", by.ID, err)
		}
		if r.Source != by.Source || !r.Live(d.clock()) {
			return leaseLost(by.ID)
		}
		r.Beat = d.clock()
		if f.Counts != nil {
			r.Counts, r.Removed = *f.Counts, f.Removed
		}
		if err := tx.PutRun(ctx, r); err != nil {
			return fmt.Errorf("write run %s: %w", by.ID, err)
		}
		return noteEntries(ctx, tx, by, f)
	})
}

func noteEntries(ctx context.Context, tx WriteTx, by Actor, f Findings) error {
	if len(f.Changes)+len(f.Errors) > 0 {
		if err := tx.AddRunReport(ctx, by.ID, f.Changes, f.Errors); err != nil {
			return fmt.Errorf("report of run %s: %w", by.ID, err)
		}
	}
	if len(f.Entries) > 0 {
		if err := tx.PutEntries(ctx, f.Entries); err != nil {
			return fmt.Errorf("entries of %s: %w", by.Source, err)
		}
	}
	for i := range f.Recreated {
		if err := tx.PutConflict(ctx, &f.Recreated[i]); err != nil {
			return fmt.Errorf("conflicts of %s: %w", by.Source, err)
		}
	}
	for _, id := range f.Settled {
		if err := tx.DeleteConflict(ctx, id); err != nil {
			return fmt.Errorf("conflicts of %s: %w", by.Source, err)
		}
	}
	forget := map[RecordType][]string{}
	for _, e := range f.Forget {
		forget[e.Type] = append(forget[e.Type], e.Key)
	}
	for t, keys := range forget {
		if err := tx.DeleteEntries(ctx, by.Source, t, keys); err != nil {
			return fmt.Errorf("entries of %s: %w", by.Source, err)
		}
	}
	return nil
}

// Due reports whether a source's schedule has come round, and moves it on in the same
// transaction: of all the processes that ask, one is told so. A tick that was missed
// while nobody ran is made up once. next returns the first time after the one it is
// given; another text of the schedule starts it anew. A process that knows the source by
// another definition than the one in force is refused, and leaves the tick to one that
// could run it; empty: it does not matter.
func (d *Directory) Due(ctx context.Context, by Actor, source SourceID, definition, spec string, next func(time.Time) time.Time) (due bool, err error) {
	if by.Kind != System {
		return false, Errorf(Denied, "", "%s keeps no schedules", by.Kind)
	}
	err = d.store.Update(ctx, by.Workspace, func(ctx context.Context, tx WriteTx) error {
		now := d.clock()
		due = false
		known, err := found(tx.Source(ctx, source))
		if err != nil {
			return fmt.Errorf("read source %s: %w", source, err)
		}
		if known != nil && known.definedOtherwise(definition) {
			return otherDefinition(source)
		}
		s, err := found(tx.Schedule(ctx, source))
		switch {
		case err != nil:
			return fmt.Errorf("read schedule of %s: %w", source, err)
		case s == nil:
			s = &Schedule{Source: source}
		case s.Spec == spec && now.Before(s.Next):
			return nil
		case s.Spec == spec:
			due, s.Last = true, now
		}
		s.Next = following(s, spec, now, next)
		s.Spec = spec
		return tx.PutSchedule(ctx, s)
	})
	return due, err
}

// following counts from the time that was due, not from when somebody noticed, so that a
// schedule keeps its pace. What is over by then was missed.
func following(s *Schedule, spec string, now time.Time, next func(time.Time) time.Time) time.Time {
	if s.Spec == spec && !s.Next.IsZero() {
		if at := next(s.Next); at.After(now) {
			return at
		}
	}
	return next(now)
}

// What PruneReports does in one transaction: everybody else waits meanwhile.
const (
	pruneRuns  = 32
	pruneLines = 5000
)

// PruneReports removes what ended runs of a source report that are older than a time and
// not among the latest. A run that is held keeps its report, for somebody has to decide
// about it. It returns of how many runs it removed the report.
func (d *Directory) PruneReports(ctx context.Context, by Actor, source SourceID, keep int, age time.Duration) (pruned int, err error) {
	if by.Kind != System {
		return 0, Errorf(Denied, "", "%s removes no reports", by.Kind)
	}
	before, last := d.clock().Add(-age), ""
	for {
		var old []string
		err := d.store.View(ctx, by.Workspace, func(ctx context.Context, tx ReadTx) (err error) {
			old, err = tx.OldReports(ctx, source, before, keep, pruneRuns)
			return err
		})
		if err != nil || len(old) == 0 {
			return pruned, err
		}
		for _, run := range old {
			err := d.store.Update(ctx, by.Workspace, func(ctx context.Context, tx WriteTx) error { return tx.DropRunReport(ctx, run, pruneLines) })
			if err != nil {
				return pruned, err
			}
			if run > last { // one with a long report is listed again
				last, pruned = run, pruned+1
			}
		}
	}
}
