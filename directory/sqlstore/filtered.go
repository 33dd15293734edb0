package sqlstore

import (
	"context"
	"slices"
	"strconv"
	"time"

	"rollcall/directory"
)

// patience is how long a question may take that no index answers at once.
const patience = 2 * time.Second

// listFiltered lists what matches the filter.
func (r *reader) listFiltered(ctx context.Context, s *sheet, l directory.Listing, w *window) (total int64, err error) {
	if p, ok := points(s.table, l.Filter); ok {
		return r.listPoints(ctx, s, l, p, w)
	}
	limited, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	x := &search{r: r, s: s, filter: l.Filter, w: w}
	for _, shelf := range l.Shelves {
		if err = x.shelf(limited, shelf); err != nil {
			break
		}
	}
	if err != nil && ctx.Err() == nil && limited.Err() != nil {
		return 0, directory.Errorf(directory.TooMany, "filter", "the filter would take too long to answer").
			Hinted("ask for a userName, an externalId, an address, or for less")
	}
	return x.total, err
}

// matching returns those of the records that match the filter.
func (r *reader) matching(ctx context.Context, s *sheet, all []*directory.Stored, f directory.Filter) ([]*directory.Stored, error) {
	if asksForGroups(f) {
		if err := s.fill(r, ctx, all); err != nil {
			return nil, err
		}
	}
	matched := all[:0]
	for _, st := range all {
		ok, err := s.match(r, ctx, st, f)
		if err != nil {
			return nil, err
		}
		if ok {
			matched = append(matched, st)
		}
	}
	return matched, nil
}

// asksForGroups reports whether a filter of people looks at their groups.
func asksForGroups(f directory.Filter) bool {
	switch f := f.(type) {
	case directory.And:
		return asksForGroups(f.L) || asksForGroups(f.R)
	case directory.Or:
		return asksForGroups(f.L) || asksForGroups(f.R)
	case directory.Not:
		return asksForGroups(f.F)
	case directory.Present:
		return f.Path.Attr.Name == "groups"
	case directory.Compare:
		return f.Path.Attr.Name == "groups"
	case directory.Within:
		return f.Attr.Name == "groups"
	}
	return false
}

// offer hands on those of the next records of a list that fall into the window.
func (w *window) offer(records []*directory.Stored) error {
	n := int64(len(records))
	from := min(w.skip, n)
	to := from + min(w.left, n-from)
	w.skip -= from
	return w.hand(records[from:to])
}

// search lists what a condition finds, shelf by shelf.
type search struct {
	r      *reader
	s      *sheet
	filter directory.Filter
	w      *window
	total  int64
}

// query is the condition on one shelf: $1 is the workspace, $2 the shelf.
func (x *search) query(shelf, shy string) (condition, []any) {
	t := &translator{table: x.s.table, shelf: shelf, groupsOf: x.s.groupsOf, args: []any{x.r.ws, shelf}, shy: shy}
	return t.condition(x.filter)
}

func (x *search) shelf(ctx context.Context, shelf string) error {
	c, args := x.query(shelf, "")
	switch {
	case c == never:
		return nil
	case c == always:
		n, err := x.r.listAll(ctx, x.s, []string{shelf}, x.w)
		x.total += n
		return err
	case !c.exact:
		return x.sift(ctx, c, args)
	}
	n, err := x.count(ctx, c, shelf, args)
	if err != nil {
		return err
	}
	x.total += n
	if x.w.skip >= n || x.w.left == 0 {
		x.w.skip = max(x.w.skip-n, 0)
		return nil
	}
	return x.pick(ctx, shelf, n)
}

func (x *search) where(c condition) string {
	where := `
		from ` + x.s.from + ` t
		where t.workspace_id = $1
		and t.shelf = $2`
	if c.text != "" {
		where += `
		and ` + c.text
	}
	return where
}

