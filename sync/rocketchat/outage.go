package rocketchat

import (
	"math/rand/v2"
	"sync"
	"time"

	bridgesync "rollcall/sync"
)

// For how long a server that is not there is left alone: longer each time, but never so
// long that whoever leaves waits for much once it is back.
const (
	firstOutage = time.Second
	lastOutage  = 30 * time.Second
)

// outage keeps thousands of deliveries from trying one after the other what the first of
// them found out: that the server is not there.
type outage struct {
	now func() time.Time

	mu    sync.Mutex
	next  time.Duration
	until time.Time
}

// take refuses a call while the server is left alone.
func (o *outage) take() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.now().Before(o.until) {
		return &bridgesync.TooFast{Until: o.until}
	}
	return nil
}

// met notes that the server was not there. Several who find out at once count once. When
// it is tried again is spread, for other processes may have found out as well.
func (o *outage) met() {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.now().Before(o.until) {
		return
	}
	wait := max(o.next, firstOutage)
	o.next = min(2*wait, lastOutage)
	o.until = o.now().Add(wait + rand.N(wait/4))
}

// ended notes that the server answered.
func (o *outage) ended() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.next, o.until = 0, time.Time{}
}
