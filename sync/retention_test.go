package sync_test

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"rollcall/directory"
	"rollcall/directory/sqlstore"
	bridgesync "rollcall/sync"
)

func TestMain(m *testing.M) {
	// A story is long; so many of them are enough for every day.
	if err := flag.Set("rapid.checks", "25"); err != nil {
		panic(err)
	}
	goleak.VerifyTestMain(m)
}

// house is a directory on a real database with one workspace, whose clock is that of
// the bubble around the test.
type house struct {
	testing.TB
	*directory.Directory
	store *sqlstore.Store
	admin directory.Actor
	log   bytes.Buffer
}

func open(t testing.TB, dir string, s directory.Settings) *house {
	t.Helper()
	store, err := sqlstore.Open(t.Context(), sqlstore.Config{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	ws, err := store.EnsureWorkspace(t.Context(), "default")
	if err != nil {
		t.Fatal(err)
	}
	h := &house{TB: t, Directory: directory.New(store), store: store,
		admin: directory.Actor{Kind: directory.CommandLine, Name: "ops", Workspace: ws}}
	h.must(h.admin, directory.PutWorkspace{Settings: s})
	return h
}

// must applies a change.
func (h *house) must(by directory.Actor, c directory.Change) directory.Receipt {
	h.Helper()
	got, err := h.Apply(context.Background(), by, c)
	if err != nil {
		h.Fatalf("%s: %v", c.Kind(), err)
	}
	return got
}

// person makes somebody local.
func (h *house) person(name string) directory.ResourceID {
	h.Helper()
	return h.must(h.admin, directory.PutUser{User: directory.User{UserName: name, Wanted: true}}).User.ID
}

// exists reports whether somebody is there, live or deleted.
func (h *house) exists(id directory.ResourceID) bool {
	h.Helper()
	err := h.Read(context.Background(), h.admin, func(ctx context.Context, tx directory.ReadTx) error {
		_, err := tx.User(ctx, id)
		return err
	})
	if err != nil && !directory.Is(err, directory.NotFound) {
		h.Fatal(err)
	}
	return err == nil
}

// retain runs the loop for as long as while takes, and waits until it has ended.
func (h *house) retain(while func()) {
	h.Helper()
	ctx, stop := context.WithCancel(context.Background())
	r := bridgesync.Retention{Directory: h.Directory, Logger: slog.New(slog.NewTextHandler(&h.log, nil)), Every: time.Hour}
	ended := make(chan error)
	go func() { ended <- r.Run(ctx) }()
	while()
	stop()
	if err := <-ended; err != nil {
		h.Errorf("the loop ended with %v", err)
	}
}

func (h *house) close() {
	if err := h.store.Close(); err != nil {
		h.Error(err)
	}
}

const day = 24 * time.Hour

func TestWhoseGraceIsOverIsRemoved(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		h := open(t, dir, directory.Settings{DeleteGrace: 2 * day})
		defer h.close()
		ada, bob, eve := h.person("ada"), h.person("bob"), h.person("eve")
		h.must(h.admin, directory.DeleteUser{ID: ada})
		h.retain(func() {
			time.Sleep(day)
			h.must(h.admin, directory.DeleteUser{ID: bob})
			time.Sleep(day - time.Minute)
			if !h.exists(ada) {
				t.Error("ada was removed within the grace")
			}
			time.Sleep(2 * time.Hour)
			if h.exists(ada) {
				t.Error("ada is still there although the grace is over")
			}
			if !h.exists(bob) || !h.exists(eve) {
				t.Error("somebody else was removed")
			}
		})
		if !strings.Contains(h.log.String(), "count=1") {
			t.Errorf("the log does not count who was removed:\n%s", h.log.String())
		}
	})
}

