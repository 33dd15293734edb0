package directory_test

import (
	"testing"

	. "rollcall/directory"
)

// rename is a change of one person's user name alone.
func (f *fixture) rename(u *User, to string) PutUser {
	c := u.Clone()
	c.UserName = to
	return PutUser{User: *c}
}

func TestNamesAreSwappedAndHandedOn(t *testing.T) {
	cases := map[string]map[string]string{
		"a swap":           {"a": "b", "b": "a"},
		"a chain":          {"a": "b", "b": "c", "c": "d"},
		"a circle":         {"a": "b", "b": "c", "c": "a"},
		"a chain and case": {"a": "B", "b": "c"},
	}
	for name, renames := range cases {
		t.Run(name, func(t *testing.T) {
			f := open(t, Settings{})
			people, changes := map[string]*User{}, []Change{}
			for from := range renames {
				people[from] = f.hire(f.okta, from)
			}
			for from, to := range renames {
				changes = append(changes, f.rename(people[from], to))
			}
			before := len(f.audit())
			results, err := f.ApplyAll(t.Context(), f.okta, changes)
			if err != nil {
				t.Fatal(err)
			}
			for i, r := range results {
				if r.Err != nil {
					t.Errorf("change %d: %v", i, r.Err)
				}
			}
			for from, to := range renames {
				if got := f.user(people[from].ID); got.UserName != to || got.Meta.Version != 2 {
					t.Errorf("%s is called %q at version %d, want %q at 2", from, got.UserName, got.Meta.Version, to)
				}
			}
			if n := len(f.audit()) - before; n != len(renames) {
				t.Errorf("%d audit records for %d people", n, len(renames))
			}
		})
	}
}

func TestOneRefusalStopsNobodyElse(t *testing.T) {
	f := open(t, Settings{})
	changes := make([]Change, 300)
	for i := range changes {
		changes[i] = PutUser{User: person(name(i))}
	}
	bad := person("bad")
	bad.Emails[0].Value = "nonsense"
	changes[100], changes[200] = PutUser{User: bad}, PutUser{User: person(name(0))}
	results, err := f.ApplyAll(t.Context(), f.okta, changes)
	if err != nil || len(results) != len(changes) {
		t.Fatalf("%d results, %v", len(results), err)
	}
	for i, r := range results {
		if refused := i == 100 || i == 200; (r.Err != nil) != refused {
			t.Errorf("change %d: %v", i, r.Err)
		}
	}
	if c := f.counts(); c.Seats != 298 {
		t.Errorf("%d people", c.Seats)
	}
}

func TestPlansCountSeatsAsTheyGo(t *testing.T) {
	f := open(t, Settings{Seats: 25})
	changes := make([]Change, 30)
	for i := range changes {
		changes[i] = PutUser{User: person(name(i))}
	}
	planned, err := f.PlanAll(t.Context(), f.okta, changes)
	if err != nil {
		t.Fatal(err)
	}
	held := 0
	for _, r := range planned {
		if r.Err != nil {
			t.Fatal(r.Err)
		}
		if r.Receipt.User.State() == HeldBack {
			held++
		}
	}
	if held != 5 || f.counts() != (Counts{}) {
		t.Errorf("%d of 30 planned as held; the workspace counts %+v", held, f.counts())
	}
}
