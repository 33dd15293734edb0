package storetest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"rollcall/directory"
)

// testSerial counts in one record from many goroutines: an update that did not see the
// one before would lose a count.
func testSerial(t *testing.T, open Open) {
	f := newFixture(t, open)
	u := person("counter")
	u.Title = "0"
	f.hire(u)
	const callers, times = 16, 25
	var all sync.WaitGroup
	for range callers {
		all.Go(func() {
			for range times {
				if err := f.store.Update(t.Context(), f.ws, countUp(u.ID)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	got := f.user(u.ID)
	f.same("count and version", []any{got.Title, got.Meta.Version}, []any{strconv.Itoa(callers * times), directory.Version(callers*times + 1)})
}

func countUp(id directory.ResourceID) func(context.Context, directory.WriteTx) error {
	return func(ctx context.Context, tx directory.WriteTx) error {
		before, err := tx.User(ctx, id)
		if err != nil {
			return err
		}
		n, err := strconv.Atoi(before.Title)
		if err != nil {
			return err
		}
		after := before.Clone()
		after.Title = strconv.Itoa(n + 1)
		after.Meta.Version++
		return put(ctx, tx, before, after)
	}
}

// testStorm cancels callers at random and compares what each was told with what is
// there: nil means yes, everything else means no.
func testStorm(t *testing.T, open Open) {
	f := newFixture(t, open)
	g := group("staff")
	f.found(g)
	const callers, times = 32, 12
	ledger := make(map[string]bool)
	var mu sync.Mutex
	var left atomic.Int64
	var all sync.WaitGroup
	for c := range callers {
		random := rand.New(rand.NewPCG(1, uint64(c)))
		all.Go(func() {
			for i := range times {
				name := fmt.Sprintf("u%d.%d", c, i)
				ctx, cancel := context.WithTimeout(t.Context(), time.Duration(random.IntN(6000))*time.Microsecond)
				err := f.store.Update(ctx, f.ws, stormOne(name, g, i%4 == 0))
				cancel()
				switch {
				case err == nil:
					mu.Lock()
					ledger[name] = true
					mu.Unlock()
				case errors.Is(err, context.DeadlineExceeded):
					left.Add(1)
				case err != errRefused:
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	t.Logf("%d of %d callers left", left.Load(), callers*times)
	f.holds(g, ledger)
}

func stormOne(name string, g *directory.Group, refuse bool) func(context.Context, directory.WriteTx) error {
	return func(ctx context.Context, tx directory.WriteTx) error {
		if _, err := tx.UserByName(ctx, name); !directory.Is(err, directory.NotFound) {
			return fmt.Errorf("%s is there before it was made: %w", name, err)
		}
		if err := hireMember(ctx, tx, person(name), g); err != nil {
			return err
		}
		if refuse {
			return errRefused
		}
		return nil
	}
}
