package directory_test

import (
	"slices"
	"testing"
	"time"

	. "rollcall/directory"
)

// TestANamesakeOfSomebodySwitchedOffStaysOut has a source delete a person whom an
// administrator switched off, and make them again so that only the name is the same.
func TestANamesakeOfSomebodySwitchedOffStaysOut(t *testing.T) {
	for _, externalID := range []string{"", "another"} {
		f := open(t, Settings{Rehire: RehireAsk})
		old := f.hire(f.okta, "mallory")
		f.must(f.admin, SwitchOff{ID: old.ID, Reason: "under investigation"})
		f.must(f.okta, DeleteUser{ID: old.ID})
		again := person("mallory")
		again.ExternalID = externalID
		u := f.must(f.okta, PutUser{User: again}).User
		if off := u.Facts.SwitchedOff; u.State() != SwitchedOff || *off != *f.user(old.ID).Facts.SwitchedOff || off.Reason != "under investigation" {
			t.Errorf("with externalId %q mallory is %s, %+v", externalID, u.State(), off)
		}
		all := f.conflicts()
		if len(all) != 1 || all[0].Kind != RehireConflict || !slices.Equal(all[0].Candidates, []ResourceID{old.ID, u.ID}) {
			t.Errorf("the conflicts are %+v", all)
		}
		f.must(f.admin, SwitchOn{ID: u.ID})
		if left := f.conflicts(); f.user(u.ID).State() != Active || len(left) != 0 {
			t.Errorf("mallory is %s after the decision, and open is %+v", f.user(u.ID).State(), left)
		}
	}
}

// TestANamesakeOfSomebodyWhoWasDeletedStaysOut has an administrator delete a person whom the
// source then makes anew under another identifier, before and after the grace.
func TestANamesakeOfSomebodyWhoWasDeletedStaysOut(t *testing.T) {
	for _, gone := range []bool{false, true} {
		f := open(t, Settings{})
		old := f.hire(f.okta, "mallory")
		f.must(f.admin, DeleteUser{ID: old.ID})
		if gone {
			f.clock.advance(31 * 24 * time.Hour)
			f.must(Actor{Kind: System, Workspace: f.ws}, Purge{ID: old.ID})
		}
		again := person("mallory")
		again.ExternalID = "another"
		u := f.must(f.okta, PutUser{User: again}).User
		if u.ID == old.ID || u.State() != SwitchedOff {
			t.Errorf("gone %v: mallory is %s", gone, u.State())
		}
		all := f.conflicts()
		if len(all) != 1 || all[0].Kind != RehireConflict || !slices.Contains(all[0].Candidates, u.ID) {
			t.Errorf("gone %v: the conflicts are %+v", gone, all)
		}
		f.must(f.admin, SwitchOn{ID: u.ID})
		if left := f.conflicts(); f.user(u.ID).State() != Active || len(left) != 0 {
			t.Errorf("gone %v: mallory is %s after the decision, and open is %+v", gone, f.user(u.ID).State(), left)
		}
		other := f.hire(f.entra, "eve")
		if other.State() != Active {
			t.Errorf("somebody else is %s", other.State())
		}
	}
}

// TestASecondNamesakeStaysOutAsWell makes and deletes one namesake after the other.
func TestASecondNamesakeStaysOutAsWell(t *testing.T) {
	f := open(t, Settings{Rehire: RehireAsk})
	nameless := person("mallory")
	nameless.ExternalID = ""
	old := f.must(f.okta, PutUser{User: nameless}).User
	f.must(f.admin, SwitchOff{ID: old.ID})
	f.must(f.okta, DeleteUser{ID: old.ID})
	for range 3 {
		u := f.must(f.okta, PutUser{User: nameless}).User
		if u.State() != SwitchedOff {
			t.Errorf("mallory is %s", u.State())
		}
		f.must(f.okta, DeleteUser{ID: u.ID})
	}
}

// TestANameThatWasFreedForAnotherSourceIsRemembered has another source's person take the name in between.
func TestANameThatWasFreedForAnotherSourceIsRemembered(t *testing.T) {
	f := open(t, Settings{Rehire: RehireAsk})
	old := f.hire(f.okta, "mallory")
	f.must(f.admin, SwitchOff{ID: old.ID})
	f.must(f.okta, DeleteUser{ID: old.ID})
	other := f.hire(f.entra, "mallory")
	if got := f.user(other.ID).State(); got != Active {
		t.Errorf("a person of another source is %s", got)
	}
	f.must(f.entra, DeleteUser{ID: other.ID})
	again := person("mallory")
	again.ExternalID = ""
	if u := f.must(f.okta, PutUser{User: again}).User; u.State() != SwitchedOff {
		t.Errorf("mallory is %s", u.State())
	}
}

func TestANamesakeIsLetInWhereARehireLifts(t *testing.T) {
	f := open(t, Settings{})
	old := f.hire(f.okta, "mallory")
	f.must(f.admin, SwitchOff{ID: old.ID})
	f.must(f.okta, DeleteUser{ID: old.ID})
	again := person("mallory")
	again.ExternalID = ""
	if u := f.must(f.okta, PutUser{User: again}).User; u.State() != Active {
		t.Errorf("mallory is %s", u.State())
	}
}

// TestTwoReasonsOfOneRehireAreTwoConflicts has somebody come back while switched off, and
// a namesake take the name after that.
func TestTwoReasonsOfOneRehireAreTwoConflicts(t *testing.T) {
	f := open(t, Settings{Rehire: RehireAsk})
	u := f.hire(f.okta, "ada")
	f.must(f.admin, SwitchOff{ID: u.ID})
	f.setActive(f.okta, u.ID, false)
	f.setActive(f.okta, u.ID, true)
	f.must(f.okta, DeleteUser{ID: u.ID})
	namesake := person("ada")
	namesake.ExternalID = "another"
	f.must(f.okta, PutUser{User: namesake})
	all := f.conflicts()
	if len(all) != 2 || all[0].Reason == all[1].Reason {
		t.Errorf("the conflicts are %+v", all)
	}
}
