package scim_test

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"rollcall/directory"
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
