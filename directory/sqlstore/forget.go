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
		from dropped_members
		where workspace_id = $1
		and dropped_at < $2
		limit $3`
	oldActs = `
		from actions
		where workspace_id = $1
		and changed_at < $2
		and state in ('done', 'cancelled', 'unknown', 'failed')
		limit $3`
)

// Forget implements [directory.WriteTx].
func (w *writer) Forget(ctx context.Context, before time.Time, limit int) (more bool, err error) {
	for _, old := range []struct{ rows, removal string }{
		{oldRefusals, `
		delete from refusals
		where workspace_id = $1
		and (actor, record) in (select actor, record ` + oldRefusals + `)`},
		{oldDropped, `
		delete from dropped_members
		where workspace_id = $1
		and (source, group_id, member) in (select source, group_id, member ` + oldDropped + `)`},
		{oldActs, `
		delete from actions
		where workspace_id = $1
		and id in (select id ` + oldActs + `)`},
	} {
		left, err := w.forget(ctx, old.rows, old.removal, before, limit)
		if err != nil {
			return false, fmt.Errorf("forget old notes: %w", err)
		}
		more = more || left
	}
	return more, nil
}

// forget removes up to limit rows, and reports whether there are more.
func (w *writer) forget(ctx context.Context, rows, removal string, before time.Time, limit int) (more bool, err error) {
	var n int
	if _, err := one(ctx, w.q, []any{&n}, `
		select count(*) from (select 1 `+rows+`) r`, w.ws, before.UnixMilli(), limit+1); err != nil || n == 0 {
		return false, err
	}
	return n > limit, w.b.exec(removal, w.ws, before.UnixMilli(), limit)
}
