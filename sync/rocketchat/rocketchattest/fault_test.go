package rocketchattest_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	. "rollcall/sync/rocketchat/rocketchattest"
)

func TestFaultBeforeAnythingIsDone(t *testing.T) {
	t.Parallel()
	c := start(t, Options{})
	c.s.Rules(On("users.create", Fault{Before: true}))
	if got, err := c.send("POST", "users.create", ada()); err == nil {
		t.Fatalf("answered %d %s", got.status, got.raw)
	}
	if _, there := c.s.Account("ada"); there {
		t.Error("she was created")
	}
	if calls := c.s.CallsOf("users.create"); len(calls) != 1 || calls[0].Done || calls[0].Status != 0 {
		t.Errorf("the calls are %+v", calls)
	}
}

func TestFaultAfterItWasDone(t *testing.T) {
	t.Parallel()
	c := start(t, Options{})
	c.s.Rules(Once("users.create", Fault{After: true}))
	if got, err := c.send("POST", "users.create", ada()); err == nil {
		t.Fatalf("answered %d %s", got.status, got.raw)
	}
	if _, there := c.s.Account("ada"); !there {
		t.Error("she was not created")
	}
	if calls := c.s.CallsOf("users.create"); len(calls) != 1 || !calls[0].Done || calls[0].Status != 0 {
		t.Errorf("the calls are %+v", calls)
	}
	c.post("users.create", ada()).bad(t, 400, "error-field-unavailable")
}

func TestFaultOfAProxy(t *testing.T) {
	t.Parallel()
	c := start(t, Options{})
	c.s.Rules(On("users.create", BadGateway()))
	got := c.post("users.create", ada())
	if got.status != 502 || !strings.HasPrefix(got.header.Get("Content-Type"), "text/html") || !strings.Contains(got.raw, "502 Bad Gateway") {
		t.Errorf("answered %d %s", got.status, got.raw)
	}
	if _, there := c.s.Account("ada"); there {
		t.Error("she was created")
	}
	done := BadGateway()
	done.After = true
	c.s.Rules(On("users.create", done))
	if got := c.post("users.create", ada()); got.status != 502 {
		t.Errorf("answered %d %s", got.status, got.raw)
	}
	if _, there := c.s.Account("ada"); !there {
		t.Error("she was not created behind the proxy")
	}
}

func TestFaultOfARace(t *testing.T) {
	t.Parallel()
	c := start(t, Options{})
	c.s.Rules(Once("users.create", Raced()))
	says(t, c.post("users.create", ada()).bad(t, 400, 403.0), "[403]")
	if _, there := c.s.Account("ada"); !there {
		t.Error("she was not created")
	}
}

func TestFaultThatWaits(t *testing.T) {
	t.Parallel()
	c := start(t, Options{})
	gate := make(chan struct{})
	c.s.Rules(func(call Call) Fault {
		if call.Route == "users.create" {
			return Fault{Wait: gate}
		}
		return Fault{}
	})
	answered := make(chan reply)
	go func() { answered <- c.post("users.create", ada()) }()
	c.get("me").fine(t)
	close(gate)
	(<-answered).good(t)
}

func TestFaultThatWaitsEndsWithItsCaller(t *testing.T) {
	t.Parallel()
	c := start(t, Options{})
	met := make(chan struct{})
	c.s.Rules(func(Call) Fault {
		close(met)
		return Fault{Wait: make(chan struct{})}
	})
	ctx, cancel := context.WithCancel(t.Context())
	r, err := http.NewRequestWithContext(ctx, "GET", c.s.URL+"/api/v1/me", nil)
	if err != nil {
		t.Fatal(err)
	}
	failed := make(chan error)
	go func() {
		_, err := c.do(r)
		failed <- err
	}()
	<-met
	cancel()
	if err := <-failed; !errors.Is(err, context.Canceled) {
		t.Errorf("the call ended with %v", err)
	}
}

func TestServerClosesOverCallsThatWait(t *testing.T) {
	t.Parallel()
	c := start(t, Options{})
	met := make(chan struct{})
	c.s.Rules(func(Call) Fault {
		close(met)
		return Fault{Wait: make(chan struct{})}
	})
	failed := make(chan error)
	go func() {
		_, err := c.send("GET", "me", nil)
		failed <- err
	}()
	<-met
	c.s.Close()
	if err := <-failed; err == nil {
		t.Error("the call was answered")
	}
}

