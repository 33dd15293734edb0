package sqlstore

import (
	"context"
	"fmt"
	"time"

	"rollcall/directory"
)

const actionColumns = `
		select id, type, record, kind, state, payload, idempotent, asked_by, asked_at, changed_at, cause
		from actions`

func (r *reader) actions(ctx context.Context, text string, args ...any) (all []directory.Action, err error) {
	err = r.q.query(ctx, func(rw row) error {
		var a directory.Action
		var asked, changed int64
		err := rw.Scan(&a.ID, &a.Type, &a.Record, &a.Kind, &a.State, &a.Payload, &a.Idempotent, &a.AskedBy, &asked, &changed, &a.Cause)
		a.Asked, a.Changed = fromMillis(asked), fromMillis(changed)
		all = append(all, a)
		return err
	}, text, args...)
	if err != nil {
		return nil, fmt.Errorf("read actions: %w", err)
	}
	return all, nil
}

// Action implements [directory.DeliveryReader].
func (r *reader) Action(ctx context.Context, id string) (*directory.Action, error) {
	all, err := r.actions(ctx, actionColumns+`
		where workspace_id = $1
		and id = $2`, r.ws, id)
	if err != nil {
		return nil, err
	}
	if len(all) == 0 {
		return nil, directory.Errorf(directory.NotFound, "", "there is no action %s", id)
	}
	return &all[0], nil
}

// OpenActions implements [directory.DeliveryReader].
func (r *reader) OpenActions(ctx context.Context, t directory.RecordType, record string) ([]directory.Action, error) {
	return r.actions(ctx, actionColumns+`
		where workspace_id = $1
		and type = $2
		and record = $3
		and state in ('waiting', 'sending')
		order by id`, r.ws, string(t), record)
}

// ShownActions implements [directory.DeliveryReader].
func (r *reader) ShownActions(ctx context.Context) ([]directory.Action, error) {
	return r.actions(ctx, actionColumns+`
		where workspace_id = $1
		and state in ('unknown', 'failed')
		order by id`, r.ws)
}

// PutAction implements [directory.DeliveryWriter].
func (w *writer) PutAction(_ context.Context, a *directory.Action) error {
	if err := w.b.exec(`
		insert into actions (workspace_id, id, type, record, kind, state, payload, idempotent, asked_by, asked_at, changed_at,
			cause)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
		on conflict (workspace_id, id) do update
		set state = excluded.state, payload = excluded.payload, changed_at = excluded.changed_at, cause = excluded.cause`,
		w.ws, a.ID, string(a.Type), a.Record, string(a.Kind), string(a.State), a.Payload, a.Idempotent, a.AskedBy,
		toMillis(a.Asked), toMillis(a.Changed), a.Cause); err != nil {
		return fmt.Errorf("write action %s: %w", a.ID, err)
	}
	return nil
}

// EndActions implements [directory.DeliveryWriter].
func (w *writer) EndActions(_ context.Context, from, to directory.ActionState, cause string, now time.Time) error {
	if err := w.b.exec(`
		update actions
		set state = $3, payload = '', cause = $4, changed_at = $5
		where workspace_id = $1
		and state = $2`, w.ws, string(from), string(to), cause, toMillis(now)); err != nil {
		return fmt.Errorf("end actions that are %s: %w", from, err)
	}
	return nil
}
