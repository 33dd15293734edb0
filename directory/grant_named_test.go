package directory_test

import (
	"strings"
	"testing"

	. "rollcall/directory"
)

// TestAMistypedRoleIsRefused asks as the command line does, which may be mistaken about
// the name.
func TestAMistypedRoleIsRefused(t *testing.T) {
	t.Parallel()
	f := open(t, Settings{})
	group := f.must(f.admin, PutGroup{Group: Group{DisplayName: "Night"}}).Group.ID
	f.must(f.admin, PutMapping{Mapping{Group: group, Kind: RoleGrant, Name: "night-shift"}})
	f.must(f.admin, PutSource{Source: Source{ID: "hr", Kind: SCIMClient, MayGrant: []string{"user", "auditor"}}})
	ada := f.hire(f.admin, "ada").ID
	grant := func(known bool, roles ...string) SetGrants {
		c := SetGrants{ID: ada, KnownRoles: known}
		for _, role := range roles {
			c.Grants = append(c.Grants, Grant{Kind: RoleGrant, Name: role})
		}
		return c
	}
	e := f.refused(f.admin, grant(true, "livechat-agent", "admn"), Denied, "grants")
	for _, word := range []string{"admin, ", "livechat-agent", "night-shift", "auditor", "user"} {
		if !strings.Contains(e.Hint, word) {
			t.Errorf("the hint does not name %s: %s", word, e.Hint)
		}
	}
	if !strings.Contains(e.Msg, `"admn"`) || strings.Contains(e.Hint, "admn") {
		t.Errorf("got %v", e)
	}
	f.must(f.admin, grant(true, "livechat-agent", "night-shift", "auditor"))
	f.refused(f.admin, grant(true, "Admin"), Denied, "grants")
	// One that somebody made in the workspace; ada has it then and may keep it.
	f.must(f.admin, grant(false, "treasurer"))
	f.must(f.admin, grant(true, "treasurer", "guest"))
	// Channels and teams are many, and nobody lists them here.
	f.must(f.admin, SetGrants{ID: ada, KnownRoles: true, Grants: []Grant{{Kind: ChannelGrant, Name: "board"}}})
}
