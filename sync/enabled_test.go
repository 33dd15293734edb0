package sync

import (
	"strings"
	"testing"

	"rollcall/directory"
)

// TestAHiddenAccountStateHoldsTheRun hides what says that accounts are disabled: everybody
// seems to be enabled then.
func TestAHiddenAccountStateHoldsTheRun(t *testing.T) {
	l := newLab(t, 40)
	l.each(11, func(u *directory.User) { u.Wanted = false })
	l.run(directory.RunDone)
	l.each(11, func(u *directory.User) { u.Wanted = true })
	held := l.run(directory.RunHeld)
	for _, words := range []string{"11 people", "disabled", "the limit is 10 of 29", "still see"} {
		if !strings.Contains(held.Guard.Why, words) {
			t.Errorf("%q does not say %q", held.Guard.Why, words)
		}
	}
	if l.user(7).Wanted {
		t.Error("a run that is held gave access back")
	}
	l.c.Limits.Enables = 11
	if r := l.run(directory.RunDone); r.Counts.Reactivated != 11 {
		t.Errorf("within the limit: %+v", r.Counts)
	}
}

// TestWhoComesBackOrIsNewIsNotCountedAsEnabled: a server that is mended after a bad night
// gives access back to whom it took it from, and nobody has to look first.
func TestWhoComesBackOrIsNewIsNotCountedAsEnabled(t *testing.T) {
	l := newLab(t, 40)
	l.c.Limits = Limits{Enables: 1, Removals: 20}
	l.run(directory.RunDone)
	everybody := l.src.people
	l.src.people = everybody[:30]
	l.run(directory.RunDone)
	l.later(2 * l.c.Missing.apart())
	l.run(directory.RunDone)
	l.src.people = append(everybody, entryOf(40), entryOf(41))
	if r := l.run(directory.RunDone); r.Counts.Reactivated != 10 || r.Counts.Created != 2 {
		t.Errorf("got %+v", r.Counts)
	}
}
