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
// error is that of the context, or of a store that is gone; the results of the slices
// that were finished are returned with it.
func (d *Directory) ApplyAll(ctx context.Context, by Actor, changes []Change) ([]Result, error) {
	all := make([]Result, 0, len(changes))
	for slice := range sliced(changes) {
		s := d.slice(by, slice)
		for i, c := range slice {
			s.changes[i], s.early[i] = d.prepare(ctx, by, c)
			s.changes[i].Change = c
		}
		if err := s.apply(ctx); err != nil {
			return all, err
		}
		all = append(all, s.results...)
	}
	return all, nil
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
	units   [][]int // the order in which to take them; see rename.go
	next    int     // unit
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

// foreseen lists what the changes that are left will ask about.
func (s *changeSlice) foreseen() (all []Claim) {
	if s.units == nil { // the first time: all of them
		for _, c := range s.changes {
			all = append(all, foreseen(s.by, c.Change)...)
		}
		return all
	}
	for _, unit := range s.units[s.next:] {
		for _, i := range unit {
			all = append(all, foreseen(s.by, s.changes[i].Change)...)
		}
	}
	return all
}

// apply walks the units in as many transactions as the time of each asks for.
func (s *changeSlice) apply(ctx context.Context) error {
	for s.units == nil || s.next < len(s.units) {
		if err := ctx.Err(); err != nil {
			return err
		}
		var next int
		err := s.d.store.Update(ctx, s.by.Workspace, func(ctx context.Context, tx WriteTx) (err error) {
			started := s.d.now()
			next, err = s.walk(ctx, tx, func() bool { return s.d.now().Sub(started) > sliceTime })
			return err
		}, s.foreseen)
		if err != nil {
			return err
		}
		more := slices.ContainsFunc(s.results, func(r Result) bool { return r.Receipt.More })
		if err := s.d.fill(ctx, s.by, Receipt{More: more}); err != nil {
			return err
		}
		s.next = next
	}
	return nil
}

// walk takes the changes through the steps, unit by unit, until late says that it is
// enough. It returns the unit to go on with.
func (s *changeSlice) walk(ctx context.Context, tx WriteTx, late func() bool) (next int, err error) {
	if s.units == nil {
		if s.units, err = s.order(ctx, tx); err != nil {
			return 0, err
		}
	}
	for next = s.next; next < len(s.units); {
		if err := s.walkUnit(ctx, tx, s.units[next]); err != nil {
			return 0, err
		}
		if next++; late() {
			break
		}
	}
	return next, nil
}

// walkUnit takes one change through the steps, or several people who swap names. What
// is refused leaves nothing behind but its record.
func (s *changeSlice) walkUnit(ctx context.Context, tx WriteTx, unit []int) error {
	passages, culprit := make([]*passage, len(unit)), 0
	err := tx.Step(ctx, func() error {
		parked, err := s.park(ctx, tx, unit)
		if err != nil {
			return err
		}
		for k, i := range unit {
			culprit = k
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
	if Is(err, Unavailable) && !errors.Is(err, errPaused) && !BeingRead(err) {
		return err
	}
	for k, i := range unit {
		if err != nil && k != culprit {
			s.results[i] = Result{Receipt: Receipt{Outcome: Refused}, Err: errNotFreed}
			continue
		}
		s.results[i] = s.outcome(ctx, passages[k], err)
	}
	return nil
}

// errNotFreed is what the others of a circle are told when one of them is refused.
var errNotFreed = Errorf(Exists, "userName", "the user name is still taken: the change that frees it was refused")

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
