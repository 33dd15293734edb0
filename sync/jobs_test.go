package sync_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/riverqueue/river"

	"rollcall/directory"
	"rollcall/directory/sqlstore"
	bridgesync "rollcall/sync"
	"rollcall/sync/targettest"
)

// serve works on the jobs of a store until the returned function is called.
func (b *branch) serve(s *sqlstore.Store) (stop func()) {
	b.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	jobs := &bridgesync.Jobs{Deliverer: b.deliverer(b.directory(s)), Grace: 1,
		Open: func(ctx context.Context, c *river.Config) (bridgesync.Queue, error) { return s.Jobs(ctx, c) }}
	ended := make(chan error, 1)
	go func() { ended <- jobs.Run(ctx) }()
	var once sync.Once
	stop = func() {
		once.Do(func() {
			cancel()
			if err := <-ended; err != nil {
				b.Error(err)
			}
		})
	}
	b.Cleanup(stop)
	return stop
}

// until waits until the target holds what is asked of it.
func (b *branch) until(holds func() bool) {
	b.Helper()
	if err := b.target.Until(b.Context(), holds); err != nil {
		b.Fatal(err)
	}
}

// hireMany makes n people whose names begin alike.
func (b *branch) hireMany(prefix string, n int) {
	b.Helper()
	var changes []directory.Change
	for i := range n {
		changes = append(changes, directory.PutUser{User: newcomer(fmt.Sprintf("%s%05d", prefix, i))})
	}
	results, err := b.ApplyAll(b.Context(), b.okta, changes)
	if err != nil {
		b.Fatal(err)
	}
	for _, r := range results {
		if r.Err != nil {
			b.Fatal(r.Err)
		}
	}
}

func TestJobsDeliverWhatChanges(t *testing.T) {
	onBoth(t, func(t *testing.T, b *branch) {
		b.hire("before") // its job waits already
		stop := b.serve(b.store)
		ada := b.hire("ada")
		b.until(func() bool { return len(b.target.Accounts()) == 2 })
		b.must(b.admin, directory.SwitchOff{ID: ada.ID})
		b.until(func() bool { return !b.target.Accounts()[ada.ID].Active })
		stop()
		b.drain()
		b.agree()
	})
}

// TestALeaverDoesNotWaitForPushes has ten thousand people waiting for a target that does
// not answer: they are rows, the workers of their lane hang, and a leaver is delivered.
func TestALeaverDoesNotWaitForPushes(t *testing.T) {
	onBoth(t, func(t *testing.T, b *branch) {
		leaver := b.hire("leaver")
		b.drain()
		hang := make(chan struct{})
		b.target.Rules = func(c targettest.Call) targettest.Fault {
			if c.Active {
				return targettest.Fault{Wait: hang}
			}
			return targettest.Fault{}
		}
		b.hireMany("waits", 10_000)
		stop := b.serve(b.store)
		b.until(func() bool { return len(b.target.Calls()) > 8 }) // every worker of pushes hangs
		b.must(b.admin, directory.SwitchOff{ID: leaver.ID})
		b.until(func() bool { return !b.target.Accounts()[leaver.ID].Active })
		if n := b.behind(); n < 9_900 {
			t.Errorf("only %d wait", n)
		}
		if n := b.jobs(); n > 40 {
			t.Errorf("%d jobs for what are rows", n)
		}
		stop()
		if err := b.target.Broken(); err != nil {
			t.Error(err)
		}
	})
}

// jobs counts the jobs that are waiting or running.
func (b *branch) jobs() int {
	b.Helper()
	client, err := b.store.Jobs(b.Context(), new(river.Config))
	if err != nil {
		b.Fatal(err)
	}
	list, err := client.JobList(b.Context(), river.NewJobListParams().First(10_000).
		Where("state not in ('completed', 'cancelled', 'discarded')"))
	if err != nil {
		b.Fatal(err)
	}
	return len(list.Jobs)
}

// TestALostJobIsFound removes every job behind the queue's back.
func TestALostJobIsFound(t *testing.T) {
	onBoth(t, func(t *testing.T, b *branch) {
		b.hire("ada")
		client, err := b.store.Jobs(t.Context(), new(river.Config))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := client.JobDeleteMany(t.Context(), river.NewJobDeleteManyParams().UnsafeAll()); err != nil {
			t.Fatal(err)
		}
		if n := b.jobs(); n != 0 {
			t.Fatalf("%d jobs are left", n)
		}
		b.serve(b.store)
		b.until(func() bool { return len(b.target.Accounts()) == 1 })
	})
}

// TestProcessesShareTheWork runs three processes on one database, of which each stops and
// starts again, while people come and go.
func TestProcessesShareTheWork(t *testing.T) {
	b := newBranch(t, postgres(t))
	stores := []*sqlstore.Store{b.store, b.open(), b.open()}
	for round := range 3 {
		var stops []func()
		for _, s := range stores {
			stops = append(stops, b.serve(s))
		}
		prefix := strings.Repeat("x", round+1)
		b.hireMany(prefix, 60)
		stops[round]()
		want := 60*(round+1) + round
		b.hire(fmt.Sprint("late", round))
		b.until(func() bool { return len(b.target.Accounts()) > want })
		for _, stop := range stops {
			stop()
		}
	}
	b.time.advance(2 * directory.ClaimTime)
	b.drain()
	b.agree()
}

// TestAHangingTargetDoesNotHoldUpTheEnd stops while a call does not return.
func TestAHangingTargetDoesNotHoldUpTheEnd(t *testing.T) {
	onBoth(t, func(t *testing.T, b *branch) {
		b.target.Rules = func(targettest.Call) targettest.Fault { return targettest.Fault{Wait: make(chan struct{})} }
		stop := b.serve(b.store)
		ada := b.hire("ada")
		b.until(func() bool { return len(b.target.Calls()) > 0 })
		stop()
		b.target.Rules = nil
		if d := b.row(ada.ID); d.Claim != "" || d.Attempts != 0 {
			t.Errorf("the row was not given back as it was: %+v", d)
		}
		b.drain()
		b.agree()
	})
}
