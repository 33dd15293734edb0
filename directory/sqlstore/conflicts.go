package sqlstore

import (
	"context"
	"encoding/json"
	"fmt"

	"rollcall/directory"
)

const conflictColumns = `
		select id, kind, source, user_name, external_id, candidates, reason, first_at, last_at, times
		from conflicts`

func (r *reader) conflicts(ctx context.Context, text string, args ...any) (all []directory.Conflict, err error) {
	err = r.q.query(ctx, func(rw row) error {
		var c directory.Conflict
		var candidates []byte
		if err := rw.Scan(&c.ID, &c.Kind, &c.Source, &c.UserName, &c.ExternalID, &candidates, &c.Reason, &c.First, &c.Last,
			&c.Times); err != nil {
			return fmt.Errorf("read conflict: %w", err)
		}
		if err := json.Unmarshal(candidates, &c.Candidates); err != nil {
			return fmt.Errorf("read candidates of conflict %s: %w", c.ID, err)
		}
		all = append(all, c)
		return nil
	}, text, args...)
	return all, err
}

// Conflict implements [directory.SourceReader].
func (r *reader) Conflict(ctx context.Context, id string) (*directory.Conflict, error) {
	found, err := r.conflicts(ctx, conflictColumns+`
		where workspace_id = $1
		and id = $2`, r.ws, id)
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, directory.Errorf(directory.NotFound, "", "there is no conflict %s", id)
	}
	return &found[0], nil
}

// Conflicts implements [directory.SourceReader].
func (r *reader) Conflicts(ctx context.Context) ([]directory.Conflict, error) {
	return r.conflicts(ctx, conflictColumns+`
		where workspace_id = $1
		order by first_at, id`, r.ws)
}

// PutConflict implements [directory.SourceWriter].
func (w *writer) PutConflict(_ context.Context, c *directory.Conflict) error {
	candidates, err := json.Marshal(c.Candidates)
	if err != nil {
		return fmt.Errorf("encode conflict %s: %w", c.ID, err)
	}
	if err := w.b.exec(`
		insert into conflicts (workspace_id, id, kind, source, user_name, external_id, candidates, reason, first_at,
			last_at, times)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
		on conflict (workspace_id, id) do update
		set candidates = excluded.candidates, reason = excluded.reason, last_at = excluded.last_at,
			times = conflicts.times + 1`,
		w.ws, c.ID, string(c.Kind), string(c.Source), c.UserName, c.ExternalID, string(candidates), c.Reason, c.First,
		c.Last, max(c.Times, 1)); err != nil {
		return fmt.Errorf("write conflict %s: %w", c.ID, err)
	}
	return nil
}

// DeleteConflict implements [directory.SourceWriter].
func (w *writer) DeleteConflict(_ context.Context, id string) error {
	if err := w.b.exec(`
		delete from conflicts
		where workspace_id = $1
		and id = $2`, w.ws, id); err != nil {
		return fmt.Errorf("delete conflict %s: %w", id, err)
	}
	return nil
}

// Block implements [directory.SourceReader].
func (r *reader) Block(ctx context.Context, source directory.SourceID, externalID, nameKey string) (*directory.Block, error) {
	b := directory.Block{Source: source}
	found, err := one(ctx, r.q, []any{&b.ExternalID, &b.UserName, &b.User, &b.By, &b.At}, `
		select external_id, name_key, user_id, blocked_by, blocked_at
		from blocks
		where workspace_id = $1
		and source = $2
		and (external_id = $3 and external_id <> '' or name_key = $4)
		order by case when external_id = $3 and external_id <> '' then 0 else 1 end, blocked_at desc
		limit 1`, r.ws, string(source), externalID, nameKey)
	if err == nil && !found {
		err = directory.Errorf(directory.NotFound, "", "nothing is blocked")
	}
	return &b, err
}
