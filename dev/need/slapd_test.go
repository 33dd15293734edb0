package need

import (
	"os/exec"
	"strings"
	"testing"

	"rollcall/sync/ldap/ldaptest"
)

func TestSlapdHoldsTheCompany(t *testing.T) {
	l := Slapd(t, 3, 2)
	got := l.search(t, "(objectClass=inetOrgPerson)", "entryUUID")
	for i := range 3 {
		if !strings.Contains(got, "dn: "+ldaptest.PersonDN(i)) || !strings.Contains(got, "entryUUID: "+ldaptest.PersonKey(i)) {
			t.Errorf("person %d is missing:\n%s", i, got)
		}
	}
}

func TestEachLabHasItsOwnDatabase(t *testing.T) {
	one, other := Slapd(t, 3, 2), Slapd(t, 3, 2)
	one.Modify("dn: " + ldaptest.PersonDN(0) + "\nchangetype: delete\n")
	if got := one.search(t, "(uid=u000000)", "uid"); strings.Contains(got, "dn:") {
		t.Errorf("still there:\n%s", got)
	}
	if got := other.search(t, "(uid=u000000)", "uid"); !strings.Contains(got, "dn:") {
		t.Errorf("gone elsewhere as well:\n%s", got)
	}
}

func TestSlapdSkipsWhereThereIsNone(t *testing.T) {
	t.Setenv("PATH", "/nowhere")
	folders := rootsFolders
	t.Cleanup(func() { rootsFolders = folders })
	rootsFolders = nil
	for forbidden, want := range map[string]verdict{"": {skipped: true}, "1": {failed: true}} {
		t.Setenv("ROLLCALL_NO_SKIP", forbidden)
		v := &verdict{}
		if Slapd(v, 1, 1); v.skipped != want.skipped || v.failed != want.failed {
			t.Errorf("with %q: skipped %v, failed %v", forbidden, v.skipped, v.failed)
		}
	}
}

func (l *Lab) search(t *testing.T, filter, attribute string) string {
	t.Helper()
	text, err := exec.Command("ldapsearch", "-x", "-LLL", "-H", l.URL, "-D", l.ReaderDN, "-w", l.ReaderPassword, "-b", l.Base, filter, attribute).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return string(text)
}
