package sqlstore

import (
	"context"
	"database/sql"
	"errors"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
)

// postgresLink is a connection to PostgreSQL. Several statements travel together, for
// the way there and back takes longer than most of them. pgx keeps what is prepared.
type postgresLink struct {
	conn *sql.Conn
}

func linkPostgres(conn *sql.Conn, _ *kept) link { return &postgresLink{conn} }

// errRolledBack is what a commit of a transaction answers in which a statement failed.
var errRolledBack = errors.New("the transaction was rolled back instead of committed")

func (l *postgresLink) exec(ctx context.Context, list ...statement) error {
	return l.with(func(c *pgx.Conn) error {
		if len(list) == 1 && list[0].scan == nil {
			tag, err := c.Exec(ctx, list[0].text, list[0].args...)
			if err = committed(list[0], tag, err); err != nil {
				return &failure{list[0], err}
			}
			return nil
		}
		return l.together(ctx, c, list, nil)
	})
}

// committed tells a commit from a rollback in its place.
func committed(s statement, tag pgconn.CommandTag, err error) error {
	if err == nil && s.text == commitText && tag.String() == "ROLLBACK" {
		return errRolledBack
	}
	return err
}

// together sends the statements at once and reads their answers, and then those that
// read wants to read.
func (l *postgresLink) together(ctx context.Context, c *pgx.Conn, list []statement, read func(pgx.BatchResults) error) (err error) {
	b := new(pgx.Batch)
	for _, s := range list {
		b.Queue(s.text, s.args...)
	}
	results := c.SendBatch(ctx, b)
	defer func() {
		if e := results.Close(); err == nil {
			err = e
		}
	}()
	if read != nil {
		list = list[:len(list)-1]
	}
	for _, s := range list {
		if err := answered(results, s); err != nil {
			return &failure{s, err}
		}
	}
	if read != nil {
		return read(results)
	}
	return nil
}

// answered reads the answer to a statement.
func answered(results pgx.BatchResults, s statement) error {
	if s.scan != nil {
		rows, err := results.Query()
		return eachPostgresRow(rows, err, s.scan)
	}
	tag, err := results.Exec()
	return committed(s, tag, err)
}

func (l *postgresLink) query(ctx context.Context, first []statement, q statement, scan func(row) error) error {
	return l.with(func(c *pgx.Conn) error {
		if len(first) == 0 {
			rows, err := c.Query(ctx, q.text, q.args...)
			return eachPostgresRow(rows, err, scan)
		}
		return l.together(ctx, c, append(first, q), func(results pgx.BatchResults) error {
			rows, err := results.Query()
			return eachPostgresRow(rows, err, scan)
		})
	})
}

func eachPostgresRow(rows pgx.Rows, err error, scan func(row) error) error {
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

func (l *postgresLink) with(fn func(*pgx.Conn) error) error {
	return l.conn.Raw(func(conn any) error { return fn(conn.(*stdlib.Conn).Conn()) })
}

func (l *postgresLink) lend(fn func(*sql.Tx) error) error { return lend(l.conn, fn) }

func (l *postgresLink) release(doubtful bool) {
	if doubtful {
		drop(l.conn)
	}
	l.conn.Close()
}
