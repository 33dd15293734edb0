package sqlstore

import (
	"context"
	"fmt"
	"time"

	"rollcall/directory"
)

const deliveryColumns = `
		select type, record, generation, synced_generation, queued_lane, claimed_by, claimed_until, attempts, next_at, cause,
			parked_at, behind_since, waits_for, walked
		from deliveries`

func scanDelivery(rw row) (d directory.Delivery, err error) {
	var until, next, parked, behind int64
	if err := rw.Scan(&d.Type, &d.Record, &d.Generation, &d.Synced, &d.Lane, &d.Claim, &until, &d.Attempts, &next, &d.Cause,
		&parked, &behind, &d.WaitsFor, &d.Walked); err != nil {
		return d, fmt.Errorf("read delivery: %w", err)
	}
	d.ClaimUntil, d.Next, d.Parked, d.Behind = fromMillis(until), fromMillis(next), fromMillis(parked), fromMillis(behind)
	return d, nil
}

func (r *reader) deliveries(ctx context.Context, text string, args ...any) (all []directory.Delivery, err error) {
	err = r.q.query(ctx, func(rw row) error {
		d, err := scanDelivery(rw)
		all = append(all, d)
		return err
	}, text, args...)
	return all, err
}

// Delivery implements [directory.DeliveryReader].
func (r *reader) Delivery(ctx context.Context, t directory.RecordType, record string) (*directory.Delivery, error) {
	all, err := r.deliveries(ctx, deliveryColumns+`
		where workspace_id = $1
		and type = $2
		and record = $3`, r.ws, string(t), record)
	if err != nil {
		return nil, err
	}
	if len(all) == 0 {
		return nil, directory.Errorf(directory.NotFound, "", "nothing was ever to be delivered of %s %s", t, record)
	}
	return &all[0], nil
}

// DueDeliveries implements [directory.DeliveryReader].
func (r *reader) DueDeliveries(ctx context.Context, lane directory.Lane, now time.Time, limit int) ([]directory.Delivery, error) {
	return r.deliveries(ctx, deliveryColumns+`
		where workspace_id = $1
		and queued_lane = $2
		and queued_lane > 0
		and next_at <= $3
		and claimed_until <= $3
		order by next_at
		limit $4`, r.ws, int64(lane), now.UnixMilli(), limit)
}

// OpenDeliveries implements [directory.DeliveryReader].
func (r *reader) OpenDeliveries(ctx context.Context, each func(*directory.Delivery) error) error {
	for _, which := range []string{`
		and parked_at > 0
		and queued_lane > 0
		order by parked_at`, `
		and queued_lane > 0
		and parked_at = 0
		order by queued_lane desc, next_at`, `
		and parked_at > 0
		and queued_lane = 0
		order by parked_at`} {
		err := r.q.query(ctx, func(rw row) error {
			d, err := scanDelivery(rw)
			if err != nil {
				return err
			}
			return each(&d)
		}, deliveryColumns+`
		where workspace_id = $1`+which, r.ws)
		if err != nil {
			return err
		}
	}
	return nil
}

// ParkedDeliveries implements [directory.DeliveryReader].
func (r *reader) ParkedDeliveries(ctx context.Context, limit int) ([]directory.Delivery, error) {
	return r.deliveries(ctx, deliveryColumns+`
		where workspace_id = $1
		and parked_at > 0
		order by parked_at
		limit $2`, r.ws, limit)
}

// FanOut implements [directory.DeliveryReader].
func (r *reader) FanOut(ctx context.Context, t directory.RecordType, record, after string, limit int) ([]directory.ResourceID, error) {
	if t == directory.WorkspaceRecord {
		return r.ids(ctx, `
		select id from (
			select id from (
				select id
				from users
				where workspace_id = $1
				and id > $2
				order by id
				limit $3) as present
			union
			select record from (
				select record
				from links
				where workspace_id = $1
				and target = (select target from workspaces where workspace_id = $1)
				and type = 'user'
				and record > $2
				order by record
				limit $3) as linked) as reached
		order by id
		limit $3`, r.ws, after, limit)
	}
	return r.ids(ctx, `
		select user_id from (
			select user_id from (
				select user_id
				from members
				where workspace_id = $1
				and group_id = $2
				and user_id > $3
				order by user_id
				limit $4) as present
			union
			select user_id from (
				select user_id
				from former_members
				where workspace_id = $1
				and group_id = $2
				and user_id > $3
				order by user_id
				limit $4) as former) as reached
		order by user_id
		limit $4`, r.ws, record, after, limit)
}

// MappedGrants implements [directory.DeliveryReader].
func (r *reader) MappedGrants(ctx context.Context, user directory.ResourceID) ([]directory.Mapping, error) {
	return r.mappings(ctx, `
		select m.id, m.group_id, m.kind, m.name
		from members u
		cross join mappings m
		where u.workspace_id = $1
		and u.user_id = $2
		and m.workspace_id = u.workspace_id
		and m.group_id = u.group_id`, r.ws, string(user))
}

