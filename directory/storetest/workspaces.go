package storetest

import (
	"context"
	"testing"
	"time"

	"rollcall/directory"
)

func testWorkspaces(t *testing.T, open Open) {
	s := open(t)
	b, a := workspaceOf(t, s, "b"), workspaceOf(t, s, "a")
	if again := workspaceOf(t, s, "b"); again.ws != b.ws || a.ws == b.ws {
		t.Errorf("workspaces a, b, b have the ids %s, %s, %s", a.ws, b.ws, again.ws)
	}
	settings := directory.Settings{Name: "B", Seats: 3, AllowedDomains: []string{"acme.example"}, DeleteGrace: time.Hour}
	b.update(func(ctx context.Context, tx directory.WriteTx) error {
		if err := tx.PutWorkspace(ctx, settings); err != nil {
			return err
		}
		w, err := tx.Workspace(ctx)
		if err != nil {
			return err
		}
		return wrong("in the same transaction", []any{w.Settings, w.Version}, []any{settings, directory.Version(2)})
	})
	w := b.workspace()
	b.same("settings", w.Settings, settings)
	b.same("version", w.Version, directory.Version(2))
	all, err := s.Workspaces(t.Context())
	if err != nil || len(all) != 2 || all[0].Slug != "a" || all[1].Slug != "b" {
		t.Errorf("workspaces: %+v, %v", all, err)
	}
	b.same("listed", all[1], *w)
	testNoWorkspace(t, s)
}

func testNoWorkspace(t *testing.T, s directory.Store) {
	for _, ws := range []directory.WorkspaceID{"4711", "", "nothing"} {
		err := s.Update(t.Context(), ws, func(context.Context, directory.WriteTx) error { return nil })
		if !directory.Is(err, directory.NotFound) {
			t.Errorf("update of workspace %q: got %v, want an error of kind notFound", ws, err)
		}
		err = s.View(t.Context(), ws, func(ctx context.Context, tx directory.ReadTx) error {
			_, err := tx.Workspace(ctx)
			return err
		})
		if !directory.Is(err, directory.NotFound) {
			t.Errorf("view of workspace %q: got %v, want an error of kind notFound", ws, err)
		}
	}
}

// testWorkspacesNeverMix fills one workspace and then asks another for all of it.
func testWorkspacesNeverMix(t *testing.T, open Open) {
	s := open(t)
	a, b := workspaceOf(t, s, "a"), workspaceOf(t, s, "b")
	c := fill(a)
	sees := func(f *fixture) bool { return f.ws == a.ws }
	for _, f := range []*fixture{a, b} {
		f.seesAll(c, sees(f))
	}
	fill(b) // the same names and ids are free
	b.update(func(ctx context.Context, tx directory.WriteTx) error {
		if err := put(ctx, tx, c.user, nil); err != nil {
			return err
		}
		if err := putGroup(ctx, tx, c.group, nil); err != nil {
			return err
		}
		if err := tx.DeleteConflict(ctx, "c1"); err != nil {
			return err
		}
		return tx.EraseAudit(ctx, directory.UserRecord, string(c.user.ID))
	})
	a.seesAll(c, true)
	a.same("members", a.members(c.group.ID), []directory.ResourceID{c.user.ID})
}

// content is one of everything.
type content struct {
	user  *directory.User
	group *directory.Group
}

var one = content{person("ada"), group("staff")}

func fill(f *fixture) content {
	f.Helper()
	f.hire(one.user)
	f.found(one.group, one.user)
	f.update(func(ctx context.Context, tx directory.WriteTx) error {
		for _, write := range []error{
			tx.PutMapping(ctx, directory.Mapping{ID: "m1", Group: one.group.ID, Kind: directory.RoleGrant, Name: "admin"}),
			tx.PutSource(ctx, &directory.Source{ID: okta, Kind: directory.SCIMClient, Created: day}),
			tx.PutToken(ctx, &directory.Token{ID: "t1", Source: okta, Hash: "hash of " + string(f.ws), Created: day}),
			tx.PutConflict(ctx, &directory.Conflict{ID: "c1", Kind: directory.AdoptConflict, Source: okta}),
			tx.PutBlock(ctx, directory.Block{Source: okta, ExternalID: "x", UserName: "eve", User: "u1"}),
			tx.DropMembers(ctx, okta, one.group.ID, []directory.ResourceID{"ghost"}, day),
			tx.Record(ctx, &directory.AuditRecord{At: day, Type: directory.UserRecord, Record: string(one.user.ID), Salt: "s", Detail: "d"}),
		} {
			if write != nil {
				return write
			}
		}
		return nil
	})
	return one
}

// seesAll checks that f sees all of c, or nothing.
func (f *fixture) seesAll(c content, want bool) {
	f.Helper()
	f.view(func(ctx context.Context, tx directory.ReadTx) error {
		for what, see := range sights(c) {
			got, err := see(ctx, tx)
			if err != nil && !directory.Is(err, directory.NotFound) {
				return err
			}
			if got != want {
				f.Errorf("workspace %s sees %s: %t, want %t", f.ws, what, got, want)
			}
		}
		return nil
	})
}

