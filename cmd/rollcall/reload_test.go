package main

import (
	"bufio"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"rollcall/dev/need"
)

// daemon is the real program as a server, of which a test reads the log.
type daemon struct {
	*testing.T
	process *exec.Cmd
	log     *bufio.Scanner
}

// daemonOf starts the server on the configuration and folder of a shell and waits until
// it is ready.
func daemonOf(s shell, program string) *daemon {
	s.Helper()
	d := begin(s.T, exec.Command(program, "serve", "--listen", "127.0.0.1:0", "--config", s.config, "--data", s.data))
	d.await("serving")
	return d
}

// longestDaemon ends a program of which a test waits for something that it never says.
const longestDaemon = 5 * time.Minute

// begin starts a program whose log is then read.
func begin(t *testing.T, process *exec.Cmd) *daemon {
	t.Helper()
	d := &daemon{T: t, process: process}
	stderr, err := d.process.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := d.process.Start(); err != nil {
		t.Fatal(err)
	}
	end := time.AfterFunc(longestDaemon, func() { d.process.Process.Kill() })
	t.Cleanup(func() {
		end.Stop()
		d.process.Process.Kill()
		d.process.Wait()
	})
	d.log = bufio.NewScanner(stderr)
	return d
}

// await reads the log up to a line that says something, and returns it.
func (d *daemon) await(text string) string {
	d.Helper()
	for d.log.Scan() {
		if strings.Contains(d.log.Text(), text) {
			return d.log.Text()
		}
	}
	d.Fatalf("the server ended and never said %q", text)
	return ""
}

// hangUp asks the server to read its configuration again.
func (d *daemon) hangUp() { d.Helper(); d.send(syscall.SIGHUP) }

func (d *daemon) send(signal os.Signal) {
	d.Helper()
	if err := d.process.Process.Signal(signal); err != nil {
		d.Fatal(err)
	}
}

// write replaces the configuration by what edit makes of it.
func (s shell) write(edit func(string) string) {
	s.Helper()
	text, err := os.ReadFile(s.config)
	if err != nil {
		s.Fatal(err)
	}
	if err := os.WriteFile(s.config, []byte(edit(string(text))), 0o600); err != nil {
		s.Fatal(err)
	}
}

func TestSIGHUPReadsTheSourcesAgain(t *testing.T) {
	lab := need.Slapd(t, 20, 2)
	s := labShell(t, lab)
	s.write(func(text string) string {
		return strings.Replace(text, "      preset: openldap\n", "      preset: openldap\n      allow_plaintext: true\n", 1)
	})
	d := daemonOf(s, shipped(t))
	s.ran(0, "sync", "run", "corp")
	if out := s.exits(0, "sources", "list", "--json"); !strings.Contains(out, `"state":"running",`) || !strings.Contains(out, `"next":"20`) {
		t.Errorf("the source is %s", out)
	}

	whole, err := os.ReadFile(s.config)
	if err != nil {
		t.Fatal(err)
	}
	s.write(func(text string) string { return strings.Replace(text, "preset: openldap", "preset: nothing-known", 1) })
	d.hangUp()
	if line := d.await("event=reload"); !strings.Contains(line, "what was read before stays in force") {
		t.Errorf("a configuration with faults: %s", line)
	}

	s.write(func(string) string { return "workspace: {name: Acme, seats: {limit: 7, when_full: hold}}\n" })
	d.hangUp()
	d.await("event=detach")
	if line := d.await("event=reload"); !strings.Contains(line, "was read again") {
		t.Errorf("a configuration without sources: %s", line)
	}
	if out := s.exits(0, "sources", "list", "--json"); !strings.Contains(out, `"people":20,"state":"detached","created"`) {
		t.Errorf("the source is %s", out)
	}
	if out := s.exits(0, "seats", "--json"); !strings.Contains(out, `"limit":7,"used":20`) {
		t.Errorf("after the source was detached: %s", out)
	}

	if err := os.WriteFile(s.config, whole, 0o600); err != nil {
		t.Fatal(err)
	}
	d.hangUp()
	d.await("was read again")
	if out := s.exits(0, "sources", "list", "--json"); !strings.Contains(out, `"people":20,"state":"running"`) {
		t.Errorf("the source is back and is %s", out)
	}
	s.exits(4, "sources", "release", "corp")

	s.write(func(text string) string { return strings.Replace(text, "name: corp", "name: renamed", 1) })
	d.hangUp()
	d.await("was read again")
	if out := s.exits(0, "sources", "transfer", "corp", "--to", "renamed"); !strings.Contains(out, "20 people and 2 groups") {
		t.Errorf("transferred: %s", out)
	}
	if r := s.ran(0, "sync", "run", "renamed"); r.Created != 0 || r.Conflicts != 0 || len(r.Errors) != 0 {
		t.Errorf("the run after that did %+v, %v", r.RunCounts, r.Errors)
	}
	if out := s.exits(0, "sources", "release", "corp"); !strings.Contains(out, "0 people and 0 groups") {
		t.Errorf("released: %s", out)
	}
	if out := s.exits(0, "audit", "verify"); !strings.Contains(out, "in order") {
		t.Errorf("the audit log: %s", out)
	}
}
