package sqlstore

import (
	"context"
	"fmt"
	"slices"

	"rollcall/directory"
)

// Link implements [directory.DeliveryReader].
func (r *reader) Link(ctx context.Context, target string, t directory.RecordType, record string) (*directory.Link, error) {
	l := directory.Link{Type: t, Record: record}
	var delivered int64
	found, err := one(ctx, r.q, []any{&l.Counterpart, &l.Origin, &l.Names.Username, &l.Names.Email, &l.Facts, &l.AskedBy,
		&l.Erasure, &delivered}, `
		select counterpart, origin, username, email, facts, asked_by, erasure, delivered_at
		from links
		where workspace_id = $1
		and target = $2
		and type = $3
		and record = $4`, r.ws, target, string(t), record)
	if err != nil {
		return nil, fmt.Errorf("read link of %s: %w", record, err)
	}
	if !found {
		return nil, directory.Errorf(directory.NotFound, "", "the %s %s has no counterpart", t, record)
	}
	l.Delivered = fromMillis(delivered)
	return &l, nil
}

// LinkedTargets implements [directory.DeliveryReader]. There are few targets and many
// links, so each question goes to the first link of the next target.
func (r *reader) LinkedTargets(ctx context.Context) (all []string, err error) {
	for last := ""; ; {
		found, err := one(ctx, r.q, []any{&last}, `
		select target
		from links
		where workspace_id = $1
		and target > $2
		order by target
		limit 1`, r.ws, last)
		if err != nil {
			return nil, fmt.Errorf("list targets: %w", err)
		}
		if !found {
			return all, nil
		}
		all = append(all, last)
	}
}

// NameHolders implements [directory.DeliveryReader].
func (r *reader) NameHolders(ctx context.Context, target string, names []string) (map[string]string, error) {
	holders := make(map[string]string)
	for part := range slices.Chunk(names, maxList) {
		among, list := oneOf(r.s.dialect, 3, part)
		err := r.q.query(ctx, func(rw row) error {
			var name, record string
			err := rw.Scan(&name, &record)
			holders[name] = record
			return err
		}, `
		select name, record
		from link_names
		where workspace_id = $1
		and target = $2
		and name `+among, append([]any{r.ws, target}, list...)...)
		if err != nil {
			return nil, fmt.Errorf("look for who is called so: %w", err)
		}
	}
	return holders, nil
}

// PutLink implements [directory.DeliveryWriter].
func (w *writer) PutLink(_ context.Context, target string, l *directory.Link) error {
	if err := w.b.exec(`
		insert into links (workspace_id, target, type, record, counterpart, origin, username, email, facts, asked_by, erasure,
			delivered_at)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
		on conflict (workspace_id, target, type, record) do update
		set counterpart = excluded.counterpart, origin = excluded.origin, username = excluded.username,
			email = excluded.email, facts = excluded.facts, asked_by = excluded.asked_by, erasure = excluded.erasure,
			delivered_at = excluded.delivered_at`,
		w.ws, target, string(l.Type), l.Record, l.Counterpart, string(l.Origin), l.Names.Username, l.Names.Email,
		string(l.Facts), l.AskedBy, string(l.Erasure), toMillis(l.Delivered)); err != nil {
		return fmt.Errorf("write link of %s: %w", l.Record, err)
	}
	return nil
}

// DeleteLink implements [directory.DeliveryWriter].
func (w *writer) DeleteLink(ctx context.Context, target string, t directory.RecordType, record string) error {
	if err := w.HoldNames(ctx, target, t, record, nil, true); err != nil {
		return err
	}
	if err := w.b.exec(`
		delete from links
		where workspace_id = $1
		and target = $2
		and type = $3
		and record = $4`, w.ws, target, string(t), record); err != nil {
		return fmt.Errorf("remove link of %s: %w", record, err)
	}
	return nil
}

// ForgetLinks implements [directory.DeliveryWriter]. Names without a link, under which
// somebody was only looked for, end with the last of them.
func (w *writer) ForgetLinks(ctx context.Context, target string, limit int) (more bool, err error) {
	var records []recordKey
	err = w.q.query(ctx, func(rw row) error {
		var k recordKey
		err := rw.Scan(&k.Type, &k.ID)
		records = append(records, k)
		return err
	}, `
		select type, record
		from links
		where workspace_id = $1
		and target = $2
		order by type, record
		limit $3`, w.ws, target, limit+1)
	if err != nil {
		return false, fmt.Errorf("list links of %s: %w", target, err)
	}
	if more = len(records) > limit; more {
		records = records[:limit]
	}
	for _, k := range records {
		if err := w.DeleteLink(ctx, target, k.Type, k.ID); err != nil {
			return false, err
		}
	}
	if more {
		return true, nil
	}
	if err := w.b.exec(`
		delete from link_names
		where workspace_id = $1
		and target = $2`, w.ws, target); err != nil {
		return false, fmt.Errorf("free the names of %s: %w", target, err)
	}
	return false, nil
}

// HoldNames implements [directory.DeliveryWriter].
func (w *writer) HoldNames(_ context.Context, target string, t directory.RecordType, record string, names []string, only bool) error {
	if only {
		if err := w.b.exec(`
		delete from link_names
		where workspace_id = $1
		and target = $2
		and type = $3
		and record = $4`, w.ws, target, string(t), record); err != nil {
			return fmt.Errorf("free names of %s: %w", record, err)
		}
	}
	for _, name := range names {
		if err := w.b.exec(`
		insert into link_names (workspace_id, target, name, type, record)
		values ($1, $2, $3, $4, $5)
		on conflict (workspace_id, target, name) do nothing`, w.ws, target, name, string(t), record); err != nil {
			return fmt.Errorf("hold names of %s: %w", record, err)
		}
	}
	return nil
}
