package config

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestDuration(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"0":      0,
		"0d":     0,
		"45s":    45 * time.Second,
		"12h":    12 * time.Hour,
		"30d":    720 * time.Hour,
		"2w":     336 * time.Hour,
		"1d12h":  36 * time.Hour,
		"1d 12h": 36 * time.Hour,
	} {
		if got, err := duration(text); err != nil || got != want {
			t.Errorf("%q is %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "30", "d", "-1d", "1.5d", "30days", "1y", "101w99", "36501d", "9223372036854775808s", "99999999999w"} {
		if got, err := duration(text); err == nil {
			t.Errorf("%q was taken as %v", text, got)
		}
	}
}

// FuzzDuration holds the parser against the standard library where both know the units.
func FuzzDuration(f *testing.F) {
	for _, seed := range []string{"0", "30d", "1h30m", "1w2d", "12h0m5s", "-1h", "1.5h", " 1h"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, err := duration(text)
		if err != nil {
			return
		}
		if got < 0 || got > longest {
			t.Errorf("%q is %v", text, got)
		}
		if strings.ContainsAny(text, "dw \t\n\v\f\r\u0085\u00a0") {
			return
		}
		if want, err := time.ParseDuration(text); err == nil && got != want {
			t.Errorf("%q is %v, want %v", text, got, want)
		}
	})
}

