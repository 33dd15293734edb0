package rocketchat

import (
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"rollcall/directory"
	bridgesync "rollcall/sync"
)

const (
	testUser  = "sErViCeAcCoUnT123"
	testToken = "tOkEn-thatNobodyMaySee_0123456789"
)

// targetAt makes a target of a server that does as the handler does.
func targetAt(t *testing.T, change func(*Config), handler http.HandlerFunc) *Target {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	config := Config{URL: server.URL, UserID: testUser, Token: directory.NewSecret(testToken)}
	if change != nil {
		change(&config)
	}
	target, err := New(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(target.client.http.CloseIdleConnections)
	return target
}

// answers answers everything in one way.
func answers(status int, kind, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", kind)
		w.WriteHeader(status)
		fmt.Fprint(w, body)
	}
}

func TestACallSaysWhoCalls(t *testing.T) {
	var got *http.Request
	target := targetAt(t, nil, func(w http.ResponseWriter, r *http.Request) {
		got = r
		answers(200, "application/json; charset=utf-8", `{"success":true,"value":"Keep"}`)(w, r)
	})
	value, err := target.client.setting(t.Context(), "Message_ErasureType")
	if err != nil || word(value) != "Keep" {
		t.Fatalf("got %s, %v", value, err)
	}
	if got.URL.String() != "/api/v1/settings/Message_ErasureType" || got.Header.Get("X-User-Id") != testUser ||
		got.Header.Get("X-Auth-Token") != testToken || got.Header.Get("User-Agent") != userAgent {
		t.Errorf("asked was %s with %v", got.URL, got.Header)
	}
}

// TestEveryFormOfAnErrorIsUnderstood has those that were seen, and those that the source
// of the server makes.
func TestEveryFormOfAnErrorIsUnderstood(t *testing.T) {
	for name, tt := range map[string]struct {
		status int
		body   string
		code   string
		text   string
	}{
		"a code":             {400, `{"success":false,"error":"x is already in use :( [error-field-unavailable]","errorType":"error-field-unavailable","details":{"field":"x"}}`, "error-field-unavailable", "x is already in use :( [error-field-unavailable]"},
		"a number":           {400, `{"success":false,"error":"Username already exists. [403]","errorType":403}`, "403", "Username already exists. [403]"},
		"the wrong way":      {400, `{"success":false,"error":"error-role-not-found","errorType":"Role not found"}`, "error-role-not-found", "Role not found"},
		"a text alone":       {400, `{"success":false,"error":"User not found."}`, "", "User not found."},
		"a code in the text": {400, `{"success":false,"error":"No valid email addresses [error-email-send-failed]"}`, "error-email-send-failed", "No valid email addresses [error-email-send-failed]"},
		"a code alone":       {403, `{"success":false,"error":"unauthorized"}`, "unauthorized", "unauthorized"},
		"nobody":             {401, `{"status":"error","message":"You must be logged in to do this."}`, "", "You must be logged in to do this."},
		"an object":          {400, `{"success":false,"error":{"error":"totp-required","reason":"TOTP Required"}}`, "totp-required", "TOTP Required"},
		"a list":             {400, `{"success":false,"error":["a"],"errorType":{"a":1},"details":[1]}`, "", ""},
		"no success":         {200, `{"success":false,"error":"no"}`, "", "no"},
		"many lines":         {400, `{"success":false,"error":"a\nb\u0000c"}`, "", "a b c"},
	} {
		t.Run(name, func(t *testing.T) {
			target := targetAt(t, nil, answers(tt.status, "application/json", tt.body))
			f := failed(target.client.get(t.Context(), "users.info", nil, nil))
			if f == nil || f.status != tt.status || f.code != tt.code || f.text != tt.text || f.foreign {
				t.Errorf("got %+v", f)
			}
		})
	}
}

func TestWhatIsNoJSONIsNoAnswer(t *testing.T) {
	const page = "<!DOCTYPE html><html></html>"
	for name, tt := range map[string]struct {
		answer  http.HandlerFunc
		unknown bool
	}{
		"the page of the front end": {answers(200, "text/html; charset=utf-8", page), true},
		"a proxy":                   {answers(502, "text/html", page), false},
		"HTML that says JSON":       {answers(503, "application/json", page), false},
		"no route":                  {answers(404, "text/html", page), true},
	} {
		t.Run(name, func(t *testing.T) {
			target := targetAt(t, nil, tt.answer)
			var out struct{ User *account }
			err := target.client.get(t.Context(), "users.info", nil, &out)
			if f := failed(err); f == nil || !f.foreign || unknownRoute(err) != tt.unknown {
				t.Errorf("got %v, unknown %v", err, unknownRoute(err))
			}
			if strings.Contains(err.Error(), "DOCTYPE") {
				t.Errorf("the page is repeated: %v", err)
			}
		})
	}
}

