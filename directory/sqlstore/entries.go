package sqlstore

import (
	"context"
	"fmt"
	"time"

	"rollcall/directory"
)

// Entries implements [directory.RunReader].
func (r *reader) Entries(ctx context.Context, source directory.SourceID, t directory.RecordType, send func(*directory.Entry) error) error {
	return r.q.query(ctx, func(rw row) error {
		e := directory.Entry{Source: source, Type: t}
		if err := rw.Scan(&e.Key, &e.DN, &e.Mark, &e.Record, &e.Missing, &e.Since, &e.Until); err != nil {
			return fmt.Errorf("read entry of %s: %w", source, err)
		}
		return send(&e)
	}, `
		select entry_key, dn, mark, record, missing, missing_since, until
		from entries
		where workspace_id = $1
		and source = $2
		and type = $3
		order by entry_key`, r.ws, string(source), string(t))
}

const entryColumns = `
		select source, type, entry_key, dn, mark, record, missing, missing_since, until
		from entries`

func (r *reader) entries(ctx context.Context, text string, args ...any) (all []directory.Entry, err error) {
	err = r.q.query(ctx, func(rw row) error {
		var e directory.Entry
		if err := rw.Scan(&e.Source, &e.Type, &e.Key, &e.DN, &e.Mark, &e.Record, &e.Missing, &e.Since, &e.Until); err != nil {
			return fmt.Errorf("read entry: %w", err)
		}
		all = append(all, e)
		return nil
	}, text, args...)
	return all, err
}

// Entry implements [directory.RunReader].
func (r *reader) Entry(ctx context.Context, source directory.SourceID, t directory.RecordType, key string) (*directory.Entry, error) {
	found, err := r.entries(ctx, entryColumns+`
		where workspace_id = $1
		and source = $2
		and type = $3
		and entry_key = $4`, r.ws, string(source), string(t), key)
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, directory.Errorf(directory.NotFound, "", "nothing is remembered of the entry %s", key)
	}
	return &found[0], nil
}

// DueEntries implements [directory.RunReader].
func (r *reader) DueEntries(ctx context.Context, now time.Time, limit int) ([]directory.Entry, error) {
	return r.entries(ctx, entryColumns+`
		where workspace_id = $1
		and until > 0
		and until <= $2
		and type = 'user'
		and source not in (
			select id
			from sources
			where workspace_id = $4
			and (paused <> '' or detached > 0))
		order by until, entry_key
		limit $3`, r.ws, now.UnixMilli(), limit, r.ws) // the tables have ids of different types
}

// PutEntries implements [directory.RunWriter].
func (w *writer) PutEntries(_ context.Context, entries []directory.Entry) error {
	rows := make([][]any, len(entries))
	for i, e := range entries {
		rows[i] = []any{w.ws, string(e.Source), string(e.Type), e.Key, e.DN, e.Mark, string(e.Record), int64(e.Missing),
			e.Since, e.Until}
	}
	if err := w.b.insertRows(putEntries, rows); err != nil {
		return fmt.Errorf("write entries: %w", err)
	}
	return nil
}

var putEntries = manyRows{10, `
		insert into entries (workspace_id, source, type, entry_key, dn, mark, record, missing, missing_since, until)
		values `, `
		on conflict (workspace_id, source, type, entry_key) do update
		set dn = excluded.dn, mark = excluded.mark, record = excluded.record, missing = excluded.missing,
			missing_since = excluded.missing_since, until = excluded.until`}

// DeleteEntries implements [directory.RunWriter].
func (w *writer) DeleteEntries(_ context.Context, source directory.SourceID, t directory.RecordType, keys []string) error {
	for _, key := range keys {
		if err := w.b.exec(`
			delete from entries
			where workspace_id = $1
			and source = $2
			and type = $3
			and entry_key = $4`, w.ws, string(source), string(t), key); err != nil {
			return fmt.Errorf("forget entry of %s: %w", source, err)
		}
	}
	return nil
}
