package sqlstore

import (
	"context"
	"database/sql"
	"fmt"

	"rollcall/directory"
)

// readSessions is how many views run at a time in one process.
const readSessions = 4

// querier runs statements on one connection. The text of query and exec must be one of
// a small number, for it is prepared and kept; queryOnce takes any.
type querier interface {
	query(ctx context.Context, text string, args ...any) (*sql.Rows, error)
	queryOnce(ctx context.Context, text string, args ...any) (*sql.Rows, error)
	// failed sorts an error that came while rows were read, and returns what to tell.
	failed(ctx context.Context, err error) error
}

// session is a reading connection with its prepared statements. A transaction begins
// with the first statement.
type session struct {
	s     *Store
	conn  *sql.Conn
	texts map[string]*sql.Stmt
	begun bool
	hurt  bool // a statement failed: the connection is not used again
}

// takeSession waits for a reading connection.
func (s *Store) takeSession(ctx context.Context) (*session, error) {
	var r *session
	select {
	case r = <-s.readers:
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-s.closing:
		return nil, directory.Errorf(directory.Unavailable, "", "the store is closing")
	}
	if r != nil {
		return r, nil
	}
	conn, err := s.read.Conn(ctx)
	if err != nil {
		s.readers <- nil
		return nil, s.unavailable("read", err)
	}
	return &session{s: s, conn: conn, texts: make(map[string]*sql.Stmt)}, nil
}

// giveBack ends the session's transaction and makes it available to others.
func (r *session) giveBack() {
	if r.begun && !r.hurt {
		r.hurt = r.run(context.Background(), "rollback") != nil
	}
	r.begun = false
	if r.hurt {
		r.close()
		r.s.readers <- nil
		return
	}
	r.s.readers <- r
}

// close gives the connection up. It is not put back into the pool when it is in doubt.
func (r *session) close() {
	for _, st := range r.texts {
		st.Close()
	}
	if r.hurt {
		discard(r.conn)
	}
	r.conn.Close()
}

func (r *session) query(ctx context.Context, text string, args ...any) (*sql.Rows, error) {
	ctx, err := r.enter(ctx, args)
	if err != nil {
		return nil, err
	}
	if !r.s.dialect.prepare {
		rows, err := r.conn.QueryContext(ctx, text, args...)
		return rows, r.failed(ctx, err)
	}
	st, err := r.statement(ctx, text)
	if err != nil {
		return nil, r.failed(ctx, err)
	}
	rows, err := st.QueryContext(ctx, args...)
	return rows, r.failed(ctx, err)
}

func (r *session) queryOnce(ctx context.Context, text string, args ...any) (*sql.Rows, error) {
	if _, err := r.enter(ctx, args); err != nil {
		return nil, err
	}
	rows, err := r.conn.QueryContext(ctx, text, args...)
	return rows, r.failed(ctx, err)
}

// enter begins the snapshot, and returns the context to run a short statement with:
// watching for a caller who leaves costs more than such a statement, unless a network
// lies between.
func (r *session) enter(ctx context.Context, args []any) (context.Context, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if r.hurt {
		return nil, directory.Errorf(directory.Unavailable, "", "an earlier question of this view failed")
	}
	if err := checkText(args); err != nil {
		return nil, err
	}
	if !r.s.dialect.remote {
		ctx = context.WithoutCancel(ctx)
	}
	if r.begun {
		return ctx, nil
	}
	if err := r.run(ctx, r.s.dialect.snapshot); err != nil {
		return nil, r.failed(ctx, err)
	}
	r.begun = true
	return ctx, nil
}

// run executes a statement that returns nothing.
func (r *session) run(ctx context.Context, text string) error {
	if !r.s.dialect.prepare {
		_, err := r.conn.ExecContext(ctx, text)
		return err
	}
	st, err := r.statement(ctx, text)
	if err != nil {
		return err
	}
	_, err = st.ExecContext(ctx)
	return err
}

func (r *session) statement(ctx context.Context, text string) (*sql.Stmt, error) {
	if st := r.texts[text]; st != nil {
		return st, nil
	}
	st, err := r.conn.PrepareContext(ctx, text)
	if err != nil {
		return nil, fmt.Errorf("prepare %q: %w", text, err)
	}
	r.texts[text] = st
	return st, nil
}

func (r *session) failed(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	r.hurt = true
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return r.s.unavailable("read", err)
}

// unavailable says that the database did not answer as it should.
func (s *Store) unavailable(doing string, err error) error {
	e := directory.Errorf(directory.Unavailable, "", "the database did not answer")
	switch s.dialect.faultOf(err) {
	case faultOther:
		e = directory.Errorf(directory.Internal, "", "something of ours broke")
	case faultUnique:
		e = directory.Errorf(directory.Exists, "", "a name, address or external id is taken")
	}
	e.Err = fmt.Errorf("%s: %w", doing, err)
	return e
}
