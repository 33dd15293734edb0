package main

import (
	"context"
	"fmt"
	"time"

	"rollcall/config"
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

// ended are the states in which a run ends that was not given up.
var ended = []directory.RunState{directory.RunDone, directory.RunHeld, directory.RunFailed}

// lastRunOf returns how the last run of a source ended, or nil.
func lastRunOf(ctx context.Context, tx directory.RunReader, id directory.SourceID) (*lastRun, error) {
	r, err := tx.LastRun(ctx, id, ended...)
	switch {
	case directory.Is(err, directory.NotFound):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("read the last run of %s: %w", id, err)
	}
	return &lastRun{ID: r.ID, State: r.State, Ended: r.Ended, Why: runShown(r).why()}, nil
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
func unread(ctx context.Context, tx directory.RunReader, w *config.Workspace, s *directory.Source, now time.Time) (string, error) {
	if s.Kind != directory.LDAPServer || s.Paused != nil || s.Detached != 0 {
		return "", nil
	}
	last, err := lastRunOf(ctx, tx, s.ID)
	if err != nil {
		return "", err
	}
	if last != nil && last.State == directory.RunFailed {
		return fmt.Sprintf("the last run of %s failed at %s: %s", s.ID, shownTime(last.Ended), last.Why), nil
	}
	when, err := scheduleOf(ctx, tx, w, s.ID)
	if err != nil || when.Next.IsZero() {
		return "", err // it is read when somebody asks, or no server knows the schedule yet
	}
	good, err := tx.LastRun(ctx, s.ID, directory.RunDone)
	switch {
	case directory.Is(err, directory.NotFound):
		return neverRead(s, when, now), nil
	case err != nil:
		return "", fmt.Errorf("read the last good run of %s: %w", s.ID, err)
	case overdue(when.Spec, good.Ended, now):
		return fmt.Sprintf("the last good run of %s was at %s, its schedule is %s", s.ID, shownTime(good.Ended), when.Spec), nil
	}
	return "", nil
}

// neverRead says that a source should have been read by now. One whose schedule has not
// come round yet may be older than that.
func neverRead(s *directory.Source, when schedule, now time.Time) string {
	since := s.Created
	if when.Last.IsZero() {
		since = when.Next
	}
	if !overdue(when.Spec, since, now) {
		return ""
	}
	return fmt.Sprintf("no run of %s was applied yet, its schedule is %s", s.ID, when.Spec)
}
