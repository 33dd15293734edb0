package sync

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"rollcall/directory"
)

func TestRetriesWaitLongerAndLonger(t *testing.T) {
	now := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	for attempts, want := range map[int64]time.Duration{0: time.Second, 1: 2 * time.Second, 4: 16 * time.Second, 8: 256 * time.Second,
		9: 5 * time.Minute, 1 << 40: 5 * time.Minute} {
		r := retry(errors.New("down"), attempts, now)
		if r.Park || r.Retry.Sub(now) != want || !r.Pause.IsZero() || r.Cause != "down" {
			t.Errorf("after %d attempts: %+v, want a retry after %s", attempts, r, want)
		}
	}
}

func TestPausesAreWithinReason(t *testing.T) {
	now := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	for asked, want := range map[time.Duration]time.Duration{-time.Hour: time.Second, 0: time.Second, time.Minute: time.Minute,
		1000 * time.Hour: time.Hour} {
		r := retry(fmt.Errorf("call: %w", &TooFast{Until: now.Add(asked)}), 3, now)
		if r.Pause.Sub(now) != want || r.Retry != r.Pause || r.Park {
			t.Errorf("asked for %s: %+v, want %s", asked, r, want)
		}
	}
}

func TestATargetThatCannotBeReachedIsPausedForASecond(t *testing.T) {
	now := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	r := retry(fmt.Errorf("call: %w", &NotSent{Err: errors.New("refused")}), 4, now)
	if r.Pause.Sub(now) != time.Second || r.Retry.Sub(now) != 16*time.Second || r.Park {
		t.Errorf("it is %+v", r)
	}
}

func TestWhatAFailedActMeans(t *testing.T) {
	once, often := &directory.Action{}, &directory.Action{Idempotent: true}
	for _, tt := range []struct {
		a     *directory.Action
		err   error
		state directory.ActionState
		again bool
	}{
		{once, nil, directory.ActDone, false},
		{once, errors.New("reset"), directory.ActUnknown, false},
		{often, errors.New("reset"), directory.ActSending, true},
		{once, &NotSent{Err: errors.New("refused")}, directory.ActWaiting, true},
		{once, &TooFast{}, directory.ActWaiting, true},
		{often, &Refusal{Reason: "no"}, directory.ActFailed, false},
	} {
		if state, _, again := judge(tt.a, tt.err); state != tt.state || again != tt.again {
			t.Errorf("%v of one that is idempotent: %t gives %s, again: %t", tt.err, tt.a.Idempotent, state, again)
		}
	}
}
