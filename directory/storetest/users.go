package storetest

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"rollcall/directory"
)

// full returns somebody who has everything that a record can have.
func full() *directory.User {
	u := person("Ada.Łovelace@acme.example")
	u.Name = &directory.Name{GivenName: "Ada", FamilyName: "Łovelace", Formatted: "Ada Łovelace"}
	u.DisplayName, u.Title, u.Locale = "Ada 'Countess' \"L\"", "Analyst", "en-GB"
	u.Emails = append(u.Emails, directory.MultiValue{Value: "ADA@home.example", Type: "home"})
	u.PhoneNumbers = []directory.MultiValue{{Value: "+44 1", Type: "work"}}
	u.Addresses = []directory.Address{{Locality: "London", Primary: true}}
	u.Roles = []directory.MultiValue{{Value: "user"}, {Value: "livechat-agent"}}
	u.Enterprise = &directory.Enterprise{Department: "Engines", Manager: &directory.Manager{Value: "babbage"}}
	u.Chat = &directory.Chat{Bio: "first\nprogrammer", EmailVerified: true}
	u.Facts = directory.Facts{
		SwitchedOff: &directory.Switch{By: "ops", At: day.UnixMilli(), Reason: "leave"},
		SignedIn:    day.UnixMilli(),
		Authors:     map[string]directory.Author{"title": directory.ByAdministrator},
		Grants:      []directory.Grant{{Kind: directory.RoleGrant, Name: "auditor", Author: directory.ByAdministrator}},
		Password:    "$argon2id$",
	}
	u.Meta.Modified = day.Add(1234 * time.Millisecond)
	return u
}

func testUsersComeBack(t *testing.T, open Open) {
	f := newFixture(t, open)
	for _, u := range []*directory.User{full(), person("plain")} {
		f.hire(u)
		f.same("by id", f.user(u.ID), u)
		f.same("by name", read(f, byName(directory.Fold(u.UserName))), u)
		f.same("by external id", read(f, byExternalID(okta, u.ExternalID)), u)
		f.same("by address", read(f, byEmail(directory.Fold(u.PrimaryEmail()))), u)
		f.sameStored(u, read(f, storedByID(u.ID)))
	}
}

// sameStored fails the test when st is not what is stored of u.
func (f *fixture) sameStored(u *directory.User, st *directory.Stored) {
	f.Helper()
	doc, err := u.Doc()
	if err != nil {
		f.Fatal(err)
	}
	var facts directory.Facts
	if err := json.Unmarshal(st.Facts, &facts); err != nil {
		f.Fatalf("facts %q: %v", st.Facts, err)
	}
	f.same("document", string(st.Doc), string(doc))
	f.same("facts", facts, u.Facts)
	f.same("id, source and meta", []any{st.ID, st.Source, st.Meta}, []any{u.ID, u.Source, u.Meta})
}

func testMissingUsers(t *testing.T, open Open) {
	f := newFixture(t, open)
	u := person("ada")
	f.hire(u)
	missing(f, "id", byID("nobody"))
	missing(f, "stored", storedByID("nobody"))
	missing(f, "name", byName("bob"))
	missing(f, "another source's external id", byExternalID(entra, u.ExternalID))
	missing(f, "no external id", byExternalID(okta, ""))
	missing(f, "address", byEmail("bob@acme.example"))
	missing(f, "no address", byEmail(""))
	missing(f, "a group's id", byID(group("g").ID))
	missing(f, "an id that nobody can have", byID("nul\x00"))
	missing(f, "a name that nobody can have", byName("\xff"))
}

// testUsersAt has names that begin alike and are not followed by an at sign.
func testUsersAt(t *testing.T, open Open) {
	f := newFixture(t, open)
	called := map[string]*directory.User{}
	for i, name := range []string{"Ada@y.example", "ada@x.example", "ada", "adam@x.example", "ada.b@x.example", "ada-@x", "adaa"} {
		u := with(person(fmt.Sprint("p", i)), func(u *directory.User) { u.UserName = name })
		f.hire(u)
		called[name] = u
	}
	at := func(limit int) []*directory.User {
		return read(f, func(tx directory.ReadTx, ctx context.Context) ([]*directory.User, error) {
			return tx.UsersAt(ctx, "ada", limit)
		})
	}
	x, y := called["ada@x.example"], called["Ada@y.example"]
	f.same("all", at(10), []*directory.User{x, y})
	f.same("the first", at(1), []*directory.User{x})
}

