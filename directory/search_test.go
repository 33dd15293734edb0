package directory_test

import (
	"testing"

	. "rollcall/directory"
)

// TestSearchesLeaveRoomForOthers has more searches under way than a store reads at a
// time, none of which ends before somebody was found by name.
func TestSearchesLeaveRoomForOthers(t *testing.T) {
	f := open(t, Settings{})
	ada := f.hire(f.okta, "ada")
	at := func(name string) Path {
		p, err := Users.Path(name)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	const many = 8
	under, done, found := make(chan struct{}, many), make(chan error, many), make(chan struct{})
	for range many {
		go func() {
			_, err := f.Users(t.Context(), f.okta, Query{Filter: Present{at("userName")}, Count: 10}, func(*Stored) error {
				under <- struct{}{}
				<-found
				return nil
			})
			done <- err
		}()
	}
	<-under
	<-under
	byName, err := NewCompare(at("userName"), Eq, "ada")
	if err != nil {
		t.Fatal(err)
	}
	for _, filter := range []Filter{byName, And{Present{at("title")}, byName}, nil} {
		if _, err := f.Users(t.Context(), f.okta, Query{Filter: filter, Count: 10}, func(*Stored) error { return nil }); err != nil {
			t.Error(err)
		}
	}
	if _, err := f.User(t.Context(), f.okta, ada.ID); err != nil {
		t.Error(err)
	}
	close(found)
	for range many {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}
