package sqlstore

import (
	"cmp"
	"context"
	"math"
	"slices"

	"rollcall/directory"
)

// chunk is how many rows of a list are read before they are handed on. Rows are not
// held open meanwhile, so that whoever receives them may ask further questions.
const chunk = 256

// sheet tells how rows of one type are read for lists.
type sheet struct {
	record  directory.RecordType
	table   *directory.ResourceType
	from    string
	columns string // of a stored record, of the table t
	lookup  string // asks for a record, its shelf and its groups, up to the condition
	scan    func(rw row, more ...any) (*directory.Stored, error)
	fill    func(*reader, context.Context, []*directory.Stored) error
	match   func(*reader, context.Context, *directory.Stored, directory.Filter) (bool, error)

	groupsOf directory.SourceID // whose groups are shown and matched; empty: all
}

// of returns the sheet that knows the groups of one source only, or of all with "".
func (s *sheet) of(source directory.SourceID) *sheet {
	if source == "" {
		return s
	}
	narrow := *s
	narrow.groupsOf = source
	narrow.fill = func(r *reader, ctx context.Context, all []*directory.Stored) error {
		err := s.fill(r, ctx, all)
		for _, st := range all {
			st.Groups = slices.DeleteFunc(st.Groups, func(g directory.GroupRef) bool { return !narrow.shows(g) })
		}
		return err
	}
	return &narrow
}

func (s *sheet) shows(g directory.GroupRef) bool { return s.groupsOf == "" || s.groupsOf == g.Source }

var userSheet = &sheet{
	record:  directory.UserRecord,
	table:   directory.Users,
	from:    "users",
	columns: userColumns,
	lookup: `
		select ` + userColumns + `, t.shelf, g.id, g.display, g.source
		from users t
		left join members m on m.workspace_id = t.workspace_id and m.user_id = t.id
		left join groups g on g.workspace_id = m.workspace_id and g.id = m.group_id
		where t.workspace_id = $1
		and `,
	scan:  scanStoredUser,
	fill:  (*reader).fillGroups,
	match: matchUser,
}

var groupSheet = &sheet{
	record:  directory.GroupRecord,
	table:   directory.Groups,
	from:    "groups",
	columns: groupColumns,
	lookup: `
		select ` + groupColumns + `, t.shelf, null, null, null
		from groups t
		where t.workspace_id = $1
		and `,
	scan:  scanStoredGroup,
	fill:  func(*reader, context.Context, []*directory.Stored) error { return nil },
	match: matchGroup,
}

func matchUser(_ *reader, _ context.Context, st *directory.Stored, f directory.Filter) (bool, error) {
	u, err := decodeUser(st)
	if err != nil {
		return false, err
	}
	return u.Match(f, st.Groups), nil
}

func matchGroup(r *reader, ctx context.Context, st *directory.Stored, f directory.Filter) (bool, error) {
	g, err := decodeGroup(st)
	if err != nil {
		return false, err
	}
	var failed error
	ok := g.Match(f, func(id directory.ResourceID) bool {
		is, err := r.isMember(ctx, st.ID, id)
		failed = cmp.Or(failed, err)
		return is
	})
	return ok, failed
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
	return r.list(ctx, userSheet.of(l.GroupsOf), l, each)
}

// ListGroups implements [directory.GroupReader].
func (r *reader) ListGroups(ctx context.Context, l directory.Listing, each func(*directory.Stored) error) (int64, error) {
	return r.list(ctx, groupSheet, l, each)
}

func (r *reader) list(ctx context.Context, s *sheet, l directory.Listing, each func(*directory.Stored) error) (int64, error) {
	w := &window{skip: max(l.Start, 1) - 1, left: l.Count, each: each,
		fill: func(page []*directory.Stored) error { return s.fill(r, ctx, page) }}
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
	fill func([]*directory.Stored) error
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

// hand completes records and gives them to the receiver.
func (w *window) hand(page []*directory.Stored) error {
	if len(page) == 0 {
		return nil
	}
	w.left -= int64(len(page))
	if err := w.fill(page); err != nil {
		return err
	}
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
	err = r.q.query(ctx, func(rw row) error {
		st, err := s.scan(rw)
		page = append(page, st)
		return err
	}, `
		select `+s.columns+`
		from `+s.from+` t
		where t.workspace_id = $1
		and t.shelf = $2
		and t.id `+compare+` $3
		order by t.id
		limit $4 offset $5`, r.ws, shelf, key, limit, from.skip)
	return page, err
}

// byIDs reads the records with the ids, at most maxList, in their order.
func (r *reader) byIDs(ctx context.Context, s *sheet, ids []directory.ResourceID) (page []*directory.Stored, err error) {
	if len(ids) == 0 {
		return nil, nil
	}
	among, list := oneOf(r.s.dialect, 2, ids)
	err = r.q.query(ctx, func(rw row) error {
		st, err := s.scan(rw)
		page = append(page, st)
		return err
	}, `
		select `+s.columns+`
		from `+s.from+` t
		where t.workspace_id = $1
		and t.id `+among+`
		order by t.id`, append([]any{r.ws}, list...)...)
	return page, err
}
