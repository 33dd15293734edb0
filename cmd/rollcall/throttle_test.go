package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"
	"testing/synctest"
	"time"

	"rollcall/directory"
)

// openedBy returns a throttle before a database that knows the given tokens, and counts
// how often they are read.
func openedBy(reads *int, tokens ...string) *throttle {
	return newThrottle(func(context.Context) (map[string]bool, error) {
		*reads++
		good := map[string]bool{}
		for _, t := range tokens {
			good[directory.HashToken(t)] = true
		}
		return good, nil
	})
}

// unreadable is a database that does not answer.
func unreadable(context.Context) (map[string]bool, error) { return nil, errors.New("away") }

// tried sends a request with a token from an address through a throttle behind which
// only "good" opens anything, and returns the status.
func tried(t *throttle, from, token string) int {
	door := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if token := r.Header.Get("Authorization"); token != "Bearer good" && token != "Bearer "+strong {
			w.WriteHeader(http.StatusUnauthorized)
		}
	})
	r := httptest.NewRequest(http.MethodGet, "/scim/v2/Users", nil)
	r.RemoteAddr = from
	r.Header.Set("Authorization", "Bearer "+token)
	w := httptest.NewRecorder()
	believed(nil, t.guard(door)).ServeHTTP(w, r)
	return w.Code
}

func TestWhoKeepsTryingIsSlowedDownAndNobodyElse(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const here, there = "192.0.2.1:1000", "192.0.2.2:1000"
		throttle := newThrottle(unreadable)
		if got := tried(throttle, here, "good"); got != http.StatusOK {
			t.Fatalf("a good token is answered with %d", got)
		}
		for i := range failuresAtOnce {
			if got := tried(throttle, here, fmt.Sprint("bad", i)); got != http.StatusUnauthorized {
				t.Fatalf("try %d is answered with %d", i, got)
			}
		}
		if got := tried(throttle, here, "bad"); got != http.StatusTooManyRequests {
			t.Errorf("one try too many is answered with %d", got)
		}
		if got := tried(throttle, here, "good"); got != http.StatusOK {
			t.Errorf("a provider behind the same address is answered with %d", got)
		}
		if got := tried(throttle, there, "bad"); got != http.StatusUnauthorized {
			t.Errorf("another address is answered with %d", got)
		}
		time.Sleep(time.Second)
		if got := tried(throttle, here, "bad"); got != http.StatusUnauthorized {
			t.Errorf("a second later a try is answered with %d", got)
		}
	})
}

// strong is a token as it is made for a provider, and opens everything here.
var strong = newTokenText()

func newTokenText() string {
	text, _ := directory.NewToken("okta", "test", time.Now())
	return text.Reveal()
}

func TestAfterARestartAGoodTokenGetsThrough(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const here = "192.0.2.1:1000"
		var reads int
		throttle := openedBy(&reads, strong)
		for i := range failuresAtOnce {
			tried(throttle, here, fmt.Sprint("bad", i))
		}
		if reads != 0 {
			t.Errorf("the good tokens were read %d times while nobody was slowed down", reads)
		}
		if got := tried(throttle, here, strong); got != http.StatusOK {
			t.Errorf("a good token that was not seen yet is answered with %d", got)
		}
		for range 1000 {
			if got := tried(throttle, here, newTokenText()); got != http.StatusTooManyRequests {
				t.Fatalf("a guess is answered with %d", got)
			}
			tried(throttle, here, "bad")
		}
		if reads != 1 {
			t.Errorf("a thousand guesses at once read the good tokens %d times", reads)
		}
	})
}

func TestATokenMadeAMomentAgoGetsThroughSoon(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const here = "192.0.2.1:1000"
		var reads int
		throttle := openedBy(&reads)
		for i := range failuresAtOnce * 2 {
			tried(throttle, here, fmt.Sprint("bad", i))
		}
		tried(throttle, here, strong)
		throttle.live = openedBy(&reads, strong).live
		time.Sleep(readGoodEvery)
		for range failuresAtOnce { // what the second gave back is used up again
			tried(throttle, here, "bad")
		}
		if got := tried(throttle, here, strong); got != http.StatusOK {
			t.Errorf("a token made a second ago is answered with %d", got)
		}
	})
}

func TestTheThrottleForgets(t *testing.T) {
	t.Parallel()
	throttle := newThrottle(unreadable)
	for i := range mostGood + 100 {
		token := fmt.Sprint(i)
		throttle.learn(netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)}), token, http.StatusOK)
		throttle.learn(netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)}), token, http.StatusUnauthorized)
		throttle.learn(netip.Addr{}, token, http.StatusOK)
	}
	if len(throttle.good) > mostGood || len(throttle.tries) > mostAddresses {
		t.Errorf("%d tokens and %d addresses are remembered", len(throttle.good), len(throttle.tries))
	}
}

func TestAnOutageSaysNothingAboutAToken(t *testing.T) {
	t.Parallel()
	throttle := newThrottle(unreadable)
	token := directory.HashToken("whatever")
	throttle.learn(netip.Addr{}, token, http.StatusServiceUnavailable)
	if throttle.good[token] || len(throttle.tries) > 0 {
		t.Error("an answer of 503 passes for a judgement on the token")
	}
}

func TestANetworkOfIPv6CountsAsOne(t *testing.T) {
	t.Parallel()
	one, two := netip.MustParseAddr("2001:db8::1"), netip.MustParseAddr("2001:db8::ffff:2")
	if network(one) != network(two) || network(one) == network(netip.MustParseAddr("2001:db8:0:1::1")) {
		t.Error("a network of 64 bits is not what counts")
	}
}
