package sqlstore

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"rollcall/directory"
)

func accept(context.Context, *Store) error { return nil }

// TestACopyIsWholeWhileOthersWrite copies a database in the middle of a storm, and finds
// in each copy what was there at one moment.
func TestACopyIsWholeWhileOthersWrite(t *testing.T) {
	s := newStore(t)
	ws := workspaceIn(t, s)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	began := make(chan struct{})
	var all sync.WaitGroup
	all.Go(func() {
		for i := 0; ctx.Err() == nil; i++ {
			if err := s.Update(t.Context(), ws, hire(employee(i))); err != nil {
				t.Error(err)
			}
			if i == 10 {
				close(began)
			}
		}
	})
	<-began
	dir, last := t.TempDir(), 0
	for i := range 5 {
		file := filepath.Join(dir, strconv.Itoa(i))
		if err := s.Backup(t.Context(), file, accept); err != nil {
			t.Fatal(err)
		}
		to := Config{Dir: file + ".data"}
		if err := Restore(t.Context(), to, file, accept); err != nil {
			t.Fatal(err)
		}
		for _, path := range []string{file, File(to.Dir)} {
			if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
				t.Errorf("%s is %v: %v", path, info, err)
			}
		}
		copied := open(t, to)
		n := peopleIn(t, copied, ws)
		if consistent(t, copied, ws, n); n < last || n < 10 {
			t.Errorf("copy %d has %d people, the one before %d", i, n, last)
		}
		last = n
	}
	stop()
	all.Wait()
	if left, err := filepath.Glob(filepath.Join(dir, "*.part*")); err != nil || len(left) > 0 {
		t.Errorf("left are %v: %v", left, err)
	}
}

func TestNoCopyIsKeptThatFailsItsCheck(t *testing.T) {
	s := newStore(t)
	workspaceIn(t, s)
	dir := t.TempDir()
	file, broken := filepath.Join(dir, "copy"), errors.New("broken")
	refuse := func(context.Context, *Store) error { return broken }
	if err := s.Backup(t.Context(), file, refuse); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
	if err := s.Backup(t.Context(), file, accept); err != nil {
		t.Fatal(err)
	}
	to := Config{Dir: filepath.Join(dir, "data")}
	if err := Restore(t.Context(), to, file, refuse); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
	if _, err := os.Stat(File(to.Dir)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a database is there all the same: %v", err)
	}
}

// TestDamageIsFound overwrites a page in the middle of a copy.
func TestDamageIsFound(t *testing.T) {
	s := newStore(t)
	workspaceIn(t, s)
	file := filepath.Join(t.TempDir(), "copy")
	if err := s.Backup(t.Context(), file, accept); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for i := 4096 * 8; i < 4096*24; i++ {
		text[i] ^= 0x5a
	}
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	err = Restore(t.Context(), Config{Dir: t.TempDir()}, file, accept)
	if !directory.Is(err, directory.Invalid) || !strings.Contains(err.Error(), "is damaged") {
		t.Errorf("got %v", err)
	}
}

func TestPostgresMakesItsOwnBackups(t *testing.T) {
	s := newPostgres(t)
	if err := s.Backup(t.Context(), filepath.Join(t.TempDir(), "copy"), accept); !directory.Is(err, directory.Invalid) {
		t.Errorf("got %v", err)
	}
	if err := Restore(t.Context(), Config{URL: "postgres://x"}, "copy", accept); !directory.Is(err, directory.Invalid) {
		t.Errorf("got %v", err)
	}
}
