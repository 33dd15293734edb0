package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"time"

	"rollcall/directory"
	"rollcall/scim"
)

// usersCommands are rollcall users ….
type usersCommands struct {
	List       usersList       `cmd:"" help:"List people."`
	Show       usersShow       `cmd:"" help:"Show one person."`
	Create     usersCreate     `cmd:"" help:"Make a person whom no identity provider owns."`
	Deactivate usersDeactivate `cmd:"" help:"Take somebody's access away; their source repeating itself does not give it back."`
	Activate   usersActivate   `cmd:"" help:"Lift a deactivation."`
	Delete     usersDelete     `cmd:"" help:"Delete somebody, or keep their source from bringing them back; until the grace is over it can be undone."`
	Restore    usersRestore    `cmd:"" help:"Undo a deletion."`
	Grant      usersGrant      `cmd:"" help:"Give somebody roles, channels or teams."`
	Take       usersTake       `cmd:"" help:"Take away what was given with grant."`
}

// usersList is rollcall users list.
type usersList struct {
	Filter  string `placeholder:"FILTER" help:"SCIM filter, such as 'userName sw \"a\"'. There active means: wanted by the source."`
	Start   int64  `default:"1" placeholder:"N" help:"Begin with the Nth, counted from 1."`
	Limit   *int64 `placeholder:"N" help:"List no more than N."`
	Deleted bool   `help:"List those who are deleted and can be restored."`
}

// Run lists people while it reads them.
func (c usersList) Run(ctx context.Context, a *app) error {
	page := directory.Listing{Start: c.Start, Count: directory.NoLimit}
	if c.Limit != nil {
		page.Count = *c.Limit
	}
	if c.Start < 1 || page.Count < directory.NoLimit {
		return usageError{fmt.Errorf("--start counts from 1 and --limit from 0")}
	}
	if c.Filter != "" {
		f, err := scim.ParseFilter(directory.Users, c.Filter)
		if err != nil {
			return fmt.Errorf("--filter: %w", err)
		}
		page.Filter = f
	}
	return a.work(ctx, func(s *session) error {
		return s.Read(ctx, s.by, func(ctx context.Context, tx directory.ReadTx) error {
			return c.print(ctx, a, tx, page)
		})
	})
}

// print counts first, for the total is printed first; the snapshot is the same.
func (c usersList) print(ctx context.Context, a *app, tx directory.ReadTx, page directory.Listing) error {
	roles, err := readMapped(ctx, tx)
	if err != nil {
		return err
	}
	if page.Shelves, err = shelves(ctx, tx, directory.UserRecord, c.Deleted); err != nil {
		return err
	}
	total, err := tx.ListUsers(ctx, directory.Listing{Shelves: page.Shelves, Filter: page.Filter, Start: 1}, nil)
	if err != nil {
		return err
	}
	l := a.list("users", total, "USER NAME", "STATE", "STATUS", "SOURCE", "EMAIL", "ID")
	_, err = tx.ListUsers(ctx, page, func(s *directory.Stored) error {
		u, err := userOf(s)
		if err != nil {
			return err
		}
		p := roles.person(u, s.Groups)
		return l.add(p, p.UserName, p.state(), string(p.Status), string(p.Source), p.primary(), string(p.ID))
	})
	if err != nil {
		return err
	}
	tokens, err := tx.Tokens(ctx, "")
	if err != nil {
		return err
	}
	open := slices.ContainsFunc(tokens, func(t directory.Token) bool { return t.Live(time.Now()) })
	return l.end(c.none(open))
}

// none says that nobody is listed. A token is open while it lets an identity provider in.
func (c usersList) none(open bool) string {
	switch {
	case c.Filter != "":
		return "Nobody matches."
	case c.Deleted:
		return "Nobody is deleted."
	case c.Start > 1 || c.Limit != nil:
		return "Nobody is on this page."
	case open:
		return "Nobody is here yet. There is a token, so an identity provider can begin; what to paste into it: rollcall doctor"
	}
	return "Nobody is here yet. An identity provider can begin once it has a token: rollcall tokens create NAME"
}

// shelves lists where to look for everybody live, or everybody deleted.
func shelves(ctx context.Context, tx directory.ReadTx, t directory.RecordType, deleted bool) ([]string, error) {
	if deleted {
		return []string{directory.ShelfDeleted}, nil
	}
	all, err := tx.Shelves(ctx, t)
	if err != nil {
		return nil, err
	}
	var live []string
	for _, s := range all {
		if s != directory.ShelfDeleted {
			live = append(live, s)
		}
	}
	return live, nil
}

// usersShow is rollcall users show.
type usersShow struct {
	UserName string `arg:"" name:"username" help:"User name, or id."`
	Deleted  bool   `help:"Show somebody who is deleted and can be restored, whoever has the name now."`
}

// Run shows one person, live or deleted.
func (c usersShow) Run(ctx context.Context, a *app) error {
	return a.work(ctx, func(s *session) error {
		name := c.UserName
		if c.Deleted {
			id, err := s.deleted(ctx, name)
			if err != nil {
				return err
			}
			name = string(id)
		}
		p, err := s.person(ctx, name)
		if err != nil {
			return err
		}
		return a.print(p, p.write)
	})
}

// person reads somebody by user name or id.
func (s *session) person(ctx context.Context, name string) (person, error) {
	var p person
	err := s.Read(ctx, s.by, func(ctx context.Context, tx directory.ReadTx) error {
		u, err := findUser(ctx, tx, name)
		if err != nil {
			return err
		}
		roles, err := readMapped(ctx, tx)
		if err != nil {
			return err
		}
		groups, err := tx.GroupsOf(ctx, u.ID)
		if err != nil {
			return fmt.Errorf("read groups of %s: %w", u.ID, err)
		}
		p = roles.person(u, groups)
		return nil
	})
	return p, err
}

// findUser finds somebody by user name in any spelling, or else by id.
func findUser(ctx context.Context, tx directory.UserReader, name string) (*directory.User, error) {
	u, err := tx.UserByName(ctx, directory.Fold(name))
	if !directory.Is(err, directory.NotFound) {
		return u, err
	}
	u, err = tx.User(ctx, directory.ResourceID(name))
	if directory.Is(err, directory.NotFound) {
		return nil, directory.Errorf(directory.NotFound, "userName", "there is no user %q", name).Hinted("see: rollcall users list")
	}
	return u, err
}

// usersCreate is rollcall users create.
type usersCreate struct {
	UserName    string   `arg:"" name:"username" help:"User name."`
	Email       string   `placeholder:"ADDRESS" help:"Primary e-mail address."`
	DisplayName string   `placeholder:"TEXT" help:"Name that others see."`
	Role        []string `placeholder:"ROLE" help:"Role to grant, such as admin; can be given several times."`
}

// Run makes a local person.
func (c usersCreate) Run(ctx context.Context, a *app) error {
	u := directory.User{UserName: c.UserName, DisplayName: c.DisplayName, Wanted: true}
	if c.Email != "" {
		u.Emails = []directory.MultiValue{{Value: c.Email, Type: "work", Primary: true}}
	}
	for _, role := range c.Role {
		u.Roles = append(u.Roles, directory.MultiValue{Value: role})
	}
	return a.work(ctx, func(s *session) error {
		got, err := s.Apply(ctx, s.by, directory.PutUser{User: u})
		if err != nil {
			return err
		}
		return s.report(ctx, a, got.User.ID, func(w io.Writer, p person) { fmt.Fprintf(w, "%s was made\n", clean(p.UserName)) })
	})
}
