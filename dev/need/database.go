package need

import (
	"crypto/rand"
	"database/sql"
	"net/url"
	"strings"
	"testing"
)

// Database makes an empty PostgreSQL database for the test alone and returns its URL.
// It is dropped when the test ends. Whoever calls it has a driver named "pgx", as every
// test of the store has.
func Database(t testing.TB) string {
	t.Helper()
	server := Postgres(t)
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