func TestARedirectIsNotFollowed(t *testing.T) {
	var reached atomic.Bool
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached.Store(true) }))
	defer other.Close()
	target := targetAt(t, nil, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, other.URL+"/secret?path", http.StatusFound)
	})
	err := target.outward(target.client.post(t.Context(), "users.create", map[string]string{}, nil))
	if reached.Load() || err == nil || !strings.Contains(err.Error(), other.URL+"; set url") {
		t.Errorf("reached %v, got %v", reached.Load(), err)
	}
	if _, fast := errors.AsType[*bridgesync.TooFast](err); !fast {
		t.Errorf("got %T, want everything to wait", err)
	}
}

func TestADryRunOnlyAsks(t *testing.T) {
	var asked []string
	target := targetAt(t, func(c *Config) { c.Dry = true }, func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.Method)
		answers(200, "application/json", `{"success":true}`)(w, r)
	})
	if err := target.client.get(t.Context(), "me", nil, nil); err != nil {
		t.Error(err)
	}
	err := target.Act(t.Context(), bridgesync.Act{Counterpart: "a", Kind: directory.ActLogOut})
	if _, refused := errors.AsType[*bridgesync.Refusal](err); !refused || len(asked) != 1 {
		t.Errorf("asked %v, got %v", asked, err)
	}
}

func TestAnAnswerIsReadUpToALimit(t *testing.T) {
	target := targetAt(t, nil, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		block := []byte(strings.Repeat(" ", 1<<20))
		for {
			if _, err := w.Write(block); err != nil {
				return
			}
		}
	})
	err := target.client.get(t.Context(), "users.list", nil, nil)
	if err == nil || !strings.Contains(err.Error(), "larger than 8 MiB") {
		t.Errorf("got %v", err)
	}
}

// TestWhatSurelyWasNotSentIsKnown tells a server that is not there from one that hangs up.
func TestWhatSurelyWasNotSentIsKnown(t *testing.T) {
	hangsUp := targetAt(t, nil, func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	err := hangsUp.client.post(t.Context(), "users.create", map[string]string{"name": "x"}, nil)
	if _, unsent := errors.AsType[*bridgesync.NotSent](err); err == nil || unsent {
		t.Errorf("hung up: %v", err)
	}
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	absent := targetAt(t, func(c *Config) { c.URL = gone.URL }, nil)
	query := url.Values{"email": {"ada@acme.example"}}
	err = absent.client.get(t.Context(), "users.info", query, nil)
	if _, unsent := errors.AsType[*bridgesync.NotSent](err); !unsent {
		t.Errorf("absent: %v", err)
	}
	if strings.Contains(err.Error(), "ada") || strings.Contains(err.Error(), "email") {
		t.Errorf("it names somebody: %v", err)
	}
	foreign := httptest.NewTLSServer(answers(200, "application/json", `{"success":true}`))
	foreign.Config.ErrorLog = log.New(io.Discard, "", 0) // of the handshake that fails
	defer foreign.Close()
	untrusted := targetAt(t, func(c *Config) { c.URL = foreign.URL }, nil)
	err = untrusted.client.get(t.Context(), "me", nil, nil)
	if _, unsent := errors.AsType[*bridgesync.NotSent](err); !unsent {
		t.Errorf("untrusted: %v", err)
	}
	authority := filepath.Join(t.TempDir(), "ca.pem")
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: foreign.Certificate().Raw})
	if err := os.WriteFile(authority, text, 0o600); err != nil {
		t.Fatal(err)
	}
	trusted := targetAt(t, func(c *Config) { c.URL, c.CAFile = foreign.URL, authority }, nil)
	if err := trusted.client.get(t.Context(), "me", nil, nil); err != nil {
		t.Errorf("trusted: %v", err)
	}
}

// TestTheTokenIsNowhere looks for it in everything that is shown.
func TestTheTokenIsNowhere(t *testing.T) {
	target := targetAt(t, nil, answers(400, "application/json",
		`{"success":false,"error":"bad `+testToken+` of `+testUser+`","errorType":"error-odd"}`))
	err := target.outward(target.client.get(t.Context(), "me", nil, nil))
	shown := fmt.Sprintf("%v %+v %#v", err, target.config, target.client.token)
	if text, _ := json.Marshal(target.client.token); strings.Contains(shown+string(text), testToken) {
		t.Errorf("it is in %s", shown)
	}
	if strings.Contains(err.Error(), testUser) || !strings.Contains(err.Error(), "[secret]") {
		t.Errorf("got %v", err)
	}
}

