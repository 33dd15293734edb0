package sqlstore

import (
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/pressly/goose/v3"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// dialect is everything in which the two databases differ once a connection is open.
type dialect struct {
	name       string
	goose      goose.Dialect
	migrations string // folder
	findTable  string // counts the tables called $1
	snapshot   string // begins a transaction in which all reads see the same
	forUpdate  string // at the end of a select: keeps other writers out
	shy        string // before a column: keeps the planner from choosing an index for it

	// remote tells that a network lies between: no statement outlives its caller.
	remote bool

	// arrays tells that a list can be one argument.
	arrays bool
	// analyzes tells that the planner goes by statistics.
	analyzes bool

	begin    string // begins a transaction that will write
	link     func(*sql.Conn, *kept) link
	classify func(error) fault
}

var sqliteDialect = &dialect{
	name:       "SQLite",
	goose:      goose.DialectSQLite3,
	migrations: "migrations/sqlite",
	findTable:  "select count(*) from sqlite_master where type = 'table' and name = $1",
	snapshot:   "begin",
	shy:        "+",
	begin:      "begin immediate",
	link:       linkSQLite,
	classify:   classifySQLite,
}

var postgresDialect = &dialect{
	name:       "PostgreSQL",
	goose:      goose.DialectPostgres,
	migrations: "migrations/postgres",
	findTable:  "select count(*) from pg_tables where schemaname = current_schema() and tablename = $1",
	snapshot:   "begin transaction isolation level repeatable read, read only",
	forUpdate:  " for update",
	remote:     true,
	analyzes:   true,
	arrays:     true,
	begin:      "begin",
	link:       linkPostgres,
	classify:   classifyPostgres,
}

// fault says what an error of a database means for the transaction around it.
type fault uint8

const (
	faultOther  fault = iota // the statement failed, no more
	faultUnique              // a unique index refused it
	faultRetry               // the transaction lost a race and may be run again
	faultBusy                // another process kept the database too long
	faultLost                // the transaction may be gone: interrupted, connection lost
	faultFull                // there is no space; the transaction may be gone
	faultBroken              // the disk cannot be trusted any more
)

// classify sorts err by its code, never by its text.
func (d *dialect) faultOf(err error) fault {
	if connectionLost(err) {
		return faultLost
	}
	return d.classify(err)
}

func connectionLost(err error) bool {
	var network net.Error
	return errors.Is(err, driver.ErrBadConn) || errors.Is(err, sql.ErrConnDone) || errors.Is(err, sql.ErrTxDone) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.As(err, &network)
}

func classifySQLite(err error) fault {
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return faultOther
	}
	switch e.Code() {
	case sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY:
		return faultUnique
	case sqlite3.SQLITE_IOERR_SHMSIZE: // the index of the log could not grow; nothing was written
		return faultFull
	}
	switch e.Code() & 0xff {
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return faultBusy
	case sqlite3.SQLITE_FULL:
		return faultFull
	case sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_INTERRUPT, sqlite3.SQLITE_ABORT:
		return faultLost
	case sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_READONLY:
		return faultBroken
	}
	return faultOther
}

// Codes: https://www.postgresql.org/docs/current/errcodes-appendix.html.
func classifyPostgres(err error) fault {
	var e *pgconn.PgError
	if !errors.As(err, &e) {
		if pgconn.Timeout(err) || pgconn.SafeToRetry(err) {
			return faultLost
		}
		return faultOther
	}
	switch e.Code {
	case "23505":
		return faultUnique
	case "40001", "40P01":
		return faultRetry
	case "53100":
		return faultFull
	case "25006": // a standby: fail over before writing again
		return faultLost
	case "58030": // an I/O error is the server's to judge
		return faultLost
	}
	for _, class := range []string{"08", "53", "57", "XX", "25"} {
		if strings.HasPrefix(e.Code, class) {
			return faultLost
		}
	}
	return faultOther
}
