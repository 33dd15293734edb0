package scim

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"rollcall/directory"
)

// alice is whom the tests below change.
func alice() *directory.User {
	return &directory.User{
		ID: "u1", UserName: "alice", ExternalID: "x1", Wanted: true, Title: "Clerk",
		Name: &directory.Name{GivenName: "Alice", FamilyName: "Ames"},
		Emails: []directory.MultiValue{{Value: "alice@example.com", Type: "work", Primary: true},
			{Value: "alice@home.example", Type: "home"}},
		Addresses:  []directory.Address{{StreetAddress: "1 High St", Country: "FR", Type: "work"}},
		Enterprise: &directory.Enterprise{Department: "Sales", Manager: &directory.Manager{Value: "m1"}},
	}
}

// patched applies operations, written as the JSON list that a provider sends, to alice
// and returns what she became.
func patched(t *testing.T, operations string) (*directory.User, *patch, error) {
	t.Helper()
	p, err := compiled(directory.Users, operations)
	if err != nil {
		return nil, nil, err
	}
	u := alice()
	if err := p.editUser(u); err != nil {
		if diff := cmp.Diff(alice(), u); diff != "" {
			t.Errorf("a refused PATCH changed the user: %s", diff)
		}
		return nil, p, err
	}
	again := alice()
	if err := p.editUser(again); err != nil || cmp.Diff(again, u) != "" {
		t.Errorf("a second run differs: %v %s", err, cmp.Diff(again, u))
	}
	return u, p, nil
}

func compiled(rt *directory.ResourceType, operations string) (*patch, error) {
	body, err := decodeObject(`{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":` + operations + `}`)
	if err != nil {
		return nil, err
	}
	return (&notes{allowed: allRules}).patch(rt, body)
}

