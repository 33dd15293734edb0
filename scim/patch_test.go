package scim

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

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
		{"active without a value", `[{"op":"replace","path":"active","value":null},{"op":"remove","path":"active"},{"op":"replace","value":{"active":null,"title":"Boss"}}]`,
			func(u *directory.User) { u.Title = "Boss" }},
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

func TestPathsThatCompareWithoutEndAreRefused(t *testing.T) {
	terms := strings.Repeat(`value co "x" or `, 40) + `value co "y"`
	op, err := json.Marshal(map[string]string{"op": "remove", "path": "emails[" + terms + "]"})
	if err != nil {
		t.Fatal(err)
	}
	body := func(n int) string {
		return `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[` +
			strings.TrimSuffix(strings.Repeat(string(op)+",", n), ",") + `]}`
	}
	for n, refused := range map[int]bool{6: false, 7: true} {
		tree, err := decodeObject(body(n))
		if err != nil {
			t.Fatal(err)
		}
		if _, err = new(notes).patch(directory.Users, tree); (err != nil) != refused {
			t.Errorf("%d operations of 41 comparisons: %v", n, err)
		}
	}
}