func (x *search) count(ctx context.Context, c condition, shelf string, args []any) (n int64, err error) {
	if c == isWanted { // nearly everybody; the others are in an index of their own
		totals, err := x.r.shelfTotals(ctx, x.s.record)
		if err != nil {
			return 0, err
		}
		n, err = x.count(ctx, isUnwanted(shelf), shelf, args)
		return totals[shelf] - n, err
	}
	err = x.r.q.queryOnce(ctx, func(rw row) error { return rw.Scan(&n) }, `
		select count(*)`+x.where(c), args...)
	return n, err
}

// pick hands on what falls into the window of the n records on a shelf that the
// condition finds.
func (x *search) pick(ctx context.Context, shelf string, n int64) error {
	c, args, order, err := x.way(ctx, shelf, n)
	if err != nil {
		return err
	}
	skip := x.w.skip
	x.w.skip = 0
	for after := ""; x.w.left > 0; {
		ids, err := x.ids(ctx, c, args, order, after, skip, min(x.w.left, idWindow))
		if err != nil {
			return err
		}
		if err := x.records(ctx, ids, x.w.hand); err != nil {
			return err
		}
		if len(ids) < idWindow {
			return nil
		}
		after, skip = string(ids[len(ids)-1]), 0
	}
	return nil
}

// way chooses between walking the shelf in order until the page is full, and collecting
// all n matches from an index and sorting them. Left to itself, SQLite cannot know which
// is shorter.
func (x *search) way(ctx context.Context, shelf string, n int64) (c condition, args []any, order string, err error) {
	totals, err := x.r.shelfTotals(ctx, x.s.record)
	if err != nil {
		return c, nil, "", err
	}
	end := float64(min(x.w.skip+min(x.w.left, n), n))
	if walked := end * float64(totals[shelf]) / float64(n); walked < float64(n) {
		c, args = x.query(shelf, x.r.s.dialect.shy)
		return c, args, "t.id", nil
	}
	c, args = x.query(shelf, "")
	return c, args, "t.id || ''", nil
}

// idWindow is how many ids are collected before their records are read.
const idWindow = 8192

// ids returns the next ids in order.
func (x *search) ids(ctx context.Context, c condition, args []any, order, after string, skip, limit int64) (ids []directory.ResourceID, err error) {
	n := len(args)
	args = append(slices.Clip(args), after, limit, skip)
	err = x.r.q.queryOnce(ctx, func(rw row) error {
		var id directory.ResourceID
		err := rw.Scan(&id)
		ids = append(ids, id)
		return err
	}, `
		select t.id`+x.where(c)+`
		and `+order+` > $`+strconv.Itoa(n+1)+`
		order by `+order+`
		limit $`+strconv.Itoa(n+2)+` offset $`+strconv.Itoa(n+3), args...)
	return ids, err
}

// sift lets Match decide about everything that a condition lets through.
func (x *search) sift(ctx context.Context, c condition, args []any) error {
	order := "t.id || ''"
	if c.text == "" {
		order = "t.id"
	}
	for after := ""; ; {
		ids, err := x.ids(ctx, c, args, order, after, 0, idWindow)
		if err != nil {
			return err
		}
		err = x.records(ctx, ids, func(all []*directory.Stored) error {
			matched, err := x.r.matching(ctx, x.s, all, x.filter)
			if err != nil {
				return err
			}
			x.total += int64(len(matched))
			return x.w.offer(matched)
		})
		if err != nil || len(ids) < idWindow {
			return err
		}
		after = string(ids[len(ids)-1])
	}
}

// records reads the records with the ids, a part at a time.
func (x *search) records(ctx context.Context, ids []directory.ResourceID, each func([]*directory.Stored) error) error {
	for part := range slices.Chunk(ids, maxList) {
		if err := ctx.Err(); err != nil {
			return err
		}
		page, err := x.r.byIDs(ctx, x.s, part)
		if err != nil {
			return err
		}
		if err := each(page); err != nil {
			return err
		}
	}
	return nil
}
