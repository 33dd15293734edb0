package targettest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"rollcall/directory"
	bridgesync "rollcall/sync"
)

// What tests do to a target and ask of it, beside what it is for.

// Had puts an active account into the target that nobody made for a person of the
// directory, and returns its id.
func (t *Target) Had(n directory.Names) string {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.open()
	a := t.make()
	a.Active = true
	t.rename(a, n)
	return a.ID
}

// Lose removes an account, as somebody in the target would by hand.
func (t *Target) Lose(id string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if a := t.accounts[id]; a != nil {
		t.forget(a)
		t.lost[id] = true
	}
}

// Account returns the account with an id; the zero value if there is none.
func (t *Target) Account(id string) Account {
	t.mu.Lock()
	defer t.mu.Unlock()
	if a := t.accounts[id]; a != nil {
		return *a
	}
	return Account{}
}

// Accounts returns what the target has, by person. What is nobody's is left out.
func (t *Target) Accounts() map[directory.ResourceID]Account {
	t.mu.Lock()
	defer t.mu.Unlock()
	all := make(map[directory.ResourceID]Account)
	for _, a := range t.accounts {
		if a.Person == "" {
			continue
		}
		if _, twice := all[a.Person]; twice {
			t.broken = append(t.broken, fmt.Errorf("%s has two accounts", a.Person))
		}
		all[a.Person] = *a
	}
	return all
}

// SetSlow changes how long calls take from now on.
func (t *Target) SetSlow(d time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.Slow = d
}

// Made returns how many accounts there are.
func (t *Target) Made() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.accounts)
}

// Left returns when the target was first asked to take somebody's access away.
func (t *Target) Left(id directory.ResourceID) time.Time {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.left[id]
}

// Calls returns what was asked of the target, in order.
func (t *Target) Calls() []Call {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.calls)
}

// Broken returns the rules that were broken: an account made twice, a name given twice,
// two calls about one person at the same time.
func (t *Target) Broken() error {
	t.Accounts()
	t.mu.Lock()
	defer t.mu.Unlock()
	return errors.Join(t.broken...)
}

// Buried returns what was removed.
func (t *Target) Buried() []bridgesync.Tombstone {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.buried)
}

// Done tells how often each act was done, by its id.
func (t *Target) Done() map[string]int {
	t.mu.Lock()
	defer t.mu.Unlock()
	all := make(map[string]int, len(t.done))
	for id, n := range t.done {
		all[id] = n
	}
	return all
}

// Until waits until holds is true, looking when a call begins or ends.
func (t *Target) Until(ctx context.Context, holds func() bool) error {
	for {
		t.mu.Lock()
		if t.watch == nil {
			t.watch = make(chan struct{})
		}
		watch := t.watch
		t.mu.Unlock()
		if holds() {
			return nil
		}
		select {
		case <-watch:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
