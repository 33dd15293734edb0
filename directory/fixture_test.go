package directory_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	. "rollcall/directory"
	"rollcall/directory/sqlstore"
)

// fixture is a directory on a real database with a hand on the clock.
type fixture struct {
	testing.TB
	*Directory
	store Store
	place sqlstore.Config // of the store
	ws    WorkspaceID
	admin Actor // at a shell
	okta  Actor // a SCIM client
	entra Actor // another one
	clock *clock
}

type clock struct {
	sync.Mutex
	t time.Time
}

func (c *clock) now() time.Time {
	c.Lock()
	defer c.Unlock()
	return c.t
}

func (c *clock) advance(d time.Duration) {
	c.Lock()
	defer c.Unlock()
	c.t = c.t.Add(d)
}

// open returns a directory on SQLite with two SCIM clients.
func open(t testing.TB, settings Settings) *fixture {
	t.Helper()
	return openAt(t, sqlstore.Config{Dir: t.TempDir()}, settings)
}

func openAt(t testing.TB, place sqlstore.Config, settings Settings) *fixture {
	t.Helper()
	f := openOn(t, store(t, place), newSlug(), settings)
	f.place = place
	return f
}

// openOn returns a directory on the workspace called slug of a store.
func openOn(t testing.TB, s Store, slug string, settings Settings) *fixture {
	t.Helper()
	c := &clock{t: time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)}
	ws, err := s.EnsureWorkspace(t.Context(), slug)
	if err != nil {
		t.Fatal(err)
	}
	f := &fixture{TB: t, Directory: New(s, WithClock(c.now)), store: s, ws: ws, clock: c}
	f.admin = Actor{Kind: CommandLine, Name: "ops", Workspace: ws}
	f.must(f.admin, PutWorkspace{settings})
	f.okta, f.entra = f.client("okta"), f.client("entra")
	return f
}

// client makes a SCIM client and returns its actor.
func (f *fixture) client(name SourceID) Actor {
	f.Helper()
	f.must(f.admin, PutSource{Source{ID: name, Kind: SCIMClient}})
	return Actor{Kind: ClientActor, ID: string(name), Name: string(name), Source: name, Workspace: f.ws}
}

// must applies c and fails the test if it is refused.
func (f *fixture) must(by Actor, c Change) Receipt {
	f.Helper()
	r, err := f.Apply(f.Context(), by, c)
	if err != nil {
		f.Fatalf("%s by %s: %v", c.Kind(), by, err)
	}
	return r
}

// refused applies c and fails the test unless it is refused with kind about attr.
func (f *fixture) refused(by Actor, c Change, kind Kind, attr string) *Error {
	f.Helper()
	_, err := f.Apply(f.Context(), by, c)
	return f.isRefusal(err, kind, attr)
}

func (f *fixture) isRefusal(err error, kind Kind, attr string) *Error {
	f.Helper()
	e := asError(err)
	if e == nil || e.Kind != kind || e.Attr != attr {
		f.Fatalf("got %v, want a refusal of kind %s about %q", err, kind, attr)
	}
	return e
}

// person is a user as an identity provider sends one.
func person(userName string) User {
	return User{UserName: userName, ExternalID: "x-" + userName, Wanted: true,
		Name: &Name{GivenName: "Ada", FamilyName: "Lovelace"}, Emails: []MultiValue{{Value: mailOf(userName), Type: "work", Primary: true}}}
}

func mailOf(userName string) string {
	local, _, _ := strings.Cut(userName, "@")
	return local + "@acme.example"
}

// hire makes a person and returns the record.
func (f *fixture) hire(by Actor, userName string) *User {
	f.Helper()
	return f.must(by, PutUser{User: person(userName)}).User
}

// makeAdmin makes a local administrator.
func (f *fixture) makeAdmin(userName string) *User {
	f.Helper()
	u := person(userName)
	u.Roles = []MultiValue{{Value: RoleAdmin}}
	return f.must(f.admin, PutUser{User: u}).User
}

// user reads a record as it is now, deleted or not.
func (f *fixture) user(id ResourceID) *User {
	f.Helper()
	var u *User
	f.read(func(ctx context.Context, tx ReadTx) (err error) {
		u, err = tx.User(ctx, id)
		return err
	})
	return u
}

func (f *fixture) read(fn func(context.Context, ReadTx) error) {
	f.Helper()
	if err := f.Read(f.Context(), f.admin, fn); err != nil {
		f.Fatal(err)
	}
}

// counts reads what the workspace's row counts.
func (f *fixture) counts() Counts {
	f.Helper()
	var c Counts
	f.read(func(ctx context.Context, tx ReadTx) error {
		ws, err := tx.Workspace(ctx)
		if err == nil {
			c = ws.Counts
		}
		return err
	})
	return c
}

// audit reads the whole log.
func (f *fixture) audit() []AuditRecord {
	f.Helper()
	var all []AuditRecord
	f.read(func(ctx context.Context, tx ReadTx) error {
		return tx.Audit(ctx, AuditQuery{}, func(r *AuditRecord) error {
			all = append(all, *r)
			return nil
		})
	})
	return all
}

// everybody does n things at the same time and returns the errors.
func (f *fixture) everybody(n int, do func(i int) error) []error {
	f.Helper()
	errs := make([]error, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { errs[i] = do(i) })
	}
	wg.Wait()
	return errs
}

// try applies a change and returns only the error.
func (f *fixture) try(by Actor, c Change) error {
	_, err := f.Apply(f.Context(), by, c)
	return err
}

// replica returns the directory as another process has it.
func (f *fixture) replica() *fixture {
	f.Helper()
	r := *f
	r.store = store(f.TB, f.place)
	r.Directory = New(r.store, WithClock(f.clock.now))
	return &r
}

func name(i int) string { return fmt.Sprintf("person%03d", i) }
