package scim_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"rollcall/directory"
	"rollcall/scim"
)

// known are the routes that the table of TestNobodyEntersWithoutAToken goes through. A
// new route must be added here, with a thought about who may use it.
var known = []string{
	" /Me", "DELETE /Groups/{id}", "DELETE /Users/{id}", "GET /Groups", "GET /Groups/{id}", "GET /ResourceTypes",
	"GET /ResourceTypes/{id}", "GET /Schemas", "GET /Schemas/{id}", "GET /ServiceProviderConfig", "GET /Users",
	"GET /Users/{id}", "PATCH /Groups/{id}", "PATCH /Users/{id}", "POST /Bulk", "POST /Groups", "POST /Users",
	"PUT /Groups/{id}", "PUT /Users/{id}",
}

func TestEveryRouteIsKnownAndNeedsAToken(t *testing.T) {
	t.Parallel()
	f := open(t, "")
	listed := make(map[string][]string)
	for _, r := range f.Routes() {
		mount, path, _ := strings.Cut(r.Pattern, "/scim/v2")
		listed[mount] = append(listed[mount], r.Method+" "+path)
		if !r.Auth {
			t.Errorf("%s %s needs no token", r.Method, r.Pattern)
		}
	}
	for _, mount := range []string{"", "/w/{workspace}"} {
		slices.Sort(listed[mount])
		if !slices.Equal(listed[mount], known) {
			t.Errorf("routes at %q are\n%q, the test knows\n%q", mount, listed[mount], known)
		}
	}
}

func TestNobodyEntersWithoutAToken(t *testing.T) {
	t.Parallel()
	f := open(t, "")
	id := f.user("canary")
	now := time.Now()
	issue := func(change func(*directory.Token)) string {
		secret, token := directory.NewToken("idp", "ops", now)
		change(&token)
		f.apply(directory.IssueToken{Token: token})
		return "Bearer " + secret.Reveal()
	}
	var revoke string
	revoked := issue(func(t *directory.Token) { revoke = t.ID })
	f.apply(directory.RevokeToken{Source: "idp", ID: revoke})
	secret, _ := directory.NewToken("idp", "ops", now)
	for name, header := range map[string][]string{
		"no header": nil, "empty": {""}, "basic": {"Basic dXNlcjpwYXNz"}, "scheme alone": {"Bearer"}, "no token": {"Bearer "},
		"garbage": {"Bearer garbage"}, "never issued": {"Bearer " + secret.Reveal()}, "cut": {"Bearer " + f.token[:len(f.token)-1]},
		"longer": {"Bearer " + f.token + "x"}, "other case": {"Bearer " + strings.ToUpper(f.token)}, "token alone": {f.token},
		"other scheme": {"Token " + f.token}, "two headers": {"Bearer " + f.token, "Bearer " + f.token}, "revoked": {revoked},
		"expired": {issue(func(t *directory.Token) { t.Expires = now.Add(-time.Second) })}, "quoted": {`Bearer "` + f.token + `"`},
	} {
		for _, r := range f.Routes() {
			path := strings.NewReplacer("{workspace}", "default", "{id}", id).Replace(r.Pattern)
			method := r.Method
			if method == "" {
				method = "GET"
			}
			req := httptest.NewRequest(method, path+"?access_token="+f.token, strings.NewReader(userBody("eve")))
			req.Header["Authorization"] = header
			req.AddCookie(&http.Cookie{Name: "token", Value: f.token})
			w := httptest.NewRecorder()
			f.Handler().ServeHTTP(w, req)
			a := answerOf(t, w.Result()).wantError(401, "")
			if !strings.HasPrefix(a.header.Get("WWW-Authenticate"), "Bearer realm=") || strings.Contains(a.text, "canary") {
				t.Errorf("%s: %s %s: %v %s", name, method, path, a.header, a.text)
			}
		}
	}
	if got := f.do("GET", "/Users", "").at("totalResults"); got != 1.0 {
		t.Errorf("there are %v users", got)
	}
	f.do("GET", "/Users", "", "Authorization: bearer "+f.token).want(200)
}

