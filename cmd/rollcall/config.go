package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"time"

	"rollcall/config"
	"rollcall/directory"
	"rollcall/directory/sqlstore"
)

// configCommands are rollcall config ….
type configCommands struct {
	Check configCheck `cmd:"" help:"List everything that is wrong with the configuration."`
	Show  configShow  `cmd:"" help:"List every option, its value and where that comes from; secrets are masked."`
}

// configCheck is rollcall config check.
type configCheck struct{}

// Run prints that all is well, or returns every fault.
func (configCheck) Run(ctx context.Context, a *app) error {
	c, faults := a.load(nil)
	faults = append(config.Faults{}, faults...) // an empty list, not null, in JSON
	if _, err := loadKeyPair(c, slog.New(slog.DiscardHandler)); err != nil && c.TLSKey != "" {
		if more, ok := errors.AsType[config.Faults](err); ok {
			faults = append(faults, more...)
		}
	}
	if len(faults) == 0 {
		faults = append(faults, a.taken(ctx, c)...)
	}
	result := map[string]any{"file": c.File, "faults": faults}
	err := a.print(result, func(w io.Writer) {
		if len(faults) == 0 {
			fmt.Fprintf(w, "%s: no faults\n", orNone(c.File))
		}
	})
	if err != nil {
		return err
	}
	return faults.Err()
}

// databaseTimeout is how long the check of a configuration waits for a database, which it
// can do without.
const databaseTimeout = 5 * time.Second

// taken are the faults that only the database knows of, as far as there is one. A
// configuration can be checked where there is none.
func (a *app) taken(ctx context.Context, c *config.Config) config.Faults {
	_, err := os.Stat(sqlstore.File(c.Data))
	if c.Database.Reveal() == "" && errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, databaseTimeout)
	defer cancel()
	faults, err := a.asked(ctx, c)
	if err != nil {
		a.note("names of SCIM clients were not looked at: %v", err)
	}
	return faults
}

func (a *app) asked(ctx context.Context, c *config.Config) (faults config.Faults, err error) {
	store, err := sqlstore.Open(ctx, storeConfig(c, newLogger(a.stderr, c, quiet)))
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	if have, need, err := store.Schema(ctx); err != nil || have != need {
		return nil, err
	}
	return clashes(ctx, directory.New(store), c)
}

// configShow is rollcall config show.
type configShow struct{}

// Run prints what is in force.
func (configShow) Run(a *app) error {
	c, err := a.config(nil)
	if err != nil {
		return err
	}
	settings := c.Settings()
	return a.print(map[string]any{"file": c.File, "settings": settings}, func(w io.Writer) {
		var rows [][]string
		for _, s := range settings {
			rows = append(rows, []string{s.Key, s.Value, s.Origin.String()})
		}
		table(w, []string{"KEY", "VALUE", "FROM"}, rows)
	})
}

// orNone names the file that was read.
func orNone(file string) string {
	if file == "" {
		return "no file"
	}
	return file
}