// TestWhatFollowsFromAnAnswer is the table of classes.
func TestWhatFollowsFromAnAnswer(t *testing.T) {
	coded := func(code string) string { return `{"success":false,"error":"no","errorType":"` + code + `"}` }
	for name, tt := range map[string]struct {
		status int
		body   string
		want   string
	}{
		"a blocked name":       {400, coded("error-blocked-username"), "refused"},
		"an unknown code":      {400, coded("error-never-heard-of"), "refused"},
		"no permission inside": {400, coded("error-not-allowed"), "refused"},
		"no seat":              {400, coded("error-license-user-limit-reached"), "unsent"},
		"no room for a guest":  {400, coded("error-max-guests-number-reached"), "unsent"},
		"a second factor":      {400, coded("totp-required"), "pause"},
		"nobody":               {401, `{"status":"error","message":"You must be logged in to do this."}`, "pause"},
		"no permission":        {403, `{"success":false,"error":"User does not have the permissions [error-unauthorized]"}`, "pause"},
		"an old no":            {403, `{"success":false,"error":"unauthorized"}`, "pause"},
		"a newer no":           {403, `{"success":false,"error":"forbidden"}`, "pause"},
		"too fast":             {429, `{"success":false,"error":"[error-too-many-requests]"}`, "pause"},
		"too fast, by a proxy": {429, `<html>`, "pause"},
		"a duplicate":          {400, `{"success":false,"error":"Email already exists. [403]","errorType":403}`, "doubt"},
		"a mail that failed":   {400, coded("error-email-send-failed"), "doubt"},
		"a mishap":             {400, `{"success":false,"error":"Cannot read property 'a' of undefined"}`, "doubt"},
		"broken":               {500, `{"success":false,"error":"Internal server error"}`, "doubt"},
		"broken with a code":   {500, coded("error-blocked-username"), "doubt"},
		"not there":            {503, `<html>`, "doubt"},
		"a page":               {200, `<html>`, "doubt"},
	} {
		t.Run(name, func(t *testing.T) {
			target := targetAt(t, nil, answers(tt.status, "application/json", tt.body))
			err := target.outward(target.client.post(t.Context(), "users.update", nil, nil))
			if got := kindOf(err); got != tt.want {
				t.Errorf("got %s: %v", got, err)
			}
		})
	}
}

// kindOf says what the seam takes an error for.
func kindOf(err error) string {
	var refusal *bridgesync.Refusal
	var fast *bridgesync.TooFast
	var unsent *bridgesync.NotSent
	switch {
	case err == nil:
		return "done"
	case errors.As(err, &refusal):
		return "refused"
	case errors.As(err, &fast):
		return "pause"
	case errors.As(err, &unsent):
		return "unsent"
	}
	return "doubt"
}

func TestEveryFaultOfAConfigurationIsFoundAtOnce(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(*Config)
		want   string
	}{
		"nothing": {func(c *Config) { *c = Config{} }, "url user_id token"},
		"everything": {func(c *Config) {
			c.URL, c.CAFile, c.Rooms, c.Erasure, c.Token = "chat.example.com", "absent", "all", "some", directory.NewSecret("a b")
		}, "url token rooms_at_deactivation erasure ca_file"},
		"plaintext":  {func(c *Config) { c.URL = "http://chat.example.com" }, "url"},
		"allowed":    {func(c *Config) { c.URL, c.AllowPlaintext = "http://chat.example.com", true }, ""},
		"loopback":   {func(c *Config) { c.URL = "http://localhost:3000" }, ""},
		"a path":     {func(c *Config) { c.URL = "https://example.com/chat/" }, ""},
		"the API":    {func(c *Config) { c.URL = "https://example.com/api/v1/" }, "url"},
		"a password": {func(c *Config) { c.URL = "https://u:p@example.com" }, "url"},
	} {
		t.Run(name, func(t *testing.T) {
			c := Config{URL: "https://chat.example.com", UserID: "u", Token: directory.NewSecret("t")}
			tt.change(&c)
			_, err := New(c)
			var got []string
			if faults, ok := errors.AsType[directory.Faults](err); ok {
				for _, f := range faults {
					got = append(got, f.Attr)
				}
			}
			if strings.Join(got, " ") != tt.want {
				t.Errorf("got %v: %v", got, err)
			}
		})
	}
}