func TestTheFirstPassIsAtOnceAndTakesAllSlices(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		h := open(t, dir, directory.Settings{DeleteGrace: time.Hour})
		defer h.close()
		var changes []directory.Change
		for i := range 300 {
			changes = append(changes, directory.DeleteUser{ID: h.person(fmt.Sprintf("user%d", i))})
		}
		if _, err := h.ApplyAll(t.Context(), h.admin, changes); err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Hour)
		h.retain(synctest.Wait)
		if !strings.Contains(h.log.String(), "count=300") {
			t.Errorf("not everybody was removed in the first pass:\n%s", h.log.String())
		}
	})
}

// TestOneWhoCannotBeRemovedHoldsUpNobody protects somebody in their grace.
func TestOneWhoCannotBeRemovedHoldsUpNobody(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		h := open(t, dir, directory.Settings{DeleteGrace: time.Hour})
		defer h.close()
		ada, bob := h.person("ada"), h.person("bob")
		h.must(h.admin, directory.DeleteUser{ID: ada})
		h.must(h.admin, directory.DeleteUser{ID: bob})
		h.must(h.admin, directory.PutWorkspace{Settings: directory.Settings{DeleteGrace: time.Hour, Protected: []string{"ada"}}})
		time.Sleep(2 * time.Hour)
		h.retain(synctest.Wait)
		if !h.exists(ada) || h.exists(bob) {
			t.Errorf("ada is there: %v, bob is there: %v", h.exists(ada), h.exists(bob))
		}
		if !strings.Contains(h.log.String(), string(ada)) || strings.Contains(h.log.String(), "user=ada") {
			t.Errorf("the log should name ada by id:\n%s", h.log.String())
		}
	})
}

// TestSeatsThatWereLeftFreeAreFilled raises the limit behind the directory's back, as a
// process does that ends between freeing seats and giving them out.
func TestSeatsThatWereLeftFreeAreFilled(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		h := open(t, dir, directory.Settings{Seats: 1})
		defer h.close()
		h.person("ada")
		bob := h.person("bob")
		err := h.store.Update(t.Context(), h.admin.Workspace, func(ctx context.Context, tx directory.WriteTx) error {
			return tx.PutWorkspace(ctx, directory.Settings{Seats: 2})
		})
		if err != nil {
			t.Fatal(err)
		}
		h.retain(synctest.Wait)
		u, err := h.UserByName(t.Context(), h.admin, "bob")
		if err != nil || u.ID != bob || !u.EffectivelyActive() {
			t.Errorf("bob is %v: %v", u.State(), err)
		}
	})
}

// TestOldNotesAreForgotten leaves members out of a group on two days, a hundred days
// apart.
func TestOldNotesAreForgotten(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		h := open(t, dir, directory.Settings{})
		defer h.close()
		h.must(h.admin, directory.PutSource{Source: directory.Source{ID: "okta", Kind: directory.SCIMClient}})
		okta := directory.Actor{Kind: directory.ClientActor, Name: "okta", Source: "okta", Workspace: h.admin.Workspace}
		crew := h.must(okta, directory.PutGroup{Group: directory.Group{DisplayName: "crew"}}).Group.ID
		add := func(nobody directory.ResourceID) {
			h.must(okta, directory.ChangeMembers{Group: crew, Members: directory.MemberChange{Add: []directory.ResourceID{nobody}}})
		}
		h.retain(func() {
			add("old")
			time.Sleep(60 * day)
			add("new")
			time.Sleep(40 * day)
			synctest.Wait()
		})
		var left []directory.Dropped
		err := h.Read(t.Context(), h.admin, func(ctx context.Context, tx directory.ReadTx) (err error) {
			left, err = tx.DroppedMembers(ctx, "okta", 9)
			return err
		})
		if err != nil || len(left) != 1 || left[0].Member != "new" {
			t.Errorf("left are %v: %v", left, err)
		}
	})
}

func TestAnOutageIsLoggedAndOutlived(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		h := open(t, dir, directory.Settings{})
		h.close()
		h.retain(func() {
			time.Sleep(90 * time.Minute)
		})
		if got := strings.Count(h.log.String(), "could not be listed"); got != 2 {
			t.Errorf("%d passes were logged, want 2:\n%s", got, h.log.String())
		}
	})
}