// TestNoSpellingOfAPathLeadsAroundTheDoor sends request lines as they are to a real
// server, without a token and with one.
func TestNoSpellingOfAPathLeadsAroundTheDoor(t *testing.T) {
	t.Parallel()
	f := open(t, "")
	id := f.user("canary")
	server := httptest.NewUnstartedServer(f.Handler())
	server.Config.DisableGeneralOptionsHandler = true
	server.Start()
	defer server.Close()
	address := server.Listener.Addr().String()
	for _, path := range []string{"/scim/v2/%55sers", "/scim/v2/Users", "/scim/v2/Users/", "/scim/v2/Users.", "/scim/v2//Users", "//scim/v2/Users",
		"/scim/v2/./Users", "/scim/v2/../v2/Users", "/x/../scim/v2/Users", "/scim/v2/Users;x", "/scim/v2;x/Users", "/SCIM/V2/USERS", "/scim/v2/users",
		"/scim%2Fv2%2FUsers", "/scim/v2%252FUsers", "/scim/v2/Users%00", "/scim/v2/Users%2F" + id, "/scim/v2/Users/" + id + "%2f", "/scim/v2\\Users",
		"http://" + address + "/scim/v2/Users", "http://evil.example/scim/v2/Users", "/w/default/scim/v2/Users", "/w/%64efault/scim/v2/Users",
		"/w/../scim/v2/Users", "/w//scim/v2/Users", "*", "/scim/v2/Users?%00", "/scim/v2/Users/%2e%2e/Users", "/", "/scim", "/scim/v2"} {
		for _, method := range []string{"GET", "HEAD", "POST", "DELETE", "OPTIONS", "CONNECT"} {
			status, text := raw(t, address, method+" "+path+" HTTP/1.1\r\nHost: "+address+"\r\nConnection: close\r\n\r\n")
			if status < 300 || strings.Contains(text, "canary") {
				t.Errorf("%s %s: %d %s", method, path, status, text)
			}
		}
		status, text := raw(t, address, "GET "+path+" HTTP/1.1\r\nHost: "+address+"\r\nConnection: close\r\nAuthorization: Bearer "+f.token+"\r\n\r\n")
		plain := strings.HasSuffix(path, "/Users") && !strings.Contains(path, "//scim") && !strings.Contains(path, "2//") && !strings.Contains(path, "/.") &&
			!strings.Contains(path, "%2e") && !strings.Contains(path, "/w//") && !strings.Contains(path, ";") || path == "/scim/v2/%55sers" || path == "/scim/v2/Users?%00"
		if plain != (status == 200) || status >= 500 || status >= 300 && status < 400 {
			t.Errorf("with a token %s: %d %s", path, status, text)
		}
	}
}

func raw(t *testing.T, address, request string) (status int, text string) {
	t.Helper()
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	fmt.Fprint(c, request)
	method, _, _ := strings.Cut(request, " ")
	r, err := http.ReadResponse(bufio.NewReader(c), &http.Request{Method: method})
	if err != nil {
		t.Fatalf("%q: %v", request, err)
	}
	a := answerOf(t, r)
	return a.status, a.text
}

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

