package main

import (
	"testing"

	"rollcall/config"
	"rollcall/directory"
	"rollcall/directory/sqlstore"
)

// desk is where a command works: a session on a database with one LDAP source, corp.
type desk struct {
	t *testing.T
	*session
}

// newStore makes a database with tables and nothing else.
func newStore(t *testing.T) *sqlstore.Store {
	t.Helper()
	store, err := sqlstore.Open(t.Context(), sqlstore.Config{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	if err := store.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return store
}

func newDesk(t *testing.T, options ...directory.Option) desk {
	t.Helper()
	store := newStore(t)
	ws, err := store.EnsureWorkspace(t.Context(), "default")
	if err != nil {
		t.Fatal(err)
	}
	d := desk{t, &session{Directory: directory.New(store, options...), by: commandLineActor(ws), configured: new(config.Workspace)}}
	d.must(d.by, directory.PutSource{Source: directory.Source{ID: "corp", Kind: directory.LDAPServer}})
	return d
}

func (d desk) must(by directory.Actor, c directory.Change) directory.Receipt {
	d.t.Helper()
	got, err := d.Apply(d.t.Context(), by, c)
	if err != nil {
		d.t.Fatal(err)
	}
	return got
}
