package rocketchat

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	bridgesync "rollcall/sync"
	"rollcall/sync/rocketchat/rocketchattest"
)

// pacedDelivery delivers, and lets time pass as long as the target wants to be left alone.
func (f *office) pacedDelivery(want bridgesync.Desired) {
	f.Helper()
	for range 20 {
		_, err := f.try(want)
		fast, wait := errors.AsType[*bridgesync.TooFast](err)
		switch {
		case err == nil:
			return
		case !wait:
			f.Fatalf("deliver %s: %v", want.ID, err)
		case !fast.Until.After(f.time.now()):
			f.Fatalf("it is %v, and the target wants to be left alone until %v", f.time.now(), fast.Until)
		}
		f.time.set(fast.Until)
	}
	f.Fatalf("%s is never delivered", want.ID)
}

// crowds counts the calls of each route that were too many, by the minute.
func (f *office) crowds() map[string]int {
	all := map[string]int{}
	for _, c := range f.Calls() {
		if c.Status == 429 {
			all[fmt.Sprintf("%s %s", c.Route, c.At.Truncate(time.Minute).Format("15:04"))]++
		}
	}
	return all
}

// TestTheServersPaceIsKept makes many people where the account of the token may not pass
// the limiter, whatever the server says of it.
func TestTheServersPaceIsKept(t *testing.T) {
	none := map[string]string{"X-RateLimit-Limit": "", "X-RateLimit-Remaining": "", "X-RateLimit-Reset": ""}
	for name, tt := range map[string]struct {
		header map[string]string
		most   int // calls that are too many in a minute
	}{
		"as it does":     {nil, 0},
		"nothing":        {none, 1},
		"no end":         {map[string]string{"X-RateLimit-Reset": ""}, 1},
		"absurd ends":    {map[string]string{"X-RateLimit-Reset": "99999999999999999"}, 1},
		"absurd budgets": {map[string]string{"X-RateLimit-Limit": "-5", "X-RateLimit-Remaining": "1e9"}, 1},
		"a small budget": {map[string]string{"X-RateLimit-Limit": "3", "X-RateLimit-Remaining": "0"}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			f := newOffice(t, rocketchattest.Options{}, nil)
			f.Forbid("api-bypass-rate-limit")
			f.Rules(func(rocketchattest.Call) rocketchattest.Fault { return rocketchattest.Fault{Header: tt.header} })
			const people = 30
			for n := range people {
				f.pacedDelivery(wanted(somebody(fmt.Sprintf("p%d", n))))
			}
			if got := len(f.Accounts()); got != people+3 {
				t.Errorf("there are %d accounts", got)
			}
			for where, n := range f.crowds() {
				if n > tt.most {
					t.Errorf("%d calls too many: %s", n, where)
				}
			}
		})
	}
}

// TestWhoMayPassTheLimiterDoesNotWait makes people at one moment.
func TestWhoMayPassTheLimiterDoesNotWait(t *testing.T) {
	everywhere(t, func(t *testing.T, f *office) {
		for n := range 40 {
			f.deliver(wanted(somebody(fmt.Sprintf("p%d", n))))
		}
	})
}

// TestManyAreDeliveredAtOnce has several workers.
func TestManyAreDeliveredAtOnce(t *testing.T) {
	f := newOffice(t, rocketchattest.Options{}, nil)
	f.AddRole(rocketchattest.Role{Name: "Staff"})
	f.AddRoom(rocketchattest.Room{Name: "news"})
	var workers sync.WaitGroup
	for w := range 8 {
		workers.Go(func() {
			for n := range 10 {
				want := wanted(somebody(fmt.Sprintf("p%d-%d", w, n)), append(roles("user", "Staff"), places("news")...)...)
				if _, err := f.target.Deliver(t.Context(), want); err != nil {
					t.Errorf("deliver %s: %v", want.ID, err)
				}
			}
		})
	}
	workers.Wait()
	if news, _ := f.Room("news"); len(news.Members) != 80 || len(f.Accounts()) != 83 {
		t.Errorf("%d accounts, %d in the room", len(f.Accounts()), len(news.Members))
	}
}
