package sqlstore

import (
	"context"
	"fmt"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"rollcall/dev/need"
	"rollcall/directory"
)

// forEngines runs a test on both databases.
func forEngines(t *testing.T, fn func(t *testing.T, s *Store)) {
	t.Run("sqlite", func(t *testing.T) { fn(t, newStore(t)) })
	t.Run("postgres", func(t *testing.T) { fn(t, newPostgres(t)) })
}

// newStore returns an empty store on SQLite.
func newStore(t testing.TB) *Store {
	t.Helper()
	return opened(t, Config{Dir: t.TempDir()})
}

// newPostgres returns an empty store on PostgreSQL.
func newPostgres(t testing.TB) *Store {
	t.Helper()
	return opened(t, Config{URL: need.Database(t)})
}

// opened opens a store that has its tables, until the test ends.
func opened(t testing.TB, c Config) *Store {
	t.Helper()
	s, err := Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	if err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s
}

func workspaceIn(t testing.TB, s *Store) directory.WorkspaceID {
	t.Helper()
	ws, err := s.EnsureWorkspace(t.Context(), "default")
	if err != nil {
		t.Fatal(err)
	}
	return ws
}

// serial tells people apart.
var serial atomic.Int64

// employee is somebody whose document has about 0.9 KB.
func employee(i int) *directory.User {
	now := time.Now().UTC().Truncate(time.Millisecond)
	name := "employee." + strconv.Itoa(i)
	return &directory.User{
		ID: directory.NewID(now), ExternalID: fmt.Sprintf("00u%017d", i*7919%100_000_007), UserName: name + "@acme.example",
		Name:        &directory.Name{GivenName: "Given" + strconv.Itoa(i%997), FamilyName: "Family" + strconv.Itoa(i%1009), Formatted: "Given Family"},
		DisplayName: fmt.Sprintf("Given%d Family%d", i%997, i%1009), Title: "Engineer", Locale: "en-US", Timezone: "Europe/Berlin", Wanted: i%10 != 0,
		Emails:       []directory.MultiValue{{Value: name + "@acme.example", Type: "work", Primary: true}},
		PhoneNumbers: []directory.MultiValue{{Value: "+49 30 " + strconv.Itoa(i), Type: "work"}},
		Addresses:    []directory.Address{{StreetAddress: strconv.Itoa(i%500) + " Long Street", Locality: "Berlin", Country: "DE", Type: "work"}},
		Enterprise:   &directory.Enterprise{EmployeeNumber: strconv.Itoa(i), CostCenter: "4130", Department: "Tour Operations " + strconv.Itoa(i%40)},
		Source:       "okta", Meta: directory.Meta{Version: 1, Created: now, Modified: now},
	}
}

// hire is what the directory does in the store to make somebody.
func hire(u *directory.User) func(context.Context, directory.WriteTx) error {
	enlist := enlist(u)
	return func(ctx context.Context, tx directory.WriteTx) error {
		if _, err := tx.UserByName(ctx, directory.Fold(u.UserName)); !directory.Is(err, directory.NotFound) {
			return fmt.Errorf("look for %s: %w", u.UserName, err)
		}
		return enlist(ctx, tx)
	}
}

// enlist makes somebody and asks nothing, as the directory does when the store looked
// ahead.
func enlist(u *directory.User) func(context.Context, directory.WriteTx) error {
	doc, err := u.Doc()
	if err != nil {
		panic(err)
	}
	detail := `{"name":"` + u.UserName + `","diff":[{"path":"userName","after":"` + u.UserName + `"}]}`
	return func(ctx context.Context, tx directory.WriteTx) error {
		if _, err := tx.Workspace(ctx); err != nil {
			return err
		}
		if err := tx.PutUser(ctx, nil, u, doc); err != nil {
			return err
		}
		if err := tx.Raise(ctx, directory.UserRecord, string(u.ID), directory.PushLane, time.Now()); err != nil {
			return err
		}
		return tx.Record(ctx, &directory.AuditRecord{At: u.Meta.Created, Actor: "client:okta", ActorID: "t1", Change: "PutUser",
			Outcome: directory.Created, Type: directory.UserRecord, Record: string(u.ID), Salt: "0123456789abcdef", Detail: detail})
	}
}

// seed makes n people, a thousand at a time.
func seed(t testing.TB, s *Store, ws directory.WorkspaceID, n int) []directory.ResourceID {
	t.Helper()
	ids := make([]directory.ResourceID, 0, n)
	for len(ids) < n {
		err := s.Update(t.Context(), ws, func(ctx context.Context, tx directory.WriteTx) error {
			for range min(1000, n-len(ids)) {
				u := employee(int(serial.Add(1)))
				ids = append(ids, u.ID)
				doc, err := u.Doc()
				if err != nil {
					return err
				}
				if err := tx.PutUser(ctx, nil, u, doc); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return ids
}

// peopleIn counts people, by the table itself.
func peopleIn(t *testing.T, s *Store, ws directory.WorkspaceID) (n int) {
	t.Helper()
	if err := s.read.QueryRow("select count(*) from users where workspace_id = $1", string(ws)).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}
