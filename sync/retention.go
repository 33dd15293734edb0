package sync

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"rollcall/directory"
)

// Retention removes people for good whose grace is over, fills seats that were left
// free, removes the reports of old runs, and once a day forgets old notes.
type Retention struct {
	Directory *directory.Directory
	Logger    *slog.Logger  // nil logs nothing
	Every     time.Duration // between two passes; 0 means five minutes
}

const (
	defaultEvery = 5 * time.Minute
	sliceSize    = 128 // people who are removed at a time

	keepReports    = 20 // of each source, however old
	keepReportsFor = 90 * 24 * time.Hour
)

// Run makes a pass over every workspace at once and then every few minutes, until ctx
// ends. It returns nil then; what fails in a pass waits for the next one.
func (r *Retention) Run(ctx context.Context) error {
	every := r.Every
	if every <= 0 {
		every = defaultEvery
	}
	r.pass(ctx)
	repeat(ctx, every, func() { r.pass(ctx) })
	return nil
}

// pass visits every workspace.
func (r *Retention) pass(ctx context.Context) {
	all, err := r.Directory.Store().Workspaces(ctx)
	if err != nil {
		r.failed(ctx, "the workspaces could not be listed", "", err)
		return
	}
	for _, ws := range all {
		if err := r.purge(ctx, ws.ID); err != nil {
			r.failed(ctx, "people whose grace is over could not be removed", ws.ID, err)
		}
		if err := r.fill(ctx, ws); err != nil {
			r.failed(ctx, "free seats could not be given out", ws.ID, err)
		}
		if err := r.forget(ctx, ws.ID); err != nil {
			r.failed(ctx, "old notes could not be removed", ws.ID, err)
		}
		if err := r.prune(ctx, ws.ID); err != nil {
			r.failed(ctx, "old reports could not be removed", ws.ID, err)
		}
	}
}

// purge removes everybody of a workspace whose grace is over, in slices.
func (r *Retention) purge(ctx context.Context, ws directory.WorkspaceID) error {
	gone, err := inSlices(
		func(limit int) ([]directory.ResourceID, error) { return r.due(ctx, ws, limit) },
		func(due []directory.ResourceID) ([]directory.ResourceID, error) { return r.purgeSlice(ctx, ws, due) })
	if gone > 0 {
		r.log().Info("people were removed for good", "event", "purge", "workspace", ws, "count", gone)
	}
	return err
}

// due lists people whose grace is over now.
func (r *Retention) due(ctx context.Context, ws directory.WorkspaceID, limit int) ([]directory.ResourceID, error) {
	var due []directory.ResourceID
	err := r.Directory.Read(ctx, retainer(ws), func(ctx context.Context, tx directory.ReadTx) (err error) {
		due, err = tx.DuePurge(ctx, time.Now(), limit)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list who is due: %w", err)
	}
	return due, nil
}

// purgeSlice removes people and returns those who are still there. Another process may
// have been faster.
func (r *Retention) purgeSlice(ctx context.Context, ws directory.WorkspaceID, due []directory.ResourceID) ([]directory.ResourceID, error) {
	changes := make([]directory.Change, len(due))
	for i, id := range due {
		changes[i] = directory.Purge{ID: id}
	}
	results, err := r.Directory.ApplyAll(ctx, retainer(ws), changes)
	if err != nil {
		return nil, fmt.Errorf("remove who is due: %w", err)
	}
	var left []directory.ResourceID
	for i, got := range results {
		if got.Err == nil || directory.Is(got.Err, directory.NotFound) {
			continue
		}
		left = append(left, due[i])
		r.log().Warn("somebody could not be removed", "event", "purge", "workspace", ws, "user", due[i], "err", got.Err)
	}
	return left, nil
}

// prune removes the reports of runs that nobody will ask for any more. The runs stay, with
// what they counted.
func (r *Retention) prune(ctx context.Context, ws directory.WorkspaceID) error {
	var all []directory.Source
	err := r.Directory.Read(ctx, retainer(ws), func(ctx context.Context, tx directory.ReadTx) (err error) {
		all, err = tx.Sources(ctx)
		return err
	})
	if err != nil {
		return fmt.Errorf("list sources: %w", err)
	}
	for _, s := range all {
		if s.Kind != directory.LDAPServer {
			continue
		}
		n, err := r.Directory.PruneReports(ctx, retainer(ws), s.ID, keepReports, keepReportsFor)
		if err != nil {
			return fmt.Errorf("prune the reports of %s: %w", s.ID, err)
		}
		if n > 0 {
			r.log().Info("old reports were removed", "event", "prune", "workspace", ws, "source", s.ID, "count", n)
		}
	}
	return nil
}

// fill gives out the free seats of a workspace in which somebody waits.
func (r *Retention) fill(ctx context.Context, ws directory.Workspace) error {
	if ws.Counts.Held == 0 {
		return nil
	}
	for {
		got, err := r.Directory.Apply(ctx, retainer(ws.ID), directory.FillSeats{})
		if err != nil || !got.More {
			return err
		}
	}
}

// forget removes old notes of a workspace, if that is due.
func (r *Retention) forget(ctx context.Context, ws directory.WorkspaceID) error {
	for {
		got, err := r.Directory.Apply(ctx, retainer(ws), directory.Forget{})
		if err != nil || !got.More {
			return err
		}
	}
}

// failed logs an error, unless it is only that the process ends.
func (r *Retention) failed(ctx context.Context, what string, ws directory.WorkspaceID, err error) {
	if ctx.Err() == nil {
		r.log().Warn(what, "event", "retention", "workspace", ws, "err", err)
	}
}

func (r *Retention) log() *slog.Logger {
	if r.Logger == nil {
		return slog.New(slog.DiscardHandler)
	}
	return r.Logger
}

// retainer is who asks for what this loop does.
func retainer(ws directory.WorkspaceID) directory.Actor {
	return directory.Actor{Kind: directory.System, Name: "retention", Workspace: ws}
}
