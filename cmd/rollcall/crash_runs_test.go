package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rollcall/dev/need"
	"rollcall/directory"
)

// How many people the runs read that are killed.
const readers = 2000

// TestKillingARunLosesNobody kills runs over a real LDAP server, again and again: of the
// command line, and of the server's schedule. Each run has something to do with everybody.
// After each kill nothing is there by half and nobody has lost their access; in the end a
// run does what is left.
func TestKillingARunLosesNobody(t *testing.T) {
	if testing.Short() {
		t.Skip("runs for a minute")
	}
	lab := need.Slapd(t, readers, readers/20)
	v := newVictim(t)
	config := filepath.Join(t.TempDir(), "rollcall.yaml")
	v.source, v.flags = "corp", append(v.flags, "--config", config)
	var begun int
	for round := range kills {
		configureRound(t, lab, config, round)
		begun += v.killARun(t, round%2 == 1)
		checkWhole(t, v)
		everybodyIsIn(t, v)
		if t.Failed() {
			t.Fatalf("after kill %d", round)
		}
		v.letLeasesEnd(t)
	}
	if begun < kills/2 {
		t.Errorf("only %d of %d kills met a run", begun, kills)
	}
	v.command(t, "sync", "run", "corp", "--json")
	checkWhole(t, v)
	v.checkLastRound(t)
	checkIntegrity(t, v)
	t.Logf("%d kills, %d of them met a run", kills, begun)
}

// configureRound writes a configuration that maps everybody otherwise than the last one.
func configureRound(t *testing.T, lab *need.Lab, file string, round int) {
	t.Helper()
	text := "workspace: {name: Acme}\n" + lab.Source() + fmt.Sprintf(`      attributes: {nickName: "{uid} %d"}
    schedule: "@every 1s"
`, round)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// killARun lets a command or the server run the source, and kills it at a moment that
// nobody chose. It returns how many runs were under way then.
func (v *victim) killARun(t *testing.T, server bool) int {
	t.Helper()
	began := time.Now().UnixMilli()
	if server {
		v.start(t)
	} else {
		v.process = exec.Command(v.program, append([]string{"sync", "run", "corp"}, v.flags...)...)
		v.log = new(bytes.Buffer)
		v.process.Stderr = v.log
		if err := v.process.Start(); err != nil {
			t.Fatal(err)
		}
	}
	time.Sleep(100*time.Millisecond + rand.N(900*time.Millisecond)) // under load: the moment is the point
	v.process.Process.Kill()                                        // a command may have ended
	v.process.Wait()
	v.process = nil
	db := v.database(t)
	defer db.Close()
	var n int
	if err := db.QueryRowContext(t.Context(), "select count(*) from runs where state = 'running' and started >= $1", began).Scan(&n); err != nil {
		n = 0 // it was killed before there were tables
	}
	return n
}

// letLeasesEnd makes it half a minute later for runs whose process was killed.
func (v *victim) letLeasesEnd(t *testing.T) {
	t.Helper()
	db := v.database(t)
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), "update runs set beat = beat - 30000 where state = 'running'"); err != nil {
		t.Fatal(err)
	}
}

// everybodyIsIn wants everybody active who was ever made: nobody has left.
func everybodyIsIn(t *testing.T, v *victim) {
	t.Helper()
	for id, u := range v.told.users {
		if !u.EffectivelyActive() {
			t.Errorf("%s, who never left, is %s", id, u.State())
		}
	}
}

// checkLastRound wants the state of the LDAP server, and no run that still counts as
// running.
func (v *victim) checkLastRound(t *testing.T) {
	t.Helper()
	s := stateOf(t, v)
	var members int
	for _, of := range s.members {
		members += len(of)
	}
	if len(s.users) != readers || len(s.members) != readers/20 || members != 3*readers {
		t.Errorf("in the end there are %d people and %d groups with %d members", len(s.users), len(s.members), members)
	}
	last := fmt.Sprint(" ", kills-1)
	behind := 0
	for _, u := range s.users {
		if !u.EffectivelyActive() || !strings.HasSuffix(u.NickName, last) {
			behind++
		}
	}
	if behind > 0 {
		t.Errorf("%d people are not as the last run should have left them", behind)
	}
	var history struct{ Runs []shownRun }
	if err := json.Unmarshal([]byte(v.command(t, "sync", "history", "corp", "--limit", "200", "--json")), &history); err != nil {
		t.Fatal(err)
	}
	for n, r := range history.Runs {
		if n == 0 && r.State != directory.RunDone || r.State == directory.RunRunning {
			t.Errorf("run %s is %s", r.Run, r.State)
		}
	}
}
