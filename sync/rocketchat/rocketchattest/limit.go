package rocketchattest

import (
	"strconv"
	"time"
)

// window is how often a route was called from an address, and since when.
type window struct {
	calls int
	ends  time.Time
}

// limited counts a call, and refuses it when there were enough. Whoever may pass the
// limiter is not counted and gets no headers.
func (q *request) limited() error {
	if q.route.free || q.settings["API_Enable_Rate_Limiter"] != true || q.caller != nil && q.may(q.caller, "api-bypass-rate-limit") {
		return nil
	}
	now := q.clock()
	limit := q.limitOf(q.route)
	w := q.window(now)
	w.calls++
	q.reply.Set("X-RateLimit-Limit", strconv.Itoa(limit))
	q.reply.Set("X-RateLimit-Remaining", strconv.Itoa(max(0, limit-w.calls)))
	q.reply.Set("X-RateLimit-Reset", strconv.FormatInt(w.ends.UnixMilli(), 10))
	if w.calls <= limit {
		return nil
	}
	return crowded(int64((w.ends.Sub(now) + time.Second - 1) / time.Second))
}

// limitOf is how many calls of a route a window has.
func (s *Server) limitOf(r *route) int {
	if r.limit > 0 {
		return r.limit
	}
	return s.count("API_Enable_Rate_Limiter_Limit_Calls_Default")
}

// window returns the window of this call, a new one when the last is over. The key is the
// address, not the account: bridges behind one address share it.
func (q *request) window(now time.Time) *window {
	key := q.route.key() + " " + q.from
	w := q.limits[key]
	if w == nil || !now.Before(w.ends) {
		length := time.Duration(q.count("API_Enable_Rate_Limiter_Limit_Time_Default")) * time.Millisecond
		w = &window{ends: now.Add(length)}
		q.limits[key] = w
	}
	return w
}
