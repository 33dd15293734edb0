package directory_test

import (
	"testing"

	"rollcall/dev/need"
	. "rollcall/directory"
	"rollcall/directory/sqlstore"
)

// onBoth runs a test on SQLite and on PostgreSQL, for what concurrency or the database
// itself could make different.
func onBoth(t *testing.T, test func(t *testing.T, f func(Settings) *fixture)) {
	t.Run("SQLite", func(t *testing.T) {
		test(t, func(s Settings) *fixture { return open(t, s) })
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		url := need.Database(t)
		test(t, func(s Settings) *fixture { return openAt(t, sqlstore.Config{URL: url}, s) })
	})
}

// store opens a migrated store that is closed with the test.
func store(t testing.TB, c sqlstore.Config) Store {
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
