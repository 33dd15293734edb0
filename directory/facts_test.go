package directory_test

import (
	"testing"

	. "rollcall/directory"
)

func TestASwitchOffOutlastsTheSourcesWish(t *testing.T) {
	f := open(t, Settings{})
	u := f.hire(f.okta, "ada")
	f.must(f.admin, SwitchOff{ID: u.ID, Reason: "laptop stolen"})
	for range 3 {
		if r := f.must(f.okta, PutUser{User: *f.user(u.ID)}); r.Outcome != Unchanged {
			t.Errorf("an echo is %s", r.Outcome)
		}
	}
	got := f.user(u.ID)
	if got.State() != SwitchedOff || !got.Wanted || got.Facts.SwitchedOff.Reason != "laptop stolen" {
		t.Errorf("ada is %s, wanted %t", got.State(), got.Wanted)
	}
	f.must(f.admin, SwitchOn{ID: u.ID})
	if got := f.user(u.ID); got.State() != Active {
		t.Errorf("ada is %s after the switch was lifted", got.State())
	}
}

func TestARehireLiftsASwitchOff(t *testing.T) {
	for policy, want := range map[RehirePolicy]State{"": Active, RehireLift: Active, RehireAsk: SwitchedOff} {
		f := open(t, Settings{Rehire: policy})
		u := f.hire(f.okta, "ada")
		f.must(f.admin, SwitchOff{ID: u.ID})
		f.setActive(f.okta, u.ID, false)
		f.setActive(f.okta, u.ID, true)
		if got := f.user(u.ID).State(); got != want {
			t.Errorf("with rehire %q ada is %s, want %s", policy, got, want)
		}
		if asks := len(f.conflicts()) == 1; asks != (policy == RehireAsk) {
			t.Errorf("with rehire %q the conflicts are %+v", policy, f.conflicts())
		}
		f.must(f.admin, SwitchOn{ID: u.ID})
		if left := f.conflicts(); len(left) != 0 {
			t.Errorf("with rehire %q still open: %+v", policy, left)
		}
	}
}

// setActive is what an identity provider's PATCH of active does.
func (f *fixture) setActive(by Actor, id ResourceID, active bool) Receipt {
	f.Helper()
	r, err := f.EditUser(f.Context(), by, id, 0, Secret{}, func(u *User) error {
		u.Wanted = active
		return nil
	})
	if err != nil {
		f.Fatal(err)
	}
	return r
}

func TestRegistrationStatusFollowsTheFirstSignIn(t *testing.T) {
	f := open(t, Settings{})
	u := f.hire(f.okta, "ada")
	status := func(want Status) {
		t.Helper()
		if got := f.user(u.ID).Status(); got != want {
			t.Errorf("ada is %q, want %q", got, want)
		}
	}
	status(StatusPending)
	f.must(Actor{Kind: PersonActor, ID: string(u.ID), Workspace: f.ws}, SignIn{u.ID})
	status(StatusActive)
	f.setActive(f.okta, u.ID, false)
	status(StatusDeactivated)
	if c := f.counts(); c.Deactivated != 1 || c.Active+c.Pending+c.Seats != 0 {
		t.Errorf("counts are %+v", c)
	}
	other := f.hire(f.okta, "bob")
	f.setActive(f.okta, other.ID, false)
	if got := f.user(other.ID); got.Status() != StatusPending || got.Waiting() != "left before the first sign-in" {
		t.Errorf("bob is %s, %s", got.Status(), got.Waiting())
	}
}

func TestPeopleSpeakOnlyForThemselves(t *testing.T) {
	f := open(t, Settings{})
	ada, bob := f.hire(f.okta, "ada"), f.hire(f.okta, "bob")
	f.refused(Actor{Kind: PersonActor, ID: string(ada.ID), Workspace: f.ws}, SignIn{bob.ID}, NotFound, "id")
}

func TestPutOfAnEchoChangesNothing(t *testing.T) {
	f := open(t, Settings{})
	before := f.hire(f.okta, "ada")
	r := f.must(f.okta, PutUser{User: *f.user(before.ID)})
	if r.Outcome != Unchanged || f.user(before.ID).Meta != before.Meta {
		t.Errorf("an echo is %s and moved the record from %v to %v", r.Outcome, before.Meta, f.user(before.ID).Meta)
	}
}

func TestAStaleVersionIsRefused(t *testing.T) {
	f := open(t, Settings{})
	u := f.hire(f.okta, "ada")
	u.Title = "Countess"
	f.must(f.okta, PutUser{User: *u, IfVersion: 1})
	u.Title = "Mathematician"
	f.refused(f.okta, PutUser{User: *u, IfVersion: 1}, Stale, "")
	if got := f.user(u.ID); got.Title != "Countess" || got.Meta.Version != 2 {
		t.Errorf("title %q at version %d", got.Title, got.Meta.Version)
	}
}
