package sync

import (
	"errors"
	"time"

	"rollcall/directory"
)

// For how long a target can ask to be left alone. One that cannot be reached is left alone
// for the short time.
const (
	shortPause = time.Second
	longPause  = time.Hour
)

// retry says what follows from a failed delivery. It is decided by the error and by how
// many attempts failed before.
func retry(err error, attempts int64, now time.Time) directory.Delivered {
	var refusal *Refusal
	var fast *TooFast
	var unsent *NotSent
	r := directory.Delivered{Cause: err.Error()}
	switch {
	case errors.As(err, &refusal):
		r.Park = true
	case errors.As(err, &fast):
		r.Pause = between(now.Add(shortPause), fast.Until, now.Add(longPause))
		r.Retry = r.Pause
	case errors.As(err, &unsent): // nor would others reach it
		r.Pause = now.Add(shortPause)
		r.Retry = now.Add(directory.Backoff(attempts))
	default:
		r.Retry = now.Add(directory.Backoff(attempts))
	}
	return r
}

// between returns t, or the bound that it lies beyond.
func between(low, t, high time.Time) time.Time {
	switch {
	case t.Before(low):
		return low
	case t.After(high):
		return high
	}
	return t
}
