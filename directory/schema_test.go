package directory

import (
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// everything is a user with a value for every attribute that can be set.
func everything() *User {
	u := &User{}
	for _, a := range writable {
		a.Assign(u, sample(a))
	}
	return u
}

func sample(a *Attribute) any {
	switch {
	case a.Type == Boolean:
		return true
	case a.Type == Binary:
		return "c29tZQ=="
	case a.Type != Complex:
		return "some " + a.Name
	}
	o := Object{}
	for i := range a.Sub {
		o[a.Sub[i].Name] = sample(&a.Sub[i])
	}
	if a.Multi {
		return []Object{o}
	}
	return o
}

func TestSettersAndGettersAgree(t *testing.T) {
	u := everything()
	for _, a := range writable {
		if got := a.Value(u); !reflect.DeepEqual(got, sample(a)) {
			t.Errorf("%s: got %v, want %v", a.Name, got, sample(a))
		}
	}
	for _, a := range writable {
		a.Assign(u, nil)
	}
	if !reflect.DeepEqual(u, &User{}) {
		t.Errorf("with everything cleared there remains %+v", u)
	}
}

// The struct's JSON names and the table must be one and the same.
func TestTheDocumentIsMadeOfTheTable(t *testing.T) {
	u := everything()
	u.ID = "1"
	doc, err := u.Doc()
	if err != nil {
		t.Fatal(err)
	}
	var o Object
	if err := json.Unmarshal(doc, &o); err != nil {
		t.Fatal(err)
	}
	back, unknown, err := UserFrom(o)
	if err != nil || len(unknown) > 0 {
		t.Fatalf("unknown %v, %v", unknown, err)
	}
	back.ID = u.ID
	if !reflect.DeepEqual(back, u) {
		t.Errorf("read back\n%+v\nwant\n%+v", back, u)
	}
	decoded, err := DecodeUser(doc)
	if err != nil || !reflect.DeepEqual(decoded, u) {
		t.Errorf("decoded %+v, %v", decoded, err)
	}
	for _, a := range Users.Attributes {
		inDoc(t, o, &a)
	}
}

func inDoc(t *testing.T, o Object, a *Attribute) {
	t.Helper()
	if a.Name == "meta" || a.Name == "groups" || a.Returned == ReturnedNever {
		return
	}
	if a.Extension() {
		o, _ = o[a.Schema].(Object)
	}
	if _, ok := o[a.Name]; !ok {
		t.Errorf("%s is in the table but not in the document", a.Name)
	}
}

func TestEveryAttributeIsDescribed(t *testing.T) {
	for _, rt := range []*ResourceType{Users, Groups} {
		for _, a := range rt.Attributes {
			for _, x := range append([]Attribute{a}, a.Sub...) {
				if x.Description == "" {
					t.Errorf("%s.%s has no description", rt.Name, x.Name)
				}
				if x.Type == "" {
					t.Errorf("%s.%s has no type", rt.Name, x.Name)
				}
			}
		}
	}
}

func TestPathsAreFoundWithAndWithoutURN(t *testing.T) {
	cases := map[string]string{
		"userName":                      "userName",
		"USERNAME":                      "userName",
		"name.givenname":                "name.givenName",
		UserSchema + ":name.familyName": "name.familyName",
		strings.ToUpper(UserSchema) + ":userName": "userName",
		EnterpriseSchema + ":manager.value":       EnterpriseSchema + ":manager.value",
		ChatSchema + ":bio":                       ChatSchema + ":bio",
		"id":                                      "id",
		"meta.lastModified":                       "meta.lastModified",
		UserSchema + ":externalId":                "externalId",
	}
	for text, want := range cases {
		p, err := Users.Path(text)
		if err != nil || p.String() != want {
			t.Errorf("%s: got %v, %v, want %s", text, p, err, want)
		}
	}
	for _, text := range []string{"", "nothing", "userName.x", "department", "manager", EnterpriseSchema, "a.b.c", "urn:x:y"} {
		if _, err := Users.Path(text); !Is(err, Invalid) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestWhatClientsCannotWriteIsPassedOver(t *testing.T) {
	u, unknown, err := UserFrom(Object{"id": "mine", "userName": "ada", "meta": Object{"version": "9"}, "groups": []any{"x"},
		"isAdmin": true, "__proto__": Object{}, "nickName": nil, "emails": []any{}, "active": false,
		strings.ToUpper(ChatSchema): Object{"state": "active", "bio": "b", "roles": []any{"admin"}}})
	if err != nil {
		t.Fatal(err)
	}
	if u.ID != "" || u.Wanted || u.Chat == nil || u.Chat.Bio != "b" || u.IsAdmin() || len(unknown) != 2 {
		t.Errorf("got %+v with %+v, unknown %v", u, u.Chat, unknown)
	}
}

func TestWrongTypesAreNamed(t *testing.T) {
	for attr, v := range map[string]any{"userName": 1.0, "active": "yes", "name": "x", "emails": 3.0,
		"x509Certificates": []any{Object{"value": "not base64!"}}, EnterpriseSchema: "x"} {
		if _, _, err := UserFrom(Object{attr: v}); !Is(err, Invalid) {
			t.Errorf("%s: %v", attr, err)
		}
	}
}

func TestFaultsOfTypeAndOfShapeAreToldTogether(t *testing.T) {
	_, _, err := UserFrom(Object{"active": "yes", "displayName": "a\nb", "name": Object{"givenName": 1.0, "familyName": false},
		"emails": []any{Object{"value": "nobody"}, Object{"value": "ada@acme.example"}}, "photos": []any{Object{"value": 1.0}, Object{"value": 2.0}}})
	var all Faults
	if !errors.As(err, &all) {
		t.Fatalf("got %v", err)
	}
	var told []string
	for _, f := range all {
		if told = append(told, f.Msg); f.Hint == "" {
			t.Errorf("%q does not say what to do", f.Msg)
		}
	}
	want := []string{"active must be true or false", "name.familyName must be a string", "name.givenName must be a string",
		"photos.value must be a string", "displayName has a control character", "userName is missing", `"nobody" is not an e-mail address`}
	if !slices.Equal(told, want) {
		t.Errorf("told are %q", told)
	}
	if _, _, err = UserFrom(Object{"userName": 1.0}); err == nil || strings.Contains(err.Error(), "missing") {
		t.Errorf("of a wrong user name: %v", err)
	}
	_, _, _, err = GroupFrom(Object{"members": []any{1.0, Object{"value": true}}})
	if !errors.As(err, &all) || len(all) != 3 || all[0].Msg != "members must be an object" || all[2].Msg != "displayName is missing" {
		t.Errorf("of a group: %v", err)
	}
}

func TestIdentifiersGrow(t *testing.T) {
	last := NewID(clockStart)
	for range 10000 {
		id := NewID(clockStart)
		if id <= last || len(id) != 36 || id[14] != '7' {
			t.Fatalf("%s after %s", id, last)
		}
		last = id
	}
}

func TestTokensAreRecognised(t *testing.T) {
	text, record := NewToken("okta", "ops", clockStart)
	if !WellFormedToken(text.Reveal()) || record.Hash != HashToken(text.Reveal()) || strings.Contains(record.Hint, text.Reveal()[13:]) {
		t.Errorf("token %q, record %+v", text.Reveal(), record)
	}
	wrong := []byte(text.Reveal())
	wrong[20] ^= 1
	for _, bad := range []string{"", "rollcall_", string(wrong), text.Reveal() + "x", "Bearer " + text.Reveal()} {
		if WellFormedToken(bad) {
			t.Errorf("%q is taken for a token", bad)
		}
	}
}
