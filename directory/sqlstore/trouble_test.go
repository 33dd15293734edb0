package sqlstore

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"testing"
	"time"

	"rollcall/dev/need"
	"rollcall/directory"
)

// TestProcessesTakeTurns has two stores write to one database: servers that share
// PostgreSQL, or a command line beside a server on SQLite.
func TestProcessesTakeTurns(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) {
		dir := t.TempDir()
		takeTurns(t, open(t, Config{Dir: dir}), open(t, Config{Dir: dir}))
	})
	t.Run("postgres", func(t *testing.T) {
		url := need.Database(t)
		takeTurns(t, open(t, Config{URL: url}), open(t, Config{URL: url}))
	})
}

func takeTurns(t *testing.T, stores ...*Store) {
	var all sync.WaitGroup
	for _, s := range stores {
		all.Go(func() { // both at once
			if err := s.Migrate(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	ws := workspaceIn(t, stores[0])
	const callers, times = 6, 20
	for c := range callers {
		s := stores[c%len(stores)]
		all.Go(func() {
			for i := range times {
				if err := s.Update(t.Context(), ws, hire(employee(c*times+i))); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	for _, s := range stores {
		consistent(t, s, ws, callers*times)
	}
}

// consistent checks that there are n people, wherever they are counted.
func consistent(t *testing.T, s *Store, ws directory.WorkspaceID, n int) {
	t.Helper()
	rows := peopleIn(t, s, ws)
	records := verifyChain(t, s, ws)
	err := s.View(t.Context(), ws, func(ctx context.Context, tx directory.ReadTx) error {
		w, err := tx.Workspace(ctx)
		if err != nil {
			return err
		}
		shelves := []string{"okta"}
		total, err := tx.ListUsers(ctx, directory.Listing{Shelves: shelves}, nil)
		if err != nil {
			return err
		}
		listed := 0
		_, err = tx.ListUsers(ctx, directory.Listing{Shelves: shelves, Count: directory.NoLimit}, func(*directory.Stored) error { listed++; return nil })
		if err != nil {
			return err
		}
		if rows != n || int(records) != n || int(total) != n || listed != n || int(w.Counts.Pending) != n {
			return fmt.Errorf("%d rows, %d audit records, %d in total, %d listed, %d pending, want %d", rows, records, total, listed, w.Counts.Pending, n)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// TestConnectionsMayEnd ends all connections to the server in the middle of a storm.
// Who was told that it is done finds it done; who was told to ask again may find both.
func TestConnectionsMayEnd(t *testing.T) {
	url := need.Database(t)
	s := open(t, Config{URL: url})
	if err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	ws := workspaceIn(t, s)
	ctx, stop := context.WithTimeout(t.Context(), time.Second)
	defer stop()
	var mu sync.Mutex
	var done []*directory.User
	var all sync.WaitGroup
	for c := range 16 {
		all.Go(func() {
			for i := 0; ctx.Err() == nil; i++ {
				u := employee(c*1_000_000 + i)
				err := s.Update(t.Context(), ws, hire(u))
				if err != nil && !directory.Is(err, directory.Unavailable) {
					t.Error(err)
				}
				if err == nil {
					mu.Lock()
					done = append(done, u)
					mu.Unlock()
				}
			}
		})
	}
	other := open(t, Config{URL: url})
	for ctx.Err() == nil {
		time.Sleep(100 * time.Millisecond)
		if _, err := other.write.Exec(`select pg_terminate_backend(pid) from pg_stat_activity
			where datname = current_database() and pid <> pg_backend_pid()`); err != nil {
			t.Error(err)
		}
	}
	all.Wait()
	for _, u := range done {
		err := s.View(t.Context(), ws, func(ctx context.Context, tx directory.ReadTx) error {
			_, err := tx.User(ctx, u.ID)
			return err
		})
		if err != nil {
			t.Errorf("an acknowledged person: %v", err)
		}
	}
	if len(done) == 0 {
		t.Error("nobody got through")
	}
	consistent(t, s, ws, peopleIn(t, s, ws))
}

// TestReadersReconnect has the server end the connections on which views run.
func TestReadersReconnect(t *testing.T) {
	s := newPostgres(t)
	ws := workspaceIn(t, s)
	for range 3 {
		err := s.View(t.Context(), ws, func(ctx context.Context, tx directory.ReadTx) error {
			_, err := tx.Workspace(ctx)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.write.Exec(`select pg_terminate_backend(pid) from pg_stat_activity
			where datname = current_database() and pid <> pg_backend_pid()`); err != nil {
			t.Fatal(err)
		}
	}
}

// TestAFullDiskLosesNothing writes until SQLite has no more pages, and goes on when it
// has. In between the store is not ready, whoever reads.
func TestAFullDiskLosesNothing(t *testing.T) {
	s := newStore(t)
	ws := workspaceIn(t, s)
	limitPages(t, s, 120)
	made, i := 0, 0
	for ; ; i++ {
		err := s.Update(t.Context(), ws, hire(employee(i)))
		if err != nil {
			saysOnce(t, err, "no space left", "full")
			break
		}
		made++
	}
	consistent(t, s, ws, made)
	for range 2 {
		if saysOnce(t, s.Ready(t.Context()), "no space left"); !s.NoSpace() {
			t.Error("readiness is missing, but not for want of space")
		}
	}
	select {
	case <-s.Failed():
		t.Error("a full disk ends the process, although it can be emptied")
	default:
	}
	limitPages(t, s, 10_000)
	s.room.probed = time.Time{} // a moment later
	if err := s.Ready(t.Context()); err != nil || s.NoSpace() {
		t.Errorf("not ready although there is room again: %v", err)
	}
	var left int
	if err := s.read.QueryRow("select count(*) from refusals").Scan(&left); err != nil || left != 0 {
		t.Errorf("%d rows are left of looking for room: %v", left, err)
	}
	if err := s.Update(t.Context(), ws, hire(employee(i))); err != nil {
		t.Fatal(err)
	}
	consistent(t, s, ws, made+1)
}

// limitPages lets a SQLite database have no more than n pages.
func limitPages(t *testing.T, s *Store, n int) {
	t.Helper()
	if _, err := s.write.Exec(fmt.Sprintf("pragma max_page_count = %d", n)); err != nil {
		t.Fatal(err)
	}
}

// TestADiskThatWasFullBeforeIsNoticed opens a database that has no room to grow.
func TestADiskThatWasFullBeforeIsNoticed(t *testing.T) {
	s := newStore(t)
	ws := workspaceIn(t, s)
	limitPages(t, s, 1) // as many as there are
	if saysOnce(t, s.Ready(t.Context()), "no space left", "full"); !s.NoSpace() {
		t.Error("readiness is missing, but not for want of space")
	}
	limitPages(t, s, 10_000)
	s.room.probed = time.Time{} // a moment later
	if err := s.Ready(t.Context()); err != nil || s.NoSpace() {
		t.Errorf("not ready although there is room: %v", err)
	}
	if err := s.Update(t.Context(), ws, hire(employee(1))); err != nil {
		t.Fatal(err)
	}
	consistent(t, s, ws, 1)
}

// TestAFullDiskIsNamedWhenOpening has SQLite run out of pages before there are tables.
func TestAFullDiskIsNamedWhenOpening(t *testing.T) {
	s := open(t, Config{Dir: t.TempDir()})
	limitPages(t, s, 20)
	err := s.Migrate(t.Context())
	saysOnce(t, err, "cannot be opened: there is no space left on its disk", "full")
	saysOnce(t, s.cannotOpen(err), "there is no space left on its disk")
	limitPages(t, s, 10_000)
	if err := s.Migrate(t.Context()); err != nil {
		t.Errorf("once there is room: %v", err)
	}
}

// TestAFullServerIsToldApart has PostgreSQL report a full disk, which it does by itself
// only when it has one.
func TestAFullServerIsToldApart(t *testing.T) {
	s := newPostgres(t)
	ws := workspaceIn(t, s)
	err := s.Update(t.Context(), ws, func(_ context.Context, tx directory.WriteTx) error {
		return tx.(*writer).b.exec(`do $$ begin raise exception 'no space' using errcode = '53100'; end $$`)
	})
	saysOnce(t, err, "no space left")
	saysOnce(t, s.Ready(t.Context()), "no space left")
	s.room.probed = time.Time{} // a moment later
	if err := s.Ready(t.Context()); err != nil {
		t.Errorf("not ready although the server writes: %v", err)
	}
}

// TestLookingForSpaceStopsNobody looks for space while somebody else has the only
// connection that writes and is about to find that there is none.
func TestLookingForSpaceStopsNobody(t *testing.T) {
	s := newStore(t)
	writer, err := s.write.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ready := make(chan error, 1)
	go func() { ready <- s.Ready(t.Context()) }()
	looking := func() bool {
		s.room.mu.Lock()
		defer s.room.mu.Unlock()
		return s.room.probing
	}
	for !looking() {
		runtime.Gosched()
	}
	s.ranFull(errors.New("disk full"))
	select {
	case err := <-ready:
		t.Errorf("it wrote although it could not: %v", err)
	default:
	}
	writer.Close()
	if err := <-ready; err != nil || s.NoSpace() {
		t.Errorf("not ready although writing works: %v", err)
	}
}
