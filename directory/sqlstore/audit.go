package sqlstore

import (
	"context"
	"encoding/hex"
	"fmt"
	"math"
	"time"

	"rollcall/directory"
)

const auditColumns = `
		select a.seq, a.at, a.actor, a.actor_id, a.change, a.outcome, a.reason, a.request_id, a.type, a.record, a.digest,
			a.hash, coalesce(d.salt, ''), coalesce(d.detail, '')
		from audit a
		left join audit_details d on d.workspace_id = a.workspace_id and d.seq = a.seq`

func scanAudit(rw row) (*directory.AuditRecord, error) {
	var r directory.AuditRecord
	var at int64
	var digest, hash []byte
	if err := rw.Scan(&r.Seq, &at, &r.Actor, &r.ActorID, &r.Change, &r.Outcome, &r.Reason, &r.RequestID, &r.Type,
		&r.Record, &digest, &hash, &r.Salt, &r.Detail); err != nil {
		return nil, fmt.Errorf("read audit record: %w", err)
	}
	r.At, r.Digest, r.Hash = time.UnixMilli(at).UTC(), hex.EncodeToString(digest), hex.EncodeToString(hash)
	return &r, nil
}

// auditPage is how many audit records are read before they are handed on.
const auditPage = 500

// Audit implements [directory.AuditReader]. Within an update it shows what the batches
// before it sealed.
func (r *reader) Audit(ctx context.Context, q directory.AuditQuery, each func(*directory.AuditRecord) error) error {
	left := q.Limit
	if left == 0 {
		left = math.MaxInt
	}
	for after := q.After; left > 0; {
		page, err := r.auditPage(ctx, q, after, min(left, auditPage))
		if err != nil {
			return err
		}
		for _, a := range page {
			if err := each(a); err != nil {
				return err
			}
			after = a.Seq
		}
		if len(page) < auditPage {
			return nil
		}
		left -= len(page)
	}
	return nil
}

func (r *reader) auditPage(ctx context.Context, q directory.AuditQuery, after int64, limit int) (page []*directory.AuditRecord, err error) {
	scan := func(rw row) error {
		a, err := scanAudit(rw)
		page = append(page, a)
		return err
	}
	if q.Record == "" {
		err = r.q.query(ctx, scan, auditColumns+`
		where a.workspace_id = $1
		and a.seq > $2
		order by a.seq
		limit $3`, r.ws, after, limit)
		return page, err
	}
	err = r.q.query(ctx, scan, auditColumns+`
		where a.workspace_id = $1
		and a.record = $2
		and a.type = $3
		and a.seq > $4
		order by a.seq
		limit $5`, r.ws, q.Record, string(q.Type), after, limit)
	return page, err
}

// EraseAudit implements [directory.WriteTx].
func (w *writer) EraseAudit(_ context.Context, t directory.RecordType, record string) error {
	if err := w.b.exec(`
		delete from audit_details
		where workspace_id = $1
		and seq in (
			select seq
			from audit
			where workspace_id = $1
			and record = $2
			and type = $3)`, w.ws, record, string(t)); err != nil {
		return fmt.Errorf("erase audit details: %w", err)
	}
	p := w.b.top()
	p.audit = append(p.audit, auditEntry{erase: &recordKey{t, record}})
	return nil
}

// CountRefusal implements [directory.WriteTx]. A refusal is new again when the record
// has another version than at the last one.
func (w *writer) CountRefusal(ctx context.Context, actor, record, reason string, at time.Time) (first bool, err error) {
	version, err := w.versionOf(ctx, record)
	if err != nil {
		return false, err
	}
	var before string
	var seen int64
	found, err := one(ctx, w.q, []any{&before, &seen}, `
		select reason, record_version
		from refusals
		where workspace_id = $1
		and actor = $2
		and record = $3`, w.ws, actor, record)
	if err != nil {
		return false, err
	}
	first = !found || before != reason || seen != version
	return first, w.putRefusal(actor, record, reason, version, at, first)
}

func (w *writer) versionOf(ctx context.Context, record string) (version int64, err error) {
	_, err = one(ctx, w.q, []any{&version}, `
		select version
		from users
		where workspace_id = $1
		and id = $2
		union all
		select version
		from groups
		where workspace_id = $1
		and id = $2`, w.ws, record)
	return version, err
}

func (w *writer) putRefusal(actor, record, reason string, version int64, at time.Time, first bool) error {
	text := `
		insert into refusals (workspace_id, actor, record, reason, record_version, first_at, last_at, times)
		values ($1, $2, $3, $4, $5, $6, $6, 1)
		on conflict (workspace_id, actor, record) do update
		set last_at = excluded.last_at, times = refusals.times + 1`
	if first {
		text = `
		insert into refusals (workspace_id, actor, record, reason, record_version, first_at, last_at, times)
		values ($1, $2, $3, $4, $5, $6, $6, 1)
		on conflict (workspace_id, actor, record) do update
		set reason = excluded.reason, record_version = excluded.record_version, first_at = excluded.first_at,
			last_at = excluded.last_at, times = 1`
	}
	if err := w.b.exec(text, w.ws, actor, record, reason, version, at.UnixMilli()); err != nil {
		return fmt.Errorf("count refusal: %w", err)
	}
	return nil
}
