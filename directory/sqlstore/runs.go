package sqlstore

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"rollcall/directory"
)

const runColumns = `
		select id, source, kind, state, requested_by, approves, owner, started, beat, ended, counts, removed, guard, error
		from runs`

func (r *reader) runs(ctx context.Context, text string, args ...any) (all []directory.Run, err error) {
	err = r.q.query(ctx, func(rw row) error {
		run, err := scanRun(rw)
		all = append(all, run)
		return err
	}, text, args...)
	return all, err
}

func scanRun(rw row) (run directory.Run, err error) {
	var started, beat, ended int64
	var counts, guard []byte
	if err := rw.Scan(&run.ID, &run.Source, &run.Kind, &run.State, &run.By, &run.Approves, &run.Owner, &started, &beat,
		&ended, &counts, &run.Removed, &guard, &run.Error); err != nil {
		return run, fmt.Errorf("read run: %w", err)
	}
	run.Started, run.Beat, run.Ended = fromMillis(started), fromMillis(beat), fromMillis(ended)
	if err := json.Unmarshal(counts, &run.Counts); err != nil {
		return run, fmt.Errorf("read counts of run %s: %w", run.ID, err)
	}
	if err := json.Unmarshal(guard, &run.Guard); err != nil {
		return run, fmt.Errorf("read guard of run %s: %w", run.ID, err)
	}
	return run, nil
}

// Run implements [directory.RunReader].
func (r *reader) Run(ctx context.Context, id string) (*directory.Run, error) {
	found, err := r.runs(ctx, runColumns+`
		where workspace_id = $1
		and id = $2`, r.ws, id)
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, directory.Errorf(directory.NotFound, "run", "there is no run %s", id)
	}
	return &found[0], nil
}

// Runs implements [directory.RunReader].
func (r *reader) Runs(ctx context.Context, source directory.SourceID, limit int) ([]directory.Run, error) {
	return r.runs(ctx, runColumns+`
		where workspace_id = $1
		and source = $2
		order by id desc
		limit $3`, r.ws, string(source), limit)
}

// OpenRuns implements [directory.RunReader].
func (r *reader) OpenRuns(ctx context.Context, source directory.SourceID) ([]directory.Run, error) {
	return r.runs(ctx, runColumns+`
		where workspace_id = $1
		and source = $2
		and state in ('running', 'held')
		order by id`, r.ws, string(source))
}

// LastRun implements [directory.RunReader]. There is one for each state at the most, so
// however many plans lie between, none of them is read.
func (r *reader) LastRun(ctx context.Context, source directory.SourceID, states ...directory.RunState) (*directory.Run, error) {
	var last *directory.Run
	for _, state := range states {
		found, err := r.runs(ctx, runColumns+`
		where workspace_id = $1
		and source = $2
		and state = $3
		and kind = 'run'
		order by id desc
		limit 1`, r.ws, string(source), string(state))
		if err != nil {
			return nil, err
		}
		if len(found) > 0 && (last == nil || found[0].ID > last.ID) {
			last = &found[0]
		}
	}
	if last == nil {
		return nil, directory.Errorf(directory.NotFound, "", "no run of %s has ended so", source)
	}
	return last, nil
}

// OldReports implements [directory.RunReader].
func (r *reader) OldReports(ctx context.Context, source directory.SourceID, before time.Time, keep, limit int) (old []string, err error) {
	err = r.q.query(ctx, func(rw row) error {
		var id string
		err := rw.Scan(&id)
		old = append(old, id)
		return err
	}, `
		select o.id
		from runs o
		where o.workspace_id = $1
		and o.source = $2
		and o.started < $3
		and o.state not in ('running', 'held')
		and o.id not in (
			select k.id
			from runs k
			where k.workspace_id = $1
			and k.source = $2
			order by k.id desc
			limit $4)
		and (exists (
			select 1
			from run_changes c
			where c.workspace_id = $1
			and c.run = o.id)
		or exists (
			select 1
			from run_errors e
			where e.workspace_id = $1
			and e.run = o.id))
		order by o.id
		limit $5`, r.ws, string(source), before.UnixMilli(), keep, limit)
	return old, err
}

// DropRunReport implements [directory.RunWriter].
func (w *writer) DropRunReport(_ context.Context, run string, limit int) error {
	for _, table := range []string{"run_changes", "run_errors"} {
		if err := w.b.exec(`
			delete from `+table+`
			where workspace_id = $1
			and run = $2
			and seq < (
				select min(seq) + $3
				from `+table+`
				where workspace_id = $1
				and run = $2)`, w.ws, run, limit); err != nil {
			return fmt.Errorf("drop report of run %s: %w", run, err)
		}
	}
	return nil
}

