// Package targettest imitates what sync delivers to: a target that keeps the rules of a
// real one, remembers what was done to it, and can be slow, fail, hang, ask to be left
// alone, and lose its answers.
package targettest

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"time"

	"rollcall/directory"
	bridgesync "rollcall/sync"
)

// Account is a counterpart, as the target has it.
type Account struct {
	ID     string
	Person directory.ResourceID // empty: it was there before, and is nobody's yet
	Names  directory.Names
	Active bool
	Roles  []string
	Rooms  []string // channels and teams
	Acts   []directory.ActionKind

	Password string
}

// Call is one call of the target.
type Call struct {
	Method   string // "deliver", "remove" or "act"
	Person   directory.ResourceID
	Active   bool
	OnlyFind bool
	Kind     directory.ActionKind
	At       time.Time
}

// Fault says how a call goes wrong. The zero value does not.
type Fault struct {
	Before error         // nothing is done
	After  error         // it is done, and the answer is lost
	Wait   chan struct{} // nothing is done before it is closed, or the caller gives up
	Panic  string        // nothing is done, and the target panics
	slow   time.Duration
}

// On lets every call of a method meet a fault.
func On(method string, f Fault) func(Call) Fault {
	return func(c Call) Fault {
		if c.Method == method {
			return f
		}
		return Fault{}
	}
}

// About lets every call about a person meet a fault.
func About(person directory.ResourceID, f Fault) func(Call) Fault {
	return func(c Call) Fault {
		if c.Person == person {
			return f
		}
		return Fault{}
	}
}

// Target is a target in memory. The zero value is empty and works. It is safe for
// concurrent use.
type Target struct {
	// Slow is how long a call takes.
	Slow time.Duration
	// Rules, if not nil, decides how a call goes; it is called one call at a time.
	Rules func(Call) Fault

	mu       sync.Mutex
	serial   int
	accounts map[string]*Account
	people   map[directory.ResourceID]*Account
	names    map[string]*Account
	calls    []Call
	busy     map[directory.ResourceID]bool
	broken   []error
	done     map[string]int // acts by id
	buried   []bridgesync.Tombstone
	left     map[directory.ResourceID]time.Time
	lost     map[string]bool // accounts that somebody removed by hand
	watch    chan struct{}   // closed when a call begins or ends
}

var _ bridgesync.Target = (*Target)(nil)

// Deliver implements [bridgesync.Target].
func (t *Target) Deliver(ctx context.Context, want bridgesync.Desired) (got bridgesync.Counterpart, err error) {
	err = t.call(ctx, Call{Method: "deliver", Person: want.ID, Active: want.Active, OnlyFind: want.OnlyFind}, func() error {
		got, err = t.put(want)
		return err
	})
	return got, err
}

// Remove implements [bridgesync.Target].
func (t *Target) Remove(ctx context.Context, stone bridgesync.Tombstone) error {
	return t.call(ctx, Call{Method: "remove", Person: stone.ID}, func() error {
		if a := t.find(stone.Counterpart, stone.ID); a != nil {
			t.forget(a)
		}
		t.buried = append(t.buried, stone)
		return nil
	})
}

// Act implements [bridgesync.Target].
func (t *Target) Act(ctx context.Context, act bridgesync.Act) error {
	return t.call(ctx, Call{Method: "act", Person: act.Person, Kind: act.Kind}, func() error {
		a := t.find(act.Counterpart, act.Person)
		if a == nil {
			return &bridgesync.Refusal{Reason: "there is no account " + act.Counterpart}
		}
		a.Acts = append(a.Acts, act.Kind)
		if act.Kind == directory.ActPassword {
			a.Password = act.Secret.Reveal()
		}
		if t.done == nil {
			t.done = make(map[string]int)
		}
		t.done[act.ID]++
		return nil
	})
}

