package main

import (
	"context"
	"errors"
	"log/slog"
	"os"

	"rollcall/directory"
	"rollcall/directory/sqlstore"
)

// backupCommand is rollcall backup.
type backupCommand struct {
	File string `arg:"" help:"File to write, which must not exist yet."`
}

// Run copies the database and checks the copy, its audit log included.
func (c backupCommand) Run(ctx context.Context, a *app) (err error) {
	configured, err := a.config(nil)
	if err != nil {
		return err
	}
	if err := hasDatabase(configured.Data, configured.Database.Reveal()); err != nil {
		return err
	}
	store, err := sqlstore.Open(ctx, storeConfig(configured, newLogger(a.stderr, configured, slog.LevelWarn)))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	var records int64
	if err := store.Backup(ctx, c.File, countVerified(&records)); err != nil {
		return err
	}
	info, err := os.Stat(c.File)
	if err != nil {
		return err
	}
	return a.say(map[string]any{"file": c.File, "bytes": info.Size(), "records": records},
		"the database was copied to %s, with %s in order; secret.key is not in it", c.File, count(int(records), "audit record"))
}

// hasDatabase keeps a backup from making the database that it is to copy.
func hasDatabase(folder, url string) error {
	if url != "" {
		return nil
	}
	if _, err := os.Stat(sqlstore.File(folder)); err != nil {
		return directory.Errorf(directory.NotFound, "", "there is no database in %s", folder).Hinted("--data names another folder")
	}
	return nil
}

// restoreCommand is rollcall restore.
type restoreCommand struct {
	File string `arg:"" help:"File that rollcall backup wrote."`
}

// Run checks the copy and puts it into the data folder.
func (c restoreCommand) Run(ctx context.Context, a *app) error {
	configured, err := a.config(nil)
	if err != nil {
		return err
	}
	var records int64
	log := newLogger(a.stderr, configured, slog.LevelWarn)
	if err := sqlstore.Restore(ctx, storeConfig(configured, log), c.File, countVerified(&records)); err != nil {
		return err
	}
	return a.say(map[string]any{"data": configured.Data, "records": records},
		"the database was restored into %s, with %s in order", configured.Data, count(int(records), "audit record"))
}

// countVerified checks the audit log of every workspace and counts its records.
func countVerified(records *int64) sqlstore.Check {
	return func(ctx context.Context, store *sqlstore.Store) error {
		all, err := store.Workspaces(ctx)
		if err != nil {
			return err
		}
		for _, ws := range all {
			var v verdict
			err := store.View(ctx, ws.ID, func(ctx context.Context, tx directory.ReadTx) (err error) {
				v, err = verify(ctx, tx, directory.AuditHead{})
				return err
			})
			switch {
			case err != nil:
				return err
			case !v.Whole:
				return directory.Errorf(directory.Denied, "", "the audit log of %s in the copy is broken: %s", ws.Slug, v.Message).
					Hinted("no copy was kept; compare with: rollcall audit verify")
			}
			*records += v.Records
		}
		return nil
	}
}
