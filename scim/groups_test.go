package scim_test

import (
	"net/url"
	"strings"
	"testing"
)

func TestGroups(t *testing.T) {
	t.Parallel()
	f := open(t, "")
	ada, bob, eve := f.user("ada"), f.user("bob"), f.user("eve")
	members := func(group string) string {
		var names []string
		list, _ := f.do("GET", "/Groups/"+group, "").want(200).at("members").([]any)
		for _, m := range list {
			switch m.(map[string]any)["value"] {
			case ada:
				names = append(names, "ada")
			case bob:
				names = append(names, "bob")
			case eve:
				names = append(names, "eve")
			}
		}
		return strings.Join(names, " ")
	}
	want := func(group, names string) {
		t.Helper()
		if got := members(group); got != names {
			t.Errorf("members are %q, want %q", got, names)
		}
	}
	g := f.group("Staff", ada, bob, "00000000-0000-7000-8000-000000000000")
	want(g, "ada bob")
	f.do("POST", "/Groups", groupBody("staff")).wantError(409, "uniqueness", "displayName")
	f.do("PATCH", "/Groups/"+g, patchBody(`[{"op":"add","path":"members","value":[{"value":"`+eve+`"}]},{"op":"remove","path":"members[value eq \"`+ada+`\"]"}]`)).want(204)
	want(g, "bob eve")
	f.do("PATCH", "/Groups/"+g, patchBody(`[{"op":"replace","value":{"id":"x","displayName":"Crew"}},{"op":"Remove","path":"members","value":[{"value":"`+bob+`"}]}]`)).want(204)
	want(g, "eve")
	if got := f.do("GET", "/Users/"+eve, "").at("groups", 0, "display"); got != "Crew" {
		t.Errorf("eve's group is called %v", got)
	}
	for _, filter := range []string{`displayName eq "crew"`, `members.value eq "` + eve + `"`, `id eq "` + g + `" and members eq "` + eve + `"`} {
		if got := f.do("GET", "/Groups?excludedAttributes=members&filter="+url.QueryEscape(filter), "").want(200); got.at("totalResults") != 1.0 {
			t.Errorf("%s: %s", filter, got.text)
		}
	}
	f.do("PUT", "/Groups/"+g, groupBody("Crew", ada, bob)).want(200)
	want(g, "ada bob")
	f.do("PUT", "/Groups/"+g, `{"displayName":"Crew"}`).want(200)
	want(g, "")
	f.do("PATCH", "/Groups/"+g, patchBody(`[{"op":"add","path":"members","value":["`+ada+`"]}]`)).want(204)
	f.do("DELETE", "/Groups/"+g, "").want(204)
	f.do("GET", "/Groups/"+g, "").wantError(404, "")
	f.do("PATCH", "/Groups/"+g, patchBody(`[{"op":"remove","path":"members"}]`)).wantError(404, "")
	if got := f.do("GET", "/Users/"+ada, "").want(200); got.at("groups") != nil {
		t.Error(got.text)
	}
}
