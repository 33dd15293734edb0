package scim_test

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"rollcall/directory"
)

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