func TestBodySize(t *testing.T) {
	for text, want := range map[string]int64{
		"1024": 1024, "2048B": 2048, "512KiB": 512 << 10, "1MiB": 1 << 20, "1 mib": 1 << 20, "2MB": 2_000_000, "1024MiB": 1 << 30,
	} {
		if got, err := bodySize(text); err != nil || got != want {
			t.Errorf("%q is %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "MiB", "1023", "1.5MiB", "1GiB", "1025MiB", "1MiB1", "-1MiB", "9223372036854775807MiB"} {
		if got, err := bodySize(text); err == nil {
			t.Errorf("%q was taken as %v", text, got)
		}
	}
}

// TestChecks asks each check about values at the edge.
func TestChecks(t *testing.T) {
	tests := []struct {
		name       string
		check      func(string) error
		right, off []string
	}{
		{"listen", checking(hostPort), []string{"127.0.0.1:8080", ":80", "[::1]:0", "localhost:65535"}, []string{"127.0.0.1", ":65536", ":http", ":+1", ":", "a:1:2"}},
		{"public_url", checking(publicURL), []string{"https://a.b", "http://localhost:8080", "https://a/b/"}, []string{"a.b", "https://a/scim/v2", "https://a/b/scim/v2/", "ftp://a.b", "https://", "https://u@a.b", "https://a.b?x", "https://a.b#x", "https://a b"}},
		{"database", checking(databaseURL), []string{"postgres://h/d", "postgresql://u:p@h:1/d?sslmode=require", "postgres:///d?host=/run"}, []string{"h/d", "mysql://h/d", "postgres://h:port/d", "sqlite:x"}},
		{"trusted_proxies", checking(network), []string{"10.0.0.0/8", "10.0.0.1", "::1", "fe80::/10"}, []string{"10.0.0.1/8", "10.0.0.0/33", "proxy", "fe80::1%eth0"}},
		{"secret_key", checking(sealingKey), []string{"MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="}, []string{"x", "MDEyMw==", "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE"}},
		{"slug", checking(slug), []string{"a", "main-office", "7", strings.Repeat("a", 63)}, []string{"", "A", "-a", "a-", "a_b", "a.b", strings.Repeat("a", 64)}},
		{"domain", checking(domain), []string{"example.com", "EXAMPLE.com", "intranet", "bücher.example"}, []string{"", ".com", "a..b", "a b", "@a.b", "-a.b", "a.b/", "*.a.b", strings.Repeat("a", 254)}},
		{"delete_grace", checking(grace), []string{"1s", "30d"}, []string{"0", "0d", "30"}},
		{"limit", checking(limit), []string{"1", "2147483647", "unlimited"}, []string{"", "0", "-1", "1.5", "2147483648", "none", "Unlimited"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, s := range tt.right {
				if err := tt.check(s); err != nil {
					t.Errorf("%q: %v", s, err)
				}
			}
			for _, s := range tt.off {
				if err := tt.check(s); err == nil {
					t.Errorf("%q was taken", s)
				}
			}
		})
	}
}

// checking is a check without its result.
func checking[T any](parse func(string) (T, error)) func(string) error {
	return func(s string) error {
		_, err := parse(s)
		return err
	}
}

func TestPlainHTTPBeyondLoopbackIsADecision(t *testing.T) {
	t.Chdir(t.TempDir())
	tests := []struct {
		env  map[string]string
		well bool
	}{
		{map[string]string{"ROLLCALL_LISTEN": "localhost:80"}, true},
		{map[string]string{"ROLLCALL_LISTEN": "[::1]:80"}, true},
		{map[string]string{"ROLLCALL_LISTEN": "127.9.9.9:80"}, true},
		{map[string]string{"ROLLCALL_LISTEN": ":80"}, false},
		{map[string]string{"ROLLCALL_LISTEN": "rollcall.example.com:80"}, false},
		{map[string]string{"ROLLCALL_LISTEN": "192.0.2.1:80"}, false},
		{map[string]string{"ROLLCALL_LISTEN": ":80", "ROLLCALL_ALLOW_PLAIN_HTTP": "true"}, true},
		{map[string]string{"ROLLCALL_LISTEN": ":443", "ROLLCALL_TLS_CERT": "c", "ROLLCALL_TLS_KEY": "k"}, true},
	}
	for _, tt := range tests {
		if got := loadFaults(Input{Env: tt.env}); (got == "") != tt.well {
			t.Errorf("%v: %q", tt.env, got)
		}
	}
}

func TestNearest(t *testing.T) {
	for word, want := range map[string]string{"lisetn": "listen", "listen": "listen", "lst": "", "date": "data", "": ""} {
		if got := nearest(word, []string{"data", "database", "listen"}, 2); got != want {
			t.Errorf("nearest to %q is %q, want %q", word, got, want)
		}
	}
}

// TestDistance checks that a distance is one: symmetric, and zero for nothing but equals.
func TestDistance(t *testing.T) {
	words := []string{"", "a", "ab", "ba", "data", "date", "listen", "silent", "grüße"}
	for _, a := range words {
		for _, b := range words {
			if d := distance(a, b); d != distance(b, a) || (d == 0) != (a == b) {
				t.Errorf("from %q to %q: %d", a, b, d)
			}
		}
	}
	if d := distance("kitten", "sitting"); d != 3 {
		t.Errorf("got %d", d)
	}
	if d := distance("ab", "ba"); d != 1 {
		t.Errorf("got %d", d)
	}
}

func TestKeyHint(t *testing.T) {
	top := keyTree.names()
	for key, want := range map[string]string{
		"log-level": "write log_level",
		"Data":      "write data",
		"datebase":  "did you mean database?",
		"seats":     "seats belongs under workspace",
		"when_full": "when_full belongs under workspace.seats",
		"turbo":     "known here: " + strings.Join(top, ", "),
	} {
		if got := keyHint(key, top); got != want {
			t.Errorf("%s: %s", key, got)
		}
	}
}

func TestASecretDoesNotPrint(t *testing.T) {
	s := Secret("hunter2")
	text, err := s.MarshalText()
	if err != nil {
		t.Fatal(err)
	}
	all := fmt.Sprintf("%v %s %+v %#v %s %s", s, s, struct{ S Secret }{s}, s, s.LogValue(), text)
	if strings.Contains(all, "hunter2") {
		t.Errorf("printed as %s", all)
	}
	if s.Reveal() != "hunter2" || Secret("").String() != "" {
		t.Error("a secret reveals itself when asked, and no secret is no asterisks")
	}
}
