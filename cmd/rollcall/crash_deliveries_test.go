package main

import (
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rollcall/directory"
	"rollcall/sync/targettest"
)

// deliveredWithin is how long a restarted server may take to deliver what the killed one
// had begun.
const deliveredWithin = time.Minute

// TestKillLosesNoDelivery kills a server with a target, again and again, while identity
// providers write to it. In the end the target has what the directory has: nobody is
// missing, nobody is there twice, and nobody may still enter who may not.
func TestKillLosesNoDelivery(t *testing.T) {
	if testing.Short() {
		t.Skip("runs for a minute")
	}
	far := &targettest.Target{Slow: 5 * time.Millisecond}
	remote := httptest.NewServer(remotely(far))
	t.Cleanup(remote.Close)
	t.Setenv("FAKE_TARGET", remote.URL)
	v := newVictim(t)
	v.program = thisTest(t)
	writers := make([]*writer, clients)
	for i := range writers {
		writers[i] = &writer{n: i, victim: v, group: new(crowd)}
	}
	writes := 0
	for round := range kills {
		v.start(t)
		if round == 0 {
			v.token = strings.TrimSpace(v.command(t, "tokens", "create", "okta"))
		}
		for _, w := range writers {
			w.compare(t)
		}
		if t.Failed() {
			t.Fatalf("after kill %d", round)
		}
		writes += v.storm(t, writers)
	}
	v.start(t)
	for _, w := range writers {
		w.compare(t)
	}
	waited := v.awaitDelivered(t)
	v.stop(t)
	checkDelivered(t, v, far)
	t.Logf("%d kills, %d writes acknowledged, %d accounts after %d calls, everything delivered %v after the last start", kills,
		writes, far.Made(), len(far.Calls()), waited.Round(time.Millisecond))
}

// thisTest returns the program under test with the targets of tests in it.
func thisTest(t *testing.T) string {
	t.Helper()
	test, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(t.TempDir(), "rollcall")
	if err := os.Symlink(test, program); err != nil {
		t.Fatal(err)
	}
	return program
}

// awaitDelivered waits until nothing is behind, and returns how long that took.
func (v *victim) awaitDelivered(t *testing.T) time.Duration {
	t.Helper()
	began := time.Now()
	for {
		out := v.command(t, "deliveries", "list")
		if strings.Contains(out, "The target has everything.") {
			return time.Since(began)
		}
		if time.Since(began) > deliveredWithin || t.Failed() {
			v.process.Process.Kill() // its log can be read once it has ended
			v.process.Wait()
			t.Fatalf("still behind:\n%s\n%s", out, v.log)
		}
	}
}

// checkDelivered compares the target with the directory.
func checkDelivered(t *testing.T, v *victim, far *targettest.Target) {
	t.Helper()
	if err := far.Broken(); err != nil {
		t.Errorf("the target's rules were broken: %v", err)
	}
	accounts := far.Accounts()
	db := v.database(t)
	defer db.Close()
	rows, err := db.QueryContext(t.Context(), "select id, name_key, state = 'active' and purge_at = 0 from users")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var id directory.ResourceID
		var name string
		var active bool
		if err := rows.Scan(&id, &name, &active); err != nil {
			t.Fatal(err)
		}
		a, there := accounts[id]
		switch {
		case active && (!there || !a.Active || a.Names.Username != name):
			t.Errorf("%s may enter, and the target has %+v", name, a)
		case !active && a.Active:
			t.Errorf("%s may not enter, and the target lets them in", name)
		}
		delete(accounts, id)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	for id := range accounts {
		t.Errorf("the target has an account of %s, whom nobody knows", id)
	}
}
