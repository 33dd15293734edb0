package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"rollcall/dev/need"
	"rollcall/sync/ldap/ldaptest"
)

// reload removes everything that a server has and adds it again, so that the server makes
// new identifiers for all of it.
func reload(lab *need.Lab, people, groups int) {
	company := ldaptest.Company(people, groups)
	entries := slices.Concat(company.Groups, company.People)
	var ldif strings.Builder
	for _, e := range entries {
		fmt.Fprintf(&ldif, "dn: %s\nchangetype: delete\n\n", e.DN)
	}
	slices.Reverse(entries) // members before groups
	for _, e := range entries {
		fmt.Fprintf(&ldif, "dn: %s\nchangetype: add\n", e.DN)
		for _, name := range slices.Sorted(maps.Keys(e.Attributes)) {
			if name == "entryUUID" || name == "memberOf" {
				continue
			}
			for _, value := range e.Attributes[name] {
				fmt.Fprintf(&ldif, "%s: %s\n", name, value)
			}
		}
		ldif.WriteByte('\n')
	}
	lab.Modify(ldif.String())
}

// ids are the people by name, and whether they are active.
func (s shell) ids() map[string]string {
	s.Helper()
	var all struct {
		Users []struct {
			ID       string `json:"id"`
			UserName string `json:"userName"`
			Active   bool   `json:"active"`
		} `json:"users"`
	}
	text := s.exits(0, "users", "list", "--json")
	if err := json.Unmarshal([]byte(text), &all); err != nil {
		s.Fatal(err)
	}
	ids := map[string]string{}
	for _, u := range all.Users {
		ids[u.UserName] = fmt.Sprint(u.ID, u.Active)
	}
	return ids
}

func TestAServerThatWasLoadedAnewKeepsItsPeople(t *testing.T) {
	lab := need.Slapd(t, 40, 4)
	s := labShell(t, lab)
	s.hasty()
	s.ran(0, "sync", "run", "corp")
	before := s.ids()
	if len(before) != 40 {
		t.Fatalf("there are %v", before)
	}
	reload(lab, 40, 4)
	plan := s.exits(0, "sync", "plan", "corp")
	for _, words := range []string{"would be held: 40 known people are absent and 40 unknown entries have their user names",
		"40 re-created", "recreated   user", "rollcall sources relink corp"} {
		if !strings.Contains(plan, words) {
			t.Errorf("the plan does not say %q:\n%s", words, plan)
		}
	}
	held := s.ran(3, "sync", "run", "corp")
	if held.Recreated != 40 || held.RunCounts.Groups.Recreated != 4 {
		t.Errorf("held is %+v", held.RunCounts)
	}
	for _, args := range [][]string{{"doctor"}, {"conflicts", "list"}} {
		if out := s.exits(0, args...); !strings.Contains(out, "found 44 known people or groups under other identifiers") ||
			!strings.Contains(out, "rollcall sources relink corp") {
			t.Errorf("%s says %s", args[0], out)
		}
	}
	if out := s.exits(0, "sources", "relink", "corp", "--dry-run"); !strings.Contains(out, "40 people and 4 groups of the source corp would have") {
		t.Errorf("the dry run says %s", out)
	}
	// Approved all the same: everybody is deactivated, the groups are made anew, and people
	// are still brought back.
	s.ran(0, "sync", "approve", held.Run)
	if changed := s.ids(); changed["u000007"] == before["u000007"] {
		t.Fatalf("they are %v", changed)
	}
	if out := s.exits(0, "sources", "relink", "corp", "--reason", "restored"); !strings.Contains(out, "40 people and 0 groups of the source corp have") {
		t.Errorf("relinking says %s", out)
	}
	after := s.ran(0, "sync", "run", "corp")
	if after.State != "done" || after.Reactivated != 40 || after.Created+after.Conflicts+after.Recreated != 0 {
		t.Errorf("after relinking: %s %+v", after.State, after.RunCounts)
	}
	if now := s.ids(); !maps.Equal(now, before) {
		t.Errorf("before %v, now %v", before, now)
	}
	if out := s.exits(0, "conflicts", "list"); !strings.Contains(out, "nothing to decide") {
		t.Errorf("still listed: %s", out)
	}
	s.exits(0, "sources", "relink", "corp")
	s.exits(5, "sources", "relink", "nobody")
}

func TestOneOfThoseMadeAnewIsJoinedByItself(t *testing.T) {
	lab := need.Slapd(t, 40, 4)
	s := labShell(t, lab)
	s.ran(0, "sync", "run", "corp")
	before := s.ids()
	s.exits(0, "users", "grant", "u000007", "--role", "admin")
	reload(lab, 40, 4)
	s.ran(3, "sync", "run", "corp")
	out := s.exits(4, "sources", "relink", "corp")
	_, hint, named := strings.Cut(out, "rollcall conflicts adopt ")
	if !strings.Contains(out, "39 people and 4 groups") || !named {
		t.Fatalf("relinking says %s", out)
	}
	id, _, _ := strings.Cut(hint, "\n")
	if out := s.exits(0, "conflicts", "adopt", strings.TrimSpace(id)); !strings.Contains(out, "u000007 has the identifier") {
		t.Errorf("adopting says %s", out)
	}
	if r := s.ran(0, "sync", "run", "corp"); r.Missing+r.Recreated+r.Created != 0 || !maps.Equal(s.ids(), before) {
		t.Errorf("then: %+v", r.RunCounts)
	}
}
