package scim_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"rollcall/directory"
	"rollcall/scim"
)

func TestUserFromCreationToDeletion(t *testing.T) {
	t.Parallel()
	f := open(t, "")
	made := f.do("POST", "/Users", userBody("ada@example.com")).want(201)
	id := made.id()
	if location := publicURL + "/scim/v2/Users/" + id; made.header.Get("Location") != location || made.at("meta", "location") != location {
		t.Errorf("location %q and %v", made.header.Get("Location"), made.at("meta", "location"))
	}
	if made.header.Get("ETag") != `W/"1"` || made.at("meta", "version") != `W/"1"` || made.at("meta", "resourceType") != "User" {
		t.Errorf("%v: %s", made.header, made.text)
	}
	if got := f.do("GET", "/Users/"+id, "").want(200); got.text != made.text {
		t.Errorf("GET\n%s\nafter POST\n%s", got.text, made.text)
	}
	put := f.do("PUT", "/Users/"+id, strings.Replace(userBody("ada@example.com"), "Byron", "Lovelace", 1)).want(200)
	if put.at("name", "familyName") != "Lovelace" || put.at("active") != true || put.header.Get("ETag") != `W/"2"` {
		t.Error(put.text)
	}
	off := f.do("PATCH", "/Users/"+id, patchBody(`[{"op":"replace","value":{"active":false}}]`)).want(200)
	if off.at("active") != false || off.at(directory.ChatSchema, "state") != "inactive" {
		t.Error(off.text)
	}
	f.do("DELETE", "/Users/"+id, "").want(204)
	f.do("GET", "/Users/"+id, "").wantError(404, "", id)
	f.do("DELETE", "/Users/"+id, "").wantError(404, "")
	f.do("PATCH", "/Users/"+id, patchBody(`[{"op":"remove","path":"title"}]`)).wantError(404, "")
	f.do("PUT", "/Users/"+id, userBody("ada@example.com")).wantError(404, "")
}

func TestPutOfAGetChangesNothing(t *testing.T) {
	t.Parallel()
	f := open(t, "okta")
	id := f.user("ada")
	f.group("Staff", id)
	got := f.do("GET", "/Users/"+id, "").want(200)
	if again := f.do("PUT", "/Users/"+id, got.text).want(200); again.text != got.text {
		t.Errorf("PUT\n%s\nof GET\n%s", again.text, got.text)
	}
	off := f.do("PATCH", "/Users/"+id, patchBody(`[{"op":"replace","path":"active","value":false}]`)).want(200)
	if again := f.do("PUT", "/Users/"+id, off.text).want(200); again.text != off.text {
		t.Errorf("PUT\n%s\nof\n%s", again.text, off.text)
	}
	without := f.do("PUT", "/Users/"+id, `{"userName":"ada","active":null}`).want(200)
	if without.at("active") != false {
		t.Errorf("a PUT that says nothing of active changed it: %s", without.text)
	}
}

func TestVersions(t *testing.T) {
	t.Parallel()
	f := open(t, "")
	id := f.user("ada")
	title := patchBody(`[{"op":"replace","path":"title","value":"A"}]`)
	f.do("GET", "/Users/"+id, "", `If-None-Match: W/"1"`).want(304)
	f.do("GET", "/Users/"+id, "", `If-None-Match: "7", W/"1"`).want(304)
	f.do("GET", "/Users/"+id, "", `If-None-Match: W/"2"`).want(200)
	for _, tag := range []string{`W/"2"`, `"x"`, `nonsense`, `W/"2", W/"3"`, `W/"-1"`} {
		f.do("PATCH", "/Users/"+id, title, "If-Match: "+tag).wantError(412, "")
		f.do("PUT", "/Users/"+id, userBody("ada"), "If-Match: "+tag).wantError(412, "")
		f.do("DELETE", "/Users/"+id, "", "If-Match: "+tag).wantError(412, "")
	}
	f.do("PATCH", "/Users/"+id, title, `If-Match: W/"7", W/"1"`).want(200)
	f.do("PATCH", "/Users/"+id, patchBody(`[{"op":"replace","path":"title","value":"B"}]`), `If-Match: "2"`).want(200)
	f.do("DELETE", "/Users/"+id, "", "If-Match: *").want(204)

	group := f.group("Staff")
	f.do("PATCH", "/Groups/"+group, patchBody(`[{"op":"remove","path":"members"}]`), `If-Match: W/"9"`).wantError(412, "")
	f.do("GET", "/Groups/"+group, "", `If-None-Match: *`).want(304)
}

