package sqlstore

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strconv"
	"strings"
)

// sqliteLink is a connection to SQLite with its prepared statements.
type sqliteLink struct {
	conn *sql.Conn
	kept *kept
}

// kept holds the prepared statements of one connection of the driver's, which outlives
// the links to it.
type kept struct {
	conn  any
	texts map[string]driver.Stmt
}

func linkSQLite(conn *sql.Conn, k *kept) link { return &sqliteLink{conn, k} }

func (l *sqliteLink) exec(ctx context.Context, list ...statement) error {
	return l.conn.Raw(func(conn any) error {
		for _, s := range list {
			if err := l.exec1(ctx, conn, s); err != nil {
				return &failure{s, err}
			}
		}
		return nil
	})
}

func (l *sqliteLink) exec1(ctx context.Context, conn any, s statement) error {
	st, err := l.kept.statement(ctx, conn, s)
	if err != nil {
		return err
	}
	if s.scan != nil {
		return done(st, s, queryRows(ctx, st, s.args, s.scan))
	}
	args, err := values(s.args)
	if err != nil {
		return err
	}
	_, err = st.(driver.StmtExecContext).ExecContext(ctx, args)
	return done(st, s, err)
}

func (l *sqliteLink) query(ctx context.Context, first []statement, q statement, scan func(row) error) error {
	if len(first) > 0 {
		if err := l.exec(ctx, first...); err != nil {
			return err
		}
	}
	return l.conn.Raw(func(conn any) error {
		st, err := l.kept.statement(ctx, conn, q)
		if err != nil {
			return err
		}
		return done(st, q, queryRows(ctx, st, q.args, scan))
	})
}

func queryRows(ctx context.Context, st driver.Stmt, list []any, scan func(row) error) (err error) {
	args, err := values(list)
	if err != nil {
		return err
	}
	rows, err := st.(driver.StmtQueryContext).QueryContext(ctx, args)
	if err != nil {
		return err
	}
	defer func() {
		if e := rows.Close(); err == nil {
			err = e
		}
	}()
	r := sqliteRow(make([]driver.Value, len(rows.Columns())))
	for {
		if err := rows.Next(r); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		if err := scan(r); err != nil {
			return err
		}
	}
}

// done closes a statement that was for once.
func done(st driver.Stmt, s statement, err error) error {
	if s.once {
		if e := st.Close(); err == nil {
			err = e
		}
	}
	return err
}

// statement returns the prepared statement for a text.
func (k *kept) statement(ctx context.Context, conn any, s statement) (driver.Stmt, error) {
	if k.conn != conn {
		// The pool has a new connection. The statements of the old one went with it.
		k.conn, k.texts = conn, make(map[string]driver.Stmt)
	}
	if st := k.texts[s.text]; st != nil {
		return st, nil
	}
	st, err := conn.(driver.ConnPrepareContext).PrepareContext(ctx, orFail(positional(s.text)))
	if err != nil {
		return nil, fmt.Errorf("prepare %q: %w", s.text, err)
	}
	if !s.once {
		k.texts[s.text] = st
	}
	return st, nil
}

// positional returns the text with "?" for its placeholders, if each stands once and in
// order. SQLite keeps the numbered ones in a list, in which the driver looks up every
// argument by walking it: with the arguments of many rows that takes longer than to
// insert them.
func positional(text string) string {
	n := 0
	inOrder := true
	short := placeholder.ReplaceAllStringFunc(text, func(p string) string {
		n++
		inOrder = inOrder && p == "$"+strconv.Itoa(n)
		return "?"
	})
	if !inOrder {
		return text
	}
	return short
}

// orFail returns the text of an insert as one that stays half done when it fails. What
// fails ends its step, or the batch, and is undone with that; an insert of many rows that
// SQLite had to be able to undo alone would first copy every page that it touches.
func orFail(text string) string {
	if rest, ok := strings.CutPrefix(strings.TrimLeft(text, " \t\n"), "insert into "); ok {
		return "insert or fail into " + rest
	}
	return text
}

// close closes the statements of a connection, which must happen before that is closed.
// Those of another one went with it: nothing of a connection may be touched any more once
// its pool has closed it.
func (k *kept) close(conn *sql.Conn) {
	_ = conn.Raw(func(now any) error {
		if now == k.conn {
			for _, st := range k.texts {
				st.Close()
			}
		}
		return nil
	})
	k.conn, k.texts = nil, nil
}

func (l *sqliteLink) lend(fn func(*sql.Tx) error) error { return lend(l.conn, fn) }

func (l *sqliteLink) release(doubtful bool) {
	if doubtful {
		l.kept.close(l.conn)
		drop(l.conn)
	}
	l.conn.Close()
}

func values(args []any) ([]driver.NamedValue, error) {
	list := make([]driver.NamedValue, len(args))
	for i, a := range args {
		v, err := driver.DefaultParameterConverter.ConvertValue(a)
		if err != nil {
			return nil, fmt.Errorf("argument %d: %w", i+1, err)
		}
		list[i] = driver.NamedValue{Ordinal: i + 1, Value: v}
	}
	return list, nil
}

// sqliteRow is a row as the driver hands it out: integers, text and bytes.
type sqliteRow []driver.Value

// Scan copies the values into what dest points at.
func (r sqliteRow) Scan(dest ...any) error {
	for i, d := range dest {
		if err := assign(d, r[i]); err != nil {
			return fmt.Errorf("column %d: %w", i+1, err)
		}
	}
	return nil
}

func assign(dest any, v driver.Value) error {
	switch d := dest.(type) {
	case *string:
		return assignString(d, v)
	case *[]byte:
		return assignBytes(d, v)
	case *int64:
		n, ok := v.(int64)
		*d = n
		return fits(ok, dest, v)
	case *bool:
		n, isInt := v.(int64)
		b, isBool := v.(bool)
		*d = n != 0 || b
		return fits(isInt || isBool, dest, v)
	}
	return assignNamed(dest, v)
}

func assignString(d *string, v driver.Value) error {
	s, ok := v.(string)
	*d = s
	return fits(ok, d, v)
}

// assignBytes leaves nil where the database has null.
func assignBytes(d *[]byte, v driver.Value) error {
	switch v := v.(type) {
	case nil:
		*d = nil
	case string:
		*d = []byte(v)
	case []byte:
		*d = v
	default:
		return fits(false, d, v)
	}
	return nil
}

// assignNamed serves the domain's own types of text and numbers.
func assignNamed(dest any, v driver.Value) error {
	to := reflect.ValueOf(dest).Elem()
	switch v := v.(type) {
	case string:
		if to.Kind() == reflect.String {
			to.SetString(v)
			return nil
		}
	case int64:
		if to.CanInt() {
			to.SetInt(v)
			return nil
		}
	}
	return fits(false, dest, v)
}

func fits(ok bool, dest any, v driver.Value) error {
	if !ok {
		return fmt.Errorf("a %T does not fit into a %T", v, dest)
	}
	return nil
}
