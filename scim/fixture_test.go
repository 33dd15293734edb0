package scim_test

import (
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"rollcall/directory"
	"rollcall/directory/sqlstore"
	"rollcall/scim"
)

// fixture is a server on a real directory on a real database, and one client's token.
type fixture struct {
	testing.TB
	*directory.Directory
	*scim.Server
	store directory.Store
	ws    directory.WorkspaceID
	admin directory.Actor
	token string
	base  string
}

const publicURL = "https://rollcall.example"

// open returns a server on SQLite for one client with the given profile.
func open(t testing.TB, profile string) *fixture {
	t.Helper()
	return openWith(t, sqlite(t), profile, scim.Config{PublicURL: publicURL})
}

func sqlite(t testing.TB) *sqlstore.Store {
	t.Helper()
	return openStore(t, sqlstore.Config{Dir: t.TempDir()})
}

func openStore(t testing.TB, c sqlstore.Config) *sqlstore.Store {
	t.Helper()
	s, err := sqlstore.Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	if err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s
}

// openWith returns a server on store whose first client has the given profile.
func openWith(t testing.TB, store directory.Store, profile string, c scim.Config) *fixture {
	t.Helper()
	ws, err := store.EnsureWorkspace(t.Context(), "default")
	if err != nil {
		t.Fatal(err)
	}
	f := &fixture{TB: t, Directory: directory.New(store), store: store, ws: ws, base: "/scim/v2"}
	f.admin = directory.Actor{Kind: directory.CommandLine, Name: "ops", Workspace: ws}
	c.Directory = f.Directory
	if f.Server, err = scim.NewServer(c); err != nil {
		t.Fatal(err)
	}
	f.token = f.client(directory.Source{ID: "idp", Profile: profile})
	return f
}

// client makes a SCIM client and returns a token for it.
func (f *fixture) client(s directory.Source) string {
	f.Helper()
	s.Kind = directory.SCIMClient
	f.apply(directory.PutSource{Source: s})
	secret, token := directory.NewToken(s.ID, "ops", time.Now())
	f.apply(directory.IssueToken{Token: token})
	return secret.Reveal()
}

func (f *fixture) apply(c directory.Change) directory.Receipt {
	f.Helper()
	r, err := f.Apply(f.Context(), f.admin, c)
	if err != nil {
		f.Fatalf("%s: %v", c.Kind(), err)
	}
	return r
}

// as returns f with another client's token.
func (f *fixture) as(token string) *fixture {
	other := *f
	other.token = token
	return &other
}

// answer is what came back.
type answer struct {
	testing.TB
	status int
	header http.Header
	text   string
}

// do sends a request with the token; each header is written "Name: value".
func (f *fixture) do(method, path, body string, headers ...string) *answer {
	f.Helper()
	r := httptest.NewRequest(method, f.base+path, strings.NewReader(body))
	if f.token != "" {
		r.Header.Set("Authorization", "Bearer "+f.token)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/scim+json")
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		r.Header.Set(name, value)
	}
	w := httptest.NewRecorder()
	f.Handler().ServeHTTP(w, r)
	return answerOf(f, w.Result())
}

func answerOf(t testing.TB, r *http.Response) *answer {
	t.Helper()
	defer r.Body.Close()
	text, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return &answer{t, r.StatusCode, r.Header, string(text)}
}

// want fails the test unless a has the status.
func (a *answer) want(status int) *answer {
	a.Helper()
	if a.status != status {
		a.Fatalf("got %d %s, want %d", a.status, a.text, status)
	}
	return a
}

// wantError fails the test unless a is a SCIM error with the status and keyword, whose
// detail has all the words.
func (a *answer) wantError(status int, scimType string, words ...string) *answer {
	a.Helper()
	a.want(status)
	o := a.object()
	got, _ := o["scimType"].(string)
	if o["status"] != jsonNumber(status) || got != scimType {
		a.Fatalf("got %s, want status %d and scimType %q", a.text, status, scimType)
	}
	for _, w := range words {
		if detail, _ := o["detail"].(string); !strings.Contains(detail, w) {
			a.Errorf("%q does not mention %q", detail, w)
		}
	}
	return a
}

func jsonNumber(n int) string {
	b, _ := json.Marshal(n)
	return string(b)
}

func (a *answer) object() map[string]any {
	a.Helper()
	var o map[string]any
	if err := json.Unmarshal([]byte(a.text), &o); err != nil {
		a.Fatalf("%q: %v", a.text, err)
	}
	return o
}

// at returns what lies at a path of names and positions in the answer.
func (a *answer) at(path ...any) any {
	a.Helper()
	var v any = a.object()
	for _, step := range path {
		switch step := step.(type) {
		case string:
			o, _ := v.(map[string]any)
			v = o[step]
		case int:
			list, _ := v.([]any)
			if step >= len(list) {
				return nil
			}
			v = list[step]
		}
	}
	return v
}

func (a *answer) id() string {
	a.Helper()
	id, _ := a.at("id").(string)
	if id == "" {
		a.Fatalf("no id in %s", a.text)
	}
	return id
}

// user makes a person and returns the id.
func (f *fixture) user(userName string) string {
	f.Helper()
	return f.do("POST", "/Users", userBody(userName)).want(201).id()
}

func userBody(userName string) string {
	local, _, _ := strings.Cut(userName, "@")
	return `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"` + userName + `","active":true,` +
		`"name":{"givenName":"Ada","familyName":"Byron"},"emails":[{"value":"` + local + `@example.com","type":"work","primary":true}]}`
}

func (f *fixture) group(name string, members ...string) string {
	f.Helper()
	return f.do("POST", "/Groups", groupBody(name, members...)).want(201).id()
}

func groupBody(name string, members ...string) string {
	list := make([]map[string]string, len(members))
	for i, id := range members {
		list[i] = map[string]string{"value": id}
	}
	b, _ := json.Marshal(map[string]any{"schemas": []string{directory.GroupSchema}, "displayName": name, "members": list})
	return string(b)
}

func patchBody(operations string) string {
	return `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":` + operations + `}`
}

// logger collects what is logged at every level.
func logger(w io.Writer) *slog.Logger {
	return slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: slog.LevelDebug}))
}
