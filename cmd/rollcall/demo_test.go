package main

import (
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rollcall/directory"
)

func TestTheDemoTakesAPortThatIsFree(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	if got := freeAddress(address); got != "127.0.0.1:0" {
		t.Errorf("while somebody listens on %s it takes %s", address, got)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if got := freeAddress(address); got != address {
		t.Errorf("while nobody listens on %s it takes %s", address, got)
	}
}

func TestWhatIsToBePastedIsQuoted(t *testing.T) {
	t.Parallel()
	for word, want := range map[string]string{
		"/tmp/rollcall-demo-1/rollcall.yaml": "/tmp/rollcall-demo-1/rollcall.yaml",
		"/home/ada/My Folder":                "'/home/ada/My Folder'",
		"it's":                               `'it'\''s'`,
		"$(reboot)":                          "'$(reboot)'",
		"":                                   "''",
	} {
		if got := quoted(word); got != want {
			t.Errorf("%q is pasted as %s", word, got)
		}
	}
	for program, want := range map[string]string{"./rollcall": "./rollcall", "/tmp/go-build7/b001/exe/rollcall": "go run ./cmd/rollcall"} {
		if got := calledAs(program); got != want {
			t.Errorf("%s is called as %s", program, got)
		}
	}
}

func TestADemoFolderIsToldByItsMark(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "new")
	first, err := openDemoFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	first.Steps = 7
	if err := first.save(); err != nil {
		t.Fatal(err)
	}
	if again, err := openDemoFolder(dir); err != nil || again.Steps != 7 || again.temporary {
		t.Errorf("opened again it is %+v, %v", again, err)
	}
	if err := os.WriteFile(filepath.Join(dir, demoMark), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := openDemoFolder(dir); !directory.Is(err, directory.Denied) {
		t.Errorf("with a damaged mark: %v", err)
	}
}

// TestADemoFolderThatCannotBeUsedSaysWhatToDo has a file or a folder wherever the other
// is needed.
func TestADemoFolderThatCannotBeUsedSaysWhatToDo(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ file, folder, open string }{
		{"taken", "", "taken"},
		{"", filepath.Join("marked", demoMark), "marked"},
		{"", filepath.Join("blocked", demoMark+".new"), "blocked"},
	} {
		place := t.TempDir()
		if c.folder != "" {
			if err := os.MkdirAll(filepath.Join(place, c.folder), 0o700); err != nil {
				t.Fatal(err)
			}
		}
		if c.file != "" {
			if err := os.WriteFile(filepath.Join(place, c.file), nil, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		_, err := openDemoFolder(filepath.Join(place, c.open))
		if c.open == "blocked" {
			err = (&demoFolder{dir: filepath.Join(place, c.open)}).save()
		}
		e, ok := errors.AsType[*directory.Error](err)
		if !ok || e.Kind != directory.Unavailable || e.Hint == "" || strings.Count(e.Msg, place) != 1 {
			t.Errorf("%s: %v", c.open, err)
		}
	}
}

func TestARunIsToldInOneLine(t *testing.T) {
	t.Parallel()
	person := func(action, name, reason string) directory.PlannedChange {
		return directory.PlannedChange{Action: action, Type: directory.UserRecord, Name: name, Reason: reason}
	}
	many := []directory.PlannedChange{person("create", "a", ""), person("create", "b", "no seat is free"),
		person("deactivate", "c", "no longer in the source"), {Action: "update", Type: directory.GroupRecord, Name: "G"}}
	applied := directory.Run{Kind: directory.ApplyRun, State: directory.RunDone, Counts: directory.RunCounts{Read: 5}}
	planned, failed, absent := applied, applied, applied
	planned.Kind, planned.State = directory.PlanRun, directory.RunPlanned
	failed.State, failed.Error = directory.RunFailed, "the server fell silent"
	absent.Counts.Missing = 2
	for _, c := range []struct {
		run     directory.Run
		changes []directory.PlannedChange
		want    string
	}{
		{applied, nil, ""},
		{applied, []directory.PlannedChange{person("conflict", "a", "taken")}, ""},
		{applied, many[:2], "run: 5 people read; user a created, user b created (no seat is free)"},
		{applied, many, "run: 5 people read; 2 users created, 1 user deactivated, 1 group updated, 1 has to wait for a seat"},
		{planned, many[2:3], "plan: 5 people read; user c to be deactivated"},
		{failed, many, "the run failed, and nobody was taken to be gone: the server fell silent"},
		{absent, nil, "run: 5 people read; 2 missing, who keep their access until a second run misses them too"},
	} {
		if got := runInWords(&c.run, c.changes); got != c.want {
			t.Errorf("told as %q, want %q", got, c.want)
		}
	}
}

// TestNobodyIsRealInTheDemo keeps to the domains and numbers that are set aside for it.
func TestNobodyIsRealInTheDemo(t *testing.T) {
	t.Parallel()
	d := newDemoCompany(50).directory()
	for _, mail := range attributes(d, "mail") {
		if !strings.HasSuffix(mail, "@acme.example") {
			t.Errorf("%s may belong to somebody", mail)
		}
	}
	for _, number := range attributes(d, "telephoneNumber") {
		if !strings.HasPrefix(number, "+44 20 7946 0") {
			t.Errorf("%s may belong to somebody", number)
		}
	}
	for n := range firstPartners {
		if name := partnerOf(n).userName(); !strings.HasSuffix(name, "@partners.example") {
			t.Errorf("%s may belong to somebody", name)
		}
	}
}
