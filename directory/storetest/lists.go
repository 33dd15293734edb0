package storetest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"rollcall/directory"
)

// crowd returns n people of okta's, sorted by id.
func crowd(n int) []*directory.User {
	people := make([]*directory.User, n)
	for i := range people {
		people[i] = person(fmt.Sprintf("u%04d", i))
	}
	return people
}

// total counts what a listing has in all.
func (f *fixture) total(l directory.Listing) int64 {
	f.Helper()
	return read(f, func(tx directory.ReadTx, ctx context.Context) (int64, error) { return tx.ListUsers(ctx, l, nil) })
}

// list returns the ids of a page and the total.
func list(ctx context.Context, tx directory.ReadTx, l directory.Listing) (ids []directory.ResourceID, total int64, err error) {
	total, err = tx.ListUsers(ctx, l, func(st *directory.Stored) error {
		ids = append(ids, st.ID)
		return nil
	})
	return ids, total, err
}

func testLists(t *testing.T, open Open) {
	f := newFixture(t, open)
	people := crowd(600)
	for _, u := range people[400:] {
		u.Source, u.ExternalID = directory.Local, ""
	}
	f.hire(people...)
	g := group("staff")
	f.found(g, people[3])
	all := idsOf(people)
	local := directory.ShelfLocalName
	for _, tt := range []struct {
		shelves      []string
		start, count int64
		want         []directory.ResourceID
		total        int64
	}{
		{[]string{"okta", local}, 1, 3, all[:3], 600},
		{[]string{"okta", local}, 399, 4, all[398:402], 600},
		{[]string{"okta", local}, 401, directory.NoLimit, all[400:], 600},
		{[]string{"okta", local}, 1, directory.NoLimit, all, 600},
		{[]string{"okta", local}, 600, 10, all[599:], 600},
		{[]string{"okta", local}, 601, 10, nil, 600},
		{[]string{"okta", local}, 9000, 10, nil, 600},
		{[]string{"okta", local}, 1, 0, nil, 600},
		{[]string{local, "entra", "okta"}, 200, 2, []directory.ResourceID{all[599], all[0]}, 600},
		{[]string{local}, 2, 2, all[401:403], 200},
		{[]string{"entra"}, 1, 2, nil, 0},
		{nil, 1, 2, nil, 0},
	} {
		f.view(func(ctx context.Context, tx directory.ReadTx) error {
			ids, total, err := list(ctx, tx, directory.Listing{Shelves: tt.shelves, Start: tt.start, Count: tt.count})
			f.same(fmt.Sprintf("%d from %d of %v", tt.count, tt.start, tt.shelves), []any{ids, total, err}, []any{tt.want, tt.total, nil})
			return nil
		})
	}
	f.same("shelves", read(f, func(tx directory.ReadTx, ctx context.Context) ([]string, error) {
		return tx.Shelves(ctx, directory.UserRecord)
	}), []string{local, "okta"})
	testListedRecords(f, people, g)
}

// testListedRecords checks what is handed on, and that it may be asked about meanwhile.
func testListedRecords(f *fixture, people []*directory.User, g *directory.Group) {
	f.Helper()
	i := 0
	f.view(func(ctx context.Context, tx directory.ReadTx) error {
		_, err := tx.ListUsers(ctx, directory.Listing{Shelves: []string{"okta"}, Count: directory.NoLimit}, func(st *directory.Stored) error {
			f.sameStored(people[i], st)
			u, err := tx.User(ctx, st.ID)
			if err != nil {
				return err
			}
			f.same("asked meanwhile", u, people[i])
			var want []directory.GroupRef
			if i == 3 {
				want = []directory.GroupRef{{ID: g.ID, DisplayName: g.DisplayName, Source: okta}}
			}
			f.same("groups", st.Groups, want)
			i++
			return nil
		})
		return err
	})
	err := f.store.View(f.Context(), f.ws, func(ctx context.Context, tx directory.ReadTx) error {
		_, err := tx.ListUsers(ctx, directory.Listing{Shelves: []string{"okta"}, Count: 2}, func(*directory.Stored) error { return errRefused })
		return err
	})
	if err != errRefused {
		f.Errorf("the receiver's error came back as %v", err)
	}
}

