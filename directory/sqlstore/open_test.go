package sqlstore

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"rollcall/directory"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv("ROLLCALL_TEST_SERVE"); dir != "" {
		serve(dir)
		return
	}
	goleak.VerifyTestMain(m)
}

// serve is another process that holds the lock of a data folder until its input ends.
func serve(dir string) {
	ctx := context.Background()
	s, err := Open(ctx, Config{Dir: dir})
	if err == nil {
		err = s.Lock(ctx)
	}
	if err == nil {
		err = s.Migrate(ctx)
	}
	if err != nil {
		os.Stdout.WriteString(err.Error() + "\n")
		os.Exit(1)
	}
	os.Stdout.WriteString("serving\n")
	os.Stdin.Read(make([]byte, 1))
	s.Close()
}

// startServer starts serve in another process and returns its first line of output.
func startServer(t *testing.T, dir string) string {
	t.Helper()
	c := exec.Command(os.Args[0])
	c.Env = append(os.Environ(), "ROLLCALL_TEST_SERVE="+dir)
	in, err := c.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { in.Close(); c.Wait() })
	line := make([]byte, 1000)
	n, _ := out.Read(line)
	return strings.TrimSpace(string(line[:n]))
}

func open(t *testing.T, c Config) *Store {
	t.Helper()
	s, err := Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// saysOnce fails the test unless err is Unavailable and says all of it in one line.
func saysOnce(t *testing.T, err error, words ...string) {
	t.Helper()
	if !directory.Is(err, directory.Unavailable) {
		t.Fatalf("got %v, want an error of kind unavailable", err)
	}
	for _, w := range words {
		if !strings.Contains(err.Error(), w) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%q does not say %q in one line", err, w)
		}
	}
}

func TestOpenMakesAPrivateFolder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a b%#?", "rollcall-data")
	s := open(t, Config{Dir: dir})
	if err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := s.EnsureWorkspace(t.Context(), "default"); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]os.FileMode{dir: 0o700 | os.ModeDir, filepath.Join(dir, databaseFile): 0o600,
		filepath.Join(dir, databaseFile+"-wal"): 0o600, filepath.Join(dir, databaseFile+"-shm"): 0o600} {
		if i, err := os.Stat(path); err != nil || i.Mode() != want {
			t.Errorf("%s: %v, %v, want %v", path, i.Mode(), err, want)
		}
	}
}

func TestOpenSaysWhatIsWrong(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, []byte("not a database, but longer than the header of one: ........................................."), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := Open(t.Context(), Config{Dir: file})
	saysOnce(t, err, "data folder", file)

	dir := t.TempDir()
	if err := os.Rename(file, filepath.Join(dir, databaseFile)); err != nil {
		t.Fatal(err)
	}
	_, err = Open(t.Context(), Config{Dir: dir})
	saysOnce(t, err, "cannot be opened", dir)

	_, err = Open(t.Context(), Config{URL: "postgres://me:secret@127.0.0.1:1/db?connect_timeout=2"})
	saysOnce(t, err, "cannot be opened", "127.0.0.1:1")
	if strings.Contains(err.Error(), "secret") {
		t.Errorf("%q shows the password", err)
	}
	if _, err = Open(t.Context(), Config{URL: "postgres://me:secret@[::1/db"}); err == nil || strings.Contains(err.Error(), "secret") {
		t.Errorf("a URL that cannot be read: %v", err)
	}
	if _, err = Open(t.Context(), Config{}); !directory.Is(err, directory.Invalid) {
		t.Errorf("no database at all: %v", err)
	}
}

