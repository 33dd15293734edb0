package sqlstore

import (
	"context"
	"errors"

	"rollcall/directory"
)

// one scans the only row of a query and reports whether there was one.
func one(ctx context.Context, q querier, dest []any, text string, args ...any) (found bool, err error) {
	err = q.query(ctx, func(r row) error {
		found = true
		return r.Scan(dest...)
	}, text, args...)
	return found, err
}

// errEnough ends a query early.
var errEnough = errors.New("enough")

// some reports whether one of the pairs of ids that a query finds satisfies holds.
func (r *reader) some(ctx context.Context, holds func(a, b directory.ResourceID) bool, text string, args ...any) (bool, error) {
	err := r.q.query(ctx, func(rw row) error {
		var a, b directory.ResourceID
		if err := rw.Scan(&a, &b); err != nil {
			return err
		}
		if holds(a, b) {
			return errEnough
		}
		return nil
	}, text, args...)
	if errors.Is(err, errEnough) {
		return true, nil
	}
	return false, err
}

// ids reads the first column.
func (r *reader) ids(ctx context.Context, text string, args ...any) (ids []directory.ResourceID, err error) {
	err = r.q.query(ctx, func(rw row) error {
		var id directory.ResourceID
		err := rw.Scan(&id)
		ids = append(ids, id)
		return err
	}, text, args...)
	return ids, err
}

func setOf[T comparable](list []T) map[T]bool {
	set := make(map[T]bool, len(list))
	for _, e := range list {
		set[e] = true
	}
	return set
}
