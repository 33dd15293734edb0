package main

import (
	"fmt"
	"strings"
)

// welcome says what there is to see.
func (d *demo) welcome() string {
	keeps := "which is removed at the end"
	if !d.folder.temporary {
		keeps = "which stays"
	}
	return fmt.Sprintf(`
  Acme has 200 people in an LDAP server, a dozen partners in Okta, and 150 seats in its
  workspace. All of it is made up, and everything happens on this machine: the data is in
  %s, %s.
  Watch for a moment; then it is your turn. Ctrl-C ends it.

`, d.folder.dir, keeps)
}

// tip is something to try.
type tip struct{ about, command string }

// guide says what to try, in commands that can be pasted.
func (d *demo) guide() string {
	var b strings.Builder
	b.WriteString("\n  Your turn. Paste any of these into another terminal, in this same folder:\n\n")
	for _, t := range d.tips() {
		command := t.command
		if !strings.HasPrefix(command, "curl ") {
			command = d.call(command)
		}
		fmt.Fprintf(&b, "    # %s\n    %s\n", t.about, command)
	}
	b.WriteString("\n  What you do there shows here. Things go on happening, a few each minute, and\n" +
		"  before long the LDAP server has a bad night.\n\n")
	return b.String()
}

func (d *demo) tips() []tip {
	leaver := d.company.people[2].userName
	return []tip{
		{"150 seats, and who has to wait for one", "seats"},
		{"people from LDAP and from Okta, active and waiting", `users list --filter 'userName sw "k"'`},
		{"where people come from, and when LDAP is read next", "sources list"},
		{"what the next run over LDAP would do, entry by entry; there is one every half minute", "sync plan corp"},
		{"the same, done", "sync run corp"},
		{"the runs so far", "sync history corp"},
		{"what only a person can decide: Okta wants somebody who was here before", "conflicts list"},
		{"let Okta have her", "conflicts adopt --all"},
		{"lock somebody out, and see here who gets the seat", "users deactivate " + leaver + " --reason 'laptop stolen'"},
		{"who did what, and why; the log is a chain of hashes", "audit list --limit 15"},
		{"has anybody touched it?", "audit verify"},
		{"be Okta yourself", fmt.Sprintf(`curl -s -H "Authorization: Bearer $(cat %s)" '%s/Users?count=2'`,
			quoted(d.folder.path(demoToken)), d.base())},
	}
}

// farewell says where to go next.
func (d *demo) farewell() string {
	gone := "Its folder is removed; --data DIR keeps one, to go on with another time."
	if !d.folder.temporary {
		gone = "Its folder stays, and the same command goes on with it: " + d.folder.dir
	}
	return fmt.Sprintf(`

  That was the demonstration. %s
  Where to go next:

    %s serve                   # the real thing, empty, with its data in ./rollcall-data
    %s tokens create okta      # then a token for your identity provider
    %s doctor                  # and what to paste there

  docs/okta.md, docs/entra.md and docs/ldap.md take it from there.

`, gone, d.program, d.program, d.program)
}
