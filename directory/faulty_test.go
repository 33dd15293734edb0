package directory_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"

	. "rollcall/directory"
	"rollcall/directory/storetest"
)

// state is everything that a directory holds, as text.
func (f *fixture) state() string {
	f.Helper()
	all := map[string]any{"counts": f.counts()}
	f.read(func(ctx ctx, tx ReadTx) error {
		for _, t := range []RecordType{UserRecord, GroupRecord} {
			shelves, err := tx.Shelves(ctx, t)
			if err != nil {
				return err
			}
			list := tx.ListUsers
			if t == GroupRecord {
				list = tx.ListGroups
			}
			total, err := list(ctx, Listing{Shelves: shelves, Start: 1, Count: NoLimit}, func(s *Stored) error {
				all[string(s.ID)] = fmt.Sprintf("%s %s %s %v %d", s.Source, s.Doc, s.Facts, s.Groups, s.Meta.Version)
				return nil
			})
			if err != nil {
				return err
			}
			all["total of "+string(t)] = total
		}
		conflicts, err := tx.Conflicts(ctx)
		all["conflicts"] = len(conflicts)
		return err
	})
	for _, r := range f.audit() {
		if r.Outcome != Refused {
			all[fmt.Sprint("audit ", r.Seq)] = r.Change + " " + r.Detail
		}
	}
	text, err := json.MarshalIndent(all, "", " ")
	if err != nil {
		f.Fatal(err)
	}
	return string(text)
}

// Whatever call of the store fails, the commit included, a change is done in full or not
// at all, and asking again leads to where it would have led at once.
func TestNothingIsHalfApplied(t *testing.T) {
	changes := map[string]func(*fixture) (Actor, Change){
		"create": func(f *fixture) (Actor, Change) { return f.okta, PutUser{User: person("new")} },
		"create over a deleted name": func(f *fixture) (Actor, Change) {
			u := f.hire(f.okta, "gone")
			f.must(f.okta, DeleteUser{ID: u.ID})
			other := person("gone")
			other.ExternalID = "other"
			return f.entra, PutUser{User: other}
		},
		"delete, with somebody waiting": func(f *fixture) (Actor, Change) {
			u := f.hire(f.okta, "leaver")
			f.hire(f.okta, "waits")
			return f.okta, DeleteUser{ID: u.ID}
		},
		"revive a member": func(f *fixture) (Actor, Change) {
			u := f.hire(f.okta, "back")
			f.must(f.okta, PutGroup{Group: Group{DisplayName: "All"}, Members: &MemberChange{Add: []ResourceID{u.ID}}})
			f.must(f.okta, DeleteUser{ID: u.ID})
			return f.okta, PutUser{User: person("back")}
		},
		"refused with a conflict": func(f *fixture) (Actor, Change) {
			f.hire(f.admin, "taken")
			return f.okta, PutUser{User: person("taken")}
		},
		"a group with members": func(f *fixture) (Actor, Change) {
			a, b := f.hire(f.okta, "a"), f.hire(f.okta, "b")
			return f.okta, PutGroup{Group: Group{DisplayName: "Eng"}, Members: &MemberChange{Add: []ResourceID{a.ID, b.ID, "nobody"}}}
		},
		"erase": func(f *fixture) (Actor, Change) {
			return f.admin, EraseAudit{Type: UserRecord, Record: string(f.hire(f.okta, "private").ID)}
		},
	}
	faults := map[string]error{"broken": errors.New("broken"), "gone": Errorf(Unavailable, "", "gone")}
	for name, change := range changes {
		for kind, fault := range faults {
			t.Run(name+" "+kind, func(t *testing.T) { sweep(t, change, fault) })
		}
	}
}

// sweep fails the first call of the store, then the second, until the change passes.
func sweep(t *testing.T, change func(*fixture) (Actor, Change), fault error) {
	shared := open(t, Settings{})
	for n := 1; ; n++ {
		faulty := storetest.NewFaulty(shared.store)
		f := openOn(t, faulty, newSlug(), Settings{Seats: 1})
		by, c := change(f)
		before := f.state()
		faulty.FailAt(n, fault)
		_, err := f.Apply(t.Context(), by, c)
		passed := faulty.Disarm()
		after := f.state()
		if _, err := chain(f.audit()); err != nil {
			t.Fatalf("failing call %d broke the audit log: %v", n, err)
		}
		switch {
		case passed:
			return
		case err == nil:
			t.Fatalf("call %d failed and nobody said so", n)
		}
		if after == before {
			f.Apply(t.Context(), by, c)
		}
		f.sameAsWithoutFault(change, n)
		if n > 200 {
			t.Fatal("the change never passes")
		}
	}
}

var aSlug = regexp.MustCompile(`\bw[0-9]+\b`)

// sameAsWithoutFault compares with a workspace in which nothing ever failed.
func (f *fixture) sameAsWithoutFault(change func(*fixture) (Actor, Change), n int) {
	f.Helper()
	clean := openOn(f.TB, f.store, newSlug(), Settings{Seats: 1})
	by, c := change(clean)
	clean.Apply(f.Context(), by, c)
	mask := func(s string) string { return aSlug.ReplaceAllString(anID.ReplaceAllString(s, "ID"), "SLUG") }
	if f.counts() != clean.counts() || len(mask(f.state())) != len(mask(clean.state())) {
		f.Errorf("after call %d failed and a second try: %s", n, cmp.Diff(mask(clean.state()), mask(f.state())))
	}
}
