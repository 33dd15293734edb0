package sqlstore

import (
	"context"
	"time"

	"rollcall/directory"
)

// patience is how long a question that no index answers may take.
const patience = 2 * time.Second

// listFiltered lists what matches the filter.
func (r *reader) listFiltered(ctx context.Context, s *sheet, l directory.Listing, w *window) (total int64, err error) {
	deadline := time.Now().Add(patience)
	for _, shelf := range l.Shelves {
		from := position{}
		for {
			page, err := r.page(ctx, s, shelf, from, chunk)
			if err != nil {
				return 0, err
			}
			for _, st := range page {
				ok, err := r.matches(ctx, s, st, l.Filter)
				if err != nil {
					return 0, err
				}
				if !ok {
					continue
				}
				total++
				if w.skip > 0 {
					w.skip--
				} else if w.left > 0 {
					if err := w.hand([]*directory.Stored{st}); err != nil {
						return 0, err
					}
				}
			}
			if len(page) < chunk {
				break
			}
			if time.Now().After(deadline) {
				return 0, directory.Errorf(directory.TooMany, "filter", "the filter would take too long to answer")
			}
			from = position{after: string(page[len(page)-1].ID)}
		}
	}
	return total, nil
}

func (r *reader) matches(ctx context.Context, s *sheet, st *directory.Stored, f directory.Filter) (bool, error) {
	if s.record == directory.GroupRecord {
		g, err := decodeGroup(st)
		if err != nil {
			return false, err
		}
		return g.Match(f, func(id directory.ResourceID) bool {
			m, err2 := r.Membership(ctx, st.ID, []directory.ResourceID{id})
			err = err2
			return m[id].Member
		}), err
	}
	u, err := decodeUser(st)
	if err != nil {
		return false, err
	}
	return u.Match(f, st.Groups), nil
}
