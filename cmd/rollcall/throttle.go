package main

import (
	"context"
	"io"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"rollcall/directory"
)

// throttle slows down whoever keeps trying tokens that open nothing. It knows which
// tokens are good, so that a provider with a good one is never held up by somebody
// behind the same address.
type throttle struct {
	live func(context.Context) (map[string]bool, error) // reads the digests of all good tokens

	mu    sync.Mutex
	tries map[netip.Addr]*rate.Limiter // of addresses with failures
	good  map[string]bool              // digests of the tokens that were taken, or read

	reading sync.Mutex
	asked   time.Time // when the good tokens were read last
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

// However many unknown tokens come from an address that has used up its failures, they
// are compared with all good ones, which are read this often at most. So a token made a
// moment ago waits no longer than that, and guessing does not keep the database busy.
const readGoodEvery = time.Second

func newThrottle(live func(context.Context) (map[string]bool, error)) *throttle {
	return &throttle{live: live, tries: map[netip.Addr]*rate.Limiter{}, good: map[string]bool{}}
}

// liveTokens returns what reads the digests of the tokens that open d now.
func liveTokens(d *directory.Directory) func(context.Context) (map[string]bool, error) {
	return func(ctx context.Context) (map[string]bool, error) {
		all, err := d.Store().Workspaces(ctx)
		if err != nil {
			return nil, err
		}
		good := map[string]bool{}
		for _, ws := range all {
			err := d.Store().View(ctx, ws.ID, func(ctx context.Context, tx directory.ReadTx) error {
				tokens, err := tx.Tokens(ctx, "")
				for _, t := range tokens {
					if t.Live(time.Now()) {
						good[t.Hash] = true
					}
				}
				return err
			})
			if err != nil {
				return nil, err
			}
		}
		return good, nil
	}
}

// guard puts the throttle before what checks tokens.
func (t *throttle) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		remote := network(remoteOf(r.Context()))
		_, text, _ := strings.Cut(r.Header.Get("Authorization"), " ")
		text = strings.TrimSpace(text)
		token := directory.HashToken(text)
		if t.exhausted(remote, token) && !(directory.WellFormedToken(text) && t.opens(r.Context(), token)) {
			tooMany(w)
			return
		}
		watched := &statusWriter{ResponseWriter: w}
		next.ServeHTTP(watched, r)
		t.learn(remote, token, watched.status)
	})
}

// opens reports whether a token is among the good ones, which are read again if that was
// not done a moment ago. When the database does not answer, nobody is believed.
func (t *throttle) opens(ctx context.Context, token string) bool {
	t.reading.Lock()
	defer t.reading.Unlock()
	if time.Since(t.asked) >= readGoodEvery {
		// One request reads for many, so it does so even if it is given up itself.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), readyTimeout)
		defer cancel()
		good, err := t.live(ctx)
		t.asked = time.Now()
		if err != nil {
			return false
		}
		t.mu.Lock()
		t.good = good
		t.mu.Unlock()
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.good[token]
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
func (t *throttle) exhausted(remote netip.Addr, token string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	l := t.tries[remote]
	return l != nil && l.Tokens() < 1 && !t.good[token]
}

// learn notes what came of a request. An outage of ours says nothing about the token.
func (t *throttle) learn(remote netip.Addr, token string, status int) {
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
