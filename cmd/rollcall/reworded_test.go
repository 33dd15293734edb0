package main

import (
	"fmt"
	"strings"
	"testing"

	"rollcall/dev/need"
	"rollcall/sync/ldap/ldaptest"
)

func TestAddressesThatVanishFromARealServerWaitForApproval(t *testing.T) {
	lab := need.Slapd(t, 40, 4)
	s := labShell(t, lab)
	s.ran(0, "sync", "run", "corp")
	var ldif strings.Builder
	for i := range 40 {
		fmt.Fprintf(&ldif, "dn: %s\nchangetype: modify\ndelete: mail\n\n", ldaptest.PersonDN(i))
	}
	lab.Modify(ldif.String())
	held := s.ran(3, "sync", "run", "corp")
	if !strings.Contains(held.Guard.Why, "emails of 40, 40 of whom would have none; the limit is 10 of 40") {
		t.Errorf("held is %q", held.Guard.Why)
	}
	if r := s.ran(0, "sync", "approve", held.Run); r.Updated != 40 {
		t.Errorf("approved: %+v", r.RunCounts)
	}
}