// TestHostileText: quotes, comments and marks of other languages match literally or are
// refused.
func TestHostileText(t *testing.T) {
	t.Parallel()
	f := open(t, "")
	f.user("ada")
	f.do("POST", "/Users", `{"userName":"o'brien;--%_*"}`).want(201)
	for _, text := range []string{`'`, `' or '1'='1`, `; drop table users; --`, `/* */`, `%`, `_`, `%_`, `*`, `(cn=*)`, `\\`, `\"`, `\u005a`, `$1`, `{{7*7}}`} {
		for _, op := range []string{"eq", "co", "sw", "ew"} {
			got := f.do("GET", "/Users?filter="+url.QueryEscape(`userName `+op+` "`+text+`"`), "")
			total := got.want(200).at("totalResults")
			literal := op == "co" && strings.Contains("o'brien;--%_*", text) || op == "ew" && strings.HasSuffix("o'brien;--%_*", text)
			if literal != (total == 1.0) || !literal && total != 0.0 {
				t.Errorf("%s %q: %s", op, text, got.text)
			}
		}
	}
	for _, filter := range []string{`userName' eq "a"`, `"userName" eq "a"`, `userName;-- eq "a"`, `userName eq "a" or 1=1`, "userName eq \"\x00\"", "userName eq \"\xff\""} {
		f.do("GET", "/Users?filter="+url.QueryEscape(filter), "").wantError(400, "invalidFilter")
	}
	for _, query := range []string{"sortBy=';--", "attributes=';--,%00,%ff", "excludedAttributes=\"", "sortOrder=%zz"} {
		f.do("GET", "/Users?"+query, "").want(200)
	}
}

// TestHugeRequestsAreRefusedQuickly: none of these may cost much.
func TestHugeRequestsAreRefusedQuickly(t *testing.T) {
	t.Parallel()
	f := open(t, "")
	id := f.user("ada")
	for name, do := range map[string]func() *answer{
		"repeated parameters": func() *answer { return f.do("GET", "/Users?"+strings.Repeat("count=1&", 10_000), "") },
		"long parameter":      func() *answer { return f.do("GET", "/Users?scope="+strings.Repeat("x", 5<<20), "") },
		"long filter":         func() *answer { return f.do("GET", "/Users?filter="+strings.Repeat("title%20pr%20or%20", 60_000), "") },
		"parentheses":         func() *answer { return f.do("GET", "/Users?filter="+strings.Repeat("(", 10_000), "") },
		"nots":                func() *answer { return f.do("GET", "/Users?filter="+strings.Repeat("not(", 10_000), "") },
		"deep body":           func() *answer { return f.do("POST", "/Users", strings.Repeat(`{"a":`, 10_000)) },
		"long body":           func() *answer { return f.do("POST", "/Users", `{"a":"`+strings.Repeat("x", 5<<20)+`"}`) },
		"many operations": func() *answer {
			return f.do("PATCH", "/Users/"+id, patchBody("["+strings.TrimSuffix(strings.Repeat(`{"op":"remove","path":"title"},`, 20_000), ",")+"]"))
		},
		"many values": func() *answer {
			return f.do("PATCH", "/Users/"+id, patchBody(`[{"op":"add","path":"emails","value":[`+strings.TrimSuffix(strings.Repeat(`"a",`, 200_000), ",")+`]}]`))
		},
	} {
		began := time.Now()
		got := do()
		if took := time.Since(began); took > time.Second || got.status >= 500 || got.status == 200 && !strings.Contains(name, "parameter") && name != "many values" {
			t.Errorf("%s: %d after %v", name, got.status, took)
		}
	}
}

// brokenStore is a store that fails on cue.
type brokenStore struct {
	directory.Store
	token func() (directory.WorkspaceID, *directory.Token, *directory.Source, error)
	view  func() error
}

func (s *brokenStore) TokenByHash(ctx context.Context, hash string) (directory.WorkspaceID, *directory.Token, *directory.Source, error) {
	if s.token != nil {
		return s.token()
	}
	return s.Store.TokenByHash(ctx, hash)
}

func (s *brokenStore) View(ctx context.Context, ws directory.WorkspaceID, fn func(context.Context, directory.ReadTx) error) error {
	if s.view != nil {
		return s.view()
	}
	return s.Store.View(ctx, ws, fn)
}

