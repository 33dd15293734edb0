package scim

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollcall/directory"
)

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
		{"invalidValue", `[{"op":"replace","path":"emails[type eq \"work\"]","value":{"type":"work","primary":true}}]`},
		{"invalidValue", `[{"op":"replace","path":"emails[primary eq true]","value":{"display":"Alice"}}]`},
		{"invalidValue", `[{"op":"replace","path":"emails[value eq \"alice@example.com\"]","value":{"type":"other"}}]`},
		{"invalidValue", `[{"op":"replace","path":"addresses[type eq \"work\"]","value":{"type":"home"}}]`},
		{"invalidValue", `[{"op":"add","path":"phoneNumbers","value":[{"value":"1","type":"work"}]},
			{"op":"replace","path":"phoneNumbers[type eq \"work\"]","value":{"type":"mobile"}}]`},
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
