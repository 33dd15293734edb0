package sync

import (
	"context"
	"time"
)

// repeat calls fn each time that every has passed, until ctx ends. A call that takes
// longer is followed by the next at once, and by no further ones that were missed.
func repeat(ctx context.Context, every time.Duration, fn func()) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		fn()
	}
}
