package sync

import (
	"context"
	"slices"
	"testing"
	"time"

	"rollcall/directory"
)

// in lists the people of a group by their numbers in the source as it was at first.
func (l *lab) in(group string, numbers map[directory.ResourceID]int) []int {
	l.Helper()
	var all []int
	err := l.Directory.Read(l.Context(), l.admin, func(ctx context.Context, tx directory.ReadTx) error {
		g, err := tx.GroupByExternalID(ctx, l.c.Name, group)
		if err != nil {
			return err
		}
		members, err := tx.Members(ctx, g.ID, "", 100)
		for _, m := range members {
			all = append(all, numbers[m.ID])
		}
		return err
	})
	if err != nil {
		l.Fatal(err)
	}
	slices.Sort(all)
	return all
}

// numbers tells people by their records.
func (l *lab) numbers(n int) map[directory.ResourceID]int {
	all := map[directory.ResourceID]int{}
	for i := range n {
		all[l.user(i).ID] = i
	}
	return all
}

func groupOf(members ...int) Group {
	g := Group{Entry: "cn=a", Key: "ga", Group: directory.Group{DisplayName: "A"}}
	for _, i := range members {
		g.Members = append(g.Members, entryOf(i).Entry)
	}
	return g
}

// TestMembersAreWhomTheEntriesBelongToNow has two people get each other's entries, which
// the group does not know.
func TestMembersAreWhomTheEntriesBelongToNow(t *testing.T) {
	l := newLab(t, 10)
	l.src.groups = []Group{groupOf(1, 2)}
	l.run(directory.RunDone)
	numbers := l.numbers(10)
	a, b := &l.src.people[1], &l.src.people[3]
	a.Entry, b.Entry = b.Entry, a.Entry
	l.run(directory.RunDone)
	if got := l.in("ga", numbers); !slices.Equal(got, []int{2, 3}) {
		t.Errorf("the members are %v", got)
	}
	if r := l.run(directory.RunDone); r.Counts.Groups != (directory.GroupCounts{}) {
		t.Errorf("the next run did %+v", r.Counts.Groups)
	}
}

func TestWhoComesLaterIsInTheGroupsThatNamedThemBefore(t *testing.T) {
	l := newLab(t, 10)
	l.src.groups = []Group{groupOf(1, 9)}
	later := l.src.people[9]
	l.src.people = l.src.people[:9]
	l.run(directory.RunDone)
	l.src.people = append(l.src.people, later)
	l.run(directory.RunDone)
	if got := l.in("ga", l.numbers(10)); !slices.Equal(got, []int{1, 9}) {
		t.Errorf("the members are %v", got)
	}
}

// TestAGroupThatNamesThemNoMoreLosesWhoIsMissing: what a group says itself needs no
// second run.
func TestAGroupThatNamesThemNoMoreLosesWhoIsMissing(t *testing.T) {
	l := newLab(t, 40)
	l.src.groups = []Group{groupOf(1, 2)}
	l.run(directory.RunDone)
	numbers := l.numbers(40)
	l.src.people = slices.Delete(slices.Clone(l.src.people), 1, 2)
	l.src.groups = []Group{groupOf(2)}
	l.run(directory.RunDone)
	if got := l.in("ga", numbers); !slices.Equal(got, []int{2}) {
		t.Errorf("the members are %v", got)
	}
}

func TestWhoIsMissingOnceStaysInTheirGroups(t *testing.T) {
	l := newLab(t, 40)
	l.src.groups = []Group{groupOf(1, 2)}
	l.run(directory.RunDone)
	numbers := l.numbers(40)
	gone := l.src.people[1]
	l.src.people = slices.Delete(slices.Clone(l.src.people), 1, 2)
	// Meanwhile the group changes, and names somebody else who is not there.
	l.src.groups[0].Group.DisplayName = "Alpha"
	l.src.groups[0].Members = append(l.src.groups[0].Members, entryOf(3).Entry, "uid=stale,dc=lab")
	r := l.run(directory.RunDone)
	if got := l.in("ga", numbers); !slices.Equal(got, []int{1, 2, 3}) || r.Counts.Groups != (directory.GroupCounts{Updated: 1, MembersAdded: 1}) {
		t.Errorf("the members are %v, the run did %+v", got, r.Counts.Groups)
	}
	// Who is gone is in no group, whatever it names.
	l.later(time.Hour)
	r = l.run(directory.RunDone)
	if got := l.in("ga", numbers); !slices.Equal(got, []int{2, 3}) || r.Counts.Deactivated != 1 {
		t.Errorf("without who is gone the members are %v, the run did %+v", got, r.Counts)
	}
	l.src.people = slices.Insert(l.src.people, 1, gone)
	l.run(directory.RunDone)
	if got := l.in("ga", numbers); !slices.Equal(got, []int{1, 2, 3}) {
		t.Errorf("after coming back the members are %v", got)
	}
}