func testDeletedUsers(t *testing.T, open Open) {
	f := newFixture(t, open)
	u := person("ada")
	f.hire(u)
	gone := with(u, deleted)
	f.replace(u, gone)
	f.same("by id", f.user(u.ID), gone)
	f.same("by name", read(f, byName("ada")), gone)
	f.same("by external id", read(f, byExternalID(okta, u.ExternalID)), gone)
	missing(f, "a deleted user's document", storedByID(u.ID))
	missing(f, "a deleted user's address", byEmail("ada@acme.example"))

	heir := person("heir")
	heir.Emails = u.Emails // free again
	f.hire(heir)
	f.same("by address", read(f, byEmail("ada@acme.example")), heir)
}

func testRemovedUsers(t *testing.T, open Open) {
	f := newFixture(t, open)
	u := full()
	g := group("staff")
	f.hire(u)
	f.found(g, u)
	f.replace(u, nil)
	missing(f, "id", byID(u.ID))
	missing(f, "stored", storedByID(u.ID))
	f.same("members", f.members(g.ID), []directory.ResourceID{})
	f.hire(u) // nothing of the first one is in the way
	f.same("groups of the new one", read(f, storedByID(u.ID)).Groups, []directory.GroupRef{})
}

func testTakenNames(t *testing.T, open Open) {
	f := newFixture(t, open)
	f.hire(person("ada"))
	for what, u := range map[string]*directory.User{
		"user name":   with(person("bob"), func(u *directory.User) { u.UserName = "ADA" }),
		"external id": with(person("bob"), func(u *directory.User) { u.ExternalID = "x-ada" }),
		"address":     with(person("bob"), func(u *directory.User) { u.Emails[0].Value = "Ada@ACME.example" }),
	} {
		err := f.store.Update(t.Context(), f.ws, func(ctx context.Context, tx directory.WriteTx) error {
			return put(ctx, tx, nil, u)
		})
		if !directory.Is(err, directory.Exists) {
			t.Errorf("taken %s: got %v, want an error of kind exists", what, err)
		}
	}
	f.hire(with(person("bob"), func(u *directory.User) { u.Source, u.ExternalID = entra, "x-ada" }))
}

// testCollides asks about one thing at a time that somebody has, or has not, also where
// the answer was foreseen before anybody had it.
func testCollides(t *testing.T, open Open) {
	f := newFixture(t, open)
	deleted := person("gone")
	deleted.Facts.Deleted = &directory.Deletion{At: 1, Purge: 2}
	fill := func(ctx context.Context, tx directory.WriteTx) error {
		for _, u := range []*directory.User{person("ada"), deleted} {
			if err := put(ctx, tx, nil, u); err != nil {
				return err
			}
		}
		return tx.PutBlock(ctx, directory.Block{Source: okta, ExternalID: "x-blocked", UserName: "blocked", User: "u", At: 1})
	}
	f.update(fill)
	claim := func(change func(*directory.Claim)) directory.Claim {
		c := directory.Claim{Source: okta, ExternalID: "x-new", Name: "new", Derived: "new", Email: "new@acme.example"}
		change(&c)
		return c
	}
	cases := []struct {
		what string
		c    directory.Claim
		want bool
	}{
		{"nothing", claim(func(*directory.Claim) {}), false},
		{"empty texts", claim(func(c *directory.Claim) { c.ExternalID, c.Email = "", "" }), false},
		{"a name", claim(func(c *directory.Claim) { c.Name = "ada" }), true},
		{"a derived name", claim(func(c *directory.Claim) { c.Derived = "ada" }), true},
		{"a deleted name", claim(func(c *directory.Claim) { c.Name = "gone" }), true},
		{"an address", claim(func(c *directory.Claim) { c.Email = "ada@acme.example" }), true},
		{"a deleted address", claim(func(c *directory.Claim) { c.Email = "gone@acme.example" }), false},
		{"an external id", claim(func(c *directory.Claim) { c.ExternalID = "x-ada" }), true},
		{"another source's external id", claim(func(c *directory.Claim) { c.Source, c.ExternalID = entra, "x-ada" }), false},
		{"a blocked name", claim(func(c *directory.Claim) { c.Name = "blocked" }), true},
		{"a blocked external id", claim(func(c *directory.Claim) { c.ExternalID = "x-blocked" }), true},
		{"another source's block", claim(func(c *directory.Claim) { c.Source, c.Name = entra, "blocked" }), false},
	}
	check := func(how string, ctx context.Context, tx directory.ReadTx) error {
		for _, tt := range cases {
			if got, err := tx.Collides(ctx, tt.c); err != nil || got != tt.want {
				t.Errorf("%s, %s: got %t, %v", tt.what, how, got, err)
			}
		}
		return nil
	}
	foresee := func() (all []directory.Claim) {
		for _, tt := range cases {
			all = append(all, tt.c)
		}
		return append(all, directory.Claim{Name: "nul\x00"})
	}
	f.view(func(ctx context.Context, tx directory.ReadTx) error { return check("read", ctx, tx) })
	late := workspaceOf(t, f.store, "late")
	for _, g := range []*fixture{f, late} {
		err := f.store.Update(t.Context(), g.ws, func(ctx context.Context, tx directory.WriteTx) error {
			how := "foreseen"
			if g == late {
				how = "foreseen too early"
				if err := fill(ctx, tx); err != nil {
					return err
				}
			}
			return check(how, ctx, tx)
		}, foresee)
		if err != nil {
			t.Fatal(err)
		}
	}
}

