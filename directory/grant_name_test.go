package directory_test

import (
	"testing"

	. "rollcall/directory"
)

// TestNamesThatNoWorkspaceHasAreRefused tries every way to give a role, a channel or a
// team.
func TestNamesThatNoWorkspaceHasAreRefused(t *testing.T) {
	f := open(t, Settings{})
	group := f.must(f.admin, PutGroup{Group: Group{DisplayName: "Engineering"}}).Group.ID
	ada := f.hire(f.admin, "ada").ID
	give := func(kind GrantKind, name string) []error {
		errs := []error{f.try(f.admin, SetGrants{ID: ada, Grants: []Grant{{Kind: kind, Name: name}}}),
			f.try(f.admin, PutMapping{Mapping{Group: group, Kind: kind, Name: name}})}
		if kind == RoleGrant {
			eve := person("eve")
			eve.Roles = []MultiValue{{Value: name}}
			errs = append(errs, f.try(f.admin, PutUser{User: eve}))
		}
		return errs
	}
	for _, kind := range []GrantKind{RoleGrant, ChannelGrant, TeamGrant} {
		for _, name := range []string{" admin", "admin ", "ad\u200bmin", "ad\tmin", "ad\nmin", "\u202eadmin", " ", "admin\u00a0"} {
			for i, err := range give(kind, name) {
				if e := asError(err); e == nil || e.Kind != Invalid || e.Attr == "" || e.Hint == "" {
					t.Errorf("%s %q, way %d: %v", kind, name, i, err)
				}
			}
		}
	}
	for _, err := range append(give(ChannelGrant, "two words"), give(TeamGrant, "two words")...) {
		if !Is(err, Invalid) {
			t.Errorf("a channel or team of two words: %v", err)
		}
	}
	for i, err := range append(give(RoleGrant, "Night Shift"), give(ChannelGrant, "größe-2")...) {
		if err != nil {
			t.Errorf("a name that there may be, way %d: %v", i, err)
		}
	}
}
