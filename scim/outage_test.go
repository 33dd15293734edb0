package scim_test

import (
	"bytes"
	"context"
	"errors"
	"net/url"
	"strings"
	"testing"

	"rollcall/directory"
	"rollcall/scim"
)

// brokenStore is a store that fails on cue.
type brokenStore struct {
	directory.Store
	token func() (*directory.Bearer, error)
	view  func() error
}

func (s *brokenStore) TokenByHash(ctx context.Context, hash string) (*directory.Bearer, error) {
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

func (s *brokenStore) Look(ctx context.Context, ws directory.WorkspaceID, fn func(context.Context, directory.ReadTx) error) error {
	if s.view != nil {
		return s.view()
	}
	return s.Store.Look(ctx, ws, fn)
}

func TestAnOutageIsNever401(t *testing.T) {
	t.Parallel()
	store := &brokenStore{Store: sqlite(t)}
	var log bytes.Buffer
	f := openWith(t, store, "", scim.Config{Logger: logger(&log)})
	secret := errors.New("dial tcp 10.0.0.7: password=hunter2")
	store.token = func() (*directory.Bearer, error) { return nil, secret }
	if got := f.do("GET", "/Users", "").wantError(503, ""); got.header.Get("Retry-After") == "" || strings.Contains(got.text, "hunter2") {
		t.Errorf("%v %s", got.header, got.text)
	}
	// A token that belongs to no workspace opens nothing.
	store.token = func() (*directory.Bearer, error) {
		return &directory.Bearer{Token: directory.Token{Source: "idp"}, Source: &directory.Source{ID: "idp"}}, nil
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
