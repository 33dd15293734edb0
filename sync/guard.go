package sync

import (
	"fmt"

	"rollcall/directory"
)

// Limits say when a run would do so much that a person has to look first. Zero values
// mean the defaults.
type Limits struct {
	Removals int64 // people taken to be gone; 0: a twentieth of the active ones, at least 5, at most 500
	Disables int64 // people whose account the source disabled; 0: twice the limit of removals
	Members  int64 // memberships that end; 0: a tenth of the active people, at least 50
	Groups   int64 // groups that vanish; 0: a fifth of those known, at least 2
}

// Tally is what a run found out and is about to do.
type Tally struct {
	Active   int64 // people of the source who are wanted
	Known    int64 // entries of people that earlier runs have seen and that are not gone yet
	Read     int64
	Absent   int64 // known, but not read this time
	Removals int64 // absent often enough to be taken to be gone now
	Lately   int64 // removals that runs of the last 24 hours have applied
	Disables int64
	Members  int64 // memberships that end
	KnownGroups,
	GoneGroups int64
	Recreated int64 // unknown entries with the user names of people who are absent
}

// Guard holds a run that would do too much. It is a pure function of what is to be
// done: a directory that has a bad night must not take a company's access away.
func Guard(l Limits, t Tally) directory.GuardReport {
	for _, rule := range []func(Limits, Tally) string{
		nobodyCame, otherIdentifiers, halfIsGone, tooManyRemovals, tooManyDisables, tooManyMembers, tooManyGroups,
	} {
		if why := rule(l, t); why != "" {
			return directory.GuardReport{Tripped: true, Why: why}
		}
	}
	return directory.GuardReport{}
}

func nobodyCame(_ Limits, t Tally) string {
	if t.Read > 0 || t.Known == 0 {
		return ""
	}
	return fmt.Sprintf("the source sent nobody, but %d people are known from it", t.Known)
}

// otherIdentifiers asks before the people of a server that was loaded anew are absent for
// long enough to be deactivated, each while an entry with their name is there.
func otherIdentifiers(l Limits, t Tally) string {
	if n := t.Recreated; n <= l.removals(t) && (n <= 2 || 2*n < t.Known) {
		return ""
	}
	return fmt.Sprintf("%d known people are absent and %d unknown entries have their user names: did the identifiers of the "+
		"directory change (restored, reloaded, another identity attribute)? If they are the same people, rollcall sources relink "+
		"joins them, and nobody loses anything", t.Absent, t.Recreated)
}

// halfIsGone looks at everybody who is absent, whether it is time to act on it or not.
// Two people out of three may leave a very small company.
func halfIsGone(_ Limits, t Tally) string {
	if t.Absent <= 2 || 2*t.Absent < t.Known {
		return ""
	}
	return fmt.Sprintf("%d of the %d people known from the source are absent", t.Absent, t.Known)
}

func tooManyRemovals(l Limits, t Tally) string {
	limit := l.removals(t)
	if t.Removals == 0 || t.Removals+t.Lately <= limit {
		return ""
	}
	return fmt.Sprintf("%d people would be taken to be gone, after %d within the last 24 hours; the limit is %d of %d",
		t.Removals, t.Lately, limit, t.Active)
}

func tooManyDisables(l Limits, t Tally) string {
	limit := l.Disables
	if limit == 0 {
		limit = 2 * l.removals(t)
	}
	if t.Disables <= limit {
		return ""
	}
	return fmt.Sprintf("%d people's accounts were disabled; the limit is %d of %d", t.Disables, limit, t.Active)
}

func tooManyMembers(l Limits, t Tally) string {
	limit := l.Members
	if limit == 0 {
		limit = max(50, t.Active/10)
	}
	if t.Members <= limit {
		return ""
	}
	return fmt.Sprintf("%d memberships would end; the limit is %d", t.Members, limit)
}

func tooManyGroups(l Limits, t Tally) string {
	limit := l.Groups
	if limit == 0 {
		limit = max(2, t.KnownGroups/5)
	}
	if t.GoneGroups <= limit {
		return ""
	}
	return fmt.Sprintf("%d of the %d groups known from the source are absent; the limit is %d", t.GoneGroups, t.KnownGroups, limit)
}

// removals is the limit of people taken to be gone.
func (l Limits) removals(t Tally) int64 {
	if l.Removals > 0 {
		return l.Removals
	}
	return max(5, min(t.Active/20, 500))
}
