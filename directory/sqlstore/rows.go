package sqlstore

import (
	"context"
	"database/sql"

	"rollcall/directory"
)

// each runs scan on every row of a query.
func each(ctx context.Context, q querier, scan func(*sql.Rows) error, text string, args ...any) error {
	rows, err := q.query(ctx, text, args...)
	if err != nil {
		return err
	}
	return eachRow(ctx, q, rows, scan)
}

func eachRow(ctx context.Context, q querier, rows *sql.Rows, scan func(*sql.Rows) error) error {
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	return q.failed(ctx, rows.Err())
}

// one scans the only row of a query and reports whether there was one.
func one(ctx context.Context, q querier, dest []any, text string, args ...any) (found bool, err error) {
	err = each(ctx, q, func(rows *sql.Rows) error {
		found = true
		return rows.Scan(dest...)
	}, text, args...)
	return found, err
}

// eachUntil reads pairs of ids until one satisfies holds.
func eachUntil(ctx context.Context, q querier, found *bool, holds func(a, b directory.ResourceID) bool, text string, args ...any) error {
	rows, err := q.query(ctx, text, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var a, b directory.ResourceID
		if err := rows.Scan(&a, &b); err != nil {
			return err
		}
		if *found = holds(a, b); *found {
			return nil
		}
	}
	return q.failed(ctx, rows.Err())
}

// ids reads the first column.
func (r *reader) ids(ctx context.Context, text string, args ...any) (ids []directory.ResourceID, err error) {
	err = each(ctx, r.q, func(rows *sql.Rows) error {
		var id directory.ResourceID
		err := rows.Scan(&id)
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