func TestFaultsOfTheAnswer(t *testing.T) {
	t.Parallel()
	c := start(t, Options{})
	c.s.Rules(On("me", Fault{Cut: 10}))
	if got, err := c.send("GET", "me", nil); !errors.Is(err, io.ErrUnexpectedEOF) || len(got.raw) != 10 {
		t.Errorf("got %q and %v", got.raw, err)
	}
	gate := make(chan struct{})
	c.s.Rules(On("me", Fault{Stall: gate}))
	r, err := http.NewRequestWithContext(t.Context(), "GET", c.s.URL+"/api/v1/info", nil)
	if err != nil {
		t.Fatal(err)
	}
	c.s.Rules(On("info", Fault{Stall: gate}))
	w, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Body.Close()
	first := make([]byte, 4)
	if _, err := io.ReadFull(w.Body, first); err != nil {
		t.Fatal(err)
	}
	close(gate)
	rest, err := io.ReadAll(w.Body)
	if err != nil || !strings.HasSuffix(string(rest), "}") {
		t.Errorf("the rest is %q and %v", rest, err)
	}
}

func TestFaultThatNeverEnds(t *testing.T) {
	t.Parallel()
	c := start(t, Options{})
	c.s.Rules(On("me", Fault{Flood: true}))
	r, err := http.NewRequestWithContext(t.Context(), "GET", c.s.URL+"/api/v1/me", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("X-Auth-Token", c.token)
	r.Header.Set("X-User-Id", c.id)
	w, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Body.Close()
	if n, err := io.CopyN(io.Discard, w.Body, 4<<20); err != nil {
		t.Errorf("the answer ended after %d bytes with %v", n, err)
	}
}

func TestFaultsOfTheHeaders(t *testing.T) {
	t.Parallel()
	c := start(t, Options{Clock: newClock().Now})
	c.s.Forbid("api-bypass-rate-limit")
	c.s.Rules(On("roles.list", Fault{Header: map[string]string{"X-RateLimit-Reset": "-1", "X-RateLimit-Limit": ""}}))
	got := c.get("roles.list")
	got.good(t)
	if got.header.Get("X-RateLimit-Reset") != "-1" || got.header.Get("X-RateLimit-Limit") != "" || got.header.Get("X-RateLimit-Remaining") != "9" {
		t.Errorf("the headers are %v", got.header)
	}
	c.s.Rules(On("roles.list", Crowded(7)))
	says(t, c.get("roles.list").bad(t, 429, nil), "You must wait 7 seconds")
}

func TestCallsAreRecorded(t *testing.T) {
	t.Parallel()
	clock := newClock()
	c := start(t, Options{Clock: clock.Now})
	c.post("users.create", ada()).good(t)
	clock.add(time.Minute)
	c.get("settings/Message_ErasureType?x=1").good(t)
	c.token = "wrong"
	c.get("nothing.there")
	calls := c.s.Calls()
	if len(calls) != 3 {
		t.Fatalf("there are %d calls", len(calls))
	}
	create, setting, nothing := calls[0], calls[1], calls[2]
	if create.Method != "POST" || create.Route != "users.create" || create.By != c.id || create.Status != 200 || !create.Done ||
		!strings.Contains(string(create.Body), `"ada@rocket.example"`) {
		t.Errorf("the first call is %+v", create)
	}
	if setting.Route != "settings/:_id" || setting.Path != "/api/v1/settings/Message_ErasureType" || setting.Query.Get("x") != "1" ||
		!setting.At.Equal(create.At.Add(time.Minute)) {
		t.Errorf("the second call is %+v", setting)
	}
	if nothing.Route != "" || nothing.By != "" || nothing.Status != 200 || nothing.Done {
		t.Errorf("the third call is %+v", nothing)
	}
	c.s.ForgetCalls()
	c.get("me")
	if calls := c.s.Calls(); len(calls) != 1 || calls[0].Number != 3 || calls[0].Status != 401 {
		t.Errorf("after forgetting the calls are %+v", calls)
	}
}

func TestRulesMayLookAtTheServer(t *testing.T) {
	t.Parallel()
	c := start(t, Options{})
	c.s.Rules(func(call Call) Fault {
		if call.Route == "users.create" && len(c.s.CallsOf("users.create")) == 1 {
			return BadGateway()
		}
		return Fault{}
	})
	if got := c.post("users.create", ada()); got.status != 502 {
		t.Errorf("answered %d %s", got.status, got.raw)
	}
	c.post("users.create", ada()).good(t)
}
