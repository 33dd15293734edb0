package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"math"

	"rollcall/directory"
)

// chunk is how many rows of a list are read before they are handed on. Rows are not
// held open meanwhile, so that whoever receives them may ask further questions.
const chunk = 256

// sheet tells how rows of one type are read for lists.
type sheet struct {
	record  directory.RecordType
	columns string // of a stored record, after "select"
	scan    func(*sql.Rows) (*directory.Stored, error)
	fill    func(*reader, context.Context, []*directory.Stored) error
}

var userSheet = &sheet{
	record:  directory.UserRecord,
	columns: `t.id, t.source, t.version, t.created, t.modified, t.facts, t.doc`,
	scan: func(rows *sql.Rows) (*directory.Stored, error) {
		var id, source string
		var version, created, modified int64
		var facts, doc sql.RawBytes
		if err := rows.Scan(&id, &source, &version, &created, &modified, &facts, &doc); err != nil {
			return nil, fmt.Errorf("read user: %w", err)
		}
		return stored(id, source, version, created, modified, facts, doc), nil
	},
	fill: (*reader).fillGroups,
}

var groupSheet = &sheet{
	record:  directory.GroupRecord,
	columns: `t.id, t.source, t.version, t.created, t.modified, t.doc`,
	scan:    scanStoredGroup,
	fill:    func(*reader, context.Context, []*directory.Stored) error { return nil },
}

// fillGroups adds to each of the users the groups to which they belong.
func (r *reader) fillGroups(ctx context.Context, users []*directory.Stored) error {
	ids := make([]directory.ResourceID, len(users))
	for i, u := range users {
		ids[i] = u.ID
	}
	groups, err := r.groupsOf(ctx, ids)
	if err != nil {
		return err
	}
	for _, u := range users {
		u.Groups = groups[u.ID]
	}
	return nil
}

// ListUsers implements [directory.UserReader].
func (r *reader) ListUsers(ctx context.Context, l directory.Listing, each func(*directory.Stored) error) (int64, error) {
	return r.list(ctx, userSheet, l, each)
}

// ListGroups implements [directory.GroupReader].
func (r *reader) ListGroups(ctx context.Context, l directory.Listing, each func(*directory.Stored) error) (int64, error) {
	return r.list(ctx, groupSheet, l, each)
}

func (r *reader) list(ctx context.Context, s *sheet, l directory.Listing, each func(*directory.Stored) error) (int64, error) {
	w := &window{skip: max(l.Start, 1) - 1, left: l.Count, each: each}
	if l.Count == directory.NoLimit {
		w.left = math.MaxInt64
	}
	if l.Filter != nil {
		return r.listFiltered(ctx, s, l, w)
	}
	return r.listAll(ctx, s, l.Shelves, w)
}

// window is the part of a list that was asked for.
type window struct {
	skip int64 // records to pass over
	left int64 // records to hand on
	each func(*directory.Stored) error
}

// listAll lists whole shelves. Where the page begins follows from counts of key ranges,
// so a late page costs what an early one does.
func (r *reader) listAll(ctx context.Context, s *sheet, shelves []string, w *window) (total int64, err error) {
	totals, err := r.shelfTotals(ctx, s.record)
	if err != nil {
		return 0, err
	}
	for _, shelf := range shelves {
		n := totals[shelf]
		total += n
		if w.skip >= n || w.left == 0 {
			w.skip = max(w.skip-n, 0)
			continue
		}
		if err := r.listShelf(ctx, s, shelf, w); err != nil {
			return 0, err
		}
	}
	return total, nil
}

func (r *reader) listShelf(ctx context.Context, s *sheet, shelf string, w *window) (err error) {
	from := position{}
	if w.skip > 0 {
		if from.low, from.skip, err = r.seek(ctx, shelfKey{s.record, shelf}, w.skip); err != nil {
			return err
		}
		w.skip = 0
	}
	for w.left > 0 {
		page, err := r.page(ctx, s, shelf, from, min(w.left, chunk))
		if err != nil {
			return err
		}
		if err := w.hand(page); err != nil {
			return err
		}
		if len(page) < chunk {
			return nil
		}
		from = position{after: string(page[len(page)-1].ID)}
	}
	return nil
}

// hand gives records to the receiver.
func (w *window) hand(page []*directory.Stored) error {
	w.left -= int64(len(page))
	for _, st := range page {
		if err := w.each(st); err != nil {
			return err
		}
	}
	return nil
}

// position is where a page begins: after a key, or so many records from a key on.
type position struct {
	after string
	low   string
	skip  int64
}

// page reads up to limit records of a shelf in the order of their ids.
func (r *reader) page(ctx context.Context, s *sheet, shelf string, from position, limit int64) (page []*directory.Stored, err error) {
	key, compare := from.low, ">="
	if from.after != "" {
		key, compare = from.after, ">"
	}
	err = each(ctx, r.q, func(rows *sql.Rows) error {
		st, err := s.scan(rows)
		page = append(page, st)
		return err
	}, `
		select `+s.columns+`
		from `+tableOf(s.record)+` t
		where t.workspace_id = $1
		and t.shelf = $2
		and t.id `+compare+` $3
		order by t.id
		limit $4 offset $5`, r.ws, shelf, key, limit, from.skip)
	if err != nil {
		return nil, err
	}
	return page, s.fill(r, ctx, page)
}
