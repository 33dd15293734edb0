package sync

import (
	"fmt"
	"strings"
	"testing"

	"rollcall/directory"
)

// detailed is a lab whose people have a telephone number each and the first ones a title,
// after a first run.
func detailed(t *testing.T, people, titled int) *lab {
	t.Helper()
	l := newLab(t, people)
	for i := range l.src.people {
		u := &l.src.people[i].User
		u.PhoneNumbers = []directory.MultiValue{{Value: fmt.Sprint(1000 + i), Type: "work"}}
		if i < titled {
			u.Title = "Engineer"
		}
	}
	l.run(directory.RunDone)
	return l
}

// each changes the entries of the first n people.
func (l *lab) each(n int, change func(*directory.User)) {
	for i := range n {
		u := &l.src.people[i].User
		u.Emails, u.PhoneNumbers = append([]directory.MultiValue(nil), u.Emails...), append([]directory.MultiValue(nil), u.PhoneNumbers...)
		change(u)
	}
}

func TestHiddenAddressesHoldTheRun(t *testing.T) {
	l := detailed(t, 40, 0)
	l.each(40, func(u *directory.User) { u.Emails = nil })
	held := l.run(directory.RunHeld)
	for _, words := range []string{"40 people", "emails of 40, 40 of whom would have none", "the limit is 10 of 40", "still see it"} {
		if !strings.Contains(held.Guard.Why, words) {
			t.Errorf("%q does not say %q", held.Guard.Why, words)
		}
	}
	if l.user(7).PrimaryEmail() == "" {
		t.Error("a run that is held took an address")
	}
	l.each(1, func(u *directory.User) { u.Emails = entryOf(0).User.Emails }) // who has come back meanwhile
	r := l.ended(must(l.Approve(t.Context(), l.admin, l.c, held.ID))(t), nil, directory.RunDone)
	if r.Counts.Updated != 39 || l.user(0).PrimaryEmail() == "" || l.user(7).PrimaryEmail() != "" {
		t.Errorf("approved: %+v", r.Counts)
	}
}

func TestAnotherMailDomainIsHeldOnce(t *testing.T) {
	l := detailed(t, 40, 0)
	l.each(40, func(u *directory.User) { u.Emails[0].Value = u.UserName + "@new.test" })
	held := l.run(directory.RunHeld)
	if !strings.Contains(held.Guard.Why, "emails of 40, 0 of whom would have none") {
		t.Errorf("held is %q", held.Guard.Why)
	}
	l.ended(must(l.Approve(t.Context(), l.admin, l.c, held.ID))(t), nil, directory.RunDone)
	if r := l.run(directory.RunDone); r.Counts.Unchanged != 40 || l.user(7).PrimaryEmail() != "p00007@new.test" {
		t.Errorf("after approval: %+v", r.Counts)
	}
}

func TestManyNewUserNamesHoldTheRun(t *testing.T) {
	l := detailed(t, 40, 0)
	l.each(11, func(u *directory.User) { u.UserName = "x" + u.UserName })
	if held := l.run(directory.RunHeld); !strings.Contains(held.Guard.Why, "userName of 11") {
		t.Errorf("held is %q", held.Guard.Why)
	}
	l.c.Limits.Names = 11
	l.run(directory.RunDone)
}

func TestAHiddenAttributeHoldsTheRun(t *testing.T) {
	l := detailed(t, 100, 30)
	hide := func(u *directory.User) { u.Title = "" }
	l.each(10, hide)
	l.run(directory.RunDone) // nobody counts ten
	l.each(30, func(u *directory.User) { u.Title = "Engineer" })
	l.run(directory.RunDone)
	l.each(30, hide)
	if held := l.run(directory.RunHeld); !strings.Contains(held.Guard.Why, "title would vanish from 30 of the 30 people who have it") {
		t.Errorf("held is %q", held.Guard.Why)
	}
	l.c.Limits.Values = 30
	l.run(directory.RunDone)
}

func TestLessThanHalfOfAnAttributeIsNothing(t *testing.T) {
	l := detailed(t, 100, 0)
	l.each(49, func(u *directory.User) { u.PhoneNumbers = nil })
	l.run(directory.RunDone)
	l.each(90, func(u *directory.User) { u.PhoneNumbers = nil })
	if held := l.run(directory.RunHeld); !strings.Contains(held.Guard.Why, `phoneNumbers[type eq "work"].value would vanish from 41 of the 51 people`) {
		t.Errorf("held is %q", held.Guard.Why)
	}
}

func TestLeaversMayLoseEverything(t *testing.T) {
	l := detailed(t, 100, 0)
	l.c.Limits.Disables = 100
	l.each(60, func(u *directory.User) { u.Wanted, u.PhoneNumbers, u.Emails = false, nil, nil })
	l.run(directory.RunDone)
}

func TestAnotherAttributeMapIsNamedAsTheReason(t *testing.T) {
	l := detailed(t, 40, 40)
	l.c.Digest = "d2"
	l.run(directory.RunDone) // a map by which nothing is lost
	l.c.Digest = "d3"
	l.each(40, func(u *directory.User) { u.Title = "" })
	if held := l.run(directory.RunHeld); !strings.Contains(held.Guard.Why, "the attribute map of the configuration is another one") {
		t.Errorf("held is %q", held.Guard.Why)
	}
}
