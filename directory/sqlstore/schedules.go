package sqlstore

import (
	"context"
	"fmt"

	"rollcall/directory"
)

// Schedule implements [directory.RunReader].
func (r *reader) Schedule(ctx context.Context, source directory.SourceID) (*directory.Schedule, error) {
	s := directory.Schedule{Source: source}
	var next, last int64
	found, err := one(ctx, r.q, []any{&s.Spec, &next, &last}, `
		select spec, next_run_at, last_run_at
		from schedules
		where workspace_id = $1
		and source = $2`, r.ws, string(source))
	if err != nil {
		return nil, fmt.Errorf("read schedule of %s: %w", source, err)
	}
	if !found {
		return nil, directory.Errorf(directory.NotFound, "", "the source %s has no schedule", source)
	}
	s.Next, s.Last = fromMillis(next), fromMillis(last)
	return &s, nil
}

// PutSchedule implements [directory.RunWriter].
func (w *writer) PutSchedule(_ context.Context, s *directory.Schedule) error {
	if err := w.b.exec(`
		insert into schedules (workspace_id, source, spec, next_run_at, last_run_at)
		values ($1, $2, $3, $4, $5)
		on conflict (workspace_id, source) do update
		set spec = excluded.spec, next_run_at = excluded.next_run_at, last_run_at = excluded.last_run_at`,
		w.ws, string(s.Source), s.Spec, toMillis(s.Next), toMillis(s.Last)); err != nil {
		return fmt.Errorf("write schedule of %s: %w", s.Source, err)
	}
	return nil
}
