package main

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"
)

func TestWhereARequestReallyComesFrom(t *testing.T) {
	t.Parallel()
	trusted := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")}
	tests := []struct {
		what, peer string
		forwarded  []string
		want       string
	}{
		{"directly", "203.0.113.9:1", nil, "203.0.113.9"},
		{"directly, with a header of its own making", "203.0.113.9:1", []string{"198.51.100.1"}, "203.0.113.9"},
		{"through a proxy", "10.0.0.1:1", []string{"203.0.113.9"}, "203.0.113.9"},
		{"through a proxy that names the port", "10.0.0.1:1", []string{"203.0.113.9:4711"}, "203.0.113.9"},
		{"through two, with an invention before", "10.0.0.1:1", []string{"198.51.100.1, 203.0.113.9, 10.0.0.2"}, "203.0.113.9"},
		{"in two headers", "10.0.0.1:1", []string{"198.51.100.1", "203.0.113.9"}, "203.0.113.9"},
		{"through proxies only", "10.0.0.1:1", []string{"10.0.0.3, 10.0.0.2"}, "10.0.0.3"},
		{"with rubbish", "10.0.0.1:1", []string{"203.0.113.9, unknown"}, "10.0.0.1"},
		{"from a proxy that says nothing", "10.0.0.1:1", nil, "10.0.0.1"},
		{"over IPv6", "[fd00::1]:1", []string{"2001:db8::9"}, "2001:db8::9"},
		{"over IPv6 with brackets and port", "[fd00::1]:1", []string{"[2001:db8::9]:4711"}, "2001:db8::9"},
		{"over IPv4 in IPv6", "[::ffff:10.0.0.1]:1", []string{"::ffff:203.0.113.9"}, "203.0.113.9"},
	}
	for _, tt := range tests {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.RemoteAddr = tt.peer
		r.Header["X-Forwarded-For"] = tt.forwarded
		var got string
		believed(trusted, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			got = remoteOf(r.Context()).String()
		})).ServeHTTP(httptest.NewRecorder(), r)
		if got != tt.want {
			t.Errorf("%s: %s, want %s", tt.what, got, tt.want)
		}
	}
}
