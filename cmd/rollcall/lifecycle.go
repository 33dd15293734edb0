package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"rollcall/directory"
)

// whom names the person that a command is about, and why it is given.
type whom struct {
	UserName string `arg:"" name:"username" help:"User name, or id."`
	Reason   string `placeholder:"TEXT" help:"Why, for the audit log."`
}

// usersDeactivate is rollcall users deactivate.
type usersDeactivate struct {
	whom
}

// Run switches somebody off.
func (c usersDeactivate) Run(ctx context.Context, a *app) error {
	return c.change(ctx, a, "was deactivated", "was deactivated before", func(id directory.ResourceID) directory.Change {
		return directory.SwitchOff{ID: id, Reason: c.Reason}
	})
}

// usersActivate is rollcall users activate.
type usersActivate struct {
	whom
}

// Run lifts a switch-off. Whether that makes somebody active is also up to their source
// and to the seats.
func (c usersActivate) Run(ctx context.Context, a *app) error {
	return c.change(ctx, a, "may be active", "was not deactivated", func(id directory.ResourceID) directory.Change {
		return directory.SwitchOn{ID: id, Reason: c.Reason}
	})
}

// usersDelete is rollcall users delete.
type usersDelete struct {
	whom
}

// Run begins the grace.
func (c usersDelete) Run(ctx context.Context, a *app) error {
	return c.change(ctx, a, "was deleted", "was deleted before", func(id directory.ResourceID) directory.Change {
		return directory.DeleteUser{ID: id, Reason: c.Reason}
	})
}

// change applies what make makes of a person, and says what came of it.
func (c whom) change(ctx context.Context, a *app, done, unchanged string, make func(directory.ResourceID) directory.Change) error {
	return a.work(ctx, func(s *session) error {
		before, err := s.person(ctx, c.UserName)
		if err != nil {
			return err
		}
		got, err := s.Apply(ctx, s.by, make(before.ID))
		if err != nil {
			return err
		}
		switch {
		case got.Outcome == directory.Unchanged:
			done = unchanged
		case before.Deleted != nil:
			done = fmt.Sprintf("stays deleted, and the source %s cannot bring them back", before.Source)
		}
		return s.report(ctx, a, before.ID, func(w io.Writer, p person) {
			fmt.Fprintf(w, "%s %s\n", clean(p.UserName), done)
		})
	})
}

// report prints somebody after a change. Who now waits for a seat is an exit code of its
// own, for a script may want to free one.
func (s *session) report(ctx context.Context, a *app, id directory.ResourceID, text func(io.Writer, person)) error {
	p, err := s.person(ctx, string(id))
	if err != nil {
		return err
	}
	err = a.print(p, func(w io.Writer) {
		text(w, p)
		p.remark(w)
	})
	if err == nil && p.state() == "held" {
		return heldError{directory.Errorf(directory.Full, "active", "%s waits for a seat", p.UserName).Hinted("see: rollcall seats")}
	}
	return err
}

// remark says what else decides about somebody's access.
func (p person) remark(w io.Writer) {
	switch p.state() {
	case "deleted":
		fmt.Fprintf(w, "until %s this can be undone with: rollcall users restore %s\n", shownTime(p.Deleted.Until), clean(p.UserName))
	case "inactive":
		fmt.Fprintf(w, "the source %s does not want them active\n", p.Source)
	case "switched off":
		fmt.Fprintf(w, "switched off %s\n", clean(p.Switch.String()))
	}
}

// usersRestore is rollcall users restore.
type usersRestore struct {
	whom
}

// Run undoes a deletion.
func (c usersRestore) Run(ctx context.Context, a *app) error {
	return a.work(ctx, func(s *session) error {
		id, err := s.deleted(ctx, c.UserName)
		if err != nil {
			return err
		}
		if _, err := s.Apply(ctx, s.by, directory.RestoreUser{ID: id, Reason: c.Reason}); err != nil {
			return err
		}
		return s.report(ctx, a, id, func(w io.Writer, p person) { fmt.Fprintf(w, "%s was restored\n", clean(p.UserName)) })
	})
}

// deleted finds somebody in their grace: by present name or id, or by the name that
// they had before another person got it.
func (s *session) deleted(ctx context.Context, name string) (directory.ResourceID, error) {
	var id directory.ResourceID
	err := s.Read(ctx, s.by, func(ctx context.Context, tx directory.ReadTx) error {
		u, missing := findUser(ctx, tx, name)
		switch {
		case missing == nil && u.Facts.Deleted != nil:
			id = u.ID
			return nil
		case missing == nil:
			missing = directory.Errorf(directory.Denied, "id", "%s is not deleted", u.UserName)
		case !directory.Is(missing, directory.NotFound):
			return missing
		}
		former, err := formerlyCalled(ctx, tx, name)
		switch {
		case err != nil:
			return err
		case len(former) == 0:
			return missing
		case len(former) > 1:
			return directory.Errorf(directory.Stale, "userName", "%d deleted people were called %q", len(former), name).
				Hinted("say which by id: rollcall users list --deleted")
		}
		id = former[0]
		return nil
	})
	return id, err
}