// testGroupsOfOneSource lists somebody who is in groups of two sources, in the ways in
// which people are listed.
func testGroupsOfOneSource(t *testing.T, open Open) {
	f := newFixture(t, open)
	ada := person("ada")
	f.hire(ada)
	mine, theirs := group("mine"), group("theirs")
	theirs.Source = entra
	f.found(mine, ada)
	f.found(theirs, ada)
	path, err := directory.Users.Path("userName")
	if err != nil {
		t.Fatal(err)
	}
	byName, err := directory.NewCompare(path, directory.Eq, "ada")
	if err != nil {
		t.Fatal(err)
	}
	for what, flt := range map[string]directory.Filter{"everybody": nil, "by name": byName, "but nobody": directory.Not{F: directory.Not{F: byName}}} {
		for source, want := range map[directory.SourceID]int{"": 2, okta: 1, entra: 1, directory.Local: 0} {
			f.view(func(ctx context.Context, tx directory.ReadTx) error {
				l := directory.Listing{Shelves: []string{"okta"}, Count: directory.NoLimit, Filter: flt, GroupsOf: source}
				n, err := tx.ListUsers(ctx, l, func(st *directory.Stored) error {
					f.same(fmt.Sprintf("groups of %q, %s", source, what), len(st.Groups), want)
					for _, g := range st.Groups {
						f.same("source of "+g.DisplayName, g.Source == source || source == "", true)
					}
					return nil
				})
				f.same("listed", n, int64(1))
				return err
			})
		}
	}
}

func testListsWithinUpdate(t *testing.T, open Open) {
	f := newFixture(t, open)
	people := crowd(40)
	f.hire(people[:30]...)
	all := directory.Listing{Shelves: []string{"okta"}, Count: directory.NoLimit, Start: 3}
	f.update(func(ctx context.Context, tx directory.WriteTx) error {
		if err := put(ctx, tx, people[0], nil); err != nil {
			return err
		}
		for _, u := range people[30:] {
			if err := put(ctx, tx, nil, u); err != nil {
				return err
			}
		}
		ids, total, err := list(ctx, tx, all)
		if err != nil {
			return err
		}
		return wrong("list", []any{ids, total}, []any{idsOf(people[3:]), int64(39)})
	})
}

// shelfModel is what lists should show: ids by shelf.
type shelfModel struct {
	people map[directory.ResourceID]*directory.User
}

func (m *shelfModel) list(l directory.Listing) (ids []directory.ResourceID, total int64) {
	var all []directory.ResourceID
	for _, shelf := range l.Shelves {
		var here []directory.ResourceID
		for id, u := range m.people {
			if u.Shelf() == shelf {
				here = append(here, id)
			}
		}
		slices.Sort(here)
		all = append(all, here...)
	}
	from := min(int(max(l.Start, 1))-1, len(all))
	to := len(all)
	if l.Count >= 0 {
		to = min(from+int(l.Count), to)
	}
	return all[from:to], int64(len(all))
}

// testListsEqualModel hires, moves and removes people at random and compares pages
// with the model.
func testListsEqualModel(t *testing.T, open Open) {
	f := newFixture(t, open)
	m := &shelfModel{make(map[directory.ResourceID]*directory.User)}
	random := rand.New(rand.NewPCG(3, 9))
	for round := range 30 {
		size := 1 + random.IntN(160)
		f.update(func(ctx context.Context, tx directory.WriteTx) error {
			for range size {
				if err := m.change(ctx, tx, random, round < 20); err != nil {
					return err
				}
			}
			return nil
		})
		f.view(func(ctx context.Context, tx directory.ReadTx) error { return m.compare(ctx, tx, random) })
	}
}

// change makes, moves or removes somebody; while growing, more come than go.
func (m *shelfModel) change(ctx context.Context, tx directory.WriteTx, random *rand.Rand, growing bool) error {
	dice := random.IntN(10)
	if growing && dice < 7 || dice < 2 {
		return m.insert(ctx, tx, random)
	}
	for id, before := range m.people {
		if dice < 9 {
			delete(m.people, id)
			return put(ctx, tx, before, nil)
		}
		m.people[id] = with(before, func(u *directory.User) { u.Source = []directory.SourceID{okta, entra}[random.IntN(2)] })
		return put(ctx, tx, before, m.people[id])
	}
	return nil
}

// insert makes somebody whose id falls anywhere, not only at the end.
func (m *shelfModel) insert(ctx context.Context, tx directory.WriteTx, random *rand.Rand) error {
	u := person(fmt.Sprintf("u%x", random.Uint64()))
	if random.IntN(2) == 0 {
		u.ID = directory.ResourceID(strings.Replace(string(u.ID), string(u.ID[:4]), fmt.Sprintf("%04x", random.IntN(1<<16)), 1))
	}
	m.people[u.ID] = u
	return put(ctx, tx, nil, u)
}

func (m *shelfModel) compare(ctx context.Context, tx directory.ReadTx, random *rand.Rand) error {
	for range 5 {
		l := directory.Listing{Shelves: []string{"okta", "entra"}, Start: random.Int64N(int64(len(m.people)) + 3), Count: random.Int64N(20)}
		if random.IntN(2) == 0 {
			slices.Reverse(l.Shelves)
		}
		ids, total, err := list(ctx, tx, l)
		if err != nil {
			return err
		}
		wantIDs, wantTotal := m.list(l)
		if err := wrong(fmt.Sprintf("page %+v", l), []any{ids, total}, []any{wantIDs, wantTotal}); err != nil {
			return err
		}
	}
	return nil
}
