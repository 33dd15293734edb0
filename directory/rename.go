package directory

import (
	"context"
	"fmt"
	"slices"
)

// rename is a change of a slice that gives somebody another user name.
type rename struct {
	index    int // of the change
	from, to string
}

// order cuts a slice into units so that a name is free before somebody takes it: whoever
// gives a name up goes before who gets it, and a circle of people who swap names is one
// unit.
func (s *changeSlice) order(ctx context.Context, tx ReadTx) ([][]int, error) {
	renames, err := s.renames(ctx, tx)
	if err != nil {
		return nil, err
	}
	giver := make(map[string]rename, len(renames))
	for i := range s.changes {
		if r, ok := renames[i]; ok {
			giver[r.from] = r
		}
	}
	var units [][]int
	placed := make(map[int]bool, len(s.changes))
	for i := range s.changes {
		units = append(units, chain(i, renames, giver, placed)...)
	}
	return units, nil
}

// chain returns change i as a unit, after the units that it has to wait for. Where the
// waiting comes round to somebody on the way, those are a circle.
func chain(i int, renames map[int]rename, giver map[string]rename, placed map[int]bool) [][]int {
	if placed[i] {
		return nil
	}
	path, circle := []int{i}, -1
	placed[i] = true
	for {
		r, renamed := renames[path[len(path)-1]]
		next, waits := giver[r.to]
		if !renamed || !waits {
			break
		}
		if placed[next.index] {
			circle = slices.Index(path, next.index)
			break
		}
		path, placed[next.index] = append(path, next.index), true
	}
	return unitsOf(path, circle)
}

// unitsOf cuts a path of waiting into units, who waits last. From circle on, if it is
// not negative, everybody waits for everybody.
func unitsOf(path []int, circle int) [][]int {
	var units [][]int
	if circle >= 0 {
		units, path = append(units, path[circle:]), path[:circle]
	}
	for _, i := range slices.Backward(path) {
		units = append(units, []int{i})
	}
	return units
}

// renames finds the changes that give people other names; of several for one person the
// first.
func (s *changeSlice) renames(ctx context.Context, tx ReadTx) (map[int]rename, error) {
	all, seen := map[int]rename{}, map[ResourceID]bool{}
	for i, c := range s.changes {
		put, ok := c.Change.(PutUser)
		if !ok || put.User.ID == "" || seen[put.User.ID] {
			continue
		}
		seen[put.User.ID] = true
		u, err := found(tx.User(ctx, put.User.ID))
		if err != nil {
			return nil, fmt.Errorf("read user %s: %w", put.User.ID, err)
		}
		if u == nil {
			continue
		}
		if from, to := Fold(u.UserName), Fold(put.User.UserName); from != to {
			all[i] = rename{i, from, to}
		}
	}
	return all, nil
}

// park takes the names from a circle of people, so that each can have another's. Their
// changes are then audited once, from the old name to the new.
func (s *changeSlice) park(ctx context.Context, tx WriteTx, unit []int) (map[ResourceID]*User, error) {
	if len(unit) < 2 {
		return nil, nil
	}
	parked := make(map[ResourceID]*User, len(unit))
	for _, i := range unit {
		id := s.changes[i].Change.(PutUser).User.ID
		u, err := tx.User(ctx, id)
		if err != nil {
			return nil, fmt.Errorf("read user %s: %w", id, err)
		}
		without := u.Clone()
		without.UserName = freedName(u)
		doc, err := without.Doc()
		if err != nil {
			return nil, err
		}
		if err := tx.PutUser(ctx, u, without, doc); err != nil {
			return nil, fmt.Errorf("park the name of %s: %w", id, err)
		}
		parked[id] = u
	}
	return parked, nil
}
