package directory

import (
	"context"
	"errors"
	"iter"
	"slices"
	"time"
)

// A slice of ApplyAll shares one transaction: at most so many changes, and no more once
// so much time has passed, for everybody else waits meanwhile.
const (
	sliceChanges = 128
	sliceTime    = 50 * time.Millisecond
)

// Result is what came, or would come, of one of several changes.
type Result struct {
	Receipt Receipt
	Records []AuditRecord // what the audit log says of it, without sequence and hash
	Err     error
}

// ApplyAll applies changes in order, each for itself: one that is refused or fails does
// not stop the others. Changes travel in slices that queue fairly with everybody
// else's. Within a slice people may hand on or swap their user names in any order. The
// error is that of the context, or of a store that is gone; the results up to there are
// returned with it.
func (d *Directory) ApplyAll(ctx context.Context, by Actor, changes []Change) ([]Result, error) {
	all := make([]Result, 0, len(changes))
	for len(all) < len(changes) {
		if err := ctx.Err(); err != nil {
			return all, err
		}
		rest := changes[len(all):]
		got, err := d.applySlice(ctx, by, rest[:min(sliceChanges, len(rest))])
		if err != nil {
			return all, err
		}
		all = append(all, got...)
		if slices.ContainsFunc(got, func(r Result) bool { return r.Receipt.More }) {
			if err := d.fill(ctx, by, Receipt{More: true}); err != nil {
				return all, err
			}
		}
	}
	return all, nil
}

func (d *Directory) applySlice(ctx context.Context, by Actor, changes []Change) ([]Result, error) {
	ready := d.slice(by, changes)
	for i, c := range changes {
		ready.changes[i], ready.early[i] = d.prepare(ctx, by, c)
		ready.changes[i].Change = c
	}
	var done []Result
	err := d.store.Update(ctx, by.Workspace, func(ctx context.Context, tx WriteTx) error {
		started := d.now()
		n, err := ready.walk(ctx, tx, func() bool { return d.now().Sub(started) > sliceTime })
		done = ready.results[:n]
		return err
	})
	return done, err
}

// sliced cuts changes into slices.
func sliced(changes []Change) iter.Seq[[]Change] { return slices.Chunk(changes, sliceChanges) }

// changeSlice is several changes on their way through the door together.
type changeSlice struct {
	d       *Directory
	by      Actor
	changes []prepared
	early   []error // refusals from before the transaction
	results []Result
}

func (d *Directory) slice(by Actor, changes []Change) *changeSlice {
	s := &changeSlice{d: d, by: by, changes: make([]prepared, len(changes)), early: make([]error, len(changes)),
		results: make([]Result, len(changes))}
	for i, c := range changes {
		s.changes[i] = prepared{Change: c}
		s.early[i] = standing(by, c)
	}
	return s
}

// walk takes the changes through the steps, unit by unit, until late says that it is
// enough. It returns how many of the changes, from the first, are done.
func (s *changeSlice) walk(ctx context.Context, tx WriteTx, late func() bool) (done int, err error) {
	units, err := s.units(ctx, tx)
	if err != nil {
		return 0, err
	}
	finished := make([]bool, len(s.changes))
	for _, unit := range units {
		if err := s.walkUnit(ctx, tx, unit); err != nil {
			return 0, err
		}
		for _, i := range unit {
			finished[i] = true
		}
		if late != nil && late() && prefix(finished) {
			break
		}
	}
	if n := slices.Index(finished, false); n >= 0 {
		return n, nil
	}
	return len(s.changes), nil
}

// prefix reports whether what is finished is a beginning without gaps.
func prefix(finished []bool) bool {
	n := slices.Index(finished, false)
	return n < 0 || !slices.Contains(finished[n:], true)
}

// walkUnit takes one change through the steps, or several people who swap names. What
// is refused leaves nothing behind but its record.
func (s *changeSlice) walkUnit(ctx context.Context, tx WriteTx, unit []int) error {
	passages := make([]*passage, len(unit))
	err := tx.Step(ctx, func() error {
		parked, err := s.park(ctx, tx, unit)
		if err != nil {
			return err
		}
		for k, i := range unit {
			passages[k] = s.d.passage(s.by, s.changes[i], tx)
			passages[k].parked = parked
			if err := s.early[i]; err != nil {
				return err
			}
			if err := passages[k].walk(ctx); err != nil {
				return err
			}
		}
		return nil
	})
	if Is(err, Unavailable) && !errors.Is(err, errPaused) {
		return err
	}
	for k, i := range unit {
		s.results[i] = s.outcome(ctx, passages[k], err)
	}
	return nil
}

func (s *changeSlice) outcome(ctx context.Context, p *passage, err error) Result {
	if err == nil {
		return Result{Receipt: p.receipt, Records: p.records}
	}
	if p != nil && isRefusal(err) {
		if e := p.recordRefusal(ctx, err); e != nil {
			err = e
		}
	}
	return Result{Receipt: Receipt{Outcome: Refused}, Err: err}
}
