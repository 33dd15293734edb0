package sqlstore

import (
	"context"
	"fmt"

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