// sight reports whether something can be seen.
type sight func(context.Context, directory.ReadTx) (bool, error)

func sights(c content) map[string]sight {
	u, g := c.user, c.group
	all := map[string]sight{
		"user":          found(byID(u.ID)),
		"user by name":  found(byName("ada")),
		"user by ext":   found(byExternalID(okta, u.ExternalID)),
		"user by mail":  found(byEmail("ada@acme.example")),
		"stored user":   found(storedByID(u.ID)),
		"group":         found(groupByID(g.ID)),
		"group by name": found(groupByName(okta, "staff")),
		"group by ext":  found(groupByExternalID(okta, g.ExternalID)),
		"stored group": found(func(tx directory.ReadTx, ctx context.Context) (*directory.Stored, error) {
			return tx.StoredGroup(ctx, g.ID)
		}),
		"mapping": found(func(tx directory.ReadTx, ctx context.Context) (*directory.Mapping, error) {
			return tx.Mapping(ctx, "m1")
		}),
		"source": found(func(tx directory.ReadTx, ctx context.Context) (*directory.Source, error) {
			return tx.Source(ctx, okta)
		}),
		"conflict": found(func(tx directory.ReadTx, ctx context.Context) (*directory.Conflict, error) {
			return tx.Conflict(ctx, "c1")
		}),
		"block": found(func(tx directory.ReadTx, ctx context.Context) (*directory.Block, error) {
			return tx.Block(ctx, okta, "x", "")
		}),
		"admin": func(ctx context.Context, tx directory.ReadTx) (bool, error) {
			return tx.OtherAdmin(ctx, directory.AdminExcept{})
		},
		"admin by mapping": func(ctx context.Context, tx directory.ReadTx) (bool, error) {
			return tx.AdminByMapping(ctx, u.ID)
		},
		"list": func(ctx context.Context, tx directory.ReadTx) (bool, error) {
			n, err := tx.ListUsers(ctx, directory.Listing{Shelves: []string{"okta"}}, nil)
			return n > 0, err
		},
		"filtered list": func(ctx context.Context, tx directory.ReadTx) (bool, error) {
			n, err := tx.ListUsers(ctx, directory.Listing{Shelves: []string{"okta"}, Filter: filter("userName", directory.Eq, "ada")}, nil)
			return n > 0, err
		},
		"member": func(ctx context.Context, tx directory.ReadTx) (bool, error) {
			states, err := tx.Membership(ctx, g.ID, []directory.ResourceID{u.ID})
			return states[u.ID].Member, err
		},
		"audit": func(ctx context.Context, tx directory.ReadTx) (seen bool, err error) {
			err = tx.Audit(ctx, directory.AuditQuery{Type: directory.UserRecord, Record: string(u.ID)},
				func(r *directory.AuditRecord) error { seen = r.Detail != ""; return nil })
			return seen, err
		},
	}
	for what, s := range listSights(c) {
		all[what] = s
	}
	return all
}

func listSights(c content) map[string]sight {
	return map[string]sight{
		"shelves": some(func(tx directory.ReadTx, ctx context.Context) ([]string, error) {
			return tx.Shelves(ctx, directory.GroupRecord)
		}),
		"members": some(func(tx directory.ReadTx, ctx context.Context) ([]directory.Member, error) {
			return tx.Members(ctx, c.group.ID, "", 9)
		}),
		"groups of": some(func(tx directory.ReadTx, ctx context.Context) ([]directory.GroupRef, error) {
			return tx.GroupsOf(ctx, c.user.ID)
		}),
		"mappings": some(func(tx directory.ReadTx, ctx context.Context) ([]directory.Mapping, error) {
			return tx.Mappings(ctx, "")
		}),
		"sources":   some(directory.ReadTx.Sources),
		"conflicts": some(directory.ReadTx.Conflicts),
		"tokens": some(func(tx directory.ReadTx, ctx context.Context) ([]directory.Token, error) {
			return tx.Tokens(ctx, "")
		}),
		"dropped members": some(func(tx directory.ReadTx, ctx context.Context) ([]directory.Dropped, error) {
			return tx.DroppedMembers(ctx, okta, 9)
		}),
	}
}

func found[T any](get func(directory.ReadTx, context.Context) (T, error)) sight {
	return func(ctx context.Context, tx directory.ReadTx) (bool, error) {
		_, err := get(tx, ctx)
		return err == nil, err
	}
}

func some[T any](get func(directory.ReadTx, context.Context) ([]T, error)) sight {
	return func(ctx context.Context, tx directory.ReadTx) (bool, error) {
		list, err := get(tx, ctx)
		return len(list) > 0, err
	}
}