// TestAConnectionThatItsPoolClosedIsLeftAlone has the pool of the writing connection close
// it, as it does when a library gives up in the middle of something.
func TestAConnectionThatItsPoolClosedIsLeftAlone(t *testing.T) {
	s := newStore(t)
	ws := workspaceIn(t, s)
	lose := func() {
		conn, err := s.write.Conn(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		drop(conn)
		conn.Close()
	}
	for i := range 2 {
		if err := s.Update(t.Context(), ws, hire(employee(i))); err != nil {
			t.Fatal(err)
		}
		lose()
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

func TestASecondServerIsRefused(t *testing.T) {
	dir := t.TempDir()
	if line := startServer(t, dir); line != "serving" {
		t.Fatal(line)
	}
	s := open(t, Config{Dir: dir})
	saysOnce(t, s.Lock(t.Context()), "another server", dir, "stop it")

	// The command line works beside it.
	if err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	ws := workspaceIn(t, s)
	if err := s.Update(t.Context(), ws, hire(employee(1))); err != nil {
		t.Fatal(err)
	}
}

func TestAServerWaitsForWhoeverMakesTheTables(t *testing.T) {
	dir := t.TempDir()
	s := open(t, Config{Dir: dir})
	f, err := s.take(lockFile, true)
	if err != nil {
		t.Fatal(err)
	}
	brief, cancel := context.WithTimeout(t.Context(), 3*lockPoll)
	defer cancel()
	saysOnce(t, s.Lock(brief), "another process is changing the tables", "try again")

	done := make(chan error)
	go func() { done <- s.Lock(t.Context()) }()
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if !s.Alone() {
		t.Error("it is not the server")
	}
}

func TestManyMakeTheTablesTogether(t *testing.T) {
	dir := t.TempDir()
	done := make(chan error)
	for range 6 {
		s := open(t, Config{Dir: dir})
		go func() { done <- s.Migrate(t.Context()) }()
	}
	server := open(t, Config{Dir: dir})
	if err := server.Lock(t.Context()); err != nil {
		t.Error(err)
	}
	if err := server.Migrate(t.Context()); err != nil {
		t.Error(err)
	}
	for range 6 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

func TestMigrationWaitsForTheServerToEnd(t *testing.T) {
	dir := t.TempDir()
	s := open(t, Config{Dir: dir})
	if err := s.Lock(t.Context()); err != nil {
		t.Fatal(err)
	}
	if line := startServer(t, dir); !strings.Contains(line, "another server") {
		t.Fatal(line)
	}
	other := open(t, Config{Dir: dir})
	saysOnce(t, other.Ready(t.Context()), "older than this program")
	ctx, cancel := context.WithCancel(t.Context())
	refused := make(chan error, 1)
	go func() { refused <- other.Migrate(ctx) }()
	inTurn := func() (bool, error) {
		turn, err := s.take(turnFile, false)
		if turn != nil {
			turn.Close()
		}
		return turn == nil, err
	}
	if err := until(t.Context(), errors.New("it does not wait"), inTurn); err != nil {
		t.Error(err)
	}
	cancel()
	saysOnce(t, <-refused, "older than this program", "a server is using it")
	if err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := other.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := other.Ready(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestANewerDatabaseIsRefused(t *testing.T) {
	s := newStore(t)
	if _, err := s.write.Exec("insert into goose_db_version (version_id, is_applied) values (9000, true)"); err != nil {
		t.Fatal(err)
	}
	saysOnce(t, s.Migrate(t.Context()), "newer program", "version 9000")
	saysOnce(t, s.Ready(t.Context()), "newer program")
}

func TestCloseDrainsAndRefuses(t *testing.T) {
	s := newStore(t)
	ws := workspaceIn(t, s)
	started := make(chan struct{})
	result := make(chan error, 1)
	go func() {
		result <- s.Update(t.Context(), ws, func(context.Context, directory.WriteTx) error {
			close(started)
			time.Sleep(50 * time.Millisecond)
			return nil
		})
	}()
	<-started
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-result; err != nil {
		t.Errorf("the update that was running: %v", err)
	}
	nothing := func(context.Context, directory.WriteTx) error { return nil }
	saysOnce(t, s.Update(t.Context(), ws, nothing), "closing")
	saysOnce(t, s.View(t.Context(), ws, func(context.Context, directory.ReadTx) error { return nil }), "closing")
	if err := s.Close(); err != nil {
		t.Errorf("closing twice: %v", err)
	}
}

func TestOldSQLiteIsRecognised(t *testing.T) {
	for version, want := range map[string]bool{"3.51.2": true, "3.51.3": false, "3.51": true, "3.9.9": true, "3.54.1": false, "4.0": false, "": true} {
		if got := older(version, oldestSQLite); got != want {
			t.Errorf("%q is older: %t, want %t", version, got, want)
		}
	}
}

func TestAnotherAccountIsToldWhoMayOpenAFolder(t *testing.T) {
	t.Parallel()
	if got := folderHint(&fs.PathError{Op: "open", Path: "x", Err: fs.ErrPermission}); !strings.Contains(got, "account that owns") {
		t.Errorf("without permission it says %q", got)
	}
	if got := folderHint(&fs.PathError{Op: "mkdir", Path: "x", Err: fs.ErrExist}); strings.Contains(got, "account") {
		t.Errorf("of a file in the way it says %q", got)
	}
}
