package rocketchattest_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	. "rollcall/sync/rocketchat/rocketchattest"
)

type object = map[string]any

// clock is a clock that tests move.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// client calls a server as somebody.
type client struct {
	t         *testing.T
	s         *Server
	id, token string
	header    map[string]string
}

// start starts a server of a generation and returns the bridge's client of it.
func start(t *testing.T, o Options) *client {
	t.Helper()
	s := Start(t, o)
	return &client{t: t, s: s, id: s.UserID(), token: s.Token()}
}

// each runs a test for every generation.
func each(t *testing.T, test func(*testing.T, Generation)) {
	t.Helper()
	for _, g := range []Generation{V3_11, V7, V8} {
		t.Run(g.String(), func(t *testing.T) {
			t.Parallel()
			test(t, g)
		})
	}
}

// reply is what came back.
type reply struct {
	status int
	header http.Header
	raw    string
	body   object
}

// send calls a route; body is an object, or nil for a GET.
func (c *client) send(method, route string, body any) (reply, error) {
	c.t.Helper()
	var payload io.Reader
	if body != nil {
		encoded, err := json.Marshal(body)
		if err != nil {
			c.t.Fatal(err)
		}
		payload = strings.NewReader(string(encoded))
	}
	r, err := http.NewRequestWithContext(c.t.Context(), method, c.s.URL+"/api/v1/"+route, payload)
	if err != nil {
		c.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-Auth-Token", c.token)
	r.Header.Set("X-User-Id", c.id)
	for key, value := range c.header {
		r.Header.Set(key, value)
	}
	return c.do(r)
}

func (c *client) do(r *http.Request) (reply, error) {
	c.t.Helper()
	w, err := http.DefaultClient.Do(r)
	if err != nil {
		return reply{}, err
	}
	defer w.Body.Close()
	raw, err := io.ReadAll(w.Body)
	if err != nil {
		return reply{status: w.StatusCode, raw: string(raw)}, err
	}
	got := reply{status: w.StatusCode, header: w.Header, raw: string(raw)}
	_ = json.Unmarshal(raw, &got.body)
	return got, nil
}

func (c *client) post(route string, body any) reply {
	c.t.Helper()
	got, err := c.send("POST", route, body)
	if err != nil {
		c.t.Fatal(err)
	}
	return got
}

func (c *client) get(route string) reply {
	c.t.Helper()
	got, err := c.send("GET", route, nil)
	if err != nil {
		c.t.Fatal(err)
	}
	return got
}

// good wants a success and returns it.
func (r reply) good(t *testing.T) object {
	t.Helper()
	if r.status != 200 || r.body["success"] != true {
		t.Fatalf("answered %d %s, want a success", r.status, r.raw)
	}
	return r.body
}

// fine wants an answer that is good though it has no success in it.
func (r reply) fine(t *testing.T) object {
	t.Helper()
	if r.status != 200 || r.body["_id"] == nil && r.body["status"] != "success" {
		t.Fatalf("answered %d %s", r.status, r.raw)
	}
	return r.body
}

// bad wants a refusal with a code, which may be nothing at all, and returns it.
func (r reply) bad(t *testing.T, status int, errorType any) object {
	t.Helper()
	if r.status != status || r.body["errorType"] != errorType {
		t.Fatalf("answered %d %s, want %d and errorType %v", r.status, r.raw, status, errorType)
	}
	if r.body["success"] != false {
		t.Fatalf("success is %v in %s", r.body["success"], r.raw)
	}
	return r.body
}

// says wants a text in the error of an answer.
func says(t *testing.T, body object, text string) {
	t.Helper()
	if got, _ := body["error"].(string); !strings.Contains(got, text) {
		t.Errorf("the error is %q, want %q in it", got, text)
	}
}

// ada is a new account as a bridge asks for it.
func ada() object {
	return object{"username": "ada", "name": "Ada Lovelace", "email": "ada@rocket.example", "password": "analytical"}
}

// with returns an object with more in it.
func with(o object, key string, value any) object {
	o[key] = value
	return o
}

// made creates an account and returns its id.
func (c *client) made(o object) string {
	c.t.Helper()
	user := c.post("users.create", o).good(c.t)["user"].(object)
	return user["_id"].(string)
}

// account returns an account that is there.
func (c *client) account(id string) Account {
	c.t.Helper()
	a, ok := c.s.Account(id)
	if !ok {
		c.t.Fatalf("there is no account %s", id)
	}
	return a
}
