package sqlstore

import (
	"context"
	"fmt"
	"time"

	"rollcall/directory"
)

// reader reads one workspace on one connection; it implements [directory.ReadTx].
type reader struct {
	s     *Store
	q     querier
	ws    string
	batch *batch // nil in a view
}

// writer reads and writes one workspace within a batch.
type writer struct {
	reader
	b *batch
}

var (
	_ directory.ReadTx  = (*reader)(nil)
	_ directory.WriteTx = (*writer)(nil)
)

// View implements [directory.Store].
func (s *Store) View(ctx context.Context, ws directory.WorkspaceID, fn func(context.Context, directory.ReadTx) error) error {
	return s.withSession(ctx, func(r *session) error {
		return fn(ctx, &reader{s: s, q: r, ws: string(ws)})
	})
}

// Look implements [directory.Store].
func (s *Store) Look(ctx context.Context, ws directory.WorkspaceID, fn func(context.Context, directory.ReadTx) error) error {
	return s.withSession(ctx, func(r *session) error {
		r.apart = true
		return fn(ctx, &reader{s: s, q: r, ws: string(ws)})
	})
}

func (s *Store) withSession(ctx context.Context, fn func(*session) error) error {
	r, err := s.takeSession(ctx)
	if err != nil {
		return err
	}
	defer r.giveBack()
	return fn(r)
}

// Workspace implements [directory.ReadTx].
func (r *reader) Workspace(ctx context.Context) (*directory.Workspace, error) {
	if r.batch != nil {
		return r.batch.workspaceNow(), nil
	}
	w, _, err := readWorkspace(ctx, r.q, selectWorkspace, r.ws)
	return w, err
}

// Step implements [directory.WriteTx].
func (w *writer) Step(_ context.Context, fn func() error) error { return w.b.step(fn) }

// Record implements [directory.WriteTx].
func (w *writer) Record(_ context.Context, r *directory.AuditRecord) error {
	if err := checkText([]any{r.Actor, r.ActorID, r.Change, r.Reason, r.RequestID, r.Record, r.Salt, r.Detail}); err != nil {
		return fmt.Errorf("record: %w", err)
	}
	p := w.b.top()
	p.audit = append(p.audit, auditEntry{record: r})
	return nil
}

// Raise implements [directory.WriteTx].
func (w *writer) Raise(_ context.Context, t directory.RecordType, record string, lane directory.Lane, now time.Time) error {
	if err := checkText([]any{record}); err != nil {
		return fmt.Errorf("raise: %w", err)
	}
	w.b.top().raise(recordKey{t, record}, raise{1, lane, now.UnixMilli()})
	return nil
}
