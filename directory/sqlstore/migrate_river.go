package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"

	"github.com/pressly/goose/v3"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverdatabasesql"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"
)

// The queue's tables are made by River's own migrations, which run as numbered ones of
// ours: under the same lock, counted in the same table. So this program's idea of the
// schema is one number, and a River that knows further versions is a new row here.
var riverVersions = []struct{ ours, river int }{
	{4, 4}, // apart: PostgreSQL uses a new value of an enum only after a commit
	{5, 8},
}

// lastRiverMigration is the newest of them.
const lastRiverMigration = 5

func (s *Store) riverMigrations() []*goose.Migration {
	var list []*goose.Migration
	for _, v := range riverVersions {
		list = append(list, goose.NewGoMigration(int64(v.ours), &goose.GoFunc{
			RunTx: func(ctx context.Context, tx *sql.Tx) error { return s.migrateRiver(ctx, tx, v.river) },
		}, nil))
	}
	return list
}

func (s *Store) migrateRiver(ctx context.Context, tx *sql.Tx, version int) error {
	m, err := s.riverMigrator()
	if err != nil {
		return err
	}
	//lint:ignore SA1019 what cannot share a transaction is in migrations of its own above
	if _, err := m.MigrateTx(ctx, tx, rivermigrate.DirectionUp, &rivermigrate.MigrateOpts{TargetVersion: version}); err != nil {
		return fmt.Errorf("make the queue's tables: %w", err)
	}
	return nil
}

func (s *Store) riverMigrator() (*rivermigrate.Migrator[*sql.Tx], error) {
	driver := riverdriver.Driver[*sql.Tx](riversqlite.New(nil))
	if s.dialect.remote {
		driver = riverdatabasesql.New(nil)
	}
	m, err := rivermigrate.New(driver, &rivermigrate.Config{Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return nil, fmt.Errorf("prepare the queue's tables: %w", err)
	}
	return m, nil
}
