package rocketchat

import (
	"errors"
	"net/http"
	"strconv"
	"testing"
	"time"

	bridgesync "rollcall/sync"
)

// clock is one that moves when it is told to.
type clock struct{ at time.Time }

func (c *clock) now() time.Time { return c.at }

func (c *clock) pass(d time.Duration) { c.at = c.at.Add(d) }

func newLimits() (*limits, *clock) {
	c := &clock{time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)}
	return &limits{now: c.now}, c
}

// header is what a server says of its limiter.
func header(limit, left int, ends time.Time) http.Header {
	h := http.Header{}
	h.Set("X-RateLimit-Limit", strconv.Itoa(limit))
	h.Set("X-RateLimit-Remaining", strconv.Itoa(left))
	h.Set("X-RateLimit-Reset", strconv.FormatInt(ends.UnixMilli(), 10))
	return h
}

// until returns for how long a route is left alone; 0: it is not.
func (c *clock) until(err error) time.Duration {
	fast, ok := errors.AsType[*bridgesync.TooFast](err)
	if !ok {
		return 0
	}
	return fast.Until.Sub(c.at)
}

func TestTenCallsAMinuteUnlessTheServerSaysOtherwise(t *testing.T) {
	l, c := newLimits()
	for range 10 {
		if err := l.take("a", 0); err != nil {
			t.Fatal(err)
		}
	}
	if got := c.until(l.take("a", 0)); got != time.Minute {
		t.Errorf("the eleventh waits %v", got)
	}
	if err := l.take("b", 0); err != nil {
		t.Errorf("another route: %v", err)
	}
	c.pass(time.Minute)
	if err := l.take("a", 0); err != nil {
		t.Errorf("a minute later: %v", err)
	}
}

func TestTheServersBudgetIsLearned(t *testing.T) {
	l, c := newLimits()
	_ = l.take("a", 0)
	l.learn("a", 200, true, header(3, 2, c.at.Add(20*time.Second)), "")
	for range 2 {
		if err := l.take("a", 0); err != nil {
			t.Fatal(err)
		}
	}
	if got := c.until(l.take("a", 0)); got != 20*time.Second {
		t.Errorf("it waits %v", got)
	}
	c.pass(20 * time.Second)
	for range 3 {
		if err := l.take("a", 0); err != nil {
			t.Fatal(err)
		}
	}
	if l.take("a", 0) == nil {
		t.Error("a fourth call in a window of three")
	}
}

// TestAnAnswerThatIsOvertakenGivesNothingBack has the answer to the first of two calls
// come last.
func TestAnAnswerThatIsOvertakenGivesNothingBack(t *testing.T) {
	l, c := newLimits()
	ends := c.at.Add(time.Minute)
	_, _ = l.take("a", 0), l.take("a", 0)
	l.learn("a", 200, true, header(2, 0, ends), "")
	l.learn("a", 200, true, header(2, 1, ends), "")
	if l.take("a", 0) == nil {
		t.Error("a third call in a window of two")
	}
}

func TestWhoseCallsAreNotCountedIsToldNothing(t *testing.T) {
	l, c := newLimits()
	_ = l.take("a", 0)
	l.learn("a", 401, false, http.Header{}, "")
	for range 9 {
		_ = l.take("a", 0)
	}
	if l.take("a", 0) == nil {
		t.Error("a refusal without headers shows no bypass")
	}
	c.pass(time.Minute)
	_ = l.take("a", 0)
	l.learn("a", 200, true, http.Header{}, "")
	for range 100 {
		if err := l.take("a", 0); err != nil {
			t.Fatal(err)
		}
	}
	l.learn("a", 429, false, http.Header{}, "")
	if got := c.until(l.take("a", 0)); got != time.Minute {
		t.Errorf("after a 429 it waits %v", got)
	}
	c.pass(time.Minute)
	for range 10 {
		if err := l.take("a", 0); err != nil {
			t.Fatal(err)
		}
		l.learn("a", 200, true, http.Header{}, "")
	}
	if l.take("a", 0) == nil {
		t.Error("silence is believed again right after a 429")
	}
}

