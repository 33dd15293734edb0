package scim_test

import (
	"fmt"
	"net/url"
	"slices"
	"sync"
	"testing"

	"rollcall/directory"
	"rollcall/scim"
)

// TestTwoWorkspacesNeverMeet: same names on both sides, and a token of one on the ids of
// the other.
func TestTwoWorkspacesNeverMeet(t *testing.T) {
	t.Parallel()
	store := sqlite(t)
	a := openWith(t, store, "", scim.Config{})
	ws, err := store.EnsureWorkspace(t.Context(), "other")
	if err != nil {
		t.Fatal(err)
	}
	b := *a
	b.ws, b.admin.Workspace = ws, ws
	b.token = b.client(directory.Source{ID: "idp"})
	separate(t, a, &b)
	a.base, b.base = "/w/other/scim/v2", "/w/default/scim/v2"
	a.do("GET", "/Users", "").wantError(404, "")
	b.do("GET", "/Users", "").wantError(404, "")
	b.base = "/w/other/scim/v2"
	b.do("GET", "/Users", "").want(200)
}

// TestTwoClientsSeeOnlyTheirOwn: the same within one workspace, where user names are
// shared.
func TestTwoClientsSeeOnlyTheirOwn(t *testing.T) {
	t.Parallel()
	a := open(t, "")
	b := a.as(a.client(directory.Source{ID: "second"}))
	b.user("bob")
	a.do("POST", "/Users", userBody("BOB")).wantError(409, "uniqueness", "userName")
	b.do("DELETE", "/Users/"+b.do("GET", "/Users", "").at("Resources", 0, "id").(string), "").want(204)
	separate(t, a, b)
}

func separate(t *testing.T, a, b *fixture) {
	t.Helper()
	mine := a.do("POST", "/Users", `{"userName":"ann","externalId":"1"}`).want(201).id()
	bName := "ann"
	if a.ws == b.ws {
		bName = "ben"
	}
	user := b.do("POST", "/Users", `{"userName":"`+bName+`","externalId":"1","emails":[{"value":"ben@example.com","primary":true}]}`).want(201)
	group := b.group("Staff", user.id())
	own := a.group("Staff", mine, user.id())
	before := user.text + b.do("GET", "/Users/"+user.id(), "").text + b.do("GET", "/Groups/"+group, "").text
	for _, path := range []string{"/Users/" + user.id(), "/Groups/" + group} {
		a.do("GET", path, "").wantError(404, "")
		a.do("PUT", path, `{"userName":"x","displayName":"x"}`).wantError(404, "")
		a.do("PATCH", path, patchBody(`[{"op":"replace","path":"externalId","value":"x"}]`)).wantError(404, "")
		a.do("DELETE", path, "").wantError(404, "")
		a.do("DELETE", path, "", `If-Match: W/"1", W/"2"`).wantError(404, "")
	}
	a.do("PATCH", "/Groups/"+own, patchBody(`[{"op":"add","path":"members","value":[{"value":"`+user.id()+`"}]}]`)).want(204)
	if list, _ := a.do("GET", "/Groups/"+own, "").at("members").([]any); len(list) != 1 {
		t.Errorf("a stranger became a member: %v", list)
	}
	for _, filter := range []string{`id eq "` + user.id() + `"`, `externalId eq "1"`, `emails.value eq "ben@example.com"`, `userName pr`} {
		got := a.do("GET", "/Users?filter="+url.QueryEscape(filter), "").want(200)
		if total := got.at("totalResults"); total != 0.0 && got.at("Resources", 0, "id") != mine || total == 2.0 {
			t.Errorf("%s: %s", filter, got.text)
		}
	}
	if got := a.do("GET", "/Groups?filter="+url.QueryEscape(`members.value eq "`+user.id()+`"`), "").want(200); got.at("totalResults") != 0.0 {
		t.Error(got.text)
	}
	if after := user.text + b.do("GET", "/Users/"+user.id(), "").text + b.do("GET", "/Groups/"+group, "").text; after != before {
		t.Errorf("before %s\nafter %s", before, after)
	}
}

