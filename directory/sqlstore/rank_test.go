package sqlstore

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"rollcall/directory"
)

// TestRanksEqualAModel puts records onto a shelf and takes them off at random, with
// blocks so small that all of them split and vanish, and checks after every batch that
// the levels add up and that every rank is found.
func TestRanksEqualAModel(t *testing.T) {
	for _, sizes := range []blockSizes{{large: 8, small: 2}, {large: 5, small: 5}, {large: 40, small: 4}, {large: 3, small: 1}} {
		t.Run(fmt.Sprintf("%d and %d", sizes.large, sizes.small), func(t *testing.T) {
			t.Parallel()
			s := newStore(t)
			s.blocks = sizes
			ws, err := s.EnsureWorkspace(t.Context(), "default")
			if err != nil {
				t.Fatal(err)
			}
			m := &rankModel{t: t, s: s, ws: ws, random: rand.New(rand.NewPCG(1, uint64(sizes.large))), people: map[string]*directory.User{}}
			for round := range 80 {
				m.batch(1+m.random.IntN(30), round%27 < 17)
				m.check()
			}
		})
	}
}

type rankModel struct {
	t      *testing.T
	s      *Store
	ws     directory.WorkspaceID
	random *rand.Rand
	people map[string]*directory.User
}

func (m *rankModel) batch(size int, growing bool) {
	err := m.s.Update(m.t.Context(), m.ws, func(ctx context.Context, tx directory.WriteTx) error {
		for range size {
			var before, after *directory.User
			if dice := m.random.IntN(10); growing && dice < 8 || dice < 2 {
				after = m.newcomer()
				m.people[string(after.ID)] = after
			} else if before = m.anybody(); before == nil {
				continue
			} else {
				delete(m.people, string(before.ID))
			}
			if err := tx.PutUser(ctx, before, after, []byte(`{}`)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		m.t.Fatal(err)
	}
}

func (m *rankModel) newcomer() *directory.User {
	id := fmt.Sprintf("%08x", m.random.Uint32())
	return &directory.User{ID: directory.ResourceID(id), UserName: id, Source: "okta", Wanted: true,
		Meta: directory.Meta{Version: 1, Created: time.Now(), Modified: time.Now()}}
}

func (m *rankModel) anybody() *directory.User {
	for _, u := range m.people {
		return u
	}
	return nil
}

func (m *rankModel) check() {
	m.t.Helper()
	ids := make([]string, 0, len(m.people))
	for id := range m.people {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	k := shelfKey{directory.UserRecord, "okta"}
	err := m.s.View(m.t.Context(), m.ws, func(ctx context.Context, tx directory.ReadTx) error {
		r := tx.(*reader)
		for level := wholeLevel; level <= smallLevel; level++ {
			blocks, err := r.blocks(ctx, k, level, "", "")
			if err != nil {
				return err
			}
			m.checkBlocks(level, blocks, ids)
		}
		return m.checkSeek(ctx, r, k, ids)
	})
	if err != nil {
		m.t.Fatal(err)
	}
}

// checkBlocks compares the counts of a level with the records between its keys.
func (m *rankModel) checkBlocks(level int, blocks []block, ids []string) {
	m.t.Helper()
	limit := map[int]int64{wholeLevel: int64(len(ids)), largeLevel: m.s.blocks.large, smallLevel: m.s.blocks.small}[level]
	for i, b := range blocks {
		from, _ := slices.BinarySearch(ids, b.low)
		to := len(ids)
		if i+1 < len(blocks) {
			to, _ = slices.BinarySearch(ids, blocks[i+1].low)
		}
		if b.records != int64(to-from) || b.records > limit {
			m.t.Fatalf("level %d, block from %q: counts %d of %d, at most %d", level, b.low, b.records, to-from, limit)
		}
		if b.records == 0 && i > 0 && level == largeLevel {
			m.t.Fatalf("level %d, block from %q is empty", level, b.low)
		}
	}
	if len(blocks) > 0 && blocks[0].low != "" {
		m.t.Fatalf("level %d begins at %q", level, blocks[0].low)
	}
}

func (m *rankModel) checkSeek(ctx context.Context, r *reader, k shelfKey, ids []string) error {
	m.t.Helper()
	for range min(len(ids), 12) {
		rank := m.random.IntN(len(ids))
		low, skip, err := r.seek(ctx, k, int64(rank))
		if err != nil {
			return err
		}
		at, _ := slices.BinarySearch(ids, low)
		if got := at + int(skip); got != rank || skip >= m.s.blocks.small {
			m.t.Fatalf("rank %d (%s): found %d, %d after %q", rank, ids[rank], got, skip, low)
		}
	}
	return nil
}