func TestMethodsAndPaths(t *testing.T) {
	t.Parallel()
	f := open(t, "")
	id := f.user("ada")
	for path, allow := range map[string]string{"/Users": "GET, HEAD, POST", "/Users/" + id: "DELETE, GET, HEAD, PATCH, PUT",
		"/Groups": "GET, HEAD, POST", "/Groups/x": "DELETE, GET, HEAD, PATCH, PUT", "/ServiceProviderConfig": "GET, HEAD",
		"/Schemas": "GET, HEAD", "/ResourceTypes/User": "GET, HEAD", "/Bulk": "POST"} {
		for _, method := range []string{"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"} {
			if strings.Contains(allow, method) {
				continue
			}
			if got := f.do(method, path, "").wantError(405, ""); got.header.Get("Allow") != allow {
				t.Errorf("%s %s: Allow is %q, want %q", method, path, got.header.Get("Allow"), allow)
			}
		}
	}
	for _, path := range []string{"/Users", "/Users/" + id, "/ServiceProviderConfig"} {
		get, head := f.do("GET", path, "").want(200), f.do("HEAD", path, "").want(200)
		if head.text != "" || head.header.Get("Content-Length") != fmt.Sprint(len(get.text)) {
			t.Errorf("HEAD %s: %q, %v", path, head.text, head.header)
		}
	}
	for _, path := range []string{"", "/", "/users", "/Users/", "/Nothing", "/Users/" + id + "/x", "//Users", "/./Users", "/Users;x", "/Users%2F" + id,
		"/Users/..", "/Users/%2e%2e/Users", "/Users/%00", "/Users/a%20b", "/Users/" + strings.Repeat("a", 500), "/Users/.search", "/Users/ü"} {
		f.do("GET", path, "").wantError(404, "")
	}
	f.do("GET", "/Me", "").wantError(501, "")
	f.do("POST", "/Bulk", "{}").wantError(501, "")
}

func TestAddressesFollowTheRequestOnlyWithoutAPublicURL(t *testing.T) {
	t.Parallel()
	spoof := []string{"X-Forwarded-Host: evil.example", "Forwarded: host=evil.example"}
	f := open(t, "")
	if got := f.do("POST", "/Users", userBody("ada"), spoof...).want(201); !strings.HasPrefix(got.header.Get("Location"), publicURL) {
		t.Errorf("location is %q", got.header.Get("Location"))
	}
	free := openWith(t, sqlite(t), "", scim.Config{})
	if got := free.do("POST", "/Users", userBody("ada"), spoof...).want(201); !strings.HasPrefix(got.header.Get("Location"), "http://example.com/scim/v2/Users/") {
		t.Errorf("location is %q", got.header.Get("Location"))
	}
	free.base = "/w/default/scim/v2"
	if got := free.do("GET", "/Users", "").want(200); !strings.HasPrefix(got.at("Resources", 0, "meta", "location").(string), "http://example.com/w/default/scim/v2/Users/") {
		t.Error(got.text)
	}
	for _, bad := range []string{"rollcall.example", "ftp://x", "https://x/?a=b", "https://"} {
		if _, err := scim.NewServer(scim.Config{Directory: f.Directory, PublicURL: bad}); err == nil {
			t.Errorf("public URL %q is taken", bad)
		}
	}
}

func TestRequestIDs(t *testing.T) {
	t.Parallel()
	f := open(t, "")
	if got := f.do("GET", "/Users", "", "X-Request-Id: abc-1.2").header.Get("X-Request-Id"); got != "abc-1.2" {
		t.Errorf("got %q", got)
	}
	for _, id := range []string{"", "a b", "a\nb", strings.Repeat("a", 65), "é", `"><script>`} {
		if got := f.do("GET", "/Users", "", "X-Request-Id: "+id).header.Get("X-Request-Id"); got == id || len(got) != 36 {
			t.Errorf("%q gives %q", id, got)
		}
	}
	f.do("POST", "/Users", userBody("ada"), "X-Request-Id: find-me").want(201)
	var found bool
	err := f.Read(t.Context(), f.admin, func(ctx context.Context, tx directory.ReadTx) error {
		return tx.Audit(ctx, directory.AuditQuery{}, func(r *directory.AuditRecord) error {
			found = found || r.RequestID == "find-me"
			return nil
		})
	})
	if err != nil || !found {
		t.Errorf("the audit log does not know the request: %v", err)
	}
}
