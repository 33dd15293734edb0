package sync

import (
	"fmt"
	"strings"

	"rollcall/directory"
)

// Limits say when a run would do so much that a person has to look first. Zero values
// mean the defaults.
type Limits struct {
	Removals int64 // people taken to be gone; 0: a twentieth of the active ones, at least 5, at most 500
	Disables int64 // people whose account the source disabled; 0: twice the limit of removals
	Enables  int64 // people whose account was disabled and is not any more; 0: twice the limit of removals
	Members  int64 // memberships that end; 0: a tenth of the active people, at least 50
	Groups   int64 // groups that vanish; 0: a fifth of those known, at least 2
	Names    int64 // people who are called or reached otherwise than before; 0: a tenth of the active people, at least 10
	// Values is how many people may lose what they have at one attribute, whatever share of
	// those who have it they are; 0: 25.
	Values int64
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
	Enables  int64 // people of disabled entries that are enabled now
	Members  int64 // memberships that end
	KnownGroups,
	GoneGroups int64
	Recreated int64 // unknown entries with the user names of people who are absent

	// Of active people who stay.
	Names       int64 // whose user name or primary e-mail address would be another one, or none
	Renamed     int64
	Readdressed int64
	Unreachable int64 // who would have no address any more
	Lost        []Loss
	Remapped    bool // entries were last applied by another attribute map

	Approves bool               // the run carries out the plan of a held one
	Plan     directory.Foretold // what that plan would do
}

// foretold is what t says that a plan would do.
func (t Tally) foretold() *directory.Foretold {
	f := &directory.Foretold{Absent: t.Absent, Recreated: t.Recreated, Removals: t.Removals, Disables: t.Disables, Enables: t.Enables,
		Members: t.Members, Groups: t.GoneGroups, Names: t.Names, Lost: map[string]int64{}}
	for _, loss := range t.Lost {
		f.Lost[loss.Path] = loss.People
	}
	return f
}

// Loss is what active people who stay would lose at one path.
type Loss struct {
	Path   string
	People int64
	Had    int64 // active people of the source who have something there
}

// Guard holds a run that would do too much. It is a pure function of what is to be
// done: a directory that has a bad night must not take a company's access away. An
// approved run may do as much as its plan foretold, and whatever is within the limits.
func Guard(l Limits, t Tally) directory.GuardReport {
	for _, rule := range []func(Limits, Tally) string{
		nobodyCame, otherIdentifiers, halfIsGone, tooManyRemovals, tooManyDisables, tooManyEnables, tooManyMembers,
		tooManyGroups, tooManyNames, tooManyValues,
	} {
		if why := rule(l, t); why != "" {
			if t.Approves {
				why = "more than the approved plan: " + why
			}
			return directory.GuardReport{Tripped: true, Why: why}
		}
	}
	return directory.GuardReport{}
}

func nobodyCame(_ Limits, t Tally) string {
	if t.Read > 0 || t.Known == 0 || t.Absent <= t.Plan.Absent {
		return ""
	}
	return fmt.Sprintf("the source sent nobody, but %d people are known from it", t.Known)
}

// otherIdentifiers asks before the people of a server that was loaded anew are absent for
// long enough to be deactivated, each while an entry with their name is there.
func otherIdentifiers(l Limits, t Tally) string {
	if n := t.Recreated; n <= t.Plan.Recreated || n <= l.removals(t) && (n <= 2 || 2*n < t.Known) {
		return ""
	}
	return fmt.Sprintf("%d known people are absent and %d unknown entries have their user names: did the identifiers of the "+
		"directory change (restored, reloaded, another identity attribute)? If they are the same people, rollcall sources relink "+
		"joins them, and nobody loses anything", t.Absent, t.Recreated)
}

// halfIsGone looks at everybody who is absent, whether it is time to act on it or not.
// Two people out of three may leave a very small company.
func halfIsGone(_ Limits, t Tally) string {
	if t.Absent <= max(2, t.Plan.Absent) || 2*t.Absent < t.Known {
		return ""
	}
	return fmt.Sprintf("%d of the %d people known from the source are absent", t.Absent, t.Known)
}

