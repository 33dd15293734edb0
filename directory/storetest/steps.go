package storetest

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"rollcall/directory"
)

// testSteps has updates whose steps fail at every depth, and compares with what should
// be left.
func testSteps(t *testing.T, open Open) {
	f := newFixture(t, open)
	g := group("staff")
	f.found(g)
	kept := make(map[string]bool)
	var mu sync.Mutex
	var all sync.WaitGroup
	for i := range 40 {
		all.Go(func() {
			var names []string
			err := f.store.Update(t.Context(), f.ws, func(ctx context.Context, tx directory.WriteTx) (err error) {
				names, err = nestedSteps(ctx, tx, g, i)
				return err
			})
			if err == errRefused {
				return
			}
			if err != nil {
				t.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			for _, n := range names {
				kept[n] = true
			}
		})
	}
	all.Wait()
	f.holds(g, kept)
}

// nestedSteps hires people in steps, some of which fail, and returns whom it hired.
func nestedSteps(ctx context.Context, tx directory.WriteTx, g *directory.Group, i int) (names []string, err error) {
	hire := func(name string) error {
		names = append(names, name)
		return hireMember(ctx, tx, person(name), g)
	}
	undo := func(n int) error { names = names[:n]; return errRefused }
	if i%2 == 0 { // so that outer steps are not the first to write
		if err := hire(fmt.Sprintf("outer%d", i)); err != nil {
			return nil, err
		}
	}
	before := len(names)
	err = tx.Step(ctx, func() error {
		inner := len(names)
		err := tx.Step(ctx, func() error {
			if err := hire(fmt.Sprintf("inner%d", i)); err != nil {
				return err
			}
			if i%3 == 0 {
				return undo(inner)
			}
			return nil
		})
		if err != nil && err != errRefused {
			return err
		}
		if err := hire(fmt.Sprintf("middle%d", i)); err != nil {
			return err
		}
		if i%5 == 0 {
			return undo(before)
		}
		return nil
	})
	if err != nil && err != errRefused {
		return nil, err
	}
	if i%7 == 0 {
		return nil, errRefused
	}
	return names, nil
}

// hireMember makes somebody with everything that follows from it.
func hireMember(ctx context.Context, tx directory.WriteTx, u *directory.User, g *directory.Group) error {
	if err := put(ctx, tx, nil, u); err != nil {
		return err
	}
	if err := tx.AddMembers(ctx, g.ID, []directory.ResourceID{u.ID}); err != nil {
		return err
	}
	if err := tx.Raise(ctx, directory.UserRecord, string(u.ID), directory.PushLane, day); err != nil {
		return err
	}
	return tx.Record(ctx, record(u.UserName, string(u.ID)))
}

// holds checks that just the people called so exist, everywhere.
func (f *fixture) holds(g *directory.Group, names map[string]bool) {
	f.Helper()
	var listed []*directory.Stored
	f.view(func(ctx context.Context, tx directory.ReadTx) error {
		_, err := tx.ListUsers(ctx, directory.Listing{Shelves: []string{"okta"}, Count: directory.NoLimit},
			func(st *directory.Stored) error { listed = append(listed, st); return nil })
		return err
	})
	for _, st := range listed {
		u, err := directory.DecodeUser(st.Doc)
		if err != nil {
			f.Fatal(err)
		}
		if !names[u.UserName] {
			f.Errorf("%s is there, but should not be", u.UserName)
		}
	}
	n := int64(len(names))
	f.same("listed, members, total, seats, pending, audit", []int64{int64(len(listed)), int64(len(f.members(g.ID))),
		f.total(directory.Listing{Shelves: []string{"okta"}}), f.workspace().Counts.Seats, f.workspace().Counts.Pending,
		int64(len(f.verified()))}, []int64{n, n, n, n, n, n})
}

// testStepsSeeBefore checks that a step sees the counts and the settings that earlier
// steps of the same transaction left.
func testStepsSeeBefore(t *testing.T, open Open) {
	f := newFixture(t, open)
	seats := func(ctx context.Context, tx directory.ReadTx, seats, limit int64) error {
		w, err := tx.Workspace(ctx)
		if err != nil {
			return err
		}
		return wrong("seats and limit", []int64{w.Counts.Seats, w.Settings.Seats}, []int64{seats, limit})
	}
	f.update(func(ctx context.Context, tx directory.WriteTx) error {
		if err := put(ctx, tx, nil, person("a")); err != nil {
			return err
		}
		err := tx.Step(ctx, func() error {
			if err := put(ctx, tx, nil, person("b")); err != nil {
				return err
			}
			if err := tx.PutWorkspace(ctx, directory.Settings{Seats: 7}); err != nil {
				return err
			}
			if err := seats(ctx, tx, 2, 7); err != nil {
				return err
			}
			return errRefused
		})
		if err != errRefused {
			return fmt.Errorf("step: %w", err)
		}
		return seats(ctx, tx, 1, 0)
	})
	f.view(func(ctx context.Context, tx directory.ReadTx) error { return seats(ctx, tx, 1, 0) })
	f.same("version", f.workspace().Version, directory.Version(1))
}

func testPanics(t *testing.T, open Open) {
	f := newFixture(t, open)
	g := group("staff")
	f.found(g)
	kept := make(map[string]bool)
	var all sync.WaitGroup
	for i := range 30 {
		name := fmt.Sprintf("u%d", i)
		if i%3 != 0 {
			kept[name] = true
		}
		all.Go(func() {
			err := f.store.Update(t.Context(), f.ws, func(ctx context.Context, tx directory.WriteTx) error {
				return tx.Step(ctx, func() error {
					if err := hireMember(ctx, tx, person(name), g); err != nil {
						return err
					}
					if i%3 == 0 {
						panic("what cannot happen")
					}
					return nil
				})
			})
			if i%3 == 0 && directory.KindOf(err) != directory.Internal || i%3 != 0 && err != nil {
				t.Errorf("update %d: %v", i, err)
			}
		})
	}
	all.Wait()
	f.holds(g, kept)
}

func testSnapshot(t *testing.T, open Open) {
	f := newFixture(t, open)
	u := person("ada")
	f.hire(u)
	f.view(func(ctx context.Context, tx directory.ReadTx) error {
		if _, err := tx.User(ctx, u.ID); err != nil {
			return err
		}
		f.replace(u, with(u, func(u *directory.User) { u.Title = "Countess" }))
		f.hire(person("bob"))
		again, err := tx.User(ctx, u.ID)
		if err != nil {
			return err
		}
		f.same("within a view", again, u)
		w, err := tx.Workspace(ctx)
		if err != nil {
			return err
		}
		f.same("seats within a view", w.Counts.Seats, int64(1))
		return nil
	})
	f.same("seats after it", f.workspace().Counts.Seats, int64(2))
}

func testLook(t *testing.T, open Open) {
	f := newFixture(t, open)
	u := person("ada")
	f.hire(u)
	var titles []string
	err := f.store.Look(t.Context(), f.ws, func(ctx context.Context, tx directory.ReadTx) error {
		for _, title := range []string{"Countess", "Engineer"} {
			changed := with(u, func(u *directory.User) { u.Title = title })
			f.replace(u, changed)
			u = changed
			seen, err := tx.User(ctx, u.ID)
			if err != nil {
				return err
			}
			titles = append(titles, seen.Title)
		}
		return nil
	})
	f.same("what two questions saw", []any{titles, err}, []any{[]string{"Countess", "Engineer"}, nil})
	f.view(func(ctx context.Context, tx directory.ReadTx) error { // over the same connection
		_, err := tx.User(ctx, u.ID)
		f.replace(u, with(u, func(u *directory.User) { u.Title = "Analyst" }))
		if err != nil {
			return err
		}
		seen, err := tx.User(ctx, u.ID)
		f.same("a view after a look", seen.Title, "Engineer")
		return err
	})
}
