package ldap

import (
	"testing"

	"rollcall/sync/ldap/ldaptest"
)

func TestPeopleSendsEverybody(t *testing.T) {
	_, config := serve(t, ldaptest.Company(1234, 7))
	all, err := people(t, source(t, config))
	if err != nil {
		t.Fatal(err)
	}
	if len(all) != 1234 {
		t.Fatalf("got %d people", len(all))
	}
	for i, p := range all {
		if p.Key != ldaptest.PersonKey(i) || p.Fault != nil || !p.User.Wanted {
			t.Errorf("got %+v", p)
		}
	}
}
