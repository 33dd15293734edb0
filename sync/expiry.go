package sync

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"rollcall/directory"
)

// Expiry ends the access of people whose accounts end by themselves, at the time that
// their source named at the last run. A source that is paused or detached is waited for.
type Expiry struct {
	Directory *directory.Directory
	Logger    *slog.Logger     // nil logs nothing
	Every     time.Duration    // between two looks; 0 means half a minute
	Now       func() time.Time // nil: the system's clock
}

// Run looks at once and then from time to time, until ctx ends. It returns nil then; what
// fails is tried again at the next look.
func (e *Expiry) Run(ctx context.Context) error {
	every := e.Every
	if every <= 0 {
		every = 30 * time.Second
	}
	e.pass(ctx)
	repeat(ctx, every, func() { e.pass(ctx) })
	return nil
}

func (e *Expiry) pass(ctx context.Context) {
	all, err := e.Directory.Store().Workspaces(ctx)
	if err != nil {
		e.failed(ctx, "", err)
		return
	}
	for _, ws := range all {
		n, err := e.expire(ctx, ws.ID)
		if err != nil {
			e.failed(ctx, ws.ID, err)
		}
		if n > 0 {
			e.log().Info("accounts ended by themselves", "event", "expiry", "workspace", ws.ID, "count", n)
		}
	}
}

// expire ends what is due in a workspace, in slices.
func (e *Expiry) expire(ctx context.Context, ws directory.WorkspaceID) (int, error) {
	by := directory.Actor{Kind: directory.System, Name: "expiry", Workspace: ws}
	list := func(limit int) (due []directory.Entry, err error) {
		err = e.Directory.Read(ctx, by, func(ctx context.Context, tx directory.ReadTx) (err error) {
			due, err = tx.DueEntries(ctx, e.now(), limit)
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("list whose account ends: %w", err)
		}
		return due, nil
	}
	return inSlices(list, func(due []directory.Entry) ([]directory.Entry, error) { return e.slice(ctx, by, due) })
}

// slice ends some accounts and returns those that could not be ended.
func (e *Expiry) slice(ctx context.Context, by directory.Actor, due []directory.Entry) (left []directory.Entry, err error) {
	changes := make([]directory.Change, len(due))
	for i, d := range due {
		changes[i] = directory.Expire{Source: d.Source, Key: d.Key, Mark: disabled(d.Mark)}
	}
	results, err := e.Directory.ApplyAll(ctx, by, changes)
	if err != nil {
		return nil, fmt.Errorf("end accounts: %w", err)
	}
	for i, got := range results {
		switch {
		case directory.Is(got.Err, directory.NotFound): // a run may have been faster
		case got.Err == nil && got.Receipt.Outcome == directory.Unchanged:
			left = append(left, due[i]) // by another clock it is not time yet, or there was nothing to end
		case got.Err != nil:
			left = append(left, due[i])
			e.log().Warn("an account did not end", "event", "expiry", "workspace", by.Workspace, "source", due[i].Source,
				"user", due[i].Record, "err", got.Err)
		}
	}
	return left, nil
}

func (e *Expiry) now() time.Time {
	if e.Now != nil {
		return e.Now()
	}
	return time.Now()
}

// disabled is the mark of an entry as a run would leave it that saw the account ended.
func disabled(mark string) string {
	if body, ok := strings.CutSuffix(mark, markEnabled); ok {
		return body + markDisabled
	}
	return mark
}

// failed logs an error, unless it is only that the process ends.
func (e *Expiry) failed(ctx context.Context, ws directory.WorkspaceID, err error) {
	if ctx.Err() == nil {
		e.log().Warn("accounts could not be ended", "event", "expiry", "workspace", ws, "err", err)
	}
}

func (e *Expiry) log() *slog.Logger {
	if e.Logger == nil {
		return slog.New(slog.DiscardHandler)
	}
	return e.Logger
}