// TestAnExternalIDIsOpaqueText: whatever it looks like, it never becomes an id.
func TestAnExternalIDIsOpaqueText(t *testing.T) {
	t.Parallel()
	f := open(t, "")
	first := f.do("POST", "/Users", userBody("first")).want(201).id()
	for i, ext := range []string{"1", "0", "-1", "01", "admin", first, "null", "rocket.cat", "' or 1=1 --"} {
		got := f.do("POST", "/Users", fmt.Sprintf(`{"userName":"user%d","externalId":%q,"id":%q}`, i, ext, first)).want(201)
		if got.id() == ext || got.id() == first || got.at("externalId") != ext {
			t.Error(got.text)
		}
		found := f.do("GET", "/Users?filter="+url.QueryEscape(fmt.Sprintf("externalId eq %q", ext)), "").want(200)
		if found.at("totalResults") != 1.0 || found.at("Resources", 0, "id") != got.id() {
			t.Errorf("externalId %q: %s", ext, found.text)
		}
	}
	f.do("POST", "/Users", `{"userName":"number","externalId":1}`).wantError(400, "invalidValue", "externalId")
}

// TestOneNameIsGivenOnce: a hundred at once, in spellings that are one name.
func TestOneNameIsGivenOnce(t *testing.T) {
	t.Parallel()
	f := open(t, "")
	spellings := []string{"jos\u00e9@example.com", "JOS\u00c9@example.com", "jose\u0301@example.com", "ｊｏｓé@example.com"}
	var wg sync.WaitGroup
	statuses := make([]int, 100)
	for i := range statuses {
		wg.Go(func() {
			statuses[i] = f.do("POST", "/Users", `{"userName":"`+spellings[i%len(spellings)]+`"}`).status
		})
	}
	wg.Wait()
	slices.Sort(statuses)
	if statuses[0] != 201 || statuses[1] != 409 || statuses[99] != 409 {
		t.Errorf("got %v", statuses)
	}
}

// TestNobodyPromotesThemselves: attributes of other servers, and ours that are not the
// client's, change nothing.
func TestNobodyPromotesThemselves(t *testing.T) {
	t.Parallel()
	f := open(t, "")
	const hostile = `"id":"00000000-0000-7000-8000-000000000001","meta":{"version":"W/\"9\"","created":"2001-01-01T00:00:00Z"},
		"groups":[{"value":"admins"}],"isAdmin":true,"__proto__":{"isAdmin":true},"constructor":{"prototype":{}},"type":"bot","admin":true,
		"urn:evil:2.0:User":{"admin":true},"urn:rollcall:params:scim:schemas:extension:rocketchat:2.0:User":{"state":"active","type":"bot","roles":["admin"]}`
	made := f.do("POST", "/Users", `{"userName":"eve","emails":[{"value":"eve@example.com","verified":true}],`+hostile+`}`).want(201)
	check := func(a *answer) {
		t.Helper()
		roles, _ := a.at(directory.ChatSchema, "roles").([]any)
		if len(roles) != 1 || roles[0] != "user" || a.at(directory.ChatSchema, "type") != "user" || a.at("groups") != nil || a.at("isAdmin") != nil ||
			a.id() == "00000000-0000-7000-8000-000000000001" || a.at("meta", "version") == `W/"9"` {
			t.Error(a.text)
		}
	}
	check(made)
	path := "/Users/" + made.id()
	check(f.do("PUT", path, `{"userName":"eve",`+hostile+`}`).want(200))
	check(f.do("PATCH", path, patchBody(`[{"op":"replace","value":{`+hostile+`}}]`)).want(200))
	for _, target := range []string{"id", "meta", "meta.created", "groups", "groups.value", directory.ChatSchema + ":roles", directory.ChatSchema + ":type"} {
		f.do("PATCH", path, patchBody(`[{"op":"add","path":"`+target+`","value":"admin"}]`)).wantError(400, "mutability")
	}
	for _, target := range []string{"isAdmin", "__proto__", "__proto__.isAdmin", "urn:evil:2.0:User:admin", "emails[value pr].verified"} {
		f.do("PATCH", path, patchBody(`[{"op":"add","path":"`+target+`","value":true}]`)).wantError(400, "invalidPath")
	}
	for _, body := range []string{`{"userName":"eve","roles":[{"value":"admin"}]}`, `{"userName":"eve","roles":["admin"]}`} {
		if got := f.do("PUT", path, body); got.status == 200 {
			check(got)
		}
	}
	check(f.do("GET", path, "").want(200))
}
