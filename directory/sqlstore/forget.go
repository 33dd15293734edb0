package sqlstore

import (
	"context"
	"fmt"
	"time"
)

// The rows that are old news, each counted and removed with the same conditions.
const (
	oldRefusals = `
		from refusals
		where workspace_id = $1
		and last_at < $2
		limit $3`
	oldDropped = `
		from dropped_members d
		where d.workspace_id = $1
		and (d.dropped_at < $2 or not exists (
			select 1
			from groups g
			where g.workspace_id = d.workspace_id
			and g.id = d.group_id))
		limit $3`
)

// Forget implements [directory.WriteTx]. There is no index by time for it: it comes once
// a day, and every refusal would have to keep the index.
func (w *writer) Forget(ctx context.Context, before time.Time, limit int) (more bool, err error) {
	var refusals, dropped int
	if _, err := one(ctx, w.q, []any{&refusals, &dropped}, `
		select (select count(*) from (select 1 `+oldRefusals+`) r), (select count(*) from (select 1 `+oldDropped+`) m)`,
		w.ws, before.UnixMilli(), limit+1); err != nil {
		return false, err
	}
	if refusals > 0 {
		err = w.b.exec(`
		delete from refusals
		where workspace_id = $1
		and (actor, record) in (select actor, record `+oldRefusals+`)`, w.ws, before.UnixMilli(), limit)
	}
	if err == nil && dropped > 0 {
		err = w.b.exec(`
		delete from dropped_members
		where workspace_id = $1
		and (source, group_id, member) in (select d.source, d.group_id, d.member `+oldDropped+`)`, w.ws, before.UnixMilli(), limit)
	}
	if err != nil {
		return false, fmt.Errorf("forget old notes: %w", err)
	}
	return refusals > limit || dropped > limit, nil
}
