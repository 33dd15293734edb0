package rocketchat

import (
	"fmt"
	"testing"
	"time"

	"rollcall/sync/rocketchat/rocketchattest"
)

// TestAServerThatIsNotThereIsLeftAlone has many people to deliver, hour after hour.
func TestAServerThatIsNotThereIsLeftAlone(t *testing.T) {
	for name, fault := range map[string]rocketchattest.Fault{"cut": {Before: true}, "a proxy": rocketchattest.BadGateway(), "503": {Status: 503, Body: `{}`}} {
		t.Run(name, func(t *testing.T) {
			f := newOffice(t, rocketchattest.Options{}, nil)
			f.Rules(func(rocketchattest.Call) rocketchattest.Fault { return fault })
			want := wanted(somebody("ada"))
			for range 3600 {
				if _, err := f.try(want); err == nil {
					t.Fatal("somebody was delivered")
				}
				f.time.set(f.time.now().Add(time.Second))
			}
			if n := len(f.Calls()); n < 3600/38 || n > 3600/30+6 {
				t.Errorf("%d calls in an hour", n)
			}
			f.Rules(nil)
			f.time.set(f.time.now().Add(38 * time.Second))
			for n := range 20 {
				if _, err := f.try(wanted(somebody(fmt.Sprintf("p%d", n)))); err != nil {
					t.Errorf("back again: %v", err)
				}
			}
		})
	}
}

func TestOneBrokenAnswerHoldsNobodyUpForLong(t *testing.T) {
	f := newOffice(t, rocketchattest.Options{}, nil)
	f.Rules(rocketchattest.Once("users.create", rocketchattest.Fault{After: true}))
	if _, err := f.try(wanted(somebody("ada"))); kindOf(err) != "doubt" {
		t.Fatalf("got %v", err)
	}
	c := &clock{f.time.now()}
	if _, err := f.try(wanted(somebody("bob"))); c.until(err) < time.Second || c.until(err) > 2*time.Second {
		t.Errorf("got %v", err)
	}
	f.deliver(wanted(somebody("ada")))
}
