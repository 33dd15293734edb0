package scim_test

import (
	"strings"
	"testing"

	"rollcall/directory"
	"rollcall/scim"
)

// The directory's rules have tests of their own. These look at how they reach a client.

func TestFullWorkspace(t *testing.T) {
	t.Parallel()
	f := open(t, "")
	f.apply(directory.PutWorkspace{Settings: directory.Settings{Seats: 1, WhenFull: directory.Refuse}})
	f.user("ada")
	f.do("POST", "/Users", userBody("bob")).wantError(400, "invalidValue", "1")
	f.apply(directory.PutWorkspace{Settings: directory.Settings{Seats: 1, WhenFull: directory.Hold}})
	if held := f.do("POST", "/Users", userBody("bob")).want(201); held.at("active") != true || held.at(directory.ChatSchema, "state") != "held" {
		t.Error(held.text)
	}
}

func TestAStrictSourceIsToldOfUnknownMembers(t *testing.T) {
	t.Parallel()
	f := open(t, "")
	strict := f.as(f.client(directory.Source{ID: "strict", Strict: true}))
	g := strict.group("Staff")
	nobody := patchBody(`[{"op":"add","path":"members","value":[{"value":"00000000-0000-7000-8000-000000000000"}]}]`)
	strict.do("PATCH", "/Groups/"+g, nobody).wantError(400, "invalidValue", "members")
	f.do("PATCH", "/Groups/"+f.group("Staff"), nobody).want(204)
}

func TestAnAddressIsGivenOnce(t *testing.T) {
	t.Parallel()
	f := open(t, "")
	f.user("ada")
	bob := f.user("bob")
	before := f.do("GET", "/Users/"+bob, "").text
	for _, a := range []*answer{
		f.do("PATCH", "/Users/"+bob, patchBody(`[{"op":"replace","path":"title","value":"x"},{"op":"replace","path":"emails[type eq \"work\"].value","value":"ADA@example.com"}]`)),
		f.do("PUT", "/Users/"+bob, strings.Replace(userBody("bob"), "bob@", "Ada@", 1)),
		f.do("POST", "/Users", `{"userName":"eve","emails":["ada@example.com"]}`),
	} {
		a.wantError(409, "uniqueness", "mail")
	}
	if after := f.do("GET", "/Users/"+bob, "").text; after != before {
		t.Errorf("before %s\nafter %s", before, after)
	}
}

func TestControlCharactersEndAtTheDoor(t *testing.T) {
	t.Parallel()
	f := open(t, "")
	for _, text := range []string{`a\r\nb`, `a\u0007b`, `a\u2028b`} {
		f.do("POST", "/Users", `{"userName":"`+text+`"}`).wantError(400, "invalidValue", "userName")
		f.do("POST", "/Groups", groupBody("x")[:1]+`"displayName":"`+text+`"}`).wantError(400, "invalidValue", "displayName")
	}
}

func TestAllFaultsOfARequestAreInOneAnswer(t *testing.T) {
	t.Parallel()
	f := open(t, "")
	a := f.do("POST", "/Users", `{"active":{},"password":1,"nickName":"a\u0007b","emails":[{"value":"nobody"}]}`).wantError(400, "invalidValue", "active")
	for _, want := range []string{"active must be", "password must be", "nickName has a control character", "nobody", "userName is missing"} {
		if !strings.Contains(a.text, want) {
			t.Errorf("the answer does not say %q: %s", want, a.text)
		}
	}
}

// hasher notes what it hashes.
type hasher []string

func (h *hasher) Hash(s directory.Secret) (string, error) {
	*h = append(*h, s.Reveal())
	return "hashed", nil
}

func TestPasswordsAreSetOnlyForWhoMaySetThem(t *testing.T) {
	t.Parallel()
	store := sqlite(t)
	f := openWith(t, store, "", scim.Config{})
	var hashed hasher
	f.Directory = directory.New(store, directory.WithHasher(&hashed))
	var err error
	if f.Server, err = scim.NewServer(scim.Config{Directory: f.Directory}); err != nil {
		t.Fatal(err)
	}
	sync := f.as(f.client(directory.Source{ID: "sync", PasswordSync: true}))
	for _, c := range []*fixture{f, sync} {
		name := map[bool]string{true: "ada", false: "bob"}[c == f]
		id := c.do("POST", "/Users", `{"userName":"`+name+`","password":"first"}`).want(201).id()
		c.do("PATCH", "/Users/"+id, patchBody(`[{"op":"replace","value":{"password":"second"}}]`)).want(200)
	}
	if len(hashed) != 2 || hashed[0] != "first" || hashed[1] != "second" {
		t.Errorf("hashed %q", hashed)
	}
	if sync.do("GET", "/ServiceProviderConfig", "").at("changePassword", "supported") != true {
		t.Error("the client that may set passwords is not told so")
	}
}
