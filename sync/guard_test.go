package sync

import (
	"strings"
	"testing"
)

func TestTheGuardKnowsAMondayFromACatastrophe(t *testing.T) {
	cases := []struct {
		name string
		t    Tally
		held string // part of why, or empty
	}{
		{"a Monday of 8", Tally{Active: 8, Known: 8, Read: 6, Absent: 2, Removals: 2}, ""},
		{"a Monday of 30", Tally{Active: 30, Known: 30, Read: 26, Absent: 4, Removals: 4}, ""},
		{"a Monday of 400", Tally{Active: 400, Known: 400, Read: 385, Absent: 15, Removals: 15}, ""},
		{"a Monday of 10,000", Tally{Active: 10000, Known: 10000, Read: 9880, Absent: 120, Removals: 120}, ""},
		{"nobody of 8", Tally{Active: 8, Known: 8, Absent: 8}, "sent nobody"},
		{"half of 8", Tally{Active: 8, Known: 8, Read: 4, Absent: 4}, "4 of the 8"},
		{"half of 10,000, first seen now", Tally{Active: 10000, Known: 10000, Read: 5000, Absent: 5000}, "absent"},
		{"a server that was loaded anew", Tally{Active: 30, Known: 30, Read: 30, Absent: 30, Recreated: 30}, "did the identifiers of the directory change"},
		{"six of 30 made anew", Tally{Active: 30, Known: 30, Read: 30, Absent: 6, Recreated: 6}, "6 unknown entries"},
		{"five of 30 made anew", Tally{Active: 30, Known: 30, Read: 30, Absent: 5, Recreated: 5}, ""},
		{"a company of three made anew", Tally{Active: 3, Known: 3, Read: 3, Absent: 3, Recreated: 3}, "3 unknown entries"},
		{"six of 30", Tally{Active: 30, Known: 30, Read: 24, Absent: 6, Removals: 6}, "6 people"},
		{"21 of 400", Tally{Active: 400, Known: 400, Read: 379, Absent: 21, Removals: 21}, "limit is 20"},
		{"501 of 100,000", Tally{Active: 100000, Known: 100000, Read: 99499, Absent: 501, Removals: 501}, "limit is 500"},
		{"a few, after many today", Tally{Active: 400, Known: 400, Read: 397, Absent: 3, Removals: 3, Lately: 18}, "after 18"},
		{"nothing today, after many", Tally{Active: 400, Known: 400, Read: 400, Lately: 50}, ""},
		{"ten disabled of 30", Tally{Active: 30, Known: 30, Read: 30, Disables: 10}, ""},
		{"eleven disabled of 30", Tally{Active: 30, Known: 30, Read: 30, Disables: 11}, "disabled"},
		{"a first run", Tally{Read: 10000}, ""},
		{"an emptied group", Tally{Active: 400, Known: 400, Read: 400, Members: 400}, "memberships"},
		{"groups moved away", Tally{Active: 400, Known: 400, Read: 400, KnownGroups: 10, GoneGroups: 10}, "groups"},
		{"a group less", Tally{Active: 400, Known: 400, Read: 400, KnownGroups: 10, GoneGroups: 1}, ""},
	}
	for _, c := range cases {
		got := Guard(Limits{}, c.t)
		if got.Tripped != (c.held != "") || !strings.Contains(got.Why, c.held) {
			t.Errorf("%s: got %+v, want %q", c.name, got, c.held)
		}
	}
}

func TestLimitsCanBeSet(t *testing.T) {
	tally := Tally{Active: 1000, Known: 1000, Read: 990, Absent: 10, Removals: 10, Disables: 10}
	if got := Guard(Limits{Removals: 9}, tally); !got.Tripped {
		t.Error("ten removals pass a limit of nine")
	}
	if got := Guard(Limits{Disables: 9}, tally); !got.Tripped {
		t.Error("ten disables pass a limit of nine")
	}
	if got := Guard(Limits{Removals: 10, Disables: 10}, tally); got.Tripped {
		t.Errorf("got %+v", got)
	}
}
