package directory_test

import (
	"testing"

	. "rollcall/directory"
)

// TestABlockGoesWithWhomItIsAbout transfers somebody whom an administrator deleted: the
// new owner may not bring them back either.
func TestABlockGoesWithWhomItIsAbout(t *testing.T) {
	t.Parallel()
	f := open(t, Settings{})
	people, _ := corporate(f, "mallory", "ada")
	f.must(f.admin, DeleteUser{ID: people[0]})
	f.must(f.admin, DetachSource{ID: "corp"})
	for _, id := range people {
		f.must(f.admin, Transfer{Type: UserRecord, ID: id, From: "corp", To: "entra"})
	}
	f.refused(f.entra, PutUser{User: User{UserName: "mallory", ExternalID: "x", Wanted: true}}, Denied, "userName")
	f.refused(f.entra, PutUser{User: User{UserName: "mallory", Wanted: true}}, Denied, "userName")
	if got := f.must(f.entra, PutUser{User: User{UserName: "ada", ExternalID: "y", Wanted: true}}); got.User.ID != people[1] {
		t.Errorf("the new owner got %s for ada, want %s", got.User.ID, people[1])
	}
}

func TestNobodyIsGivenToADetachedSource(t *testing.T) {
	t.Parallel()
	f := open(t, Settings{})
	corporate(f, "ada")
	local := f.hire(f.admin, "bob")
	f.must(f.admin, DetachSource{ID: "corp2"})
	f.refused(f.admin, Adopt{User: local.ID, Source: "corp2"}, Denied, "source")
	f.refused(f.admin, Adopt{User: local.ID, Source: "nowhere"}, NotFound, "source")
}
