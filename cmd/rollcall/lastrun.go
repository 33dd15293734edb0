package main

import (
	"context"
	"fmt"
	"time"

	"rollcall/directory"
	bridgesync "rollcall/sync"
)

// lastRun is how the last run of an LDAP source ended.
type lastRun struct {
	ID    string             `json:"run"`
	State directory.RunState `json:"state"`
	Ended time.Time          `json:"ended"`
	Why   string             `json:"why,omitempty"` // it failed, or was held
}

// runsLookedAt is how far back the last run is looked for. Plans are passed over.
const runsLookedAt = 100

// lastRunOf returns how the last run of a source ended, and when one was last applied:
// zero if none of the latest was.
func lastRunOf(ctx context.Context, tx directory.RunReader, id directory.SourceID) (last *lastRun, good time.Time, err error) {
	all, err := tx.Runs(ctx, id, runsLookedAt)
	if err != nil {
		return nil, good, fmt.Errorf("read the runs of %s: %w", id, err)
	}
	for i := range all {
		r := &all[i]
		if r.Kind != directory.ApplyRun || r.Ended.IsZero() {
			continue
		}
		if last == nil {
			last = &lastRun{ID: r.ID, State: r.State, Ended: r.Ended, Why: runShown(r).why()}
		}
		if r.State == directory.RunDone {
			return last, r.Ended, nil
		}
	}
	return last, good, nil
}

// when is the time of the last run for a table.
func (r *lastRun) when() string {
	if r == nil {
		return ""
	}
	return shownTime(r.Ended)
}

// outcome is what came of the last run for a table.
func (r *lastRun) outcome() string {
	if r == nil {
		return ""
	}
	return string(r.State)
}

// missedTicks is how many times a schedule may come round without a run that was applied
// before that is worth an alarm.
const missedTicks = 3

// overdue reports whether a schedule has come round several times since a run was applied.
func overdue(spec string, good, now time.Time) bool {
	next, err := bridgesync.ParseSchedule(spec)
	if err != nil {
		return false // whoever reads the configuration says so
	}
	at := good
	for range missedTicks {
		if at = next(at); at.IsZero() {
			return false // it never comes round
		}
	}
	return now.After(at)
}

// unread says what is wrong with how an LDAP source was read lately, or nothing.
func unread(ctx context.Context, tx directory.RunReader, s *directory.Source, now time.Time) (string, error) {
	if s.Kind != directory.LDAPServer || s.Paused != nil || s.Detached != 0 {
		return "", nil
	}
	last, good, err := lastRunOf(ctx, tx, s.ID)
	if err != nil {
		return "", err
	}
	if last != nil && last.State == directory.RunFailed {
		return fmt.Sprintf("the last run of %s failed at %s: %s", s.ID, shownTime(last.Ended), last.Why), nil
	}
	kept, err := tx.Schedule(ctx, s.ID)
	switch {
	case directory.Is(err, directory.NotFound):
		return "", nil
	case err != nil:
		return "", fmt.Errorf("read the schedule of %s: %w", s.ID, err)
	case good.IsZero() && overdue(kept.Spec, s.Created, now):
		return fmt.Sprintf("no run of %s was applied yet, its schedule is %s", s.ID, kept.Spec), nil
	case !good.IsZero() && overdue(kept.Spec, good, now):
		return fmt.Sprintf("the last good run of %s was at %s, its schedule is %s", s.ID, shownTime(good), kept.Spec), nil
	}
	return "", nil
}