func tooManyRemovals(l Limits, t Tally) string {
	limit := l.removals(t)
	if t.Removals <= t.Plan.Removals || t.Removals+t.Lately <= limit {
		return ""
	}
	return fmt.Sprintf("%d people would be taken to be gone, after %d within the last 24 hours; the limit is %d of %d",
		t.Removals, t.Lately, limit, t.Active)
}

func tooManyDisables(l Limits, t Tally) string {
	limit := allowed(l.Disables, 2*l.removals(t), t.Plan.Disables)
	if t.Disables <= limit {
		return ""
	}
	return fmt.Sprintf("%d people's accounts were disabled; the limit is %d of %d", t.Disables, limit, t.Active)
}

// tooManyEnables asks whether what says that an account is disabled can still be read:
// where nothing says so, accounts are enabled.
func tooManyEnables(l Limits, t Tally) string {
	limit := allowed(l.Enables, 2*l.removals(t), t.Plan.Enables)
	if t.Enables <= limit {
		return ""
	}
	return fmt.Sprintf("%d people whose accounts were disabled would get their access back; the limit is %d of %d; may the account "+
		"that reads still see what says that somebody is disabled?", t.Enables, limit, t.Active)
}

func tooManyMembers(l Limits, t Tally) string {
	limit := allowed(l.Members, max(50, t.Active/10), t.Plan.Members)
	if t.Members <= limit {
		return ""
	}
	return fmt.Sprintf("%d memberships would end; the limit is %d", t.Members, limit)
}

func tooManyGroups(l Limits, t Tally) string {
	limit := allowed(l.Groups, max(2, t.KnownGroups/5), t.Plan.Groups)
	if t.GoneGroups <= limit {
		return ""
	}
	return fmt.Sprintf("%d of the %d groups known from the source are absent; the limit is %d", t.GoneGroups, t.KnownGroups, limit)
}

// tooManyNames looks at what a person is found, signed in and reached by. An attribute
// that the reader may not see any more is no reason to forget it; a new domain for
// everybody's mail is held once, and approved.
func tooManyNames(l Limits, t Tally) string {
	limit := allowed(l.Names, max(10, t.Active/10), t.Plan.Names)
	if t.Names <= limit {
		return ""
	}
	var said []string
	if t.Renamed > 0 {
		said = append(said, fmt.Sprintf("userName of %d", t.Renamed))
	}
	if t.Readdressed > 0 {
		said = append(said, fmt.Sprintf("the primary address in emails of %d, %d of whom would have none", t.Readdressed, t.Unreachable))
	}
	return fmt.Sprintf("%d people would lose or change what they are known by: %s; the limit is %d of %d%s",
		t.Names, strings.Join(said, ", "), limit, t.Active, t.remapped())
}

// tooManyValues looks at each attribute by itself. It takes a number, so that a department
// that is tidied up is nothing, and a half of all who have the attribute, so that a large
// company's everyday is nothing: one that is hidden from the reader is lost by everybody
// who has it, however few those are.
func tooManyValues(l Limits, t Tally) string {
	for _, loss := range t.Lost {
		limit := allowed(l.Values, usualLosses, t.Plan.Lost[loss.Path])
		if loss.People > limit && 2*loss.People >= loss.Had {
			return fmt.Sprintf("%s would vanish from %d of the %d people who have it; the limit is %d and half of them%s",
				loss.Path, loss.People, loss.Had, limit, t.remapped())
		}
	}
	return ""
}

// remapped is a hint for whoever changed the attribute map.
func (t Tally) remapped() string {
	if !t.Remapped {
		return "; may the account that reads still see it?"
	}
	return "; the attribute map of the configuration is another one than at the last run"
}

// usualLosses is how many people may lose one attribute unless the configuration says so.
const usualLosses = 25

// allowed is how many a rule lets pass: as many as are set, or the usual number, and what
// an approved plan foretold.
func allowed(set, usual, foretold int64) int64 {
	if set == 0 {
		set = usual
	}
	return max(set, foretold)
}

// removals is the limit of people taken to be gone.
func (l Limits) removals(t Tally) int64 {
	if l.Removals > 0 {
		return l.Removals
	}
	return max(5, min(t.Active/20, 500))
}
