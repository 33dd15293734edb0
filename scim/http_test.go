package scim_test

import (
	"context"
	"fmt"
	"net/url"
	"slices"
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

func TestLists(t *testing.T) {
	t.Parallel()
	f := open(t, "")
	for i := range 5 {
		f.user(fmt.Sprintf("user%d", i))
	}
	for _, tt := range []struct {
		query        string
		total, start int
		names        string
	}{
		{"", 5, 1, "0 1 2 3 4"},
		{"?", 5, 1, "0 1 2 3 4"},
		{"?aadOptscim062020&unknown=%zz&=&&", 5, 1, "0 1 2 3 4"},
		{"?startIndex=2&count=2", 5, 2, "1 2"},
		{"?startIndex=-7&count=1", 5, 1, "0"},
		{"?startIndex=0", 5, 1, "0 1 2 3 4"},
		{"?count=0", 5, 1, ""},
		{"?count=-3", 5, 1, ""},
		{"?startIndex=6", 5, 6, ""},
		{"?STARTINDEX=5&Count=100000", 5, 5, "4"},
		{"?filter=", 5, 1, "0 1 2 3 4"},
		{"?filter=" + url.QueryEscape(`userName eq "user3"`), 1, 1, "3"},
		{"?filter=" + url.QueryEscape(`userName eq "USER3"`), 1, 1, "3"},
		{"?filter=" + url.QueryEscape(`userName sw "user" and not (userName ew "1")`) + "&count=2&startIndex=2", 4, 2, "2 3"},
		{"?filter=" + url.QueryEscape(`emails[type eq "work"].value eq "user4@example.com"`), 1, 1, "4"},
		{"?filter=" + url.QueryEscape(url.QueryEscape(`emails eq "user4@example.com"`)), 1, 1, "4"},
		{"?filter=" + url.QueryEscape(`emails eq "user4%40example.com"`), 1, 1, "4"},
		{"?filter=" + url.QueryEscape(`userName eq "nobody"`), 0, 1, ""},
		{`?filter=userName%20eq%20"100%"`, 0, 1, ""},
	} {
		got := f.do("GET", "/Users"+tt.query, "").want(200)
		list, ok := got.at("Resources").([]any)
		var names []string
		for _, e := range list {
			names = append(names, strings.TrimPrefix(e.(map[string]any)["userName"].(string), "user"))
		}
		if !ok || strings.Join(names, " ") != tt.names || got.at("totalResults") != float64(tt.total) ||
			got.at("startIndex") != float64(tt.start) || got.at("itemsPerPage") != float64(len(names)) {
			t.Errorf("%s: %s", tt.query, got.text)
		}
	}
	for _, query := range []string{"?startIndex=x", "?count=1.5", "?count=99999999999999999999", "?startIndex=%00"} {
		f.do("GET", "/Users"+query, "").wantError(400, "invalidValue")
	}
	for _, query := range []string{"?filter=x", "?filter=a&filter=b", `?filter=userName%20eq%20"a&b"`, "?filter=" + strings.Repeat("(", 20_000)} {
		f.do("GET", "/Users"+query, "").wantError(400, "invalidFilter")
	}
}

func TestProjections(t *testing.T) {
	t.Parallel()
	f := open(t, "")
	id := f.user("ada")
	group := f.group("Staff", id)
	keys := func(a *answer, path ...any) string {
		o, _ := a.at(path...).(map[string]any)
		return strings.Join(sortedKeys(o), " ")
	}
	const chat = directory.ChatSchema
	for _, tt := range []struct{ query, want string }{
		{"", "active emails groups id meta name schemas " + chat + " userName"},
		{"?attributes=userName", "id schemas userName"},
		{"?attributes=USERNAME,%20name.givenName", "id name schemas userName"},
		{"?attributes=urn:ietf:params:scim:schemas:core:2.0:User:userName", "id schemas userName"},
		{"?attributes=" + chat, "id schemas " + chat},
		{"?attributes=" + chat + ":state", "id schemas " + chat},
		{"?attributes=nothing,';--,password", "id schemas"},
		{"?attributes=groups.value", "groups id schemas"},
		{"?attributes=meta.version", "id meta schemas"},
		{"?excludedAttributes=groups", "active emails id meta name schemas " + chat + " userName"},
		{"?excludedAttributes=id,schemas,emails,meta,groups", "active id name schemas " + chat + " userName"},
		{"?excludedAttributes=" + chat, "active emails groups id meta name schemas userName"},
		{"?attributes=userName,emails&excludedAttributes=emails", "id schemas userName"},
		{"?attributes=userName&attributes=active", "active id schemas userName"},
	} {
		if got := keys(f.do("GET", "/Users/"+id+tt.query, "").want(200)); got != tt.want {
			t.Errorf("%s: got %s, want %s", tt.query, got, tt.want)
		}
		if got := keys(f.do("GET", "/Users"+tt.query, "").want(200), "Resources", 0); got != tt.want {
			t.Errorf("list %s: got %s, want %s", tt.query, got, tt.want)
		}
	}
	name := f.do("GET", "/Users/"+id+"?attributes=name.givenName,emails.value,groups.display", "").want(200)
	if keys(name, "name") != "givenName" || keys(name, "emails", 0) != "value" || keys(name, "groups", 0) != "display" {
		t.Error(name.text)
	}
	if got := name.at("schemas").([]any); len(got) != 1 {
		t.Errorf("schemas that are not present are named: %v", got)
	}
	for _, tt := range []struct{ query, want, member string }{
		{"", "displayName id members meta schemas", "$ref type value"},
		{"?excludedAttributes=members", "displayName id meta schemas", ""},
		{"?attributes=displayName", "displayName id schemas", ""},
		{"?attributes=members", "id members schemas", "$ref type value"},
		{"?attributes=members.value", "id members schemas", "value"},
		{"?attributes=members.value&excludedAttributes=members", "id schemas", ""},
		{"?excludedAttributes=members.$ref,meta", "displayName id members schemas", "type value"},
	} {
		for _, got := range []*answer{f.do("GET", "/Groups/"+group+tt.query, "").want(200), f.do("GET", "/Groups"+tt.query, "").want(200)} {
			path := []any{}
			if got.at("Resources") != nil {
				path = []any{"Resources", 0}
			}
			member := strings.TrimSpace(strings.ReplaceAll(keys(got, append(path, "members", 0)...), "display", ""))
			if keys(got, path...) != tt.want || strings.Join(strings.Fields(member), " ") != tt.member {
				t.Errorf("%s: %s", tt.query, got.text)
			}
		}
	}
	for _, a := range []*answer{
		f.do("POST", "/Users?attributes=userName", userBody("bob")).want(201),
		f.do("PUT", "/Users/"+id+"?attributes=userName", userBody("ada")).want(200),
		f.do("PATCH", "/Users/"+id+"?attributes=userName", patchBody(`[{"op":"remove","path":"title"}]`)).want(200),
	} {
		if got := keys(a); got != "id schemas userName" {
			t.Errorf("got %s", got)
		}
	}
	f.do("PATCH", "/Groups/"+group, patchBody(`[{"op":"remove","path":"members"}]`)).want(204)
	if got := keys(f.do("PATCH", "/Groups/"+group+"?attributes=displayName", patchBody(`[{"op":"remove","path":"members"}]`)).want(200)); got != "displayName id schemas" {
		t.Errorf("got %s", got)
	}
	f.do("GET", "/Users?attributes="+strings.Repeat("a,", 5000), "").wantError(400, "invalidValue", "attributes")
}

func sortedKeys(o map[string]any) []string {
	var keys []string
	for k := range o {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

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

// TestALargeAnswerIsStreamed looks at answers that do not fit into the buffer.
func TestALargeAnswerIsStreamed(t *testing.T) {
	t.Parallel()
	f := open(t, "")
	f.StreamAbove(1000)
	var ids []string
	for i := range 30 {
		ids = append(ids, f.user(fmt.Sprintf("user%d", i)))
	}
	g := f.group("All", ids...)
	got := f.do("GET", "/Groups/"+g, "").want(200)
	if list, _ := got.at("members").([]any); len(list) != len(ids) || got.header.Get("Content-Length") != "" {
		t.Errorf("%d members in %d bytes, %v", len(list), len(got.text), got.header)
	}
	list := f.do("GET", "/Groups", "").want(200)
	if got, _ := list.at("Resources", 0, "members").([]any); len(got) != len(ids) || list.at("totalResults") != 1.0 {
		t.Errorf("%d members in a list", len(got))
	}
	users := f.do("GET", "/Users", "").want(200)
	if got, _ := users.at("Resources").([]any); len(got) != len(ids) || users.at("itemsPerPage") != float64(len(ids)) {
		t.Errorf("%d users in a list", len(got))
	}
	if head := f.do("HEAD", "/Groups/"+g, "").want(200); head.text != "" {
		t.Errorf("HEAD has a body of %d bytes", len(head.text))
	}
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

func TestDiscovery(t *testing.T) {
	t.Parallel()
	f := open(t, "")
	config := f.do("GET", "/ServiceProviderConfig", "").want(200)
	for name, want := range map[string]bool{"patch": true, "bulk": false, "filter": true, "changePassword": false, "sort": false, "etag": true} {
		if config.at(name, "supported") != want {
			t.Errorf("%s: %v", name, config.at(name))
		}
	}
	if config.at("filter", "maxResults") != 1000.0 || config.at("meta", "location") != publicURL+"/scim/v2/ServiceProviderConfig" {
		t.Error(config.text)
	}
	for kind, all := range map[string][]string{"ResourceTypes": {"User", "Group"},
		"Schemas": {directory.UserSchema, directory.EnterpriseSchema, directory.ChatSchema, directory.GroupSchema}} {
		list := f.do("GET", "/"+kind+"?startIndex=3&count=1&sortBy=id", "").want(200)
		if list.at("totalResults") != float64(len(all)) || list.at("itemsPerPage") != float64(len(all)) {
			t.Error(list.text)
		}
		for i, id := range all {
			one := f.do("GET", "/"+kind+"/"+url.PathEscape(id), "").want(200)
			if one.id() != id || list.at("Resources", i, "id") != id || one.at("meta", "location") != publicURL+"/scim/v2/"+kind+"/"+id {
				t.Error(one.text)
			}
		}
		f.do("GET", "/"+kind+"?filter=id%20pr", "").wantError(403, "")
		f.do("GET", "/"+kind+"/nothing", "").wantError(404, "")
	}
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
