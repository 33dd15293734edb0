package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"io"
	"os"
	"path/filepath"

	"rollcall/directory"
)

// Check looks at a copy of a database before it is relied upon.
type Check func(context.Context, *Store) error

// Backup copies a SQLite database into a new file, as it is at one moment, while others
// read and write. The copy is whole, passed the check and is on the disk when Backup
// returns nil; otherwise there is none.
func (s *Store) Backup(ctx context.Context, file string, check Check) error {
	if s.dialect.remote {
		return directory.Errorf(directory.Invalid, "", "PostgreSQL makes its own backups").
			Hinted("use pg_dump; docs/operations.md says how")
	}
	if err := s.checkSchema(ctx); err != nil {
		return err // the program that wrote it knows how to check the copy
	}
	if _, err := os.Lstat(file); err == nil {
		return directory.Errorf(directory.Exists, "", "%s exists already", file).Hinted("name another file, or remove it")
	}
	part := file + ".part"
	discard(part) // of a copy that was cut short
	if err := s.vacuumInto(ctx, part); err != nil {
		discard(part)
		return err
	}
	return keep(ctx, part, file, check)
}

// vacuumInto has SQLite write the copy, into a file that only its owner can read.
func (s *Store) vacuumInto(ctx context.Context, file string) error {
	if err := touch(file); err != nil {
		return cannotCopy(file, err)
	}
	db, err := sql.Open("sqlite", sqliteURL(s.place, "mode=ro", "busy_timeout(5000)"))
	if err != nil {
		return s.cannotOpen(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(ctx, "vacuum into $1", file); err != nil {
		return cannotCopy(file, err)
	}
	return nil
}

// Restore puts a copy of a SQLite database into the data folder of c, which has none yet,
// if it is whole, of a version that this program knows, and passes the check.
func Restore(ctx context.Context, c Config, file string, check Check) error {
	if c.URL != "" {
		return directory.Errorf(directory.Invalid, "", "PostgreSQL restores its own backups").
			Hinted("use pg_restore; docs/operations.md says how")
	}
	if err := isDatabase(file); err != nil {
		return err
	}
	if err := os.MkdirAll(c.Dir, 0o700); err != nil {
		return cannotCopy(c.Dir, err)
	}
	s := &Store{place: filepath.Join(c.Dir, databaseFile), folder: c.Dir}
	if err := s.Lock(ctx); err != nil {
		return err
	}
	defer s.unlock()
	if err := s.vacant(); err != nil {
		return err
	}
	part := s.place + ".part"
	discard(part)
	if err := copyFile(file, part); err != nil {
		discard(part)
		return err
	}
	return keep(ctx, part, s.place, check)
}

// keep gives a copy its name if it passes the check, and removes it if not.
func keep(ctx context.Context, part, file string, check Check) error {
	err := examine(ctx, part, check)
	if err == nil {
		err = settle(part, file)
	}
	if err != nil {
		discard(part)
	}
	return err
}

func discard(part string) {
	for _, suffix := range []string{"", "-wal", "-shm"} {
		os.Remove(part + suffix)
	}
}

// isDatabase refuses what SQLite did not write, before anything is made of it.
func isDatabase(file string) error {
	f, err := os.Open(file)
	if err != nil {
		return cannotCopy(file, err)
	}
	defer f.Close()
	const magic = "SQLite format 3\x00"
	head := make([]byte, len(magic))
	if _, err := io.ReadFull(f, head); err != nil || string(head) != magic {
		return notOurs(file)
	}
	return nil
}

// vacant refuses to overwrite a database, or to lay another one under what is left of its
// log.
func (s *Store) vacant() error {
	for _, suffix := range []string{"", "-wal", "-shm"} {
		if _, err := os.Lstat(s.place + suffix); err == nil {
			return directory.Errorf(directory.Exists, "", "%s exists already", s.place+suffix).
				Hinted("move %[1]s, %[1]s-wal and %[1]s-shm away, or restore into another folder with --data", databaseFile)
		}
	}
	return nil
}

func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return cannotCopy(from, err)
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return cannotCopy(to, err)
	}
	_, err = io.Copy(out, in)
	if err := errors.Join(err, out.Close()); err != nil {
		return cannotCopy(to, err)
	}
	return nil
}

// examine checks a copy, and leaves it as one file, without a log beside it.
func examine(ctx context.Context, file string, check Check) error {
	err := inspect(ctx, file, check)
	if err == nil {
		err = foldLog(ctx, file)
	}
	if err != nil && sqliteDialect.faultOf(err) == faultBroken {
		return damaged(file, err.Error())
	}
	return err
}

// inspect opens a copy, has SQLite look for damage, and checks it.
func inspect(ctx context.Context, file string, check Check) (err error) {
	s, err := openWith(Config{}, func(s *Store) error {
		s.dialect, s.place = sqliteDialect, file
		return s.openSQLitePools(ctx, serverCache)
	})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	var found string
	if err := s.read.QueryRowContext(ctx, "pragma integrity_check(1)").Scan(&found); err != nil {
		return err
	}
	if found != "ok" {
		return damaged(file, found)
	}
	have, _, err := s.versions(ctx)
	if err == nil && have == 0 {
		err = notOurs(file)
	}
	if err == nil {
		err = s.Migrate(ctx) // the copy of an older program, or refuses that of a newer one
	}
	if err != nil {
		return err
	}
	return check(ctx, s)
}

// foldLog moves what the log beside a database holds into it, and removes the log.
func foldLog(ctx context.Context, file string) error {
	db, err := sql.Open("sqlite", sqliteURL(file, "mode=rw"))
	if err != nil {
		return err
	}
	defer db.Close()
	_, err = db.ExecContext(ctx, "pragma journal_mode = delete")
	return err
}

func damaged(file, how string) error {
	return directory.Errorf(directory.Invalid, "", "%s is damaged: %s", file, how).Hinted("use an older copy")
}

func notOurs(file string) error {
	return directory.Errorf(directory.Invalid, "", "%s is not a database of Rollcall", file).
		Hinted("restore what rollcall backup wrote")
}

// settle gives a file its name once its content is on the disk.
func settle(part, file string) error {
	if err := syncPath(part); err != nil {
		return cannotCopy(part, err)
	}
	if err := os.Rename(part, file); err != nil {
		return cannotCopy(file, err)
	}
	if err := syncPath(filepath.Dir(file)); err != nil {
		return cannotCopy(file, err)
	}
	return nil
}

func syncPath(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

func cannotCopy(file string, err error) error {
	e := directory.Errorf(directory.Unavailable, "", "%s cannot be copied", file)
	e.Err = cause(err)
	return e
}
