package sqlstore

import (
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"rollcall/directory"
)

// flush writes what the steps of the batch have gathered.
func (b *batch) flush() error {
	p := &b.frames[0].pending
	head, err := b.flushAudit(p.audit)
	if err != nil {
		return err
	}
	if err := b.flushWorkspace(p, head); err != nil {
		return err
	}
	if err := b.flushRaised(p); err != nil {
		return err
	}
	if err := b.flushMoves(p.moves); err != nil {
		return err
	}
	return b.flushLanes(p)
}

func (b *batch) flushWorkspace(p *pending, head directory.AuditHead) error {
	if p.counts == (directory.Counts{}) && head == b.base.Audit {
		return nil
	}
	c := b.base.Counts.Add(p.counts)
	return b.exec(`
		update workspaces
		set seats = $2, guests = $3, held = $4, pending = $5, active = $6, deactivated = $7, audit_seq = $8, audit_hash = $9
		where workspace_id = $1`,
		b.workspace, c.Seats, c.Guests, c.Held, c.Pending, c.Active, c.Deactivated, head.Seq, head.Hash)
}

// flushAudit seals the records in the order in which they were made.
func (b *batch) flushAudit(entries []auditEntry) (directory.AuditHead, error) {
	head := b.base.Audit
	var records, details [][]any
	erased := erasedLater(entries)
	for i, e := range entries {
		if e.record == nil {
			continue
		}
		head = e.record.Seal(head)
		row, err := auditRow(b.workspace, e.record)
		if err != nil {
			return head, err
		}
		records = append(records, row)
		if !erased[i] {
			details = append(details, []any{b.workspace, e.record.Seq, e.record.Salt, e.record.Detail})
		}
	}
	if err := b.insertRows(insertAudit, records); err != nil {
		return head, fmt.Errorf("write audit records: %w", err)
	}
	if err := b.insertRows(insertAuditDetails, details); err != nil {
		return head, fmt.Errorf("write audit details: %w", err)
	}
	return head, nil
}

// erasedLater marks the records whose details a later step of the same batch erases.
func erasedLater(entries []auditEntry) map[int]bool {
	marked := make(map[int]bool)
	for i, e := range entries {
		if e.erase == nil {
			continue
		}
		for j, r := range entries[:i] {
			if r.record != nil && r.record.Type == e.erase.Type && r.record.Record == e.erase.ID {
				marked[j] = true
			}
		}
	}
	return marked
}

func auditRow(workspace string, r *directory.AuditRecord) ([]any, error) {
	digest, err := hex.DecodeString(r.Digest)
	if err != nil {
		return nil, fmt.Errorf("encode audit record %d: %w", r.Seq, err)
	}
	hash, err := hex.DecodeString(r.Hash)
	if err != nil {
		return nil, fmt.Errorf("encode audit record %d: %w", r.Seq, err)
	}
	return []any{workspace, r.Seq, r.At.UnixMilli(), r.Actor, r.ActorID, r.Change, string(r.Outcome), r.Reason,
		r.RequestID, string(r.Type), r.Record, digest, hash}, nil
}

// flushRaised raises deliveries. Without a target they wait in no lane: nobody works on
// them, and they cost as little as they can.
func (b *batch) flushRaised(p *pending) error {
	outward := b.workspaceNow().Target != ""
	rows := make([][]any, 0, len(p.raised))
	for k, r := range p.raised {
		lane := directory.Lane(0)
		if outward {
			lane = r.lane
			p.lanes = p.lanes.with(lane)
		}
		rows = append(rows, []any{b.workspace, string(k.Type), k.ID, r.generations, int64(0), int64(lane), "", int64(0),
			r.at - directory.ClockSkew.Milliseconds(), r.at})
	}
	if err := b.insertRows(raiseDeliveries, rows); err != nil {
		return fmt.Errorf("raise deliveries: %w", err)
	}
	return nil
}

// flushLanes inserts a job for each lane that needs one and for which none is waiting. A
// job that has not begun yet will see what this batch writes.
func (b *batch) flushLanes(p *pending) error {
	if p.lanes == 0 && p.started == 0 || b.workspaceNow().Target == "" {
		return nil
	}
	waiting := b.awake &^ p.started
	if err := b.wake(p.lanes &^ waiting); err != nil {
		return err
	}
	if now := waiting | p.lanes; now != b.awake {
		return b.exec(`
		update workspaces
		set awake = $2
		where workspace_id = $1`, b.workspace, int64(now))
	}
	return nil
}

// The statements that are run with many rows at a time: what stands before and after
// the values, and how many there are in a row. One attempt is left of those that failed: they
// may have got anywhere.
var (
	insertAudit = manyRows{13, `
		insert into audit (workspace_id, seq, at, actor, actor_id, change, outcome, reason, request_id, type, record,
			digest, hash)
		values `, ``}
	insertAuditDetails = manyRows{4, `
		insert into audit_details (workspace_id, seq, salt, detail)
		values `, ``}
	raiseDeliveries = manyRows{10, `
		insert into deliveries (workspace_id, type, record, generation, synced_generation, queued_lane, claimed_by,
			claimed_until, next_at, behind_since)
		values `, `
		on conflict (workspace_id, type, record) do update
		set generation = deliveries.generation + excluded.generation,
			queued_lane = case when excluded.queued_lane > deliveries.queued_lane then excluded.queued_lane
				else deliveries.queued_lane end,
			next_at = case when deliveries.queued_lane > 0 and deliveries.next_at < excluded.next_at then deliveries.next_at
				else excluded.next_at end,
			behind_since = case when deliveries.queued_lane > 0 then deliveries.behind_since else excluded.behind_since end,
			attempts = case when deliveries.attempts > 1 then 1 else deliveries.attempts end,
			parked_at = 0,
			waits_for = ''`}
)

// manyRows is an insert of any number of rows.
type manyRows struct {
	columns       int
	before, after string
}

// chunks are the numbers of rows that one statement inserts, so that there are few
// statements to prepare.
var chunks = []int{64, 32, 16, 8, 4, 2, 1}

// chunkOf returns the largest chunk of no more than so many rows.
func chunkOf(rows int) int {
	return chunks[slices.IndexFunc(chunks, func(n int) bool { return n <= rows })]
}

// insertRows inserts rows with as few statements as the chunks allow.
func (b *batch) insertRows(m manyRows, rows [][]any) error {
	for len(rows) > 0 {
		n := chunkOf(len(rows))
		if err := b.exec(m.text(n), slices.Concat(rows[:n]...)...); err != nil {
			return err
		}
		rows = rows[n:]
	}
	return nil
}

func (m manyRows) text(n int) string {
	key := manyKey{m.before, n}
	if t, ok := manyTexts.Load(key); ok {
		return t.(string)
	}
	rows := make([]string, n)
	for i := range rows {
		rows[i] = "(" + placeholders(i*m.columns+1, m.columns) + ")"
	}
	t := m.before + strings.Join(rows, ", ") + m.after
	manyTexts.Store(key, t)
	return t
}
