package main

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"rollcall/sync/ldap/ldaptest"
)

// attributes lists what the people of a directory have of one attribute.
func attributes(d ldaptest.Directory, name string) []string {
	var all []string
	for _, e := range d.People {
		all = append(all, e.Attributes[name]...)
	}
	return all
}

func TestTheDemoCompanyIsOneThatSomebodyHasKeptByHand(t *testing.T) {
	t.Parallel()
	d := newDemoCompany(0).directory()
	if len(d.People) != demoStaff {
		t.Errorf("there are %d people", len(d.People))
	}
	mails := attributes(d, "mail")
	distinct := slices.Compact(slices.Sorted(slices.Values(mails)))
	if len(mails) != demoStaff-3 || len(distinct) != len(mails)-1 {
		t.Errorf("%d addresses, %d of them distinct", len(mails), len(distinct))
	}
	if locked := attributes(d, "pwdAccountLockedTime"); len(locked) != 1 {
		t.Errorf("%d accounts are disabled", len(locked))
	}
	if managers := attributes(d, "manager"); len(managers) != demoStaff-1 {
		t.Errorf("%d people have a manager", len(managers))
	}
	names := map[string]bool{}
	for _, e := range d.People {
		names[e.DN] = true
	}
	for _, g := range d.Groups {
		if len(g.Attributes["member"]) == 0 {
			t.Errorf("%s has no member", g.DN)
		}
		for _, m := range g.Attributes["member"] {
			if !names[m] {
				t.Errorf("%s has the member %s, who is not there", g.DN, m)
			}
		}
	}
}

func TestTheDemoCompanyGoesOnWhereItEnded(t *testing.T) {
	t.Parallel()
	c := newDemoCompany(0)
	for n := range 20 {
		if again := newDemoCompany(n).directory(); !reflect.DeepEqual(again, c.directory()) {
			t.Fatalf("after %d steps it is another company", n)
		}
		c.step()
	}
}

// TestTheDemoCompanyLivesForever lets days pass.
func TestTheDemoCompanyLivesForever(t *testing.T) {
	t.Parallel()
	c := newDemoCompany(0)
	told := map[string]bool{}
	for range 8_000 {
		said, _, _ := strings.Cut(c.step(), " ")
		told[said] = true
		ids := map[string]bool{}
		for _, e := range c.people {
			ids[e.userName] = true
		}
		if len(ids) != len(c.people) {
			t.Fatalf("after %d steps two people have the same user name", c.steps)
		}
		if len(c.people) < 150 || len(c.people) > 250 {
			t.Fatalf("after %d steps the company has %d people", c.steps, len(c.people))
		}
	}
	if !told["somebody"] || len(told) < 20 {
		t.Errorf("people called %v did something", slices.Sorted(maps.Keys(told)))
	}
}

func TestABadNightTakesWhomTheGuardKeeps(t *testing.T) {
	t.Parallel()
	c := newDemoCompany(0)
	for !c.dark {
		c.step()
	}
	missing := len(c.people) - len(c.directory().People)
	if limit := len(c.people) / 20; missing <= limit || 2*missing >= len(c.people) {
		t.Errorf("%d of %d people are missing; the guard has to hold the run, and not because half are gone", missing, len(c.people))
	}
	for c.dark {
		c.step()
	}
	if now := len(c.directory().People); now != len(c.people) {
		t.Errorf("after the night %d of %d people are back", now, len(c.people))
	}
}
