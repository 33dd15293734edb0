package main

import (
	"bufio"
	"bytes"
	"context"
	databasesql "database/sql"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"rollcall/directory"
)

// How the crash test goes.
const (
	kills       = 20
	clients     = 8 // that write at the same time
	readyWithin = 5 * time.Second
)

// TestKillLosesNothing kills the real program, again and again, while identity providers
// write to it, all on one data folder. After each restart everything that was
// acknowledged is there, nothing is there by half, and the audit log is whole.
func TestKillLosesNothing(t *testing.T) {
	if testing.Short() {
		t.Skip("runs for a minute")
	}
	v := newVictim(t)
	writers := make([]*writer, clients)
	for i := range writers {
		writers[i] = &writer{n: i, victim: v, group: new(crowd)}
	}
	slowest, writes := time.Duration(0), 0
	for round := range kills {
		slowest = max(slowest, v.start(t))
		if round == 0 {
			v.token = strings.TrimSpace(v.command(t, "tokens", "create", "okta"))
		}
		for _, w := range writers {
			w.compare(t)
		}
		checkWhole(t, v)
		if t.Failed() {
			t.Fatalf("after kill %d", round)
		}
		writes += v.storm(t, writers)
	}
	slowest = max(slowest, v.start(t))
	for _, w := range writers {
		w.compare(t)
	}
	checkWhole(t, v)
	v.stop(t)
	checkIntegrity(t, v)
	t.Logf("%d kills, %d writes acknowledged, ready again within %v", kills, writes, slowest.Round(time.Millisecond))
}

// victim is the program that is killed, and the folder on which it works.
type victim struct {
	program, dir string
	source       directory.SourceID // that writes
	flags        []string           // of every command
	token        string
	base         string // of the server that runs now
	process      *exec.Cmd
	log          *bytes.Buffer // what it said last
	told         *story        // by the audit log, so far
	http         *http.Client
}

// shipped builds the program as it is shipped.
func shipped(t *testing.T) (program string) {
	t.Helper()
	program = filepath.Join(t.TempDir(), "rollcall")
	build := exec.Command("go", "build", "-o", program, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	return program
}

// newVictim returns the program with an empty folder.
func newVictim(t *testing.T) *victim {
	t.Helper()
	data := filepath.Join(t.TempDir(), "data")
	v := &victim{told: newStory(), program: shipped(t), dir: data, source: "okta", flags: []string{"--data", data},
		http: &http.Client{Timeout: 20 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: clients}}}
	t.Cleanup(func() {
		if v.process != nil {
			v.process.Process.Kill()
			v.process.Wait()
		}
	})
	return v
}

// start starts the server and returns how long it took to answer.
func (v *victim) start(t *testing.T) time.Duration {
	t.Helper()
	began := time.Now()
	v.process = exec.Command(v.program, append([]string{"serve", "--listen", "127.0.0.1:0"}, v.flags...)...)
	v.log = new(bytes.Buffer)
	v.process.Stderr = v.log
	out, err := v.process.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := v.process.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	base, ready := strings.CutPrefix(strings.TrimSpace(line), "ready ")
	if err != nil || !ready {
		t.Fatalf("the server said %q: %v\n%s", line, err, v.log)
	}
	v.base = base
	answer, err := v.http.Get(strings.TrimSuffix(base, scimPath) + "/readyz")
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	took := time.Since(began)
	if answer.StatusCode != http.StatusOK || took > readyWithin {
		t.Errorf("answered with %s after %v", answer.Status, took)
	}
	return took
}

// storm lets all clients write and kills the server at a moment that nobody chose. It
// returns how many writes were acknowledged.
func (v *victim) storm(t *testing.T, writers []*writer) int {
	t.Helper()
	ctx, end := context.WithCancel(t.Context())
	var all sync.WaitGroup
	acknowledged := make([]int, len(writers))
	for i, w := range writers {
		all.Go(func() { acknowledged[i] = w.write(ctx) })
	}
	time.Sleep(300*time.Millisecond + rand.N(600*time.Millisecond)) // under load: the moment is the point
	if err := v.process.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	v.process.Wait()
	v.process = nil
	end()
	all.Wait()
	v.http.CloseIdleConnections()
	sum := 0
	for _, n := range acknowledged {
		sum += n
	}
	return sum
}

// stop ends the server in an orderly way.
func (v *victim) stop(t *testing.T) {
	t.Helper()
	if err := v.process.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := v.process.Wait(); err != nil {
		t.Errorf("the server ended with %v\n%s", err, v.log)
	}
	v.process = nil
}

// command runs a command beside the server and returns what it printed.
func (v *victim) command(t *testing.T, args ...string) string {
	t.Helper()
	c := exec.Command(v.program, append(args, v.flags...)...)
	var stderr bytes.Buffer
	c.Stderr = &stderr
	out, err := c.Output()
	if err != nil {
		t.Errorf("rollcall %s: %v\n%s", strings.Join(args, " "), err, stderr.String())
	}
	return string(out)
}

// database opens the database beside the server, without the program's own code.
func (v *victim) database(t *testing.T) *databasesql.DB {
	t.Helper()
	db, err := databasesql.Open("sqlite", "file:"+filepath.Join(v.dir, "rollcall.db"))
	if err != nil {
		t.Fatal(err)
	}
	return db
}

// checkIntegrity asks SQLite itself, when everything is over.
func checkIntegrity(t *testing.T, v *victim) {
	t.Helper()
	db := v.database(t)
	defer db.Close()
	for _, pragma := range []string{"integrity_check", "foreign_key_check"} {
		var verdict string
		err := db.QueryRowContext(t.Context(), "pragma "+pragma).Scan(&verdict)
		if err != nil && err != databasesql.ErrNoRows || verdict != "" && verdict != "ok" {
			t.Errorf("%s: %s %v", pragma, verdict, err)
		}
	}
}

// checkWhole wants nothing by half: each record as the audit log says it became, a
// delivery for each of its changes, counts that are those of the records, and a log
// whose chain is whole.
func checkWhole(t *testing.T, v *victim) {
	t.Helper()
	if out := v.command(t, "audit", "verify"); !strings.Contains(out, "in order") {
		t.Errorf("the audit log is not whole: %s", out)
	}
	told := v.told
	if err := told.goOn(v.command(t, "audit", "export", "--after", strconv.FormatInt(told.read, 10))); err != nil {
		t.Fatal(err)
	}
	s := stateOf(t, v)
	s.checkUsers(t, told)
	s.checkGroups(t, told)
	s.checkCounts(t)
	for record, n := range told.changes {
		if got := s.deliveries[record]; got != n {
			t.Errorf("%s was changed %d times and has %d deliveries", record, n, got)
		}
	}
	for record := range s.deliveries {
		if told.changes[record] == 0 {
			t.Errorf("%s has deliveries and is not in the audit log", record)
		}
	}
}
