package directory_test

import (
	"strings"
	"testing"

	. "rollcall/directory"
)

func TestSeatsAreNeverExceeded(t *testing.T) {
	onBoth(t, func(t *testing.T, open func(Settings) *fixture) {
		f := open(Settings{Seats: 25})
		for i, err := range f.everybody(200, func(i int) error { return f.try(f.okta, PutUser{User: person(name(i))}) }) {
			if err != nil {
				t.Errorf("create %d: %v", i, err)
			}
		}
		if c := f.counts(); c.Seats != 25 || c.Held != 175 || c.Pending != 200 {
			t.Errorf("got %+v, want 25 seats, 175 held and 200 pending", c)
		}
	})
}

// Two replicas on one database count the same seats, and give a name out once.
func TestReplicasShareSeatsAndNames(t *testing.T) {
	onBoth(t, func(t *testing.T, open func(Settings) *fixture) {
		one := open(Settings{Seats: 10})
		replicas := []*fixture{one, one.replica()}
		taken := 0
		for _, err := range one.everybody(120, func(i int) error {
			return replicas[i%2].try(one.okta, PutUser{User: person(name(i / 3))})
		}) {
			if Is(err, Exists) {
				taken++
			} else if err != nil {
				t.Error(err)
			}
		}
		if c := one.counts(); c.Seats != 10 || c.Held != 30 || taken != 80 {
			t.Errorf("got %+v and %d refusals, want 10 seats, 30 held, 80 refused", c, taken)
		}
		if _, err := chain(one.audit()); err != nil {
			t.Error(err)
		}
	})
}

func TestRefuseAnswersWhoFindsNoSeat(t *testing.T) {
	f := open(t, Settings{Seats: 3, WhenFull: Refuse})
	full := 0
	for _, err := range f.everybody(20, func(i int) error { return f.try(f.okta, PutUser{User: person(name(i))}) }) {
		if Is(err, Full) {
			full++
		}
	}
	if c := f.counts(); full != 17 || c.Seats != 3 || c.Held != 0 {
		t.Errorf("%d refused with %+v, want 17 refused and 3 seats", full, c)
	}
	e := f.refused(f.okta, PutUser{User: person("late")}, Full, "active")
	if !strings.Contains(e.Msg, "3 seats") || !strings.Contains(e.Msg, "3 used") {
		t.Errorf("%q names neither total nor used", e.Msg)
	}
}

func TestAFreedSeatGoesToWhoHasWaitedLongest(t *testing.T) {
	f := open(t, Settings{Seats: 1})
	first := f.hire(f.okta, "first")
	f.clock.advance(1)
	second, third := f.hire(f.okta, "second"), f.hire(f.okta, "third")
	if second.State() != HeldBack || third.State() != HeldBack {
		t.Fatalf("second is %s and third %s, want both held", second.State(), third.State())
	}
	f.must(f.okta, DeleteUser{ID: first.ID})
	if got := f.user(second.ID).State(); got != Active {
		t.Errorf("second is %s, want active", got)
	}
	if got := f.user(third.ID).State(); got != HeldBack {
		t.Errorf("third is %s, want held", got)
	}
}

func TestAHigherLimitActivatesEverybodyWhoWaits(t *testing.T) {
	f := open(t, Settings{Seats: 1})
	for i := range 300 {
		f.hire(f.okta, name(i))
	}
	f.must(f.admin, PutWorkspace{Settings{Seats: 290}})
	if c := f.counts(); c.Seats != 290 || c.Held != 10 {
		t.Errorf("got %+v, want 290 seats and 10 held", c)
	}
}

func TestALowerLimitTakesNobodysSeat(t *testing.T) {
	f := open(t, Settings{Seats: 3})
	a := f.hire(f.okta, "a")
	f.hire(f.okta, "b")
	f.must(f.admin, PutWorkspace{Settings{Seats: 1}})
	if got := f.user(a.ID).State(); got != Active || f.counts().Seats != 2 {
		t.Errorf("a is %s with %+v, want active", got, f.counts())
	}
	titled := *f.user(a.ID)
	titled.Title = "Countess"
	f.must(f.okta, PutUser{User: titled})
	f.must(f.admin, SetGrants{ID: a.ID, Grants: []Grant{{Kind: RoleGrant, Name: "auditor"}}})
	f.must(f.okta, DeleteUser{ID: a.ID})
	if c := f.hire(f.okta, "c"); c.State() != HeldBack {
		t.Errorf("c is %s, want held", c.State())
	}
}

func TestGuestsHaveSeatsOfTheirOwn(t *testing.T) {
	f := open(t, Settings{Seats: 1, Guests: 1})
	f.hire(f.okta, "employee")
	guest := func(n string) User {
		u := person(n)
		u.Roles = []MultiValue{{Value: RoleGuest}}
		return u
	}
	first := f.must(f.okta, PutUser{User: guest("first")}).User
	second := f.must(f.okta, PutUser{User: guest("second")}).User
	if first.State() != Active || second.State() != HeldBack {
		t.Fatalf("first is %s, second %s", first.State(), second.State())
	}
	promoted := *first
	promoted.Roles = []MultiValue{{Value: RoleUser}}
	f.refused(f.okta, PutUser{User: promoted}, Full, "active")
	if got := f.user(first.ID); got.State() != Active || !got.IsGuest() {
		t.Errorf("first is %s after a refused promotion", got.State())
	}
}

func TestBotsUseNoSeat(t *testing.T) {
	f := open(t, Settings{Seats: 1})
	f.hire(f.okta, "employee")
	bot := person("robot")
	bot.Facts.Kind = Bot
	got := f.must(f.admin, PutUser{User: bot}).User
	if got.State() != Active || got.Status() != StatusNone || f.counts().Seats != 1 {
		t.Errorf("the bot is %s, status %q, with %+v", got.State(), got.Status(), f.counts())
	}
}

func TestHeldAnswersLikeTheOthers(t *testing.T) {
	f := open(t, Settings{Seats: 1})
	f.hire(f.okta, "first")
	r := f.must(f.okta, PutUser{User: person("second")})
	doc := string(r.Doc)
	if !strings.Contains(doc, `"active":true`) || !strings.Contains(doc, `"state":"held"`) {
		t.Errorf("the held person's document is %s", doc)
	}
	echo := *r.User
	if got := f.must(f.okta, PutUser{User: echo}); got.Outcome != Unchanged {
		t.Errorf("an echo of a held person is %s", got.Outcome)
	}
}
