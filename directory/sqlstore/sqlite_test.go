package sqlstore_test

import (
	"testing"

	"rollcall/directory"
	"rollcall/directory/sqlstore"
	"rollcall/directory/storetest"
)

// openSQLite returns an empty store in a folder of its own.
func openSQLite(t testing.TB) *sqlstore.Store {
	t.Helper()
	return openAt(t, sqlstore.Config{Dir: t.TempDir()})
}

func openAt(t testing.TB, c sqlstore.Config) *sqlstore.Store {
	t.Helper()
	s, err := sqlstore.Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	if err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSQLite(t *testing.T) {
	storetest.Run(t, func(t testing.TB) directory.Store { return openSQLite(t) })
}
