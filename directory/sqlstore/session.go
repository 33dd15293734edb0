package sqlstore

import (
	"context"
	"errors"

	"rollcall/directory"
)

// readSessions is how many views run at a time in one process.
const readSessions = 4

// querier asks one connection. The text of query must be one of a small number, for it
// is prepared and kept; queryOnce takes any, and may be given up when its context ends.
type querier interface {
	query(ctx context.Context, scan func(row) error, text string, args ...any) error
	queryOnce(ctx context.Context, scan func(row) error, text string, args ...any) error
}

// session is a reading connection. A transaction begins with the first question, unless
// every question stands apart.
type session struct {
	s     *Store
	link  link
	apart bool
	begun bool // a transaction
	asked bool
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
	link, err := s.dialect.connect(ctx, s.read, new(kept))
	if err != nil {
		s.readers <- nil
		return nil, s.explain("read", err)
	}
	return &session{s: s, link: link}, nil
}

// giveBack makes the session available to others, once its transaction has ended. Where
// the way to the database is long, nobody waits for that.
func (r *session) giveBack() {
	if r.s.dialect.remote && r.begun {
		go r.end()
		return
	}
	r.end()
}

func (r *session) end() {
	if r.begun && !r.hurt {
		r.hurt = r.link.exec(context.Background(), statement{text: rollbackText}) != nil
	}
	r.begun, r.apart, r.asked = false, false, false
	if r.hurt {
		r.link.release(true)
		r.s.readers <- nil
		return
	}
	r.s.readers <- r
}

// query asks a question that is short enough not to be interrupted: watching for a
// caller who leaves costs more than the answer, unless a network lies between.
func (r *session) query(ctx context.Context, scan func(row) error, text string, args ...any) error {
	short := ctx
	if !r.s.dialect.remote {
		short = context.WithoutCancel(ctx)
	}
	return r.ask(ctx, short, statement{text: text, args: args}, scan)
}

func (r *session) queryOnce(ctx context.Context, scan func(row) error, text string, args ...any) error {
	return r.ask(ctx, ctx, statement{text: text, args: args, once: true}, scan)
}

func (r *session) ask(ctx, within context.Context, q statement, scan func(row) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if r.hurt {
		return directory.Errorf(directory.Unavailable, "", "an earlier question of this view failed")
	}
	if checkText(q.args) != nil {
		return nil // nothing in the database is like that
	}
	fresh := !r.asked
	r.asked = true
	got := false // something was handed out
	err := r.send(within, q, func(rw row) error { got = true; return scan(rw) })
	if fresh && !got && r.lost(ctx, err) {
		// The connection had ended meanwhile; nothing was read over it yet.
		if err = r.reconnect(ctx); err == nil {
			err = r.send(within, q, scan)
		}
	}
	return r.told(ctx, err)
}

// received is an error of whoever receives rows, which is no fault of the database's.
type received struct{ error }

// send runs a question, after the beginning of the transaction if it is the first.
func (r *session) send(ctx context.Context, q statement, scan func(row) error) error {
	var first []statement
	if !r.begun && !r.apart {
		first = []statement{{text: r.s.dialect.snapshot}}
		r.begun = true
	}
	return r.link.query(ctx, first, q, func(rw row) error {
		if err := scan(rw); err != nil {
			return received{err}
		}
		return nil
	})
}

func (r *session) lost(ctx context.Context, err error) bool {
	var own received
	return err != nil && ctx.Err() == nil && !errors.As(err, &own) && r.s.dialect.faultOf(err) == faultLost
}

func (r *session) reconnect(ctx context.Context) error {
	r.link.release(true)
	link, err := r.s.dialect.connect(ctx, r.s.read, new(kept))
	if err != nil {
		return err
	}
	r.link, r.begun = link, false
	return nil
}

// told returns an error as the asker shall see it. After one of the database's the
// session is not used again.
func (r *session) told(ctx context.Context, err error) error {
	var own received
	switch {
	case err == nil:
		return nil
	case errors.As(err, &own):
		return own.error
	}
	r.hurt = true
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return r.s.explain("read", err)
}
