package sqlstore

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"rollcall/directory"
)

//go:embed migrations
var migrations embed.FS

// Migrate brings the tables to the form that this program needs, once for all
// processes. A database that a newer program wrote is refused, and so is changing one
// under a running server.
func (s *Store) Migrate(ctx context.Context) error {
	have, want, err := s.versions(ctx)
	if err != nil {
		return err
	}
	switch {
	case have > want:
		return s.newer(have, want)
	case have == want:
		return nil
	}
	if s.folder == "" || s.locked != nil {
		return s.migrateUp(ctx, have)
	}
	return s.migrateInTurn(ctx)
}

// migrationPatience is for a server that holds the data folder while its tables are
// older: it brings them up to date as soon as it starts, however slow the machine is.
const migrationPatience = 20 * time.Second

// migrateInTurn migrates a data folder whose server this process is not. One process
// does so at a time, and none while a server of another version works.
func (s *Store) migrateInTurn(ctx context.Context) error {
	var turn *os.File
	err := until(ctx, s.busy(), func() (done bool, err error) {
		turn, err = s.take(turnFile, false)
		return turn != nil, err
	})
	if err != nil {
		return err
	}
	defer turn.Close()
	refusal := directory.Errorf(directory.Unavailable, "", "the database %s is older than this program, and a server is using it", s.place).
		Hinted("stop the server and start its newer version")
	patient, cancel := context.WithTimeout(ctx, migrationPatience)
	defer cancel()
	return until(patient, refusal, func() (bool, error) {
		have, want, err := s.versions(patient)
		switch {
		case err != nil && patient.Err() != nil:
			return true, refusal
		case err != nil || have == want:
			return true, err
		case have > want:
			return true, s.newer(have, want)
		}
		f, err := s.take(lockFile, true)
		if err != nil || f == nil {
			return false, err
		}
		defer f.Close()
		return true, s.migrateUp(ctx, have)
	})
}

// migrateUp makes the tables, or changes those of the version that the database has.
func (s *Store) migrateUp(ctx context.Context, have int64) error {
	p, err := s.migrator()
	if err != nil {
		return err
	}
	done, err := p.Up(ctx)
	if err != nil && s.dialect.faultOf(err) == faultFull {
		return s.cannotOpen(err)
	}
	if err != nil {
		return fmt.Errorf("migrate %s: %w", s.place, err)
	}
	if have == 0 && len(done) > 0 {
		s.log.Info("the database was made", "version", done[len(done)-1].Source.Version)
		return nil
	}
	for _, m := range done {
		s.log.Info("the database was migrated", "version", m.Source.Version, "dur", m.Duration)
	}
	return nil
}

func (s *Store) newer(have, want int64) error {
	return directory.Errorf(directory.Unavailable, "", "the database %s was written by a newer program: it has version %d, this one knows %d",
		s.place, have, want).Hinted("run the newer program, or restore a backup from before the upgrade")
}

func (s *Store) migrator() (*goose.Provider, error) {
	options := []goose.ProviderOption{goose.WithDisableGlobalRegistry(true), goose.WithGoMigrations(s.riverMigrations()...)}
	if s.dialect == postgresDialect {
		// Replicas that start together take turns. A session's advisory lock would not
		// survive a pooler, so it is a table.
		locker, err := lock.NewPostgresTableLocker()
		if err != nil {
			return nil, fmt.Errorf("prepare migrations: %w", err)
		}
		options = append(options, goose.WithLocker(locker))
	}
	files, err := fs.Sub(migrations, s.dialect.migrations)
	if err != nil {
		return nil, fmt.Errorf("read migrations: %w", err)
	}
	p, err := goose.NewProvider(s.dialect.goose, s.write, files, options...)
	if err != nil {
		return nil, fmt.Errorf("prepare migrations: %w", err)
	}
	return p, nil
}

// checkSchema reports whether the tables are those that this program knows.
func (s *Store) checkSchema(ctx context.Context) error {
	have, want, err := s.versions(ctx)
	switch {
	case err != nil:
		return err
	case have > want:
		return s.newer(have, want)
	case have < want:
		return directory.Errorf(directory.Unavailable, "", "the database %s is older than this program", s.place).
			Hinted("run rollcall migrate")
	}
	return nil
}

// versions returns the schema's version in the database, 0 for none, and the one that
// this program was built with.
func (s *Store) versions(ctx context.Context) (have, want int64, err error) {
	if want, err = newest(s.dialect.migrations); err != nil {
		return 0, 0, err
	}
	var tables int64
	if err := s.read.QueryRowContext(ctx, s.dialect.findTable, "goose_db_version").Scan(&tables); err != nil {
		return 0, 0, s.cannotOpen(err)
	}
	if tables == 0 {
		return 0, want, nil
	}
	err = s.read.QueryRowContext(ctx, `
		select coalesce(max(version_id), 0)
		from goose_db_version
		where is_applied = true`).Scan(&have)
	if err != nil {
		return 0, 0, s.cannotOpen(err)
	}
	return have, want, nil
}

// newest returns the highest number that a migration's file name begins with.
func newest(folder string) (int64, error) {
	files, err := migrations.ReadDir(folder)
	if err != nil {
		return 0, fmt.Errorf("read migrations: %w", err)
	}
	top := int64(lastRiverMigration)
	for _, f := range files {
		number, _, _ := strings.Cut(f.Name(), "_")
		n, err := strconv.ParseInt(number, 10, 64)
		if err != nil {
			return 0, fmt.Errorf("read migration %s: %w", f.Name(), err)
		}
		top = max(top, n)
	}
	return top, nil
}
