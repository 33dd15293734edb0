package sqlstore

import (
	"cmp"
	"context"
	"slices"

	"rollcall/directory"
)

// catch is what lookups found: records by id, each with the place of its shelf in the
// list.
type catch struct {
	s       *sheet
	shelves map[string]int
	found   []onShelf
	at      map[directory.ResourceID]int
}

type onShelf struct {
	shelf int
	*directory.Stored
}

// listPoints lists what index lookups find and, where they may find too much, Match
// confirms. The groups of people come with them, for identity providers look people up
// by name before anything else that they do.
func (r *reader) listPoints(ctx context.Context, s *sheet, l directory.Listing, points []point, w *window) (int64, error) {
	c := &catch{s: s, shelves: make(map[string]int, len(l.Shelves)), at: make(map[directory.ResourceID]int)}
	for i, shelf := range l.Shelves {
		c.shelves[shelf] = i + 1
	}
	for _, p := range points {
		if err := r.q.query(ctx, c.scan, s.lookup+p.text, r.ws, p.arg); err != nil {
			return 0, err
		}
	}
	matched := c.sorted()
	if len(points) > 0 && !points[0].exact {
		var err error
		if matched, err = r.matching(ctx, s, matched, l.Filter); err != nil {
			return 0, err
		}
	}
	w.fill = func([]*directory.Stored) error { return nil }
	return int64(len(matched)), w.offer(matched)
}

// scan takes in a row: a record, and one of the groups that it is in.
func (c *catch) scan(rw row) error {
	var shelf string
	var group, display, source []byte
	st, err := c.s.scan(rw, &shelf, &group, &display, &source)
	if err != nil || c.shelves[shelf] == 0 {
		return err
	}
	i, known := c.at[st.ID]
	if !known {
		i = len(c.found)
		c.at[st.ID] = i
		c.found = append(c.found, onShelf{c.shelves[shelf], st})
	}
	g := groupRef(group, display, source)
	if have := c.found[i].Stored; group != nil && c.s.shows(g) && !slices.Contains(have.Groups, g) {
		have.Groups = append(have.Groups, g)
	}
	return nil
}

// sorted returns the records in the order of the list.
func (c *catch) sorted() []*directory.Stored {
	slices.SortFunc(c.found, func(a, b onShelf) int {
		return cmp.Or(cmp.Compare(a.shelf, b.shelf), cmp.Compare(a.ID, b.ID))
	})
	all := make([]*directory.Stored, len(c.found))
	for i, f := range c.found {
		slices.SortFunc(f.Groups, func(a, b directory.GroupRef) int { return cmp.Compare(a.ID, b.ID) })
		all[i] = f.Stored
	}
	return all
}
