package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"rollcall/dev/need"
	"rollcall/directory"
)

// shell runs commands in this process, on a configuration and a data folder of the test.
type shell struct {
	*testing.T
	config  string
	data    string
	program string // as it is shipped; empty: the one that is tested, in this process
}

// exits runs a command, checks its exit code and returns what it printed.
func (s shell) exits(code int, args ...string) string {
	s.Helper()
	var out, complaints bytes.Buffer
	args = append([]string{"--config", s.config, "--data", s.data}, args...)
	var got int
	if s.program == "" {
		got = run(s.Context(), args, map[string]string{}, strings.NewReader(""), &out, &complaints)
	} else {
		c := exec.CommandContext(s.Context(), s.program, args...)
		c.Stdout, c.Stderr = &out, &complaints
		if err := c.Run(); c.ProcessState == nil {
			s.Fatalf("%s: %v", s.program, err)
		}
		got = c.ProcessState.ExitCode()
	}
	if got != code {
		s.Fatalf("%s exits with %d, want %d\n%s%s", strings.Join(args, " "), got, code, &out, &complaints)
	}
	return out.String() + complaints.String()
}

// wholeRun is a run with what it reports, as a program reads it.
type wholeRun struct {
	shownRun
	Errors  []directory.RunError      `json:"errors"`
	Changes []directory.PlannedChange `json:"changes"`
}

// ran runs a command about a run and returns it.
func (s shell) ran(code int, args ...string) (r wholeRun) {
	s.Helper()
	text := s.exits(code, append(args, "--json")...)
	if err := json.NewDecoder(strings.NewReader(text)).Decode(&r); err != nil {
		s.Fatalf("%v: %s", err, text)
	}
	return r
}

func labShell(t *testing.T, lab *need.Lab) shell {
	t.Helper()
	dir := t.TempDir()
	s := shell{T: t, config: filepath.Join(dir, "rollcall.yaml"), data: filepath.Join(dir, "data")}
	text := "workspace: {name: Acme, seats: {limit: 20000, when_full: hold}}\n" + lab.Source() + `      timeout: 5s
    schedule: "@every 15m"
`
	if err := os.WriteFile(s.config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSyncFollowsARealServer(t *testing.T) {
	lab := need.Slapd(t, 300, 5)
	s := labShell(t, lab)
	s.exits(0, "config", "check")
	if out := s.exits(0, "sources", "check", "corp"); !strings.Contains(out, "300 people, 5 groups") {
		t.Errorf("the check says %s", out)
	}
	plan := s.ran(0, "sync", "plan", "corp")
	if plan.State != "planned" || plan.Created != 300 || len(plan.Changes) != 305 || len(plan.Errors) != 0 {
		t.Errorf("planned %+v with %d changes", plan.RunCounts, len(plan.Changes))
	}
	first := s.ran(0, "sync", "run", "corp")
	if first.State != "done" || first.RunCounts != plan.RunCounts {
		t.Errorf("planned %+v, done %s %+v", plan.RunCounts, first.State, first.RunCounts)
	}
	again := s.ran(0, "sync", "run", "corp")
	if again.Unchanged != 300 || again.Created+again.Updated != 0 || len(again.Changes) != 0 {
		t.Errorf("a second run did %+v", again.RunCounts)
	}
	if out := s.exits(0, "users", "list", "--limit", "1", "--json"); !strings.Contains(out, `"total":300`) || !strings.Contains(out, `"source":"corp"`) {
		t.Errorf("the people are %s", out)
	}
	if out := s.exits(0, "sync", "history", "corp"); strings.Count(out, "done") != 2 {
		t.Errorf("the history is %s", out)
	}
	s.exits(5, "sync", "run", "nobody")
	s.exits(5, "sync", "show", "nothing")

	lab.Stop()
	failed := s.ran(1, "sync", "run", "corp")
	lab.Cont()
	if failed.State != "failed" || failed.Error == "" {
		t.Errorf("with a silent server: %s, %q", failed.State, failed.Error)
	}
	lab.Kill()
	if failed = s.ran(1, "sync", "run", "corp"); failed.State != "failed" || failed.Deactivated != 0 {
		t.Errorf("without a server: %+v", failed)
	}
	if out := s.exits(0, "seats", "--json"); !strings.Contains(out, `"used":300`) {
		t.Errorf("people lost their seats: %s", out)
	}
}

func TestSourcesThatCannotBeReadSayWhatToDo(t *testing.T) {
	lab := need.Slapd(t, 20, 1)
	for name, c := range map[string]struct{ old, now, says string }{
		"wrong password": {fmt.Sprintf("bind_password: %q", lab.BindPassword), `bind_password: "wrong"`, "password"},
		"wrong base":     {fmt.Sprintf("base: %q", lab.Base), `base: "dc=elsewhere"`, "does not exist"},
		"wrong port":     {lab.URL, "ldap://127.0.0.1:1", "127.0.0.1:1"},
	} {
		t.Run(name, func(t *testing.T) {
			s := labShell(t, lab)
			text, err := os.ReadFile(s.config)
			if err != nil {
				t.Fatal(err)
			}
			changed := strings.Replace(string(text), c.old, c.now, 1)
			if changed == string(text) {
				t.Fatal("nothing was changed")
			}
			if err := os.WriteFile(s.config, []byte(changed), 0o600); err != nil {
				t.Fatal(err)
			}
			r := s.ran(1, "sync", "run", "corp")
			if r.State != "failed" || !strings.Contains(r.Error, c.says) {
				t.Errorf("%s, %q", r.State, r.Error)
			}
			s.exits(1, "sources", "check", "corp")
		})
	}
}
