package scim

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"rollcall/directory"
)

// operations draws PATCH operations on the attributes of people.
func operations() *rapid.Generator[string] {
	text := rapid.SampledFrom([]string{"", "a", "A", "b", "work", "home", "é", "a@b.c", "True"})
	value := rapid.Deferred(func() *rapid.Generator[any] {
		object := rapid.Custom(func(t *rapid.T) any {
			o := directory.Object{}
			for _, name := range rapid.SliceOfN(rapid.SampledFrom([]string{"value", "type", "primary", "display", "country", "givenName", "x"}), 0, 4).Draw(t, "names") {
				if name == "primary" {
					o[name] = rapid.Bool().Draw(t, "primary")
				} else {
					o[name] = text.Draw(t, "text")
				}
			}
			return o
		})
		list := rapid.Map(rapid.SliceOfN(object, 0, 3), func(l []any) any { return l })
		return rapid.OneOf(list, object, rapid.Map(text, func(s string) any { return s }), rapid.Just[any](nil), rapid.Map(rapid.Bool(), func(b bool) any { return b }))
	})
	path := rapid.SampledFrom([]string{"title", "active", "name", "name.givenName", "emails", "emails.value", "addresses", "roles", "id", "meta", "groups",
		`emails[type eq "work"]`, `emails[type eq "work"].value`, `emails[value co "a"].primary`, `addresses[type eq "home"].country`,
		`roles[primary eq "True"].value`, directory.EnterpriseSchema, directory.EnterpriseSchema + ":manager", directory.ChatSchema + ":bio", "userName"})
	one := rapid.Custom(func(t *rapid.T) any {
		return directory.Object{"op": rapid.SampledFrom([]string{"add", "replace", "remove"}).Draw(t, "op"),
			"path": path.Draw(t, "path"), "value": value.Draw(t, "value")}
	})
	return rapid.Map(rapid.SliceOfN(one, 1, 4), func(l []any) string { return string(appendValue(nil, l)) })
}

// TestPatchProperties: what belongs to the server stays, an alteration that is made
// twice by add is made once, and at most one value is primary if it was so before.
func TestPatchProperties(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := operations().Draw(t, "operations")
		p, err := compiled(directory.Users, text)
		if err != nil {
			if wireError(err).Status != 400 {
				t.Fatal(err)
			}
			return
		}
		u := alice()
		if err := p.editUser(u); err != nil {
			return
		}
		for i := range directory.Users.Attributes {
			if a := &directory.Users.Attributes[i]; a.ReadOnly() && a.Schema != directory.ChatSchema && !cmp.Equal(a.Value(alice()), a.Value(u)) {
				t.Fatalf("%s changed %s", text, a.Name)
			}
		}
		if u.UserName == "" || u.ID != "u1" {
			t.Fatalf("%s took the name or the id", text)
		}
		if !strings.Contains(text, `"remove"`) && !strings.Contains(text, `"replace"`) {
			once := u.Clone()
			if err := p.editUser(u); err != nil || !cmp.Equal(once, u) {
				t.Fatalf("%s twice: %v %s", text, err, cmp.Diff(once, u))
			}
		}
	})
}

func FuzzPatch(f *testing.F) {
	f.Add(`[{"op":"add","path":"emails[type eq \"work\"].value","value":"x"}]`)
	f.Add(`[{"op":"Replace","value":{"name.givenName":"a","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager":["m"]}}]`)
	f.Add(`[{"op":"remove","path":"members","value":[{"value":"1"}]},{"op":"add","value":{"members":["2"]}}]`)
	f.Fuzz(func(t *testing.T, text string) {
		for _, rt := range []*directory.ResourceType{directory.Users, directory.Groups} {
			p, err := compiled(rt, text)
			if err != nil {
				if w := wireError(err); w.Status >= 500 {
					t.Fatalf("%q: %v", text, err)
				}
				continue
			}
			if rt == directory.Groups {
				p.editGroup(&directory.Group{ID: "g1", DisplayName: "x"})
				continue
			}
			u := alice()
			if err := p.editUser(u); err == nil && (u.ID != "u1" || u.UserName == "") {
				t.Fatalf("%q made %+v", text, u)
			}
			if _, err := json.Marshal(u); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func FuzzPath(f *testing.F) {
	f.Add(`emails[type eq "work"].value`)
	f.Add(directory.EnterpriseSchema + `:manager.displayName`)
	f.Fuzz(func(t *testing.T, text string) {
		n := &notes{allowed: allRules}
		got, err := n.target(directory.Users, text)
		if err != nil {
			if wireError(err).Status >= 500 {
				t.Fatalf("%q: %v", text, err)
			}
			return
		}
		if got.Attr == nil || got.seed != nil && got.filter == nil {
			t.Fatalf("%q: %+v", text, got)
		}
	})
}