// testUnstorableText has updates that cannot be kept among many that can.
func testUnstorableText(t *testing.T, open Open) {
	f := newFixture(t, open)
	errs := make(chan error, 40)
	for i := range cap(errs) {
		go func() {
			u := person(fmt.Sprintf("u%d", i))
			if i%4 == 0 {
				u.ExternalID = "nul\x00"
			}
			err := f.store.Update(t.Context(), f.ws, func(ctx context.Context, tx directory.WriteTx) error {
				if _, err := tx.UserByName(ctx, u.ExternalID); !directory.Is(err, directory.NotFound) {
					return err
				}
				return put(ctx, tx, nil, u)
			})
			if want := i%4 == 0; want != directory.Is(err, directory.Invalid) || !want && err != nil {
				errs <- fmt.Errorf("user %d: %w", i, err)
				return
			}
			errs <- nil
		}()
	}
	for range cap(errs) {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	f.same("people", f.total(directory.Listing{Shelves: []string{"okta"}}), int64(30))
}

func testHeld(t *testing.T, open Open) {
	f := newFixture(t, open)
	waiting := func(name string, since int, edit func(*directory.User)) *directory.User {
		return with(person(name), func(u *directory.User) {
			u.Facts.Held, u.Facts.HeldSince = true, day.Add(time.Duration(since)*time.Minute).UnixMilli()
			edit(u)
		})
	}
	nothing := func(*directory.User) {}
	third, first, second := waiting("a", 9, nothing), waiting("b", 1, nothing), waiting("c", 1, nothing)
	visitor := waiting("d", 0, guest)
	f.hire(third, first, second, visitor, waiting("e", 0, switchedOff), waiting("f", 0, deleted), person("g"),
		waiting("h", 0, func(u *directory.User) { u.Wanted = false }))
	held := func(guests bool, limit int) []*directory.User {
		return read(f, func(tx directory.ReadTx, ctx context.Context) ([]*directory.User, error) {
			return tx.Held(ctx, guests, limit)
		})
	}
	f.same("held", held(false, 10), []*directory.User{first, second, third})
	f.same("first two", held(false, 2), []*directory.User{first, second})
	f.same("held guests", held(true, 10), []*directory.User{visitor})
	f.replace(first, with(first, func(u *directory.User) { u.Facts.Held, u.Facts.HeldSince = false, 0 }))
	f.same("held after one was seated", held(false, 10), []*directory.User{second, third})
}

func testDuePurge(t *testing.T, open Open) {
	f := newFixture(t, open)
	due := func(name string, at time.Duration, source directory.SourceID) *directory.User {
		return with(person(name), func(u *directory.User) {
			deleted(u)
			u.Source, u.Facts.Deleted.Purge = source, day.Add(at).UnixMilli()
		})
	}
	a, b, c := due("a", 2*time.Hour, okta), due("b", time.Hour, directory.Local), due("c", 3*time.Hour, okta)
	f.hire(a, b, c, due("d", time.Hour, entra), person("e"))
	f.update(func(ctx context.Context, tx directory.WriteTx) error {
		if err := tx.PutSource(ctx, &directory.Source{ID: entra, Braked: 1, Created: day}); err != nil {
			return err
		}
		return tx.PutSource(ctx, &directory.Source{ID: okta, Created: day})
	})
	purge := func(at time.Duration, limit int) []directory.ResourceID {
		return read(f, func(tx directory.ReadTx, ctx context.Context) ([]directory.ResourceID, error) {
			return tx.DuePurge(ctx, day.Add(at), limit)
		})
	}
	f.same("before", purge(time.Minute, 9), []directory.ResourceID{})
	f.same("at the moment", purge(2*time.Hour, 9), []directory.ResourceID{b.ID, a.ID})
	f.same("limited", purge(9*time.Hour, 1), []directory.ResourceID{b.ID})
}

func testLeavers(t *testing.T, open Open) {
	f := newFixture(t, open)
	left := func(name string, at int, source directory.SourceID) *directory.User {
		return with(person(name), func(u *directory.User) {
			u.Wanted, u.Source, u.Facts.Left = false, source, day.Add(time.Duration(at)*time.Minute).UnixMilli()
		})
	}
	a := left("a", 1, okta)
	f.hire(a, left("b", 2, okta), left("c", 3, entra), person("d"))
	leavers := func(since int) int64 {
		return read(f, func(tx directory.ReadTx, ctx context.Context) (int64, error) {
			return tx.Leavers(ctx, okta, day.Add(time.Duration(since)*time.Minute))
		})
	}
	f.same("since before", []int64{leavers(0), leavers(1), leavers(2), leavers(3)}, []int64{2, 2, 1, 0})
	f.replace(a, with(a, func(u *directory.User) { u.Wanted, u.Facts.Left = true, 0 }))
	f.same("since somebody came back", leavers(0), int64(1))
}

func testOtherAdmin(t *testing.T, open Open) {
	f := newFixture(t, open)
	boss, off, member, visitor := with(person("boss"), administrator), with(with(person("off"), administrator), switchedOff),
		person("member"), with(person("visitor"), guest)
	admins, staff := group("admins"), group("staff")
	f.hire(boss, off, member, visitor)
	f.found(admins, member, visitor)
	f.found(staff, member, boss)
	mapping := directory.Mapping{ID: "m1", Group: admins.ID, Kind: directory.RoleGrant, Name: directory.RoleAdmin}
	other := func(but directory.AdminExcept) bool {
		return read(f, func(tx directory.ReadTx, ctx context.Context) (bool, error) { return tx.OtherAdmin(ctx, but) })
	}
	butBoss := directory.AdminExcept{Users: []directory.ResourceID{boss.ID}}
	f.same("anybody", other(directory.AdminExcept{}), true)
	f.same("but the boss", other(butBoss), false)
	f.update(func(ctx context.Context, tx directory.WriteTx) error {
		return tx.PutMapping(ctx, mapping)
	})
	f.same("but the boss, with a mapping", other(butBoss), true)
	for what, but := range map[string]directory.AdminExcept{
		"mapping": {Mapping: "m1"}, "group": {Group: admins.ID},
		"membership": {Group: admins.ID, Members: []directory.ResourceID{member.ID}}, "member": {Users: []directory.ResourceID{member.ID}},
	} {
		f.same("without the "+what, other(but), true)
		but.Users = append(but.Users, boss.ID)
		f.same("without the "+what+" and the boss", other(but), false)
	}
	butBoss.Group, butBoss.Members = admins.ID, []directory.ResourceID{visitor.ID}
	f.same("without somebody else's membership", other(butBoss), true)
	for u, want := range map[*directory.User]bool{member: true, visitor: false, boss: false} {
		got := read(f, func(tx directory.ReadTx, ctx context.Context) (bool, error) { return tx.AdminByMapping(ctx, u.ID) })
		f.same(u.UserName+" by mapping", got, want)
	}
}
