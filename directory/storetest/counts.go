package storetest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"

	"rollcall/directory"
)

// testCounts changes people at random and compares the counts with a recount.
func testCounts(t *testing.T, open Open) {
	f := newFixture(t, open)
	random := rand.New(rand.NewPCG(7, 7))
	people := make(map[int]*directory.User)
	for range 30 {
		f.update(func(ctx context.Context, tx directory.WriteTx) error {
			for range 10 {
				if err := changeOne(ctx, tx, people, random); err != nil {
					return err
				}
			}
			w, err := tx.Workspace(ctx)
			if err != nil {
				return err
			}
			return wrong("counts within the update", w.Counts, recount(people))
		})
		f.same("counts", f.workspace().Counts, recount(people))
	}
}

func recount(people map[int]*directory.User) (c directory.Counts) {
	for _, u := range people {
		c = c.Add(directory.CountsOf(u))
	}
	return c
}

func changeOne(ctx context.Context, tx directory.WriteTx, people map[int]*directory.User, random *rand.Rand) error {
	i := random.IntN(60)
	before := people[i]
	after := person(fmt.Sprintf("u%d", i))
	if before != nil {
		after = before.Clone()
	}
	edits := []func(*directory.User){
		func(u *directory.User) { u.Wanted = !u.Wanted },
		func(u *directory.User) { u.Facts.Held = !u.Facts.Held },
		func(u *directory.User) { u.Facts.SignedIn = 1 - u.Facts.SignedIn },
		func(u *directory.User) { u.Facts.SwitchedOff = nil },
		func(u *directory.User) { u.Facts.Kind = []directory.UserKind{"", directory.Bot}[random.IntN(2)] },
		func(u *directory.User) { u.Roles = nil },
		switchedOff, guest, administrator, deleted,
		func(u *directory.User) { u.Facts.Deleted = nil },
	}
	edits[random.IntN(len(edits))](after)
	if before != nil && random.IntN(8) == 0 {
		after = nil
		delete(people, i)
	} else {
		people[i] = after
	}
	return put(ctx, tx, before, after)
}
