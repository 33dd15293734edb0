package sqlstore

import (
	"context"
	"database/sql"
	"database/sql/driver"
)

// lend hands a link's connection to fn as a transaction of database/sql, for a library
// that wants one. The transaction is the one that is already open on the connection:
// beginning and ending the lent one does nothing, and costs no round trip.
func lend(conn *sql.Conn, fn func(*sql.Tx) error) error {
	return conn.Raw(func(raw any) error {
		db := sql.OpenDB(lender{lent{raw.(driver.Conn)}})
		defer db.Close()
		tx, err := db.BeginTx(context.Background(), nil)
		if err != nil {
			return err
		}
		defer func() { _ = tx.Rollback() }()
		return fn(tx)
	})
}

// lender is a connector that always connects to the same connection.
type lender struct{ conn lent }

// Connect implements [driver.Connector].
func (l lender) Connect(context.Context) (driver.Conn, error) { return l.conn, nil }

// Driver implements [driver.Connector].
func (lender) Driver() driver.Driver { return nil }

// lent is a connection that somebody else owns and on which a transaction is open. Both
// drivers have all these abilities.
type lent struct{ conn driver.Conn }

var (
	_ driver.ConnBeginTx        = lent{}
	_ driver.ConnPrepareContext = lent{}
	_ driver.ExecerContext      = lent{}
	_ driver.QueryerContext     = lent{}
	_ driver.NamedValueChecker  = lent{}
)

// Close implements [driver.Conn]; the connection stays open.
func (lent) Close() error { return nil }

// Begin implements [driver.Conn].
func (lent) Begin() (driver.Tx, error) { return begun{}, nil }

// BeginTx implements [driver.ConnBeginTx]: the transaction is open already.
func (lent) BeginTx(context.Context, driver.TxOptions) (driver.Tx, error) { return begun{}, nil }

// Prepare implements [driver.Conn].
func (l lent) Prepare(text string) (driver.Stmt, error) { return l.conn.Prepare(text) }

// PrepareContext implements [driver.ConnPrepareContext].
func (l lent) PrepareContext(ctx context.Context, text string) (driver.Stmt, error) {
	return l.conn.(driver.ConnPrepareContext).PrepareContext(ctx, text)
}

// ExecContext implements [driver.ExecerContext].
func (l lent) ExecContext(ctx context.Context, text string, args []driver.NamedValue) (driver.Result, error) {
	return l.conn.(driver.ExecerContext).ExecContext(ctx, text, args)
}

// QueryContext implements [driver.QueryerContext].
func (l lent) QueryContext(ctx context.Context, text string, args []driver.NamedValue) (driver.Rows, error) {
	return l.conn.(driver.QueryerContext).QueryContext(ctx, text, args)
}

// CheckNamedValue implements [driver.NamedValueChecker].
func (l lent) CheckNamedValue(v *driver.NamedValue) error {
	if checker, ok := l.conn.(driver.NamedValueChecker); ok {
		return checker.CheckNamedValue(v)
	}
	return driver.ErrSkip
}

// begun is a transaction that somebody else ends.
type begun struct{}

// Commit implements [driver.Tx].
func (begun) Commit() error { return nil }

// Rollback implements [driver.Tx].
func (begun) Rollback() error { return nil }
