package sync

import (
	"slices"
	"strings"
	"testing"
	"time"

	"rollcall/directory"
)

// approve carries out a held run's plan and checks how that ended.
func (l *lab) approve(held *directory.Run, want directory.RunState) *directory.Run {
	l.Helper()
	r, err := l.Approve(l.Context(), l.admin, l.c, held.ID)
	return l.ended(r, err, want)
}

func TestAnApprovalIsHeldThatWouldDoMoreThanThePlan(t *testing.T) {
	l := detailed(t, 100, 0)
	l.each(60, func(u *directory.User) { u.PhoneNumbers = nil })
	held := l.run(directory.RunHeld)
	l.each(60, func(u *directory.User) { u.Emails[0].Value = u.UserName + "@evil.test" })
	anew := l.approve(held, directory.RunHeld)
	for _, words := range []string{"more than the approved plan: 60 people", "emails of 60", "the limit is 10 of 100"} {
		if !strings.Contains(anew.Guard.Why, words) {
			t.Errorf("%q does not say %q", anew.Guard.Why, words)
		}
	}
	if u := l.user(7); u.PrimaryEmail() != "p00007@lab.test" || len(u.PhoneNumbers) != 1 {
		t.Errorf("an approval that is held changed %+v", u)
	}
	if r := l.approve(anew, directory.RunDone); r.Counts.Updated != 60 || l.user(7).PrimaryEmail() != "p00007@evil.test" {
		t.Errorf("approved with the addresses: %+v", r.Counts)
	}
}

// TestAnApprovalMayDoWhatThePlanForetold passes each limit in turn.
func TestAnApprovalMayDoWhatThePlanForetold(t *testing.T) {
	all := func(n int) (list []string) {
		for i := range n {
			list = append(list, entryOf(i).Entry)
		}
		return list
	}
	cases := map[string]func(l *lab){
		"disables": func(l *lab) { l.each(60, func(u *directory.User) { u.Wanted = false }) },
		"names":    func(l *lab) { l.each(60, func(u *directory.User) { u.Emails = nil }) },
		"values":   func(l *lab) { l.each(60, func(u *directory.User) { u.PhoneNumbers = nil }) },
		"members":  func(l *lab) { l.src.groups[0].Members = nil },
		"removals": func(l *lab) { l.src.people = l.src.people[:60] },
		"groups":   func(l *lab) { l.src.groups = nil },
		"nobody":   func(l *lab) { l.src.people, l.src.groups = nil, nil },
		"enables": func(l *lab) {
			for i := range 30 {
				l.src.people[70+i].User.Wanted = true
			}
		},
	}
	for name, change := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := detailed(t, 100, 0)
			for i := range 30 {
				l.src.people[70+i].User.Wanted = false
			}
			for _, key := range []string{"a", "b", "c"} {
				l.src.groups = append(l.src.groups, Group{Entry: "cn=" + key, Key: key, Group: directory.Group{DisplayName: key}, Members: all(60)})
			}
			l.c.Limits = Limits{Disables: 30}
			l.run(directory.RunDone)
			change(l)
			for range 2 { // the second is late enough for those who are absent
				l.Runner.Run(t.Context(), l.admin, l.c)
				l.later(2 * time.Hour)
			}
			held := l.run(directory.RunHeld)
			l.approve(held, directory.RunDone)
		})
	}
}

func TestAnEmptiedGroupThatWasNotPlannedHoldsTheApproval(t *testing.T) {
	l := newLab(t, 100)
	var refs []string
	for i := range 100 {
		refs = append(refs, entryOf(i).Entry)
	}
	l.src.groups = []Group{{Entry: "cn=a", Key: "a", Group: directory.Group{DisplayName: "A"}, Members: refs}}
	l.run(directory.RunDone)
	l.each(100, func(u *directory.User) { u.Emails = nil })
	l.src.groups[0].Group.DisplayName = "Alpha"
	held := l.run(directory.RunHeld)
	l.src.groups[0].Members = nil
	if anew := l.approve(held, directory.RunHeld); !strings.Contains(anew.Guard.Why, "approved plan: 100 memberships") {
		t.Errorf("held is %q", anew.Guard.Why)
	}
}

// TestAnApprovedLineIsForThatEntryOnly puts somebody else where a planned entry was.
func TestAnApprovedLineIsForThatEntryOnly(t *testing.T) {
	l := newLab(t, 40)
	l.run(directory.RunDone)
	l.each(40, func(u *directory.User) { u.Emails = nil })
	l.src.people = append(l.src.people, entryOf(40), entryOf(41))
	held := l.run(directory.RunHeld)
	other := &l.src.people[40]
	other.Key, other.User.UserName = "key-other", "other"
	l.src.people[41].Entry = "uid=p00041,ou=moved,dc=lab"
	if r := l.approve(held, directory.RunDone); r.Counts.Created != 1 || r.Counts.Updated != 40 {
		t.Errorf("approved: %+v", r.Counts)
	}
	l.user(41)
	if r := l.run(directory.RunDone); r.Counts.Created != 1 {
		t.Errorf("the next run: %+v", r.Counts)
	}
}

// TestWhoIsDueSinceThePlanKeepsTheirGroups: to be missing was all that the plan said.
func TestWhoIsDueSinceThePlanKeepsTheirGroups(t *testing.T) {
	l := newLab(t, 40)
	l.src.groups = []Group{{Entry: "cn=a", Key: "a", Group: directory.Group{DisplayName: "A"}, Members: []string{entryOf(0).Entry, entryOf(39).Entry}}}
	l.run(directory.RunDone)
	l.src.people = slices.Clone(l.src.people[:39])
	l.run(directory.RunDone)
	l.each(39, func(u *directory.User) { u.Emails = nil })
	l.src.groups[0].Group.DisplayName = "Alpha"
	held := l.run(directory.RunHeld)
	l.later(2 * time.Hour)
	if r := l.approve(held, directory.RunDone); r.Counts.Deactivated != 0 || r.Counts.Groups != (directory.GroupCounts{Updated: 1}) {
		t.Errorf("approved: %+v", r.Counts)
	}
}
