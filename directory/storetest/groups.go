package storetest

import (
	"context"
	"testing"

	"rollcall/directory"
)

func groupByID(id directory.ResourceID) func(directory.ReadTx, context.Context) (*directory.Group, error) {
	return func(tx directory.ReadTx, ctx context.Context) (*directory.Group, error) { return tx.Group(ctx, id) }
}

func groupByName(s directory.SourceID, key string) func(directory.ReadTx, context.Context) (*directory.Group, error) {
	return func(tx directory.ReadTx, ctx context.Context) (*directory.Group, error) {
		return tx.GroupByName(ctx, s, key)
	}
}

func groupByExternalID(s directory.SourceID, id string) func(directory.ReadTx, context.Context) (*directory.Group, error) {
	return func(tx directory.ReadTx, ctx context.Context) (*directory.Group, error) {
		return tx.GroupByExternalID(ctx, s, id)
	}
}

// members reads the ids of all live members.
func (f *fixture) members(g directory.ResourceID) []directory.ResourceID {
	f.Helper()
	page := read(f, func(tx directory.ReadTx, ctx context.Context) ([]directory.Member, error) {
		return tx.Members(ctx, g, "", 1_000_000)
	})
	ids := make([]directory.ResourceID, len(page))
	for i, m := range page {
		ids[i] = m.ID
	}
	return ids
}

func testGroups(t *testing.T, open Open) {
	f := newFixture(t, open)
	g := group("Ünion Staff")
	f.found(g)
	f.found(&directory.Group{ID: directory.NewID(day), DisplayName: g.DisplayName, Source: entra, Meta: g.Meta})
	key := directory.Fold(g.DisplayName)
	f.same("by id", read(f, groupByID(g.ID)), g)
	f.same("by name", read(f, groupByName(okta, key)), g)
	f.same("by external id", read(f, groupByExternalID(okta, g.ExternalID)), g)
	missing(f, "id", groupByID("nothing"))
	missing(f, "name", groupByName("local", key))
	missing(f, "external id", groupByExternalID(entra, g.ExternalID))
	missing(f, "no external id", groupByExternalID(entra, ""))

	renamed := g.Clone()
	renamed.DisplayName, renamed.Meta.Version = "Staff", 2
	f.update(func(ctx context.Context, tx directory.WriteTx) error { return putGroup(ctx, tx, g, renamed) })
	f.same("renamed", read(f, groupByName(okta, "staff")), renamed)
	missing(f, "the old name", groupByName(okta, key))
	st := read(f, func(tx directory.ReadTx, ctx context.Context) (*directory.Stored, error) {
		return tx.StoredGroup(ctx, g.ID)
	})
	doc, err := renamed.Doc()
	f.same("stored", []any{string(st.Doc), st.Meta, st.Source, err}, []any{string(doc), renamed.Meta, okta, nil})
	testDeletedGroup(f, renamed)
}

func testDeletedGroup(f *fixture, g *directory.Group) {
	u := person("ada")
	f.hire(u)
	f.update(func(ctx context.Context, tx directory.WriteTx) error {
		if err := tx.AddMembers(ctx, g.ID, []directory.ResourceID{u.ID}); err != nil {
			return err
		}
		return tx.PutMapping(ctx, directory.Mapping{ID: "m", Group: g.ID, Kind: directory.TeamGrant, Name: "all"})
	})
	f.update(func(ctx context.Context, tx directory.WriteTx) error { return putGroup(ctx, tx, g, nil) })
	missing(f, "a deleted group", groupByID(g.ID))
	f.same("its members", f.members(g.ID), []directory.ResourceID{})
	f.same("groups of a member", read(f, storedByID(u.ID)).Groups, []directory.GroupRef{})
	f.same("its mappings", read(f, func(tx directory.ReadTx, ctx context.Context) ([]directory.Mapping, error) {
		return tx.Mappings(ctx, "")
	}), []directory.Mapping{})
}

func testMembers(t *testing.T, open Open) {
	f := newFixture(t, open)
	people := crowd(700)
	g, other := group("all"), group("b")
	f.hire(people...)
	f.found(g, people[:650]...)
	f.found(other, people[0])
	f.replace(people[1], with(people[1], deleted))
	live := append(idsOf(people[:1]), idsOf(people[2:650])...)
	f.same("members", f.members(g.ID), live)
	page := read(f, func(tx directory.ReadTx, ctx context.Context) ([]directory.Member, error) {
		return tx.Members(ctx, g.ID, live[9], 2)
	})
	f.same("a page", page, []directory.Member{{ID: live[10], Display: people[11].UserName}, {ID: live[11], Display: people[12].UserName}})

	groups := []directory.GroupRef{{ID: g.ID, DisplayName: "all", Source: okta}, {ID: other.ID, DisplayName: "b", Source: okta}}
	f.same("groups", read(f, func(tx directory.ReadTx, ctx context.Context) ([]directory.GroupRef, error) {
		return tx.GroupsOf(ctx, people[0].ID)
	}), groups)
	f.same("stored groups", read(f, storedByID(people[0].ID)).Groups, groups)
	testMembership(f, g, people)

	f.update(func(ctx context.Context, tx directory.WriteTx) error {
		return tx.RemoveMembers(ctx, g.ID, live[:600])
	})
	f.same("members left", f.members(g.ID), live[600:])
}

func testMembership(f *fixture, g *directory.Group, people []*directory.User) {
	f.Helper()
	asked := append(idsOf(people), "nobody", "nul\x00", "\xff")
	states := read(f, func(tx directory.ReadTx, ctx context.Context) (map[directory.ResourceID]directory.MemberState, error) {
		return tx.Membership(ctx, g.ID, asked)
	})
	want := make(map[directory.ResourceID]directory.MemberState)
	for i, u := range people {
		if i != 1 { // who is deleted
			want[u.ID] = directory.MemberState{Source: okta, Shelf: "okta", Member: i < 650}
		}
	}
	f.same("membership", states, want)
}

func testMappings(t *testing.T, open Open) {
	f := newFixture(t, open)
	one := directory.Mapping{ID: "m1", Group: "g1", Kind: directory.RoleGrant, Name: "auditor"}
	two := directory.Mapping{ID: "m2", Group: "g2", Kind: directory.ChannelGrant, Name: "all"}
	get := func(id string) func(directory.ReadTx, context.Context) (*directory.Mapping, error) {
		return func(tx directory.ReadTx, ctx context.Context) (*directory.Mapping, error) { return tx.Mapping(ctx, id) }
	}
	of := func(g directory.ResourceID) []directory.Mapping {
		return read(f, func(tx directory.ReadTx, ctx context.Context) ([]directory.Mapping, error) {
			return tx.Mappings(ctx, g)
		})
	}
	for _, m := range []directory.Mapping{two, {ID: "m1", Group: "g2"}, one} {
		f.update(func(ctx context.Context, tx directory.WriteTx) error { return tx.PutMapping(ctx, m) })
	}
	f.same("one", read(f, get("m1")), &one)
	f.same("of a group", of("g2"), []directory.Mapping{two})
	f.same("all", of(""), []directory.Mapping{one, two})
	f.update(func(ctx context.Context, tx directory.WriteTx) error { return tx.DeleteMapping(ctx, "m1") })
	missing(f, "deleted", get("m1"))
	f.same("all", of(""), []directory.Mapping{two})
}
