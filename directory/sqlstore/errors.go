package sqlstore

import (
	"errors"
	"fmt"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"rollcall/directory"
)

// explain says what an error of the database means to whoever asked.
func (s *Store) explain(doing string, err error) error {
	e := directory.Errorf(directory.Unavailable, "", "the database did not answer")
	switch s.dialect.faultOf(err) {
	case faultOther:
		e = directory.Errorf(directory.Internal, "", "something of ours broke")
	case faultFull:
		e = noSpace()
		s.ranFull(err)
	case faultUnique:
		e = directory.Errorf(directory.Exists, "", "a name, address or external id is taken")
	}
	e.Err = fmt.Errorf("%s: %w", doing, err)
	return e
}

// cannotOpen says that the database could not even be asked.
func (s *Store) cannotOpen(err error) error {
	e := directory.Errorf(directory.Unavailable, "", "the database %s cannot be opened", s.place)
	if s.dialect.faultOf(err) == faultFull {
		e = directory.Errorf(directory.Unavailable, "", "the database %s cannot be opened: there is no space left on its disk", s.place).
			Hinted("make room there and start again; nothing was lost")
	}
	e.Err = oneLine{err}
	return e
}

// oneLine tells the cause of an error in one line: pgx lists every address it tried on
// a line of its own.
type oneLine struct{ error }

// Error returns the message without line breaks.
func (e oneLine) Error() string {
	var server *pgconn.PgError
	var network *net.OpError
	switch {
	case errors.As(e.error, &server):
		return server.Message
	case errors.As(e.error, &network):
		return network.Error()
	}
	return strings.Join(strings.Fields(e.error.Error()), " ")
}

// Unwrap returns the error itself.
func (e oneLine) Unwrap() error { return e.error }
