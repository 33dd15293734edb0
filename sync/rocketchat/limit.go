package rocketchat

import (
	"net/http"
	"regexp"
	"strconv"
	"sync"
	"time"

	bridgesync "rollcall/sync"
)

// What a server allows that nobody configured, and what is believed of its answers.
const (
	usualCalls   = 10
	usualSpan    = time.Minute
	shortestWait = time.Second
	longestWait  = 10 * time.Minute // a later end of a window is nonsense
	mostCalls    = 1_000_000
	distrust     = time.Hour // after a 429 that came without a warning
)

// limits knows how many calls the server still takes, route by route, for it counts each
// route by itself. Nobody waits here: a call that would be too many is refused with the
// time at which it would not be.
type limits struct {
	now func() time.Time

	mu      sync.Mutex
	windows map[string]*window
}

// window is the budget of one route: so many calls until a time.
type window struct {
	limit   int
	left    int
	ends    time.Time
	learned bool      // from the server; else it is what is usual
	free    bool      // the server does not count our calls
	doubted time.Time // until when it is not believed that it does not
	blocked time.Time // until when it takes none, after a 429
}

// take uses up one call of a route, or says when there will be one. Who leaves some calls
// of a route to others that are more urgent says how many.
func (l *limits) take(route string, spare int) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	w, now := l.window(route), l.now()
	if now.Before(w.blocked) {
		return &bridgesync.TooFast{Until: w.blocked}
	}
	if w.free {
		return nil
	}
	if !now.Before(w.ends) {
		w.left, w.ends = w.limit, now.Add(usualSpan)
	}
	if w.left <= min(spare, w.limit/2) {
		return &bridgesync.TooFast{Until: w.ends}
	}
	w.left--
	return nil
}

func (l *limits) window(route string) *window {
	w := l.windows[route]
	if w == nil {
		w = &window{limit: usualCalls}
		if l.windows == nil {
			l.windows = map[string]*window{}
		}
		l.windows[route] = w
	}
	return w
}

// learn notes what an answer says about the budget of its route. That it says nothing shows
// something only if the call got past the limiter: requests that are refused before are
// not counted.
func (l *limits) learn(route string, status int, past bool, h http.Header, text string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	w, now := l.window(route), l.now()
	switch {
	case status == http.StatusTooManyRequests:
		w.blocked = now.Add(waitOf(h, text, now))
		w.free, w.learned, w.left, w.ends = false, false, 0, w.blocked
		w.doubted = now.Add(distrust)
	case h.Get("X-RateLimit-Limit") != "" || h.Get("X-RateLimit-Remaining") != "":
		w.read(h, now)
	case past && now.After(w.doubted):
		w.free = true // whoever may bypass the limiter is told nothing of it
	}
}

// read takes over what the server says of the window. Answers may overtake each other, so
// of a window that is known already the smaller remainder counts.
func (w *window) read(h http.Header, now time.Time) {
	w.free = false
	if n, err := strconv.Atoi(h.Get("X-RateLimit-Limit")); err == nil && n >= 1 && n <= mostCalls {
		w.limit = n
	}
	ends := now.Add(usualSpan)
	wait, told := resetOf(h, now)
	if told {
		ends = now.Add(wait)
	}
	left, err := strconv.Atoi(h.Get("X-RateLimit-Remaining"))
	if err != nil || left < 0 || left > w.limit {
		return
	}
	fresh := !w.learned || told && ends.Sub(w.ends).Abs() > 2*time.Second
	w.learned = true
	if fresh {
		w.left, w.ends = left, ends
		return
	}
	w.left = min(w.left, left)
}

var secondsInText = regexp.MustCompile(`(\d{1,6}) ?seconds?`)

// waitOf returns how long to leave a route alone after a 429: as the header says, or the
// text, or a window's length.
func waitOf(h http.Header, text string, now time.Time) time.Duration {
	if wait, ok := resetOf(h, now); ok {
		return max(wait, shortestWait)
	}
	for _, said := range []string{h.Get("Retry-After"), submatch(secondsInText, text)} {
		if n, err := strconv.Atoi(said); err == nil && n > 0 && time.Duration(n) <= longestWait/time.Second {
			return time.Duration(n) * time.Second
		}
	}
	return usualSpan
}

func submatch(re *regexp.Regexp, text string) string {
	if m := re.FindStringSubmatch(text); m != nil {
		return m[1]
	}
	return ""
}

// resetOf reads when the window ends, in milliseconds of the server's clock, as a time
// from now. What lies in the past or far away is no answer.
func resetOf(h http.Header, now time.Time) (time.Duration, bool) {
	ms, err := strconv.ParseInt(h.Get("X-RateLimit-Reset"), 10, 64)
	if err != nil {
		return 0, false
	}
	server := now
	if said, err := http.ParseTime(h.Get("Date")); err == nil {
		server = said // its clock may be wrong, but the difference is right
	}
	wait := time.UnixMilli(ms).Sub(server)
	return wait, wait > 0 && wait <= longestWait
}

// until returns until when a route is to be left alone.
func (l *limits) until(route string) time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.window(route).blocked
}
