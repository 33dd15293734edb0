package storetest

import (
	"context"
	"sync"

	"rollcall/directory"
)

// Faulty is a store that fails on cue. Every call of a method of a transaction counts,
// and so does the commit of every update, which is what an update's return is to its
// caller.
//
// A test arms it with n = 1, 2, 3 … until an operation passes without the fault, and
// looks each time at what remains.
type Faulty struct {
	store directory.Store

	mu    sync.Mutex
	left  int // calls until the fault; 0: not armed
	err   error
	gone  bool // every call fails
	calls int
}

// NewFaulty wraps s. It does not fail before it is told to.
func NewFaulty(s directory.Store) *Faulty { return &Faulty{store: s} }

// FailAt makes the nth call from now on fail with err, once. When err is of kind
// Unavailable and the call is not a commit, the database is gone for the whole
// transaction, as after a lost connection: everything later in it fails too, and
// nothing of it remains. A commit that fails has happened, and only its caller does not
// know.
func (f *Faulty) FailAt(n int, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.left, f.err, f.calls = n, err, 0
}

// FailAlways makes every call from now on fail with err, until Disarm: for whoever asks,
// the database is gone.
func (f *Faulty) FailAlways(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.gone, f.err = true, err
}

// Disarm calls the fault off and reports whether it is still to come.
func (f *Faulty) Disarm() (toCome bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	toCome = f.left > 0
	f.left, f.gone = 0, false
	return toCome
}

// Calls returns how many calls there were since FailAt.
func (f *Faulty) Calls() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.calls
}

// call counts one call and returns the error with which it has to fail.
func (f *Faulty) call() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls++
	if f.gone {
		return f.err
	}
	if f.left == 0 {
		return nil
	}
	if f.left--; f.left > 0 {
		return nil
	}
	return f.err
}

// Workspaces implements [directory.Store].
func (f *Faulty) Workspaces(ctx context.Context) ([]directory.Workspace, error) {
	return f.store.Workspaces(ctx)
}

// EnsureWorkspace implements [directory.Store].
func (f *Faulty) EnsureWorkspace(ctx context.Context, slug string) (directory.WorkspaceID, error) {
	return f.store.EnsureWorkspace(ctx, slug)
}

// TokenByHash implements [directory.Store]; it counts as a call.
func (f *Faulty) TokenByHash(ctx context.Context, hash string) (*directory.Bearer, error) {
	if err := f.call(); err != nil {
		return nil, err
	}
	return f.store.TokenByHash(ctx, hash)
}

// Look implements [directory.Store].
func (f *Faulty) Look(ctx context.Context, ws directory.WorkspaceID, fn func(context.Context, directory.ReadTx) error) error {
	return f.store.Look(ctx, ws, func(ctx context.Context, tx directory.ReadTx) error {
		return fn(ctx, &faultyReader{tx, &fault{f: f}})
	})
}

// View implements [directory.Store].
func (f *Faulty) View(ctx context.Context, ws directory.WorkspaceID, fn func(context.Context, directory.ReadTx) error) error {
	return f.store.View(ctx, ws, func(ctx context.Context, tx directory.ReadTx) error {
		return fn(ctx, &faultyReader{tx, &fault{f: f}})
	})
}

// Update implements [directory.Store].
func (f *Faulty) Update(ctx context.Context, ws directory.WorkspaceID, fn func(context.Context, directory.WriteTx) error,
	foresee ...func() []directory.Claim) error {
	err := f.store.Update(ctx, ws, func(ctx context.Context, tx directory.WriteTx) error {
		state := &fault{f: f}
		err := fn(ctx, &faultyWriter{faultyReader{tx, state}, tx})
		if state.lost != nil {
			return state.lost
		}
		return err
	}, foresee...)
	if err != nil {
		return err
	}
	return f.call()
}

// fault is what went wrong in one transaction.
type fault struct {
	f    *Faulty
	lost error
}

func (s *fault) call() error {
	if s.lost != nil {
		return s.lost
	}
	err := s.f.call()
	if directory.Is(err, directory.Unavailable) {
		s.lost = err
	}
	return err
}

// ask makes a call that returns something.
func ask[T any](s *fault, get func() (T, error)) (T, error) {
	if err := s.call(); err != nil {
		var none T
		return none, err
	}
	return get()
}

// tell makes a call that returns only an error.
func (s *fault) tell(do func() error) error {
	if err := s.call(); err != nil {
		return err
	}
	return do()
}
