package sqlstore

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"modernc.org/sqlite"

	"rollcall/directory"
)

// databaseFile is the name of the database in a data folder.
const databaseFile = "rollcall.db"

// File returns the path of the SQLite database in a data folder.
func File(dir string) string { return filepath.Join(dir, databaseFile) }

// oldestSQLite has the fix of a rare corruption in write-ahead mode that all versions
// before it lack (https://sqlite.org/wal.html, "the WAL-reset bug").
const oldestSQLite = "3.51.3"

func (s *Store) openSQLite(ctx context.Context, c Config) error {
	if c.Dir == "" {
		return directory.Errorf(directory.Invalid, "", "no data folder and no database URL is given")
	}
	s.dialect, s.place = sqliteDialect, filepath.Join(c.Dir, databaseFile)
	s.folder = c.Dir
	if err := os.MkdirAll(c.Dir, 0o700); err != nil {
		return directory.Errorf(directory.Unavailable, "", "the data folder %s cannot be made: %s", c.Dir, cause(err)).
			Hinted("%s", folderHint(err))
	}
	if err := touch(s.place); err != nil {
		return directory.Errorf(directory.Unavailable, "", "the database %s cannot be opened: %s", s.place, cause(err)).
			Hinted("%s", folderHint(err))
	}
	return s.openSQLitePools(ctx, cmp.Or(c.Cache, serverCache))
}

// serverCache is what a server keeps of its database in memory, in bytes.
const serverCache = 64 << 20

// touch makes the database file readable for its owner only, before SQLite makes it
// readable for everybody. Its companions inherit the permissions.
func touch(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	return f.Close()
}

func cause(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}

// folderHint says what to do when a file cannot be opened or a folder made.
func folderHint(err error) string {
	if errors.Is(err, fs.ErrPermission) {
		return "run it as the account that owns the folder; --data names another folder"
	}
	return "--data names another folder"
}

func (s *Store) openSQLitePools(ctx context.Context, cache int) (err error) {
	// Commits are as durable without a journal entry for the file's time stamp, and take
	// half the time. Where there is no fdatasync, they take longer.
	_, _ = sqlite.Fdatasync(true)
	// One connection writes, and everything that writes shares it: a second one would
	// wait for the first by polling, and starve. Transactions take the lock when they
	// begin, for one that reads first and then wants to write may never get it. What is
	// erased is overwritten where that costs no further writing.
	if s.write, err = sql.Open("sqlite", sqliteURL(s.place, "_txlock=immediate", "journal_mode(WAL)",
		"synchronous(FULL)", "foreign_keys(1)", "busy_timeout(5000)", fmt.Sprintf("cache_size(-%d)", cache>>10),
		"temp_store(MEMORY)", "secure_delete(FAST)", "wal_autocheckpoint(4000)")); err != nil {
		return s.cannotOpen(err)
	}
	s.write.SetMaxOpenConns(1)
	version, err := s.firstAnswer(ctx)
	if err != nil {
		return s.cannotOpen(err)
	}
	if older(version, oldestSQLite) {
		return directory.Errorf(directory.Unavailable, "", "SQLite %s is built in, but %s or later is needed", version, oldestSQLite)
	}
	// No memory map: with a million people it made nothing faster that could be measured,
	// and every connection's map counts as resident memory of its own.
	if s.read, err = sql.Open("sqlite", sqliteURL(s.place, "mode=ro", "query_only(1)", "busy_timeout(5000)",
		"cache_size(-8192)", "temp_store(MEMORY)")); err != nil {
		return s.cannotOpen(err)
	}
	s.read.SetMaxOpenConns(readSessions + 1) // one for what is asked outside a session
	s.read.SetMaxIdleConns(readSessions)
	return nil
}

// firstAnswer connects, and returns SQLite's version. While another process turns a new
// file into one with a write-ahead log, SQLite answers at once that it is busy, whatever
// the timeout says.
func (s *Store) firstAnswer(ctx context.Context) (version string, err error) {
	for deadline := time.Now().Add(firstPatience); ; {
		err = s.write.QueryRowContext(ctx, "select sqlite_version()").Scan(&version)
		if err == nil || s.dialect.faultOf(err) != faultBusy || time.Now().After(deadline) || ctx.Err() != nil {
			return version, err
		}
		time.Sleep(10 * time.Millisecond)
	}
}

const firstPatience = 5 * time.Second

// sqliteURL writes a file name for the driver: one parameter, then pragmas.
func sqliteURL(path, parameter string, pragmas ...string) string {
	u := url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath()}
	q := parameter
	for _, p := range pragmas {
		q += "&_pragma=" + p
	}
	u.RawQuery = q
	return u.String()
}

// older reports whether version a, such as "3.51.3", comes before b.
func older(a, b string) bool {
	as, bs := strings.Split(a, "."), strings.Split(b, ".")
	for i := range bs {
		var x, y int
		if i < len(as) {
			x, _ = strconv.Atoi(as[i])
		}
		y, _ = strconv.Atoi(bs[i])
		if x != y {
			return x < y
		}
	}
	return false
}