// call does one call as the rules say. Two calls about one person at the same time are
// noted as an error of whoever calls.
func (t *Target) call(ctx context.Context, c Call, do func() error) error {
	fault := t.begin(&c)
	defer t.end(c)
	if fault.Wait != nil {
		select {
		case <-fault.Wait:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	if fault.slow > 0 {
		select {
		case <-time.After(fault.slow):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	if fault.Panic != "" {
		panic(fault.Panic)
	}
	if fault.Before != nil {
		return fault.Before
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	return errors.Join(do(), fault.After)
}

func (t *Target) begin(c *Call) (fault Fault) {
	t.mu.Lock()
	defer t.mu.Unlock()
	c.At = time.Now()
	t.open()
	if t.busy[c.Person] {
		t.broken = append(t.broken, fmt.Errorf("two calls about %s at the same time", c.Person))
	}
	t.busy[c.Person] = true
	t.calls = append(t.calls, *c)
	if c.Method == "deliver" && !c.Active && t.left[c.Person].IsZero() {
		t.left[c.Person] = c.At
	}
	t.tell()
	if t.Rules != nil {
		fault = t.Rules(*c)
	}
	fault.slow = t.Slow
	return fault
}

func (t *Target) open() {
	if t.busy == nil {
		t.busy = make(map[directory.ResourceID]bool)
		t.accounts = make(map[string]*Account)
		t.people = make(map[directory.ResourceID]*Account)
		t.names = make(map[string]*Account)
		t.left = make(map[directory.ResourceID]time.Time)
		t.lost = make(map[string]bool)
	}
}

func (t *Target) end(c Call) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.busy[c.Person] = false
	t.tell()
}

// tell lets those look again who wait for something.
func (t *Target) tell() {
	if t.watch != nil {
		close(t.watch)
		t.watch = nil
	}
}

// put makes or changes an account. A name that another account has is refused, as is an
// id that was never given out. One that was there before becomes the person's.
func (t *Target) put(want bridgesync.Desired) (bridgesync.Counterpart, error) {
	a := t.find(want.Counterpart, want.ID)
	if a == nil && want.Counterpart != "" && !t.lost[want.Counterpart] {
		return bridgesync.Counterpart{}, t.wrong("there is no account %s", want.Counterpart)
	}
	linked := false
	if a == nil && want.Counterpart == "" {
		a = t.before(want.Names)
		linked = a != nil
	}
	if a == nil && !want.Active && (want.OnlyFind || want.Counterpart != "") {
		return bridgesync.Counterpart{}, nil
	}
	names := want.Names
	if want.OnlyFind {
		names = a.Names
	}
	for _, name := range keys(names) {
		if other := t.names[name]; other != nil && other != a {
			return bridgesync.Counterpart{}, t.wrong("%s is taken from the account of %s for %s", name, other.Person, want.ID)
		}
	}
	if a == nil {
		a = t.make()
	}
	a.Person, t.people[want.ID] = want.ID, a
	t.rename(a, names)
	a.Active, a.Roles, a.Rooms = want.Active, nil, nil
	for _, g := range want.Grants {
		if g.Kind == directory.RoleGrant {
			a.Roles = append(a.Roles, g.Name)
		} else {
			a.Rooms = append(a.Rooms, g.Name)
		}
	}
	return bridgesync.Counterpart{ID: a.ID, Linked: linked, Names: names, Facts: []byte(`{"seen":true}`)}, nil
}

func (t *Target) make() *Account {
	t.serial++
	a := &Account{ID: "acc" + strconv.Itoa(t.serial)}
	t.accounts[a.ID] = a
	return a
}

// before finds the account that has the names and is nobody's yet. Two that have one each
// are none, and one with another address is somebody else's.
func (t *Target) before(n directory.Names) *Account {
	var found *Account
	for _, name := range keys(n) {
		a := t.names[name]
		if a == nil {
			continue
		}
		if a.Person != "" || found != nil && found != a {
			return nil
		}
		found = a
	}
	if found == nil || n.Email != "" && found.Names.Email != "" && directory.Fold(n.Email) != directory.Fold(found.Names.Email) {
		return nil
	}
	return found
}

// wrong notes a breach of the target's rules, which the directory should never commit.
func (t *Target) wrong(format string, args ...any) error {
	err := fmt.Errorf(format, args...)
	t.broken = append(t.broken, err)
	return &bridgesync.Refusal{Reason: err.Error()}
}

func (t *Target) rename(a *Account, to directory.Names) {
	for _, name := range keys(a.Names) {
		delete(t.names, name)
	}
	a.Names = to
	for _, name := range keys(to) {
		t.names[name] = a
	}
}

func (t *Target) forget(a *Account) {
	t.rename(a, directory.Names{})
	delete(t.accounts, a.ID)
	delete(t.people, a.Person)
}

// keys are names as they are compared.
func keys(n directory.Names) []string {
	var all []string
	if n.Username != "" {
		all = append(all, "user name "+directory.Fold(n.Username))
	}
	if n.Email != "" {
		all = append(all, "address "+directory.Fold(n.Email))
	}
	return all
}

// find finds an account by its id, or by the person for whom it was made.
func (t *Target) find(id string, person directory.ResourceID) *Account {
	if id != "" {
		return t.accounts[id]
	}
	return t.people[person]
}
