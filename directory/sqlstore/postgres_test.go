package sqlstore_test

import (
	"crypto/rand"
	"database/sql"
	"net/url"
	"strings"
	"testing"

	"rollcall/dev/need"
	"rollcall/directory"
	"rollcall/directory/sqlstore"
	"rollcall/directory/storetest"
)

func TestPostgres(t *testing.T) {
	storetest.Run(t, func(t testing.TB) directory.Store { return openPostgres(t) })
}

// openPostgres returns an empty store in a database of its own.
func openPostgres(t testing.TB) *sqlstore.Store {
	t.Helper()
	return openAt(t, sqlstore.Config{URL: newDatabase(t)})
}

// newDatabase makes a database and returns its URL.
func newDatabase(t testing.TB) string {
	t.Helper()
	server := need.Postgres(t)
	db, err := sql.Open("pgx", server)
	if err != nil {
		t.Fatal(err)
	}
	name := "rollcall_" + strings.ToLower(rand.Text())
	if _, err := db.Exec("create database " + name); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := db.Exec("drop database " + name + " with (force)"); err != nil {
			t.Error(err)
		}
		db.Close()
	})
	u, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	u.Path = "/" + name
	return u.String()
}