func TestAnOutageIsNever401(t *testing.T) {
	t.Parallel()
	store := &brokenStore{Store: sqlite(t)}
	var log bytes.Buffer
	f := openWith(t, store, "", scim.Config{Logger: logger(&log)})
	secret := errors.New("dial tcp 10.0.0.7: password=hunter2")
	store.token = func() (directory.WorkspaceID, *directory.Token, *directory.Source, error) {
		return "", nil, nil, secret
	}
	if got := f.do("GET", "/Users", "").wantError(503, ""); got.header.Get("Retry-After") == "" || strings.Contains(got.text, "hunter2") {
		t.Errorf("%v %s", got.header, got.text)
	}
	// A token that belongs to no workspace opens nothing.
	store.token = func() (directory.WorkspaceID, *directory.Token, *directory.Source, error) {
		return "", &directory.Token{Source: "idp"}, &directory.Source{ID: "idp"}, nil
	}
	f.do("GET", "/Users", "").wantError(401, "")
	store.token = nil
	store.view = func() error { return directory.Errorf(directory.Unavailable, "", "the database is away") }
	if got := f.do("GET", "/Users", "").wantError(503, "", "the database is away"); got.header.Get("Retry-After") == "" {
		t.Errorf("%v", got.header)
	}
	store.view = func() error { return secret }
	if got := f.do("GET", "/Users/x", "").wantError(500, ""); strings.Contains(got.text, "hunter2") {
		t.Error(got.text)
	}
	store.view = func() error { panic("hunter2") }
	if got := f.do("GET", "/Users/x", "").wantError(500, ""); strings.Contains(got.text, "hunter2") {
		t.Error(got.text)
	}
	store.view = nil
	f.do("GET", "/Users", "").want(200)
	f.apply(directory.PauseSource{ID: "idp", Reason: "test"})
	if got := f.do("POST", "/Users", userBody("ada")).wantError(503, ""); got.header.Get("Retry-After") == "" {
		t.Errorf("%v", got.header)
	}
}

// TestLogsHoldNoSecrets runs everything with marked secrets at the finest level.
func TestLogsHoldNoSecrets(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	f := openWith(t, sqlite(t), "", scim.Config{Logger: logger(&log)})
	const canary = "c4n4ry"
	made := f.do("POST", "/Users", `{"userName":"`+canary+`","password":"`+canary+`","title":"`+canary+`","favouriteColour":"`+canary+`","active":"True"}`, "X-Request-Id: seen").want(201)
	all := []*answer{made,
		f.do("PATCH", "/Users/"+made.id(), patchBody(`[{"op":"replace","path":"password","value":"`+canary+`"}]`)),
		f.do("PUT", "/Users/"+made.id(), `{"userName":"`+canary+`","password":"`+canary+`"}`),
		f.do("POST", "/Users", `{"userName":"`+canary+`","password":"`+canary+`"}`),
		f.do("POST", "/Users", `{"userName":"x","password":["`+canary+`"]}`),
	}
	for _, a := range all {
		if strings.Contains(a.text, "password\":\"") {
			t.Errorf("a password came back: %s", a.text)
		}
	}
	f.do("GET", "/Users?filter="+url.QueryEscape(`userName eq "`+canary+`"`)+"&access_token="+canary, "")
	f.do("GET", "/Users?filter="+url.QueryEscape(`password eq "`+canary+`"`), "").wantError(403, "sensitive")
	f.do("GET", "/Users/"+canary, "")
	f.do("GET", "/"+canary, "")
	f.do("GET", "/Users", "", "Authorization: Bearer "+canary, "Cookie: a="+canary)
	text := log.String()
	if strings.Contains(text, canary) || strings.Contains(text, f.token) {
		t.Errorf("a secret is in the log:\n%s", text)
	}
	for _, words := range []string{"msg=answered", "method=POST path=/scim/v2/Users status=201", "request=seen", "actor=client:idp",
		"path=/scim/v2/Users/" + made.id() + " status=200", "rewrites=\"[booleanText", "unknown=[favouriteColour]"} {
		if !strings.Contains(text, words) {
			t.Errorf("the log does not say %q:\n%s", words, text)
		}
	}
}
