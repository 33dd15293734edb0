package storetest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"rollcall/directory"
)

// day is when everything in these tests happens.
var day = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)

const (
	okta  directory.SourceID = "okta"
	entra directory.SourceID = "entra"
)

// fixture is one workspace of a store.
type fixture struct {
	testing.TB
	store directory.Store
	ws    directory.WorkspaceID
}

func newFixture(t testing.TB, open Open) *fixture {
	t.Helper()
	return workspaceOf(t, open(t), "default")
}

func workspaceOf(t testing.TB, s directory.Store, slug string) *fixture {
	t.Helper()
	ws, err := s.EnsureWorkspace(t.Context(), slug)
	if err != nil {
		t.Fatal(err)
	}
	return &fixture{t, s, ws}
}

// update runs fn in a transaction that must succeed.
func (f *fixture) update(fn func(context.Context, directory.WriteTx) error) {
	f.Helper()
	if err := f.store.Update(f.Context(), f.ws, fn); err != nil {
		f.Fatal(err)
	}
}

// view runs fn in a view that must succeed.
func (f *fixture) view(fn func(context.Context, directory.ReadTx) error) {
	f.Helper()
	if err := f.store.View(f.Context(), f.ws, fn); err != nil {
		f.Fatal(err)
	}
}

// workspace reads the workspace's row.
func (f *fixture) workspace() *directory.Workspace {
	f.Helper()
	return read(f, directory.ReadTx.Workspace)
}

// read returns what get reads in a view of its own.
func read[T any](f *fixture, get func(directory.ReadTx, context.Context) (T, error)) (got T) {
	f.Helper()
	f.view(func(ctx context.Context, tx directory.ReadTx) (err error) {
		got, err = get(tx, ctx)
		return err
	})
	return got
}

// missing fails the test unless get finds nothing.
func missing[T any](f *fixture, what string, get func(directory.ReadTx, context.Context) (T, error)) {
	f.Helper()
	err := f.store.View(f.Context(), f.ws, func(ctx context.Context, tx directory.ReadTx) error {
		_, err := get(tx, ctx)
		return err
	})
	if !directory.Is(err, directory.NotFound) {
		f.Errorf("%s: got %v, want an error of kind notFound", what, err)
	}
}

// same fails the test when got differs from want.
func (f *fixture) same(what string, got, want any) {
	f.Helper()
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		f.Errorf("%s (want -, got +):\n%s", what, diff)
	}
}

// person returns somebody of okta's with a primary address.
func person(name string) *directory.User {
	return &directory.User{
		ID:         directory.NewID(day),
		ExternalID: "x-" + name,
		UserName:   name,
		Wanted:     true,
		Emails:     []directory.MultiValue{{Value: name + "@acme.example", Type: "work", Primary: true}},
		Source:     okta,
		Meta:       directory.Meta{Version: 1, Created: day, Modified: day},
	}
}

// with returns u after edit.
func with(u *directory.User, edit func(*directory.User)) *directory.User {
	u = u.Clone()
	edit(u)
	return u
}

func switchedOff(u *directory.User) {
	u.Facts.SwitchedOff = &directory.Switch{By: "ops", At: day.UnixMilli()}
}

func deleted(u *directory.User) {
	u.Facts.Deleted = &directory.Deletion{By: "okta", BySource: true, At: day.UnixMilli(), Purge: day.Add(time.Hour).UnixMilli()}
}

func administrator(u *directory.User) {
	u.Roles = []directory.MultiValue{{Value: directory.RoleAdmin}}
}

func guest(u *directory.User) { u.Roles = []directory.MultiValue{{Value: directory.RoleGuest}} }

func group(name string) *directory.Group {
	return &directory.Group{ID: directory.NewID(day), ExternalID: "g-" + name, DisplayName: name, Source: okta,
		Meta: directory.Meta{Version: 1, Created: day, Modified: day}}
}

// put writes after in place of before.
func put(ctx context.Context, tx directory.WriteTx, before, after *directory.User) error {
	var doc []byte
	if after != nil {
		var err error
		if doc, err = after.Doc(); err != nil {
			return err
		}
	}
	return tx.PutUser(ctx, before, after, doc)
}

func putGroup(ctx context.Context, tx directory.WriteTx, before, after *directory.Group) error {
	var doc []byte
	if after != nil {
		var err error
		if doc, err = after.Doc(); err != nil {
			return err
		}
	}
	return tx.PutGroup(ctx, before, after, doc)
}

// hire writes new people.
func (f *fixture) hire(people ...*directory.User) {
	f.Helper()
	f.update(func(ctx context.Context, tx directory.WriteTx) error {
		for _, u := range people {
			if err := put(ctx, tx, nil, u); err != nil {
				return err
			}
		}
		return nil
	})
}

// replace writes after in place of before.
func (f *fixture) replace(before, after *directory.User) {
	f.Helper()
	f.update(func(ctx context.Context, tx directory.WriteTx) error { return put(ctx, tx, before, after) })
}

// found writes new groups with the members.
func (f *fixture) found(g *directory.Group, members ...*directory.User) {
	f.Helper()
	f.update(func(ctx context.Context, tx directory.WriteTx) error {
		if err := putGroup(ctx, tx, nil, g); err != nil {
			return err
		}
		return tx.AddMembers(ctx, g.ID, idsOf(members))
	})
}

func idsOf(users []*directory.User) []directory.ResourceID {
	ids := make([]directory.ResourceID, len(users))
	for i, u := range users {
		ids[i] = u.ID
	}
	return ids
}

func (f *fixture) user(id directory.ResourceID) *directory.User {
	f.Helper()
	return read(f, byID(id))
}

func byID(id directory.ResourceID) func(directory.ReadTx, context.Context) (*directory.User, error) {
	return func(tx directory.ReadTx, ctx context.Context) (*directory.User, error) { return tx.User(ctx, id) }
}

func byName(key string) func(directory.ReadTx, context.Context) (*directory.User, error) {
	return func(tx directory.ReadTx, ctx context.Context) (*directory.User, error) {
		return tx.UserByName(ctx, key)
	}
}

func byExternalID(s directory.SourceID, id string) func(directory.ReadTx, context.Context) (*directory.User, error) {
	return func(tx directory.ReadTx, ctx context.Context) (*directory.User, error) {
		return tx.UserByExternalID(ctx, s, id)
	}
}

func byEmail(key string) func(directory.ReadTx, context.Context) (*directory.User, error) {
	return func(tx directory.ReadTx, ctx context.Context) (*directory.User, error) {
		return tx.UserByEmail(ctx, key)
	}
}

func storedByID(id directory.ResourceID) func(directory.ReadTx, context.Context) (*directory.Stored, error) {
	return func(tx directory.ReadTx, ctx context.Context) (*directory.Stored, error) {
		return tx.StoredUser(ctx, id)
	}
}

var errRefused = errors.New("refused")

// wrong reports a difference as an error, for functions that run on the store's
// goroutine, which a test must not end.
func wrong(what string, got, want any) error {
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		return fmt.Errorf("%s (want -, got +):\n%s", what, diff)
	}
	return nil
}
