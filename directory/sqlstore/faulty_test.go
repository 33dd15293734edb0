package sqlstore

import (
	"context"
	"errors"
	"testing"
	"time"

	"rollcall/directory"
	"rollcall/directory/storetest"
)

// TestFaultyLeavesAllOrNothing walks a fault through every call of an update.
func TestFaultyLeavesAllOrNothing(t *testing.T) {
	faults := map[string]error{
		"an error":    errors.New("broken"),
		"a lost disk": directory.Errorf(directory.Unavailable, "", "gone"),
	}
	for name, fault := range faults {
		t.Run(name, func(t *testing.T) {
			f := storetest.NewFaulty(newStore(t))
			ws, err := f.EnsureWorkspace(t.Context(), "default")
			if err != nil {
				t.Fatal(err)
			}
			for n := 1; ; n++ {
				f.FailAt(n, fault)
				err := f.Update(t.Context(), ws, hireTwo)
				committed := f.Calls() == 7
				if f.Disarm() {
					return // passed without the fault
				}
				if !errors.Is(err, fault) {
					t.Fatalf("fault at call %d: got %v", n, err)
				}
				if got := people(t, f, ws); got != 0 && !committed || committed && got != 2 {
					t.Fatalf("fault at call %d left %d people", n, got)
				}
				if committed {
					return
				}
			}
		})
	}
}

// hireTwo makes seven calls in all: six here, and the commit.
func hireTwo(ctx context.Context, tx directory.WriteTx) error {
	for _, name := range []string{"ada", "bob"} {
		u := &directory.User{ID: directory.NewID(time.Now()), UserName: name, Source: "okta", Wanted: true,
			Meta: directory.Meta{Version: 1, Created: time.Now(), Modified: time.Now()}}
		doc, err := u.Doc()
		if err != nil {
			return err
		}
		if _, err := tx.UserByName(ctx, name); !directory.Is(err, directory.NotFound) {
			return err
		}
		if err := tx.Step(ctx, func() error { return tx.PutUser(ctx, nil, u, doc) }); err != nil {
			return err
		}
	}
	return nil
}

func people(t *testing.T, s directory.Store, ws directory.WorkspaceID) (n int64) {
	t.Helper()
	err := s.View(t.Context(), ws, func(ctx context.Context, tx directory.ReadTx) (err error) {
		n, err = tx.ListUsers(ctx, directory.Listing{Shelves: []string{"okta"}}, nil)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}
