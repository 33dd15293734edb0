package main

import (
	"crypto/sha256"
	"io"
	"net/http"
	"net/netip"
	"sync"

	"golang.org/x/time/rate"
)

// throttle slows down whoever keeps trying tokens that open nothing. It remembers which
// tokens were good, so that a provider with a good one is never held up by somebody
// behind the same address.
type throttle struct {
	mu    sync.Mutex
	tries map[netip.Addr]*rate.Limiter // of addresses with failures
	good  map[[sha256.Size]byte]bool   // digests of the tokens that were taken
}

// Failures that an address has at once and each second, and how many addresses and good
// tokens are remembered. A token cannot be guessed, so this only keeps the database
// free; a provider whose token has ended is still told so.
const (
	failuresAtOnce    = 300
	failuresPerSecond = 10
	mostAddresses     = 10_000
	mostGood          = 10_000
)

func newThrottle() *throttle {
	return &throttle{tries: map[netip.Addr]*rate.Limiter{}, good: map[[sha256.Size]byte]bool{}}
}

// guard puts the throttle before what checks tokens.
func (t *throttle) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		remote := network(remoteOf(r.Context()))
		token := sha256.Sum256([]byte(r.Header.Get("Authorization")))
		if t.exhausted(remote, token) {
			tooMany(w)
			return
		}
		watched := &statusWriter{ResponseWriter: w}
		next.ServeHTTP(watched, r)
		t.learn(remote, token, watched.status)
	})
}

// tooMany answers as SCIM wants it (RFC 7644 §3.12).
func tooMany(w http.ResponseWriter) {
	w.Header().Set("Retry-After", "5")
	w.Header().Set("Content-Type", "application/scim+json")
	w.WriteHeader(http.StatusTooManyRequests)
	io.WriteString(w, `{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"status":"429",`+
		`"detail":"too many requests with tokens that open nothing"}`)
}

// exhausted reports whether an address has used up its failures and comes with a token
// that is not known to be good.
func (t *throttle) exhausted(remote netip.Addr, token [sha256.Size]byte) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	l := t.tries[remote]
	return l != nil && l.Tokens() < 1 && !t.good[token]
}

// learn notes what came of a request. An outage of ours says nothing about the token.
func (t *throttle) learn(remote netip.Addr, token [sha256.Size]byte, status int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case status >= 500:
	case status == http.StatusUnauthorized:
		delete(t.good, token)
		t.failed(remote)
	case !t.good[token]:
		makeRoom(t.good, mostGood)
		t.good[token] = true
	}
}

// failed takes one of the failures that an address has.
func (t *throttle) failed(remote netip.Addr) {
	l := t.tries[remote]
	if l == nil {
		makeRoom(t.tries, mostAddresses)
		l = rate.NewLimiter(failuresPerSecond, failuresAtOnce)
		t.tries[remote] = l
	}
	l.Allow()
}

// makeRoom forgets some entry of a map that is full; which one does not matter much.
func makeRoom[K comparable, V any](m map[K]V, most int) {
	if len(m) < most {
		return
	}
	for k := range m {
		delete(m, k)
		return
	}
}

// network returns what counts as one address: of IPv6 everybody has a whole network.
func network(a netip.Addr) netip.Addr {
	if !a.Is6() {
		return a
	}
	p, err := a.Prefix(64)
	if err != nil {
		return a
	}
	return p.Addr()
}

// statusWriter remembers the status of an answer.
type statusWriter struct {
	http.ResponseWriter
	status int
}

// WriteHeader notes the status.
func (w *statusWriter) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

// Unwrap lets http.ResponseController find the connection.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
