package sqlstore

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"strings"
	"unicode/utf8"

	"rollcall/directory"
)

// link is one connection of a database, taken from its pool for a while. Statements go
// to the driver itself: what database/sql does around each of them costs about as much
// as the shorter ones.
type link interface {
	// exec runs statements in order, as far as possible in one round trip, and hands the
	// rows of those that have some to their scan. What comes after a failed one is not run.
	exec(ctx context.Context, list ...statement) error
	// query runs the statements of first as exec does, and then a query, of which it
	// hands every row to scan. Scan must not use the link.
	query(ctx context.Context, first []statement, q statement, scan func(row) error) error
	// lend hands the connection, with its open transaction, to a library.
	lend(fn func(*sql.Tx) error) error
	// release gives the connection back to its pool, or closes it if it is in doubt.
	release(doubtful bool)
}

// statement is a text with its arguments. Unless it is for once, the text is one of a
// small number, prepared and kept.
type statement struct {
	text string
	args []any
	once bool
	scan func(row) error // of a query; must not use the link
	by   *update         // who is to blame if it fails

	rows   *manyRows // of an insert that may be joined with others
	joined bool      // it was, and nobody knows who is to blame
}

// failure is the error of one of several statements that were sent together.
type failure struct {
	s   statement
	err error
}

// Error returns the database's own words.
func (f *failure) Error() string { return f.err.Error() }

// Unwrap returns the error of the database.
func (f *failure) Unwrap() error { return f.err }

// again says how to run a batch again that this failure ended, or returns nil if that
// would help nobody.
func (f *failure) again(err error) error {
	switch {
	case f.s.joined:
		return &rerun{apart: true, err: err}
	case f.s.by != nil:
		return &rerun{without: f.s.by, err: err}
	}
	return nil
}

// row is a row of a query.
type row interface {
	Scan(dest ...any) error
}

// connect takes a connection from a pool.
func (d *dialect) connect(ctx context.Context, db *sql.DB, k *kept) (link, error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, fmt.Errorf("connect: %w", err)
	}
	return d.link(conn, k), nil
}

// drop closes a connection instead of giving it back to its pool.
func drop(conn *sql.Conn) {
	_ = conn.Raw(func(any) error { return driver.ErrBadConn })
}

// checkText refuses text that not every database can hold, before a database refuses
// it and takes the whole transaction with it.
func checkText(args []any) error {
	for _, a := range args {
		switch a := a.(type) {
		case string:
			if !storable(a) {
				return directory.Errorf(directory.Invalid, "", "the text contains characters that cannot be kept")
			}
		case []string:
			for _, text := range a {
				if !storable(text) {
					return directory.Errorf(directory.Invalid, "", "the text contains characters that cannot be kept")
				}
			}
		}
	}
	return nil
}

func storable(text string) bool { return strings.IndexByte(text, 0) < 0 && utf8.ValidString(text) }
