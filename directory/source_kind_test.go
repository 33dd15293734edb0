package directory_test

import (
	"testing"

	. "rollcall/directory"
)

// TestASourceStaysWhatItIs: a token opens the people of a client, never those of a server
// that is read.
func TestASourceStaysWhatItIs(t *testing.T) {
	t.Parallel()
	f := open(t, Settings{})
	f.must(f.admin, PutSource{Source: Source{ID: "corp", Kind: LDAPServer}})
	f.refused(f.admin, PutSource{Source: Source{ID: "corp", Kind: SCIMClient}}, Exists, "name")
	f.refused(f.admin, PutSource{Source: Source{ID: "okta", Kind: LDAPServer}}, Exists, "name")
	_, token := NewToken("corp", "ops", f.clock.now())
	f.refused(f.admin, IssueToken{token}, Denied, "name")
	f.must(f.admin, PutSource{Source: Source{ID: "corp", Kind: LDAPServer, MayGrant: []string{RoleUser}}})
}