// PutDelivery implements [directory.DeliveryWriter].
func (w *writer) PutDelivery(_ context.Context, d *directory.Delivery) error {
	if err := w.b.exec(`
		update deliveries
		set synced_generation = $4, queued_lane = $5, claimed_by = $6, claimed_until = $7, attempts = $8, next_at = $9,
			cause = $10, parked_at = $11, behind_since = $12, waits_for = $13, walked = $14
		where workspace_id = $1
		and type = $2
		and record = $3`,
		w.ws, string(d.Type), d.Record, d.Synced, int64(d.Lane), d.Claim, toMillis(d.ClaimUntil), d.Attempts, toMillis(d.Next),
		d.Cause, toMillis(d.Parked), toMillis(d.Behind), d.WaitsFor, d.Walked); err != nil {
		return fmt.Errorf("write delivery of %s: %w", d.Record, err)
	}
	return nil
}

// DeleteDelivery implements [directory.DeliveryWriter].
func (w *writer) DeleteDelivery(_ context.Context, t directory.RecordType, record string) error {
	if err := w.b.exec(`
		delete from deliveries
		where workspace_id = $1
		and type = $2
		and record = $3`, w.ws, string(t), record); err != nil {
		return fmt.Errorf("remove delivery of %s: %w", record, err)
	}
	return nil
}

// EndClaims implements [directory.DeliveryWriter]. Who claimed a row is noted still, so
// that whoever takes it next knows that it may have got anywhere.
func (w *writer) EndClaims(context.Context) error {
	if err := w.b.exec(`
		update deliveries
		set claimed_until = 0
		where workspace_id = $1
		and queued_lane > 0
		and claimed_until > 0`, w.ws); err != nil {
		return fmt.Errorf("end claims: %w", err)
	}
	return nil
}

// EndWaiting implements [directory.DeliveryWriter].
func (w *writer) EndWaiting(ctx context.Context, record string, now time.Time) error {
	waiting, err := w.deliveries(ctx, deliveryColumns+`
		where workspace_id = $1
		and waits_for = $2
		and waits_for <> ''`, w.ws, record)
	if err != nil {
		return fmt.Errorf("look for who waits for %s: %w", record, err)
	}
	for i := range waiting {
		d := &waiting[i]
		d.Next, d.WaitsFor = now, ""
		if !d.Parked.IsZero() {
			d.Parked, d.Lane = time.Time{}, directory.PushLane
		}
		if err := w.PutDelivery(ctx, d); err != nil {
			return err
		}
		w.b.top().lanes = w.b.top().lanes.with(d.Lane)
	}
	return nil
}

// Wake implements [directory.DeliveryWriter].
func (w *writer) Wake(_ context.Context, l directory.Lane) error {
	p := w.b.top()
	p.lanes = p.lanes.with(l)
	return nil
}

// Started implements [directory.DeliveryWriter].
func (w *writer) Started(_ context.Context, l directory.Lane) error {
	p := w.b.top()
	p.started = p.started.with(l)
	return nil
}

// PutTarget implements [directory.DeliveryWriter].
func (w *writer) PutTarget(_ context.Context, target string) error {
	if err := w.b.exec(`
		update workspaces
		set target = $2
		where workspace_id = $1`, w.ws, target); err != nil {
		return fmt.Errorf("write target: %w", err)
	}
	w.b.top().target = &target
	return nil
}

// PutPause implements [directory.DeliveryWriter].
func (w *writer) PutPause(_ context.Context, p directory.Pause) error {
	if err := w.b.exec(`
		update workspaces
		set paused_until = $2, urgent_paused_until = $3
		where workspace_id = $1`, w.ws, toMillis(p.Pushes), toMillis(p.Urgent)); err != nil {
		return fmt.Errorf("write pause: %w", err)
	}
	w.b.top().pause = &p
	return nil
}

// KeepMembers implements [directory.DeliveryWriter].
func (w *writer) KeepMembers(_ context.Context, group directory.ResourceID) error {
	if err := w.b.exec(`
		insert into former_members (workspace_id, group_id, user_id)
		select workspace_id, group_id, user_id
		from members
		where workspace_id = $1
		and group_id = $2`, w.ws, string(group)); err != nil {
		return fmt.Errorf("remember members of %s: %w", group, err)
	}
	return nil
}

// ForgetMembers implements [directory.DeliveryWriter].
func (w *writer) ForgetMembers(_ context.Context, group string) error {
	if err := w.b.exec(`
		delete from former_members
		where workspace_id = $1
		and group_id = $2`, w.ws, group); err != nil {
		return fmt.Errorf("forget members of %s: %w", group, err)
	}
	return nil
}