// formerlyCalled lists deleted people whose name went to somebody else.
func formerlyCalled(ctx context.Context, tx directory.ReadTx, name string) ([]directory.ResourceID, error) {
	var ids []directory.ResourceID
	page := directory.Listing{Shelves: []string{directory.ShelfDeleted}, Start: 1, Count: directory.NoLimit}
	_, err := tx.ListUsers(ctx, page, func(s *directory.Stored) error {
		u, err := userOf(s)
		if err == nil && directory.Fold(u.Facts.Deleted.UserName) == directory.Fold(name) {
			ids = append(ids, u.ID)
		}
		return err
	})
	return ids, err
}

// grants are what administrators give and take.
type grants struct {
	Role    []string `placeholder:"ROLE" help:"A role, such as admin; can be given several times."`
	Channel []string `placeholder:"NAME" help:"A channel; can be given several times."`
	Team    []string `placeholder:"NAME" help:"A team; can be given several times."`
}

// list returns the grants, of which there has to be one.
func (g grants) list() ([]directory.Grant, error) {
	var all []directory.Grant
	add := func(kind directory.GrantKind, names []string) {
		for _, name := range names {
			all = append(all, directory.Grant{Kind: kind, Name: name, Author: directory.ByAdministrator})
		}
	}
	add(directory.RoleGrant, g.Role)
	add(directory.ChannelGrant, g.Channel)
	add(directory.TeamGrant, g.Team)
	if len(all) == 0 {
		return nil, usageError{fmt.Errorf("say what with --role, --channel or --team")}
	}
	return all, nil
}

// usersGrant is rollcall users grant.
type usersGrant struct {
	whom
	grants
	NewRole bool `help:"Give a role that nobody has named here before, because it was made in the workspace."`
}

// Run adds grants to those that administrators gave before.
func (c usersGrant) Run(ctx context.Context, a *app) error {
	asked, err := c.list()
	if err != nil {
		return err
	}
	return c.regrant(ctx, a, c.whom, func(present []directory.Grant) directory.SetGrants {
		return directory.SetGrants{Grants: append(present, asked...), KnownRoles: !c.NewRole}
	})
}

// usersTake is rollcall users take.
type usersTake struct {
	whom
	grants
}

// Run takes grants away that administrators gave. What a source or a mapping gave stays;
// of a local person administrators gave everything.
func (c usersTake) Run(ctx context.Context, a *app) error {
	asked, err := c.list()
	if err != nil {
		return err
	}
	if err := a.work(ctx, func(s *session) error { return c.takeOwn(ctx, s, asked) }); err != nil {
		return err
	}
	return c.regrant(ctx, a, c.whom, func(present []directory.Grant) directory.SetGrants {
		return directory.SetGrants{Grants: slices.DeleteFunc(present, func(g directory.Grant) bool { return slices.Contains(asked, g) })}
	})
}

// takeOwn takes roles from a local person that were given when the person was made, and
// refuses to take what no administrator gave.
func (c usersTake) takeOwn(ctx context.Context, s *session, asked []directory.Grant) error {
	var u *directory.User
	err := s.Read(ctx, s.by, func(ctx context.Context, tx directory.ReadTx) (err error) {
		u, err = findUser(ctx, tx, c.UserName)
		return err
	})
	if err != nil {
		return err
	}
	given := slices.Clone(u.Facts.Grants)
	if u.Source == directory.Local {
		given = u.AuthoredGrants()
	}
	own := func(r directory.MultiValue) bool {
		return slices.ContainsFunc(asked, func(g directory.Grant) bool { return g.Kind == directory.RoleGrant && g.Name == r.Value })
	}
	switch {
	case !slices.ContainsFunc(asked, func(g directory.Grant) bool { return hasGrant(given, g) }):
		return directory.Errorf(directory.Denied, "grants", "no administrator gave %s that", u.UserName).
			Hinted("what a source gives is changed there, what a group gives with: rollcall mappings")
	case u.Source != directory.Local || !slices.ContainsFunc(u.Roles, own):
		return nil
	}
	_, err = s.EditUser(ctx, s.by, u.ID, 0, directory.Secret{}, func(u *directory.User) error {
		u.Roles = slices.DeleteFunc(u.Roles, own)
		return nil
	})
	return err
}

func hasGrant(grants []directory.Grant, g directory.Grant) bool {
	return slices.ContainsFunc(grants, func(x directory.Grant) bool { return x.Kind == g.Kind && x.Name == g.Name })
}

// regrant replaces the grants of administrators by what change makes of them.
func (grants) regrant(ctx context.Context, a *app, c whom, change func([]directory.Grant) directory.SetGrants) error {
	return a.work(ctx, func(s *session) error {
		var u *directory.User
		err := s.Read(ctx, s.by, func(ctx context.Context, tx directory.ReadTx) (err error) {
			u, err = findUser(ctx, tx, c.UserName)
			return err
		})
		if err != nil {
			return err
		}
		asked := change(slices.Clone(u.Facts.Grants))
		asked.ID, asked.Reason = u.ID, c.Reason
		if _, err := s.Apply(ctx, s.by, asked); err != nil {
			return err
		}
		return s.report(ctx, a, u.ID, func(w io.Writer, p person) {
			fmt.Fprintf(w, "%s has the roles %s\n", clean(p.UserName), clean(strings.Join(p.Roles, ", ")))
		})
	})
}
