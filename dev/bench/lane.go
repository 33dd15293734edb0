package main

import (
	"context"
	"errors"
	"math"
	"slices"
	"sync"
	"time"
)

// op does one operation for one of several callers, numbered from 0.
type op func(ctx context.Context, caller int) error

// lane is one of several things that are measured in turn, so that what else the machine
// does meanwhile hits all of them alike.
type lane struct {
	name    string
	callers int
	do      op
	weight  int     // how many an operation counts for; 0: one
	most    int     // operations a slice; 0: as many as there is time for
	server  process // whose processor time is counted; 0: nobody's
	rounds  []tally // one for every turn

	// before prepares a turn and returns what ends it. Neither is measured.
	before func(context.Context) (after func() error, err error)
}

// tally is what one turn of a lane brought.
type tally struct {
	ops     int
	elapsed time.Duration
	cpu     time.Duration
	took    []time.Duration // sorted
}

func (t tally) rate() float64 { return float64(t.ops) / t.elapsed.Seconds() }

// cpuEach is the processor time of an operation, in microseconds.
func (t tally) cpuEach() float64 { return float64(t.cpu) / float64(t.ops) / float64(time.Microsecond) }

// quantile returns how long an operation took, in microseconds, at a share of them.
func (t tally) quantile(share float64) float64 {
	i := min(int(share*float64(len(t.took))), len(t.took)-1)
	return float64(t.took[i]) / float64(time.Microsecond)
}

func (t tally) middle() float64 { return t.quantile(0.5) }
func (t tally) p99() float64    { return t.quantile(0.99) }

// interleave gives each lane its turn, round by round. A first, shorter round warms
// everything up and is forgotten.
func (b *bench) interleave(ctx context.Context, lanes ...*lane) error {
	for round := range b.rounds + 1 {
		for _, l := range lanes {
			slice := b.slice
			if round == 0 {
				slice /= 2
			}
			t, err := l.turn(ctx, slice)
			if err != nil {
				return errors.Join(errors.New(l.name), err)
			}
			if round > 0 {
				l.rounds = append(l.rounds, t)
			}
		}
	}
	return nil
}

// turn measures the lane for the length of a slice.
func (l *lane) turn(ctx context.Context, slice time.Duration) (t tally, err error) {
	if l.before != nil {
		after, err := l.before(ctx)
		if err != nil {
			return t, err
		}
		defer func() { err = errors.Join(err, after()) }()
	}
	used, err := l.server.cpu()
	if err != nil {
		return t, err
	}
	if t, err = storm(ctx, l.callers, slice, l.most, l.do); err != nil {
		return t, err
	}
	t.ops *= max(l.weight, 1)
	now, err := l.server.cpu()
	t.cpu = now - used
	return t, err
}

// storm lets callers do one operation after the other until the time is over, or until
// they have done most of them together.
func storm(ctx context.Context, callers int, long time.Duration, most int, do op) (t tally, err error) {
	var each = make([][]time.Duration, callers)
	var errs = make([]error, callers)
	var all sync.WaitGroup
	began := time.Now()
	for c := range callers {
		all.Go(func() { each[c], errs[c] = keepAt(ctx, c, began.Add(long), (most+callers-1)/callers, do) })
	}
	all.Wait()
	t.elapsed = time.Since(began)
	for c := range callers {
		t.took = append(t.took, each[c]...)
		err = errors.Join(err, errs[c])
	}
	slices.Sort(t.took)
	if t.ops = len(t.took); t.ops == 0 && err == nil {
		err = errors.New("not one operation was done")
	}
	return t, err
}

func keepAt(ctx context.Context, caller int, until time.Time, most int, do op) (took []time.Duration, err error) {
	for began := time.Now(); began.Before(until) && (most == 0 || len(took) < most); {
		if err := do(ctx, caller); err != nil {
			return took, err
		}
		now := time.Now()
		took = append(took, now.Sub(began))
		began = now
	}
	return took, nil
}

// typical returns the median of a figure over the rounds.
func (l *lane) typical(of func(tally) float64) float64 {
	values := make([]float64, len(l.rounds))
	for i, t := range l.rounds {
		values[i] = of(t)
	}
	return median(values)
}

// against returns the median, over the rounds, of how a figure of l compares with the
// same round's of the limit.
func (l *lane) against(limit *lane, of func(tally) float64) float64 {
	values := make([]float64, len(l.rounds))
	for i, t := range l.rounds {
		values[i] = of(t) / of(limit.rounds[i])
	}
	return median(values)
}

func median(values []float64) float64 {
	values = slices.Clone(values)
	slices.Sort(values)
	n := len(values)
	if n == 0 {
		return math.NaN()
	}
	return (values[(n-1)/2] + values[n/2]) / 2
}

// compare adds a row that holds a lane against another.
func (b *bench) compare(what string, l, limit *lane, of func(tally) float64, u unit, g goal) {
	b.table.add(row{what: what, measured: figure{l.typical(of), u}, against: figure{limit.typical(of), u},
		limit: limit.name, ratio: l.against(limit, of), goal: g})
}