// TestOddValuesAreSurvived has a server that says how long to wait in ways that make no
// sense, and in ways that do.
func TestOddValuesAreSurvived(t *testing.T) {
	at := time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	for name, tt := range map[string]struct {
		header map[string]string
		text   string
		want   time.Duration
	}{
		"milliseconds":  {map[string]string{"X-RateLimit-Reset": strconv.FormatInt(at.Add(7*time.Second).UnixMilli(), 10)}, "", 7 * time.Second},
		"seconds":       {map[string]string{"X-RateLimit-Reset": strconv.FormatInt(at.Add(7*time.Second).Unix(), 10)}, "", time.Minute},
		"the past":      {map[string]string{"X-RateLimit-Reset": strconv.FormatInt(at.Add(-time.Hour).UnixMilli(), 10)}, "", time.Minute},
		"next year":     {map[string]string{"X-RateLimit-Reset": strconv.FormatInt(at.Add(9000*time.Hour).UnixMilli(), 10)}, "", time.Minute},
		"no number":     {map[string]string{"X-RateLimit-Reset": "soon"}, "", time.Minute},
		"huge":          {map[string]string{"X-RateLimit-Reset": "9223372036854775807"}, "", time.Minute},
		"at once":       {map[string]string{"X-RateLimit-Reset": strconv.FormatInt(at.Add(time.Millisecond).UnixMilli(), 10)}, "", time.Second},
		"the text":      {nil, "You must wait 42 seconds before trying this endpoint again.", 42 * time.Second},
		"an odd text":   {nil, "You must wait 999999 seconds", time.Minute},
		"a proxy":       {map[string]string{"Retry-After": "30"}, "", 30 * time.Second},
		"a wrong clock": {map[string]string{"X-RateLimit-Reset": strconv.FormatInt(at.Add(3*time.Hour+5*time.Second).UnixMilli(), 10), "Date": at.Add(3 * time.Hour).Format(http.TimeFormat)}, "", 5 * time.Second},
		"nothing":       {nil, "", time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			c := &clock{at}
			l := &limits{now: c.now}
			h := http.Header{}
			for key, value := range tt.header {
				h.Set(key, value)
			}
			l.learn("a", 429, false, h, tt.text)
			if got := c.until(l.take("a", 0)); got != tt.want {
				t.Errorf("it waits %v, want %v", got, tt.want)
			}
		})
	}
}

func TestOddBudgetsAreSurvived(t *testing.T) {
	for _, h := range []http.Header{header(-1, -1, time.Time{}), header(0, 0, time.Unix(0, 0)), header(1<<40, 1<<40, time.Unix(1<<40, 0)), header(10, 11, time.Time{})} {
		l, _ := newLimits()
		for range 10 {
			if err := l.take("a", 0); err != nil && h.Get("X-RateLimit-Remaining") != "0" {
				t.Fatalf("%v: %v", h, err)
			}
			l.learn("a", 200, true, h, "")
		}
	}
}

// TestSomeCallsAreLeftToWhoIsMoreUrgent uses up what those who are let in may use.
func TestSomeCallsAreLeftToWhoIsMoreUrgent(t *testing.T) {
	l, _ := newLimits()
	for range 7 {
		if err := l.take("a", 3); err != nil {
			t.Fatal(err)
		}
	}
	if l.take("a", 3) == nil {
		t.Error("an eighth call where three are spared")
	}
	for range 3 {
		if err := l.take("a", 0); err != nil {
			t.Error(err)
		}
	}
	l.learn("b", 200, true, header(1, 1, time.Time{}), "")
	if err := l.take("b", 3); err != nil {
		t.Errorf("where there is one call nothing can be spared: %v", err)
	}
}
