package sqlstore

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"sync/atomic"

	"rollcall/directory"
)

// maxBatch is how many updates share a commit at most: enough to make the disk cheap,
// few enough that nobody waits long.
const maxBatch = 128

// update is one caller's change on its way through a queue.
type update struct {
	ctx context.Context
	fn  func(context.Context, directory.WriteTx) error

	foreseen []directory.Claim

	taken atomic.Bool // by a batch, or by its caller who left
	err   error       // set before done is closed
	done  chan struct{}
}

// queue holds the updates of one workspace in the order in which they came. A
// goroutine works on it only while there is something to do.
type queue struct {
	s         *Store
	workspace directory.WorkspaceID

	mu      sync.Mutex
	waiting []*update
	working bool
}

// Update implements [directory.Store].
func (s *Store) Update(ctx context.Context, ws directory.WorkspaceID, fn func(context.Context, directory.WriteTx) error,
	foresee ...func() []directory.Claim) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	u := &update{ctx: ctx, fn: fn, done: make(chan struct{})}
	for _, claims := range foresee {
		u.foreseen = append(u.foreseen, claims()...)
	}
	idle, err := s.enqueue(ws, u)
	if err != nil {
		return err
	}
	if idle != nil {
		idle.work(true)
	}
	select {
	case <-u.done:
		return u.err
	case <-ctx.Done():
	}
	if u.taken.CompareAndSwap(false, true) {
		return ctx.Err()
	}
	// Its turn has come, and fn may be running: what it decides, stands.
	<-u.done
	return u.err
}

// enqueue puts u into its workspace's queue, and returns the queue if it was idle: then
// the caller has to work on it.
func (s *Store) enqueue(workspace directory.WorkspaceID, u *update) (idle *queue, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, directory.Errorf(directory.Unavailable, "", "the store is closing")
	}
	q := s.queues[workspace]
	if q == nil {
		q = &queue{s: s, workspace: workspace}
		s.queues[workspace] = q
	}
	if !q.add(u) {
		return nil, nil
	}
	s.work.Add(1)
	return q, nil
}

// add appends u and reports whether somebody has to start working.
func (q *queue) add(u *update) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.waiting = append(q.waiting, u)
	start := !q.working
	q.working = true
	return start
}

// work runs batches until the queue is empty. A caller who found the queue idle runs
// the first one by itself, which saves a lone caller two changes of goroutine, and
// leaves those who came meanwhile to a goroutine of their own.
func (q *queue) work(caller bool) {
	batch := q.take()
	defer func() {
		if batch != nil { // an update ended the goroutine, as testing.T.FailNow does
			answer(batch, directory.Errorf(directory.Internal, "", "an update did not return"))
			q.s.work.Add(1)
			go q.work(false)
		}
		q.s.work.Done()
	}()
	for ; batch != nil; batch = q.take() {
		q.s.commitTogether(q.workspace, batch)
		answer(batch, nil)
		if caller && q.handOver() {
			batch = nil
			return
		}
	}
}

// handOver starts a goroutine for those who wait, if anybody does.
func (q *queue) handOver() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.waiting) == 0 {
		return false
	}
	q.s.work.Add(1)
	go q.work(false)
	return true
}

// answer tells the callers what came of their updates; err tells all of them the same.
func answer(batch []*update, err error) {
	for _, u := range batch {
		if err != nil {
			u.err = err
		}
		close(u.done)
	}
}

// gather lets those run who are ready to, for they may be about to queue, the callers of
// the last batch among them, and goes on while that brings somebody. A lone caller loses
// nothing by this.
func (q *queue) gather() {
	const patience = 8
	before := -1
	for range patience {
		runtime.Gosched()
		q.mu.Lock()
		now := len(q.waiting)
		q.mu.Unlock()
		if now == before {
			return
		}
		before = now
	}
}

// take returns the updates whose turn has come, or nil when there are none left.
func (q *queue) take() []*update {
	q.gather()
	q.mu.Lock()
	defer q.mu.Unlock()
	n := min(len(q.waiting), maxBatch)
	if n == 0 {
		q.working = false
		return nil
	}
	batch := make([]*update, 0, n)
	for _, u := range q.waiting[:n] {
		if u.taken.CompareAndSwap(false, true) {
			batch = append(batch, u)
		}
	}
	clear(q.waiting[:n])
	q.waiting = q.waiting[n:]
	return batch
}

// commitTogether runs updates in one transaction and sets what came of each. A
// transaction that lost a race is run again, and so is one that a single update spoiled,
// without that one.
func (s *Store) commitTogether(workspace directory.WorkspaceID, updates []*update) {
	const tries = 5
	lost, apart := 0, false
	for left := stillThere(updates); len(left) > 0; left = stillThere(updates) {
		err := s.runBatch(workspace, left, apart)
		var again *rerun
		switch {
		case err == nil:
			return
		case errors.As(err, &again) && again.without != nil:
			again.without.err, again.without.fn = again.err, nil
			continue
		case again != nil && again.apart:
			apart = true
			continue
		case again != nil:
			if lost++; lost < tries {
				continue
			}
			err = again.err
		}
		for _, u := range left {
			u.err = err
		}
		return
	}
}

// stillThere returns the updates that are still to be run, and tells those whose caller
// has left why they are not.
func stillThere(updates []*update) []*update {
	left := make([]*update, 0, len(updates))
	for _, u := range updates {
		switch {
		case u.fn == nil:
		case u.ctx.Err() != nil:
			u.err, u.fn = u.ctx.Err(), nil
		default:
			left = append(left, u)
		}
	}
	return left
}
