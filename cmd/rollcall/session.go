package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/user"
	"strconv"

	"rollcall/config"
	"rollcall/directory"
	"rollcall/directory/sqlstore"
)

// session is a command at work on one workspace.
type session struct {
	*directory.Directory
	by         directory.Actor   // the person at the shell
	configured *config.Workspace // as the configuration has it
}

// work opens the database, finds the workspace and runs fn on it. A data folder that is
// empty or missing is set up first, so that any command may come before the server.
func (a *app) work(ctx context.Context, fn func(*session) error) error {
	c, err := a.config(nil)
	if err != nil {
		return err
	}
	configured, err := c.Workspace(a.Workspace)
	if err != nil {
		return usageError{err}
	}
	return a.workIn(ctx, c, []*config.Workspace{configured}, func(_ string, s *session) error { return fn(s) })
}

// workInEach is work in every workspace, or in the one that was named.
func (a *app) workInEach(ctx context.Context, fn func(slug string, s *session) error) error {
	c, err := a.config(nil)
	if err != nil {
		return err
	}
	all, err := workspaces(c, a.Workspace)
	if err != nil {
		return err
	}
	return a.workIn(ctx, c, all, fn)
}

// workspaces returns the workspace that was named, or all.
func workspaces(c *config.Config, named string) ([]*config.Workspace, error) {
	if named == "" {
		return c.Workspaces, nil
	}
	one, err := c.Workspace(named)
	if err != nil {
		return nil, usageError{err}
	}
	return []*config.Workspace{one}, nil
}

// workIn runs fn on one workspace after the other.
func (a *app) workIn(ctx context.Context, c *config.Config, all []*config.Workspace, fn func(slug string, s *session) error) (err error) {
	store, err := a.openStore(ctx, c)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	d, err := newDirectory(store, c)
	if err != nil {
		return err
	}
	for _, w := range all {
		id, err := ensureWorkspace(ctx, d, w, firstTime)
		if err != nil {
			return err
		}
		if err := fn(w.Slug, &session{d, commandLineActor(id), w}); err != nil {
			return err
		}
	}
	return nil
}

// openStore opens the database for a command that works beside a server, and brings it
// up to date where that is needed and nobody else is about to.
func (a *app) openStore(ctx context.Context, c *config.Config) (*sqlstore.Store, error) {
	where := storeConfig(c, newLogger(a.stderr, c, slog.LevelWarn))
	where.Cache = commandCache
	store, err := sqlstore.Open(ctx, where)
	if err != nil {
		return nil, err
	}
	had, _, err := store.Schema(ctx)
	if err == nil {
		err = store.Migrate(ctx)
	}
	if err != nil {
		return nil, errors.Join(err, store.Close())
	}
	if had == 0 && !a.foresees {
		a.note("made a new database in %s", madeIn(c))
	}
	return store, nil
}

// madeIn says where a new database is and what said so: whoever named the wrong folder
// would otherwise look at an empty one and wonder.
func madeIn(c *config.Config) string {
	key, place := "data", c.Data
	if c.Database.Reveal() != "" {
		key, place = "database", "PostgreSQL"
	}
	for _, s := range c.Settings() {
		if s.Key == key {
			return fmt.Sprintf("%s (from %s)", place, s.Origin)
		}
	}
	return place
}

// commandCache is what a command keeps of the database in memory, in bytes. Beside a
// server, which has the larger part of it in memory already, more of it makes even a run
// over ten thousand people no faster.
const commandCache = 8 << 20

// storeConfig says where the database is.
func storeConfig(c *config.Config, log *slog.Logger) sqlstore.Config {
	return sqlstore.Config{Dir: c.Data, URL: c.Database.Reveal(), Logger: log}
}

// newLogger returns a logger that writes to w as the configuration says, but nothing that
// is less severe than least.
func newLogger(w io.Writer, c *config.Config, least slog.Level) *slog.Logger {
	options := &slog.HandlerOptions{Level: max(least, c.LogLevel)}
	if c.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(w, options))
	}
	return slog.New(slog.NewTextHandler(w, options))
}

// commandLineActor is the person at the shell, by their account on this machine. In a
// container there may be none of the number.
func commandLineActor(ws directory.WorkspaceID) directory.Actor {
	uid := strconv.Itoa(os.Getuid())
	by := directory.Actor{Kind: directory.CommandLine, ID: "uid:" + uid, Name: "uid " + uid, Workspace: ws}
	if u, err := user.Current(); err == nil {
		by.Name = u.Username
	}
	return by
}