// PutRun implements [directory.RunWriter].
func (w *writer) PutRun(_ context.Context, r *directory.Run) error {
	counts, err := json.Marshal(r.Counts)
	if err != nil {
		return fmt.Errorf("encode counts of run %s: %w", r.ID, err)
	}
	guard, err := json.Marshal(r.Guard)
	if err != nil {
		return fmt.Errorf("encode guard of run %s: %w", r.ID, err)
	}
	if err := w.b.exec(`
		insert into runs (workspace_id, id, source, kind, state, requested_by, approves, owner, started, beat, ended, counts,
			removed, guard, error)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
		on conflict (workspace_id, id) do update
		set state = excluded.state, owner = excluded.owner, beat = excluded.beat, ended = excluded.ended,
			counts = excluded.counts, removed = excluded.removed, guard = excluded.guard, error = excluded.error`,
		w.ws, r.ID, string(r.Source), string(r.Kind), string(r.State), r.By, r.Approves, r.Owner, toMillis(r.Started),
		toMillis(r.Beat), toMillis(r.Ended), string(counts), r.Removed, string(guard), r.Error); err != nil {
		return fmt.Errorf("write run %s: %w", r.ID, err)
	}
	return nil
}

// AddRunReport implements [directory.RunWriter].
func (w *writer) AddRunReport(ctx context.Context, run string, changes []directory.PlannedChange, errors []directory.RunError) error {
	rows := make([][]any, 0, len(changes))
	next, err := w.nextSeq(ctx, "run_changes", run)
	if err != nil {
		return err
	}
	for i := range changes {
		text, err := json.Marshal(&changes[i])
		if err != nil {
			return fmt.Errorf("encode change of run %s: %w", run, err)
		}
		rows = append(rows, []any{w.ws, run, next + int64(i), string(text)})
	}
	if err := w.b.insertRows(insertRunChanges, rows); err != nil {
		return fmt.Errorf("write changes of run %s: %w", run, err)
	}
	if next, err = w.nextSeq(ctx, "run_errors", run); err != nil {
		return err
	}
	rows = rows[:0]
	for i, e := range errors {
		rows = append(rows, []any{w.ws, run, next + int64(i), e.Entry, e.Attribute, e.Reason})
	}
	if err := w.b.insertRows(insertRunErrors, rows); err != nil {
		return fmt.Errorf("write errors of run %s: %w", run, err)
	}
	return nil
}

var (
	insertRunChanges = manyRows{4, `
		insert into run_changes (workspace_id, run, seq, change)
		values `, ``}
	insertRunErrors = manyRows{6, `
		insert into run_errors (workspace_id, run, seq, entry, attribute, reason)
		values `, ``}
)

// nextSeq returns the number of the next row of a run's report.
func (r *reader) nextSeq(ctx context.Context, table, run string) (next int64, err error) {
	_, err = one(ctx, r.q, []any{&next}, `
		select coalesce(max(seq), 0) + 1
		from `+table+`
		where workspace_id = $1
		and run = $2`, r.ws, run)
	if err != nil {
		return 0, fmt.Errorf("count report of run %s: %w", run, err)
	}
	return next, nil
}

// RunChanges implements [directory.RunReader].
func (r *reader) RunChanges(ctx context.Context, run string, send func(*directory.PlannedChange) error) error {
	return r.q.query(ctx, func(rw row) error {
		var text []byte
		if err := rw.Scan(&text); err != nil {
			return fmt.Errorf("read change of run %s: %w", run, err)
		}
		c := new(directory.PlannedChange)
		if err := json.Unmarshal(text, c); err != nil {
			return fmt.Errorf("read change of run %s: %w", run, err)
		}
		return send(c)
	}, `
		select change
		from run_changes
		where workspace_id = $1
		and run = $2
		order by seq`, r.ws, run)
}

// RunErrors implements [directory.RunReader].
func (r *reader) RunErrors(ctx context.Context, run string, send func(*directory.RunError) error) error {
	return r.q.query(ctx, func(rw row) error {
		e := new(directory.RunError)
		if err := rw.Scan(&e.Entry, &e.Attribute, &e.Reason); err != nil {
			return fmt.Errorf("read error of run %s: %w", run, err)
		}
		return send(e)
	}, `
		select entry, attribute, reason
		from run_errors
		where workspace_id = $1
		and run = $2
		order by seq`, r.ws, run)
}
