package scim_test

import (
	"fmt"
	"strings"
	"testing"

	"rollcall/directory"
)

func TestMediaTypes(t *testing.T) {
	t.Parallel()
	f := open(t, "")
	for i, kind := range []string{"application/json", "application/scim+json;charset=utf-8", "application/json; charset=\"UTF-8\"", ""} {
		f.do("POST", "/Users", userBody(fmt.Sprint("u", i)), "Content-Type: "+kind).want(201)
	}
	for _, kind := range []string{"text/plain", "application/xml", "application/x-www-form-urlencoded", "application/json; charset=latin1", "nonsense;;"} {
		f.do("POST", "/Users", userBody("x"), "Content-Type: "+kind).wantError(415, "")
	}
	f.do("POST", "/Users", userBody("x"), "Content-Encoding: gzip").wantError(415, "", "gzip")
	f.do("POST", "/Users", "").wantError(400, "invalidSyntax")
	f.do("POST", "/Users", `[]`).wantError(400, "invalidSyntax")
	f.do("POST", "/Users", `{"userName":"x","bio":"`+strings.Repeat("x", 1<<20)+`"}`).wantError(413, "")
	for accept, want := range map[string]string{"": "application/scim+json", "*/*": "application/scim+json", "application/json": "application/json",
		"application/json, text/plain, */*": "application/json", "application/scim+json, application/json": "application/scim+json", "text/html": "application/scim+json"} {
		if got := f.do("GET", "/Users", "", "Accept: "+accept).want(200).header.Get("Content-Type"); got != want {
			t.Errorf("Accept %q gives %q", accept, got)
		}
		if got := f.do("GET", "/Users/x", "", "Accept: "+accept).want(404).header.Get("Content-Type"); got != want {
			t.Errorf("Accept %q gives an error as %q", accept, got)
		}
	}
}

func TestBodies(t *testing.T) {
	t.Parallel()
	f := open(t, "")
	f.user("taken")
	for _, tt := range []struct {
		body, scimType string
		status         int
		words          []string
	}{
		{`{"userName":"a","USERNAME":"b"}`, "invalidSyntax", 400, []string{"USERNAME"}},
		{`{"userName":"a","active":true,"Active":false}`, "invalidSyntax", 400, nil},
		{`{"userName":"a"} x`, "invalidSyntax", 400, nil},
		{`{"userName":"a","urn:ietf:params:scim:schemas:core:2.0:User:userName":"b"}`, "invalidSyntax", 400, nil},
		{`{"displayName":"nameless"}`, "invalidValue", 400, []string{"userName"}},
		{`{"userName":"a","active":"yes"}`, "invalidValue", 400, []string{"active"}},
		{`{"userName":"a","name":"Alice"}`, "invalidValue", 400, []string{"name"}},
		{`{"userName":12,"title":{},"active":7}`, "invalidValue", 400, []string{"userName", "title", "active"}},
		{`{"userName":"a","password":{}}`, "invalidValue", 400, []string{"password"}},
		{userBody("TAKEN"), "uniqueness", 409, []string{"userName"}},
	} {
		f.do("POST", "/Users", tt.body).wantError(tt.status, tt.scimType, tt.words...)
	}
	if got := f.do("GET", "/Users", "").at("totalResults"); got != 1.0 {
		t.Errorf("refused bodies made people: %v", got)
	}
}

func TestWhatProvidersGetWrongIsPutRight(t *testing.T) {
	t.Parallel()
	f := open(t, "entra")
	got := f.do("POST", "/Users", `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:ietf:params:scim:schemas:extension:enterprise2.0User"],
		"USERNAME":"ada","active":"True","name.givenName":"Ada","emails":{"value":"ada@example.com","primary":"True"},"meta":{"resourceType":"User"},
		"title":null,"roles":[{"value":"{\"id\":\"1\",\"value\":\"user\",\"displayName\":\"User\"}"}],"isAdmin":true,
		"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department":"IT",
		"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"manager":["m1"]}}`).want(201)
	if got.at("name", "givenName") != "Ada" || got.at("emails", 0, "primary") != true || got.at("roles", 0, "value") != "user" ||
		got.at(directory.EnterpriseSchema, "department") != "IT" || got.at(directory.EnterpriseSchema, "manager", "value") != "m1" {
		t.Error(got.text)
	}
	counts := f.Rewrites()
	for _, name := range []string{"booleanText", "bareValue", "listForSingle", "singleForList", "jsonText", "dottedKey", "urnKey", "schemaTypo"} {
		if counts[name] == 0 {
			t.Errorf("%s was not counted: %v", name, counts)
		}
	}
	strict := f.as(f.client(directory.Source{ID: "strict", Profile: "strict"}))
	for _, body := range []string{`{"userName":"b"}`, `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"b","active":"True"}`,
		`{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:x"],"userName":"b"}`} {
		strict.do("POST", "/Users", body).want(400)
	}
}