func TestPatchUser(t *testing.T) {
	t.Parallel()
	const enterprise = directory.EnterpriseSchema
	work := directory.MultiValue{Value: "alice@example.com", Type: "work", Primary: true}
	home := directory.MultiValue{Value: "alice@home.example", Type: "home"}
	tests := []struct {
		name, operations string
		want             func(u *directory.User)
	}{
		{"Okta deactivates", `[{"op":"replace","value":{"active":false}}]`, func(u *directory.User) { u.Wanted = false }},
		{"Entra deactivates", `[{"op":"Replace","path":"active","value":"False"}]`, func(u *directory.User) { u.Wanted = false }},
		{"list of one for a single value", `[{"op":"Replace","path":"title","value":[{"$ref":null,"value":"Boss"}]}]`,
			func(u *directory.User) { u.Title = "Boss" }},
		{"op and path in any case", `[{"OP":"REPLACE","Path":"TITLE","Value":"Boss"}]`, func(u *directory.User) { u.Title = "Boss" }},
		{"null clears", `[{"op":"replace","path":"title","value":null}]`, func(u *directory.User) { u.Title = "" }},
		{"empty text clears", `[{"op":"add","path":"title","value":""}]`, func(u *directory.User) { u.Title = "" }},
		{"remove", `[{"op":"remove","path":"title"}]`, func(u *directory.User) { u.Title = "" }},
		{"sub-attribute", `[{"op":"replace","path":"name.givenName","value":"Al"}]`, func(u *directory.User) { u.Name.GivenName = "Al" }},
		{"complex value is merged", `[{"op":"replace","path":"name","value":{"givenName":"Al","familyName":null}}]`,
			func(u *directory.User) { u.Name = &directory.Name{GivenName: "Al"} }},
		{"last sub-attribute gone", `[{"op":"remove","path":"name.givenName"},{"op":"remove","path":"name.familyName"}]`,
			func(u *directory.User) { u.Name = nil }},
		{"dotted and URN names in a value", `[{"op":"replace","value":{"name.givenName":"Al","` + enterprise + `:department":"IT","` +
			enterprise + `":{"costCenter":"7"},"urn:ietf:params:scim:schemas:core:2.0:User:title":"Boss"}}]`,
			func(u *directory.User) {
				u.Name.GivenName, u.Title, u.Enterprise.Department, u.Enterprise.CostCenter = "Al", "Boss", "IT", "7"
			}},
		{"value path as a name", `[{"op":"replace","value":{"emails[type eq \"work\"].value":"a@b.c"}}]`,
			func(u *directory.User) { u.Emails[0].Value = "a@b.c" }},
		{"echo of what belongs to the server", `[{"op":"replace","value":{"schemas":[],"id":"u9","meta":{"version":"x"},"groups":[],"title":"Boss",
			"urn:rollcall:params:scim:schemas:extension:rocketchat:2.0:User":{"state":"held","roles":["admin"]}}}]`,
			func(u *directory.User) { u.Title = "Boss" }},
		{"unknown names in a value", `[{"op":"replace","value":{"isAdmin":true,"__proto__":{"x":1},"title":"Boss"}}]`,
			func(u *directory.User) { u.Title = "Boss" }},
		{"extension path", `[{"op":"Add","path":"` + enterprise + `:department","value":"IT"}]`,
			func(u *directory.User) { u.Enterprise.Department = "IT" }},
		{"whole extension", `[{"op":"replace","path":"` + enterprise + `","value":{"division":"North"}}]`,
			func(u *directory.User) { u.Enterprise.Division = "North" }},
		{"remove a whole extension", `[{"op":"remove","path":"` + enterprise + `"}]`, func(u *directory.User) { u.Enterprise = nil }},
		{"manager as a bare string", `[{"op":"Replace","path":"` + enterprise + `:manager","value":"m2"}]`,
			func(u *directory.User) { u.Enterprise.Manager.Value = "m2" }},
		{"manager as a list", `[{"op":"Add","path":"` + enterprise + `:manager","value":[{"$ref":"../Users/m2","value":"m2"}]}]`,
			func(u *directory.User) { u.Enterprise.Manager = &directory.Manager{Value: "m2", Ref: "../Users/m2"} }},
		{"manager as an object", `[{"op":"Add","path":"` + enterprise + `:manager","value":{"value":"m2","$ref":null}}]`,
			func(u *directory.User) { u.Enterprise.Manager.Value = "m2" }},
		{"another manager", `[{"op":"replace","path":"` + enterprise + `:manager","value":{"value":"m1","$ref":"../Users/m1","displayName":"M"}},
			{"op":"Replace","path":"` + enterprise + `:manager","value":"m2"}]`, func(u *directory.User) { u.Enterprise.Manager.Value = "m2" }},
		{"manager's sub-attribute", `[{"op":"Replace","path":"` + enterprise + `:manager.displayName","value":"Max"}]`,
			func(u *directory.User) { u.Enterprise.Manager.DisplayName = "Max" }},
		{"value path", `[{"op":"Replace","path":"emails[type eq \"work\"].value","value":"a@b.c"}]`,
			func(u *directory.User) { u.Emails[0].Value = "a@b.c" }},
		{"value path makes what is missing", `[{"op":"Replace","path":"phoneNumbers[type eq \"mobile\"].value","value":"+33 1"},
			{"op":"Add","path":"addresses[type eq \"home\"].country","value":"DE"}]`, func(u *directory.User) {
			u.PhoneNumbers = []directory.MultiValue{{Value: "+33 1", Type: "mobile"}}
			u.Addresses = append(u.Addresses, directory.Address{Type: "home", Country: "DE"})
		}},
		{"roles by primary", `[{"op":"Add","path":"roles[primary eq \"True\"].value","value":"user"}]`,
			func(u *directory.User) { u.Roles = []directory.MultiValue{{Value: "user", Primary: true}} }},
		{"roles as text", `[{"op":"Add","path":"roles","value":[{"value":"{\"id\":\"1\",\"value\":\"user\",\"displayName\":\"User\"}"}]}]`,
			func(u *directory.User) { u.Roles = []directory.MultiValue{{Value: "user", Display: "User"}} }},
		{"add what is there", `[{"op":"add","path":"emails","value":[{"value":"ALICE@example.com","type":"work"}]}]`,
			func(u *directory.User) { u.Emails[0].Value = "ALICE@example.com" }},
		{"add a single value", `[{"op":"add","path":"phoneNumbers","value":{"value":"1","type":"work"}}]`,
			func(u *directory.User) { u.PhoneNumbers = []directory.MultiValue{{Value: "1", Type: "work"}} }},
		{"add nothing", `[{"op":"add","path":"emails","value":[]}]`, func(*directory.User) {}},
		{"new primary", `[{"op":"add","path":"emails","value":[{"value":"new@b.c","primary":true}]}]`, func(u *directory.User) {
			u.Emails[0].Primary = false
			u.Emails = append(u.Emails, directory.MultiValue{Value: "new@b.c", Primary: true})
		}},
		{"primary moves", `[{"op":"replace","path":"emails[type eq \"home\"].primary","value":true}]`, func(u *directory.User) {
			u.Emails[0].Primary, u.Emails[1].Primary = false, true
		}},
		{"replace the list", `[{"op":"replace","path":"emails","value":[{"value":"a@b.c"},{"value":"A@B.C"}]}]`,
			func(u *directory.User) { u.Emails = []directory.MultiValue{{Value: "a@b.c"}} }},
		{"replace an element", `[{"op":"replace","path":"addresses[type eq \"work\"]","value":{"locality":"Paris"}}]`,
			func(u *directory.User) { u.Addresses = []directory.Address{{Locality: "Paris", Type: "work"}} }},
		{"add to an element", `[{"op":"add","path":"addresses[type eq \"work\"]","value":{"locality":"Paris"}}]`,
			func(u *directory.User) { u.Addresses[0].Locality = "Paris" }},
		{"remove an element", `[{"op":"remove","path":"emails[type eq \"home\"]"}]`,
			func(u *directory.User) { u.Emails = []directory.MultiValue{work} }},
		{"remove an element by not", `[{"op":"remove","path":"emails[not (type eq \"home\")]"}]`,
			func(u *directory.User) { u.Emails = []directory.MultiValue{home} }},
		{"remove an element's value", `[{"op":"remove","path":"emails[type eq \"home\"].value"}]`,
			func(u *directory.User) { u.Emails = []directory.MultiValue{work} }},
		{"remove by a list of values", `[{"op":"remove","path":"emails","value":[{"value":"ALICE@home.example"}]}]`,
			func(u *directory.User) { u.Emails = []directory.MultiValue{work} }},
		{"remove by an empty list", `[{"op":"remove","path":"emails","value":[]}]`, func(*directory.User) {}},
		{"remove what is not there", `[{"op":"remove","path":"emails[type eq \"other\"]"},{"op":"remove","path":"nickName"}]`, func(*directory.User) {}},
		{"remove all", `[{"op":"remove","path":"emails"}]`, func(u *directory.User) { u.Emails = nil }},
		{"every element", `[{"op":"replace","path":"emails.display","value":"x"}]`,
			func(u *directory.User) { u.Emails[0].Display, u.Emails[1].Display = "x", "x" }},
		{"in order", `[{"op":"replace","path":"title","value":"A"},{"op":"remove","path":"title"},{"op":"add","path":"title","value":"B"}]`,
			func(u *directory.User) { u.Title = "B" }},
		{"path schemas", `[{"op":"add","path":"schemas","value":["urn:x"]}]`, func(*directory.User) {}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			want := alice()
			tt.want(want)
			got, _, err := patched(t, tt.operations)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestPatchUserRefuses(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ scimType, operations string }{
		{"invalidSyntax", `[]`}, {"invalidSyntax", `{}`}, {"invalidSyntax", `["x"]`}, {"invalidSyntax", `[{"op":"move","path":"title"}]`},
		{"invalidSyntax", `[{"path":"title","value":"x"}]`},
		{"invalidSyntax", `[{"op":"replace","value":{"title":"a","urn:ietf:params:scim:schemas:core:2.0:User:title":"b"}}]`},
		{"invalidSyntax", `[` + strings.Repeat(`{"op":"remove","path":"title"},`, maxOperations) + `{"op":"remove","path":"title"}]`},
		{"noTarget", `[{"op":"remove"}]`}, {"noTarget", `[{"op":"remove","path":"","value":{"title":"x"}}]`},
		{"noTarget", `[{"op":"replace","path":"emails[value eq \"nobody@b.c\"].type","value":"work"}]`},
		{"noTarget", `[{"op":"add","path":"emails[value co \"nobody\"]","value":{"type":"work"}}]`},
		{"invalidPath", `[{"op":"replace","path":"nothing","value":"x"}]`}, {"invalidPath", `[{"op":"replace","path":1,"value":"x"}]`},
		{"invalidPath", `[{"op":"replace","path":"name.nothing","value":"x"}]`}, {"invalidPath", `[{"op":"replace","path":"members","value":[]}]`},
		{"invalidPath", `[{"op":"replace","path":"emails[type eq \"work\"","value":"x"}]`},
		{"invalidPath", `[{"op":"replace","path":"emails[type eq \"work\"]value","value":"x"}]`},
		{"invalidPath", `[{"op":"replace","path":"emails[type eq \"work\"].nothing","value":"x"}]`},
		{"invalidPath", `[{"op":"replace","path":"title[value eq \"x\"]","value":"x"}]`}, {"invalidPath", `[{"op":"add","path":"urn:x:y","value":"x"}]`},
		{"invalidFilter", `[{"op":"replace","path":"emails[type xx \"work\"].value","value":"x"}]`},
		{"invalidFilter", `[{"op":"replace","path":"emails[].value","value":"x"}]`},
		{"mutability", `[{"op":"replace","path":"id","value":"x"}]`}, {"mutability", `[{"op":"remove","path":"meta"}]`},
		{"mutability", `[{"op":"add","path":"groups","value":[{"value":"g1"}]}]`}, {"mutability", `[{"op":"add","path":"groups.value","value":"g1"}]`},
		{"mutability", `[{"op":"replace","path":"meta.version","value":"x"}]`}, {"mutability", `[{"op":"remove","path":"userName"}]`},
		{"mutability", `[{"op":"add","path":"urn:rollcall:params:scim:schemas:extension:rocketchat:2.0:User:roles","value":["admin"]}]`},
		{"invalidValue", `[{"op":"replace","path":"userName","value":null}]`}, {"invalidValue", `[{"op":"replace","value":{"userName":""}}]`},
		{"invalidValue", `[{"op":"replace","path":"title"}]`}, {"invalidValue", `[{"op":"replace","path":"title","value":{"a":1}}]`},
		{"invalidValue", `[{"op":"replace","path":"active","value":"yes"}]`}, {"invalidValue", `[{"op":"replace","path":"active","value":1}]`},
		{"invalidValue", `[{"op":"replace","value":"x"}]`}, {"invalidValue", `[{"op":"add","path":"name","value":"Alice"}]`},
		{"invalidValue", `[{"op":"add","path":"x509Certificates","value":[{"value":"not base64!"}]}]`},
		{"invalidValue", `[{"op":"replace","path":"password","value":{"a":"b"}}]`},
	} {
		_, _, err := patched(t, tt.operations)
		wantRefusal(t, tt.operations[:min(len(tt.operations), 120)], tt.scimType, err)
	}
}

func TestPatchKeepsPasswordsInSecretsOnly(t *testing.T) {
	t.Parallel()
	for _, operations := range []string{`[{"op":"replace","path":"password","value":"hunter2"}]`, `[{"op":"replace","value":{"password":"hunter2"}}]`} {
		u, p, err := patched(t, operations)
		if err != nil {
			t.Fatal(err)
		}
		if p.password.Reveal() != "hunter2" || len(p.steps) != 0 || cmp.Diff(alice(), u) != "" {
			t.Errorf("%s: %d steps, password %t", operations, len(p.steps), !p.password.IsZero())
		}
	}
}

func TestPatchMembersComesDownToTheLastWord(t *testing.T) {
	t.Parallel()
	type ids = []directory.ResourceID
	for _, tt := range []struct {
		name, operations string
		want             directory.MemberChange
	}{
		{"Okta", `[{"op":"remove","path":"members[value eq \"1\"]"},{"op":"add","path":"members","value":[{"value":"2","display":"Bob"}]}]`,
			directory.MemberChange{Add: ids{"2"}, Remove: ids{"1"}}},
		{"Entra adds", `[{"op":"Add","path":"members","value":[{"$ref":null,"value":"1"},{"$ref":null,"value":"2"}]}]`,
			directory.MemberChange{Add: ids{"1", "2"}}},
		{"Entra removes by a list", `[{"op":"Remove","path":"members","value":[{"$ref":null,"value":"1"}]}]`, directory.MemberChange{Remove: ids{"1"}}},
		{"one by one", `[{"op":"add","path":"members","value":[{"value":"1"}]},{"op":"add","path":"members","value":[{"value":"2"}]}]`,
			directory.MemberChange{Add: ids{"1", "2"}}},
		{"bare strings", `[{"op":"add","path":"members","value":["1","2"]}]`, directory.MemberChange{Add: ids{"1", "2"}}},
		{"or", `[{"op":"remove","path":"members[value eq \"1\" or value eq \"2\"]"}]`, directory.MemberChange{Remove: ids{"1", "2"}}},
		{"add then remove", `[{"op":"add","path":"members","value":[{"value":"1"}]},{"op":"remove","path":"members[value eq \"1\"]"}]`,
			directory.MemberChange{Remove: ids{"1"}}},
		{"remove then add", `[{"op":"remove","path":"members[value eq \"1\"]"},{"op":"add","path":"members","value":[{"value":"1"}]}]`,
			directory.MemberChange{Add: ids{"1"}}},
		{"replace", `[{"op":"add","path":"members","value":[{"value":"1"}]},{"op":"replace","path":"members","value":[{"value":"2"},{"value":"3"}]},
			{"op":"remove","path":"members[value eq \"3\"]"}]`, directory.MemberChange{Replace: true, Add: ids{"2"}}},
		{"replace by nobody", `[{"op":"replace","path":"members","value":[]}]`, directory.MemberChange{Replace: true}},
		{"remove all", `[{"op":"remove","path":"members"}]`, directory.MemberChange{Replace: true}},
		{"remove all, then add", `[{"op":"remove","path":"members"},{"op":"add","path":"members","value":[{"value":"1"}]}]`,
			directory.MemberChange{Replace: true, Add: ids{"1"}}},
		{"remove an empty list", `[{"op":"remove","path":"members","value":[]}]`, directory.MemberChange{}},
		{"pathless", `[{"op":"add","value":{"members":[{"value":"1"}]}}]`, directory.MemberChange{Add: ids{"1"}}},
	} {
		p, err := compiled(directory.Groups, tt.operations)
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		if diff := cmp.Diff(tt.want, *p.memberChange()); diff != "" || !p.membersOnly() {
			t.Errorf("%s: %s", tt.name, diff)
		}
	}
}

func TestPatchGroup(t *testing.T) {
	t.Parallel()
	g := &directory.Group{ID: "g1", DisplayName: "Old", ExternalID: "x"}
	p, err := compiled(directory.Groups, `[{"op":"replace","value":{"id":"g1","displayName":"New","members":null}},{"op":"remove","path":"externalId"},
		{"op":"add","path":"members","value":[{"value":"1"}]}]`)
	if err != nil {
		t.Fatal(err)
	}
	change, err := p.editGroup(g)
	if err != nil || g.DisplayName != "New" || g.ExternalID != "" || !slices.Equal(change.Add, []directory.ResourceID{"1"}) {
		t.Errorf("got %+v, %+v, %v", g, change, err)
	}
	for _, tt := range []struct{ scimType, operations string }{
		{"mutability", `[{"op":"replace","path":"members[value eq \"1\"].value","value":"2"}]`},
		{"mutability", `[{"op":"replace","path":"members.value","value":"2"}]`},
		{"mutability", `[{"op":"replace","path":"members[value eq \"1\"].display","value":"x"}]`},
		{"mutability", `[{"op":"remove","path":"displayName"}]`},
		{"invalidFilter", `[{"op":"remove","path":"members[display eq \"x\"]"}]`},
		{"invalidFilter", `[{"op":"remove","path":"members[value eq \"x\" and type eq \"User\"]"}]`},
		{"invalidValue", `[{"op":"remove","path":"members","value":null}]`},
		{"invalidValue", `[{"op":"replace","path":"members","value":null}]`},
		{"invalidValue", `[{"op":"remove","path":"members","value":[{"display":"x"}]}]`},
		{"invalidValue", `[{"op":"add","path":"members","value":[1]}]`},
		{"invalidPath", `[{"op":"add","path":"emails","value":[]}]`},
	} {
		_, err := compiled(directory.Groups, tt.operations)
		wantRefusal(t, tt.operations, tt.scimType, err)
	}
}

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
