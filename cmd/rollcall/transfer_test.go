package main

import (
	"maps"
	"strings"
	"testing"

	"rollcall/dev/need"
)

func TestASourceIsTransferredWithoutAServerThatReadTheConfiguration(t *testing.T) {
	lab := need.Slapd(t, 20, 2)
	s := labShell(t, lab)
	s.ran(0, "sync", "run", "corp")
	before := s.ids()
	if out := s.exits(4, "sources", "transfer", "corp", "--to", "local"); !strings.Contains(out, "not detached") {
		t.Errorf("a source that is there: %s", out)
	}
	s.write(func(text string) string { return strings.Replace(text, "name: corp", "name: renamed", 1) })
	s.exits(5, "sources", "transfer", "corpp", "--to", "renamed")
	if out := s.exits(0, "sources", "transfer", "corp", "--to", "renamed"); !strings.Contains(out, "20 people and 2 groups") {
		t.Errorf("transferred: %s", out)
	}
	if r := s.ran(0, "sync", "run", "renamed"); r.Created+r.Conflicts != 0 || !maps.Equal(s.ids(), before) {
		t.Errorf("the run after that did %+v, %v", r.RunCounts, r.Errors)
	}
	s.exits(0, "sources", "release", "corp")
	// Put back, the old source owns nobody, and says so.
	s.write(func(text string) string { return strings.Replace(text, "name: renamed", "name: corp", 1) })
	if r := s.ran(0, "sync", "run", "corp"); r.Unchanged+r.Created != 0 || r.Conflicts != 20 {
		t.Errorf("the old source put back did %+v", r.RunCounts)
	}
}

func TestAnAdministratorIsTransferredByNameOnly(t *testing.T) {
	lab := need.Slapd(t, 20, 2)
	s := labShell(t, lab)
	s.ran(0, "sync", "run", "corp")
	s.exits(0, "users", "grant", "u000007", "--role", "admin")
	s.write(func(text string) string { return strings.Replace(text, "name: corp", "name: renamed", 1) })
	out := s.exits(4, "sources", "transfer", "corp", "--to", "renamed")
	named := "rollcall sources transfer corp --to renamed --user u000007"
	if !strings.Contains(out, "19 people and 2 groups") || !strings.Contains(out, named) {
		t.Errorf("transferred with others: %s", out)
	}
	s.exits(2, "sources", "transfer", "corp", "--to", "renamed", "--user", "u000007", "--group", "x")
	s.exits(5, "sources", "transfer", "corp", "--to", "renamed", "--user", "nobody")
	s.exits(5, "sources", "transfer", "corp", "--to", "renamed", "--group", "nothing")
	if out := s.exits(0, strings.Fields(named)[1:]...); !strings.Contains(out, "1 people and 0 groups") {
		t.Errorf("transferred by name: %s", out)
	}
}
