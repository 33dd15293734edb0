package main

import (
	"fmt"
	"io"
	"net"
	"strings"
	"testing"

	"rollcall/dev/need"
	"rollcall/directory"
	"rollcall/sync/ldap/ldaptest"
)

// hasty takes people to be gone as soon as one complete run does not find them.
func (s shell) hasty() {
	s.Helper()
	s.write(func(text string) string {
		return strings.Replace(text, "    schedule:", "    missing: {after_runs: 1}\n    schedule:", 1)
	})
}

// leave removes so many people from a server, from a number on.
func leave(lab *need.Lab, from, n int) {
	var ldif strings.Builder
	for i := from; i < from+n; i++ {
		fmt.Fprintf(&ldif, "dn: %s\nchangetype: delete\n\n", ldaptest.PersonDN(i))
	}
	lab.Modify(ldif.String())
}

// TestTenThousandPeople: one bad entry stops nobody, nothing that can go wrong with a read
// takes anybody's access, an ordinary Monday is not held, and a catastrophe is.
func TestTenThousandPeople(t *testing.T) {
	if testing.Short() {
		t.Skip("runs for half a minute")
	}
	const people = 10_000
	lab := need.Slapd(t, people, people/20)
	lab.Modify(fmt.Sprintf("dn: %s\nchangetype: modify\nreplace: mail\nmail: nonsense\n", ldaptest.PersonDN(17)))
	s := labShell(t, lab)
	s.program = shipped(t)
	s.hasty()
	first := s.ran(0, "sync", "run", "corp")
	if first.Created != people-1 || first.Refused != 1 || len(first.Errors) != 1 {
		t.Fatalf("the first run did %+v with the errors %v", first.RunCounts, first.Errors)
	}
	if e := first.Errors[0]; e.Entry != ldaptest.PersonDN(17) || !strings.HasPrefix(e.Attribute, "emails") || e.Reason == "" {
		t.Errorf("the bad entry: %+v", e)
	}
	nobodyLeft := func(t *testing.T, what string, r wholeRun) {
		t.Helper()
		if r.State != directory.RunFailed || r.Error == "" || r.Deactivated+r.Missing != 0 {
			t.Errorf("%s: %s, %q, %+v", what, r.State, r.Error, r.RunCounts)
		}
		if out := s.exits(0, "seats", "--json"); !strings.Contains(out, fmt.Sprintf(`"used":%d`, people-1)) {
			t.Errorf("%s: the seats are %s", what, out)
		}
	}
	for what, c := range map[string]struct{ old, now, says string }{
		"wrong password":    {lab.BindPassword, "wrong", "password"},
		"wrong base":        {fmt.Sprintf("base: %q", lab.Base), `base: "dc=elsewhere"`, "does not exist"},
		"a filter too many": {"preset: openldap", "preset: openldap\n      filter: (uid=nobody)", "nobody"},
		"cut in a page":     {lab.URL, cutting(t, lab.URL, 1<<20), ""},
	} {
		var whole string
		s.write(func(text string) string { whole = text; return strings.Replace(text, c.old, c.now, 1) })
		r := s.ran(1, "sync", "run", "corp")
		nobodyLeft(t, what, r)
		if !strings.Contains(r.Error, c.says) {
			t.Errorf("%s: the run says %q", what, r.Error)
		}
		s.write(func(string) string { return whole })
	}
	lab.Stop()
	nobodyLeft(t, "a server that stands still", s.ran(1, "sync", "run", "corp"))
	lab.Cont()

	leave(lab, 100, 120)
	if r := s.ran(0, "sync", "run", "corp"); r.State != directory.RunDone || r.Deactivated != 120 {
		t.Errorf("an ordinary Monday: %s %s %+v", r.State, r.Guard.Why, r.RunCounts)
	}
	leave(lab, 1000, 500)
	if r := s.ran(3, "sync", "run", "corp"); r.State != directory.RunHeld || r.Deactivated != 500 || len(r.Changes) < 500 {
		t.Errorf("a catastrophe: %s %+v, %d changes", r.State, r.RunCounts, len(r.Changes))
	}
	if out := s.exits(0, "seats", "--json"); !strings.Contains(out, fmt.Sprintf(`"used":%d`, people-1-120)) {
		t.Errorf("a run that is held took seats: %s", out)
	}
}

func TestAnOrdinaryMondayIsNotHeld(t *testing.T) {
	for people, leavers := range map[int]int{8: 2, 30: 4, 400: 15} {
		t.Run(fmt.Sprint(people), func(t *testing.T) {
			lab := need.Slapd(t, people, 2)
			s := labShell(t, lab)
			s.hasty()
			s.ran(0, "sync", "run", "corp")
			leave(lab, 0, leavers)
			if r := s.ran(0, "sync", "run", "corp"); r.State != directory.RunDone || r.Deactivated != int64(leavers) {
				t.Errorf("%s %s %+v", r.State, r.Guard.Why, r.RunCounts)
			}
		})
	}
}

// cutting listens before an LDAP server and cuts each connection after so many bytes of
// what the server says. It returns its address.
func cutting(t *testing.T, url string, after int64) string {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			go cut(client, strings.TrimPrefix(url, "ldap://"), after)
		}
	}()
	return "ldap://" + listener.Addr().String()
}

func cut(client net.Conn, address string, after int64) {
	defer client.Close()
	server, err := net.Dial("tcp", address)
	if err != nil {
		return
	}
	defer server.Close()
	go io.Copy(server, client)
	io.CopyN(client, server, after)
}
