package directory_test

import (
	"slices"
	"testing"

	. "rollcall/directory"
)

func TestRestatedSaysWhatASourcesWordWouldTakeAway(t *testing.T) {
	t.Parallel()
	full := func() *User {
		u := person("ada")
		u.Title = "Countess"
		u.PhoneNumbers = []MultiValue{{Value: "1", Type: "work"}, {Value: "2", Type: "mobile"}}
		u.Enterprise = &Enterprise{Department: "Engines"}
		return &u
	}
	cases := map[string]struct {
		change   func(before, asked *User)
		settings Settings
		want     Restatement
	}{
		"nothing":       {func(_, _ *User) {}, Settings{}, Restatement{}},
		"a title":       {func(_, u *User) { u.Title = "" }, Settings{}, Restatement{Lost: []string{"title"}}},
		"another title": {func(_, u *User) { u.Title = "Lady" }, Settings{}, Restatement{}},
		"a title that an administrator set": {func(b, u *User) {
			b.Facts.Authors, u.Title = map[string]Author{"title": ByAdministrator}, ""
		}, Settings{}, Restatement{}},
		"one of two numbers": {func(_, u *User) { u.PhoneNumbers = u.PhoneNumbers[:1] }, Settings{},
			Restatement{Lost: []string{`phoneNumbers[type eq "mobile"].value`}}},
		"half a name":  {func(_, u *User) { u.Name.GivenName = "" }, Settings{}, Restatement{Lost: []string{"name.givenName"}}},
		"a department": {func(_, u *User) { u.Enterprise = nil }, Settings{}, Restatement{Lost: []string{EnterpriseSchema + ":department"}}},
		"the address": {func(_, u *User) { u.Emails = nil }, Settings{},
			Restatement{Readdressed: true, Unreachable: true, Lost: []string{`emails[type eq "work"].value`}}},
		"another address":          {func(_, u *User) { u.Emails[0].Value = "lady@acme.example" }, Settings{}, Restatement{Readdressed: true}},
		"the address in capitals":  {func(_, u *User) { u.Emails[0].Value = "ADA@acme.example" }, Settings{}, Restatement{}},
		"an address that is built": {func(_, u *User) { u.Emails = nil }, Settings{DefaultDomain: "acme.example"}, Restatement{}},
		"the name":                 {func(_, u *User) { u.UserName = "countess" }, Settings{}, Restatement{Renamed: true}},
		"the name in capitals":     {func(_, u *User) { u.UserName = "ADA" }, Settings{}, Restatement{}},
	}
	for name, c := range cases {
		before, asked := full(), full()
		c.change(before, asked)
		got := Restated(before, asked, c.settings)
		if got.Renamed != c.want.Renamed || got.Readdressed != c.want.Readdressed || got.Unreachable != c.want.Unreachable ||
			!slices.Equal(got.Lost, c.want.Lost) {
			t.Errorf("%s: got %+v, want %+v", name, got, c.want)
		}
	}
}
