package main

import (
	"context"
	"errors"
	"log/slog"

	"rollcall/directory/sqlstore"
)

// migrateCommand is rollcall migrate.
type migrateCommand struct{}

// Run brings the database to the form that this program needs.
func (migrateCommand) Run(ctx context.Context, a *app) (err error) {
	c, err := a.config(nil)
	if err != nil {
		return err
	}
	store, err := sqlstore.Open(ctx, storeConfig(c, newLogger(a.stderr, c, slog.LevelWarn)))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	before, _, err := store.Schema(ctx)
	if err != nil {
		return err
	}
	if err := store.Migrate(ctx); err != nil {
		return err
	}
	after, _, err := store.Schema(ctx)
	if err != nil {
		return err
	}
	result := map[string]any{"before": before, "now": after}
	if before == after {
		return a.say(result, "the database is at version %d and needs nothing", after)
	}
	return a.say(result, "the database went from version %d to %d", before, after)
}
