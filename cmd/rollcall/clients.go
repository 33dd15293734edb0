package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"rollcall/directory"
	"rollcall/scim"
)

// clientsCommands are rollcall clients ….
type clientsCommands struct {
	List   clientsList   `cmd:"" help:"List the SCIM clients."`
	Show   clientsShow   `cmd:"" help:"Show a SCIM client, its tokens, and the members that were left out of its groups."`
	Update clientsUpdate `cmd:"" help:"Change what a SCIM client may do."`
}

// client is a SCIM client as the command line shows one.
type client struct {
	Name         directory.SourceID `json:"name"`
	Profile      string             `json:"profile"`
	MayGrant     []string           `json:"mayGrant"`
	PasswordSync bool               `json:"passwordSync"`
	Strict       bool               `json:"strict"`
	Paused       *stop              `json:"paused,omitempty"`
	Braked       time.Time          `json:"braked,omitzero"`
	Created      time.Time          `json:"created"`
	Tokens       []tokenRow         `json:"tokens,omitempty"`  // of clients show
	LeftOut      []leftOut          `json:"leftOut,omitempty"` // of clients show
}

// leftOut is a member that a client put into a group although there is no such person.
type leftOut struct {
	Group     directory.ResourceID `json:"group"`
	GroupName string               `json:"groupName,omitempty"`
	Member    directory.ResourceID `json:"member"`
	At        time.Time            `json:"at"`
}

func clientOf(s *directory.Source) client {
	c := client{Name: s.ID, Profile: s.Profile, MayGrant: s.MayGrant, PasswordSync: s.PasswordSync, Strict: s.Strict,
		Paused: stopOf(s.Paused), Braked: fromMillis(s.Braked), Created: s.Created}
	if len(c.MayGrant) == 0 {
		c.MayGrant = []string{directory.RoleUser, directory.RoleGuest}
	}
	return c
}

// client reads a SCIM client.
func (s *session) client(ctx context.Context, name directory.SourceID) (*directory.Source, error) {
	var got *directory.Source
	err := s.Read(ctx, s.by, func(ctx context.Context, tx directory.ReadTx) (err error) {
		got, err = tx.Source(ctx, name)
		return err
	})
	switch {
	case directory.Is(err, directory.NotFound):
		return nil, directory.Errorf(directory.NotFound, "name", "there is no SCIM client %s", name).Hinted("see: rollcall clients list")
	case err == nil && got.Kind != directory.SCIMClient:
		return nil, directory.Errorf(directory.Denied, "name", "the source %s is no SCIM client but of kind %s", name, got.Kind)
	}
	return got, err
}

// clientsList is rollcall clients list.
type clientsList struct{}

// Run lists SCIM clients.
func (clientsList) Run(ctx context.Context, a *app) error {
	return a.work(ctx, func(s *session) error {
		sources, err := s.sources(ctx)
		if err != nil {
			return err
		}
		sources = slices.DeleteFunc(sources, func(s directory.Source) bool { return s.Kind != directory.SCIMClient })
		l := a.list("clients", int64(len(sources)), "NAME", "PROFILE", "MAY GRANT", "PASSWORDS", "STATE")
		for i := range sources {
			c := clientOf(&sources[i])
			if err := l.add(c, string(c.Name), c.Profile, strings.Join(c.MayGrant, ", "), yesNo(c.PasswordSync), stateShown(c.state())); err != nil {
				return err
			}
		}
		return l.end("There are no SCIM clients. To make one: rollcall tokens create NAME")
	})
}

// state says in words whether a client is heard.
func (c client) state() string {
	switch {
	case c.Paused != nil:
		return "paused"
	case !c.Braked.IsZero():
		return "braked"
	}
	return "running"
}

// clientsShow is rollcall clients show.
type clientsShow struct {
	Name directory.SourceID `arg:"" help:"Name of the SCIM client."`
}

// shownLeftOut is how many left-out members are shown.
const shownLeftOut = 100

// Run shows one client.
func (c clientsShow) Run(ctx context.Context, a *app) error {
	return a.work(ctx, func(s *session) error {
		got, err := s.client(ctx, c.Name)
		if err != nil {
			return err
		}
		shown := clientOf(got)
		if shown.Tokens, err = s.tokens(ctx, c.Name); err != nil {
			return err
		}
		if shown.LeftOut, err = s.leftOut(ctx, c.Name); err != nil {
			return err
		}
		return a.print(shown, shown.write)
	})
}

// leftOut reads the members that were lately left out of a client's groups.
func (s *session) leftOut(ctx context.Context, name directory.SourceID) ([]leftOut, error) {
	var all []leftOut
	err := s.Read(ctx, s.by, func(ctx context.Context, tx directory.ReadTx) error {
		dropped, err := tx.DroppedMembers(ctx, name, shownLeftOut)
		all = nil
		for _, d := range dropped {
			one := leftOut{Group: d.Group, Member: d.Member, At: fromMillis(d.At)}
			if g, err := tx.Group(ctx, d.Group); err == nil {
				one.GroupName = g.DisplayName
			}
			all = append(all, one)
		}
		return err
	})
	return all, err
}

// write prints everything about a client for people.
func (c client) write(w io.Writer) {
	braked := ""
	if !c.Braked.IsZero() {
		braked = fmt.Sprintf("since %s: nobody it deletes is purged until rollcall sources resume %s", shownTime(c.Braked), c.Name)
	}
	fields(w, "name", string(c.Name), "profile", c.Profile, "may grant", strings.Join(c.MayGrant, ", "),
		"passwords", yesNo(c.PasswordSync), "strict", yesNo(c.Strict), "state", stateShown(c.state()), "paused", c.Paused.String(),
		"braked", braked, "created", shownTime(c.Created))
	if len(c.Tokens) > 0 {
		var rows [][]string
		for _, t := range c.Tokens {
			rows = append(rows, []string{t.Hint, t.state(), shownTime(t.Created), t.CreatedBy, t.ID})
		}
		fmt.Fprintln(w)
		table(w, []string{"TOKEN", "STATE", "CREATED", "BY", "ID"}, rows)
	}
	if len(c.LeftOut) > 0 {
		var rows [][]string
		for _, m := range c.LeftOut {
			rows = append(rows, []string{string(m.Member), m.GroupName, string(m.Group), shownTime(m.At)})
		}
		fmt.Fprintln(w)
		table(w, []string{"LEFT OUT", "OF GROUP", "GROUP ID", "LAST"}, rows)
	}
}

// clientsUpdate is rollcall clients update.
type clientsUpdate struct {
	Name         directory.SourceID `arg:"" help:"Name of the SCIM client."`
	MayGrant     []string           `placeholder:"ROLE" help:"Roles that it may ask for, in place of those before."`
	PasswordSync *bool              `negatable:"" help:"Whether passwords that it sends are set."`
	Strict       *bool              `negatable:"" help:"Whether unknown members are refused instead of left out."`
	Profile      *string            `placeholder:"NAME" help:"What the client is: ${profiles}."`
}

// Run changes what was named and leaves the rest.
func (c clientsUpdate) Run(ctx context.Context, a *app) error {
	if c.Profile != nil {
		if err := checkProfile(*c.Profile); err != nil {
			return err
		}
	}
	return a.work(ctx, func(s *session) error {
		changed, err := s.client(ctx, c.Name)
		if err != nil {
			return err
		}
		c.edit(changed)
		if _, err := s.Apply(ctx, s.by, directory.PutSource{Source: *changed}); err != nil {
			return err
		}
		shown := clientOf(changed)
		return a.print(shown, shown.write)
	})
}

func (c clientsUpdate) edit(s *directory.Source) {
	if c.MayGrant != nil {
		s.MayGrant = c.MayGrant
	}
	if c.PasswordSync != nil {
		s.PasswordSync = *c.PasswordSync
	}
	if c.Strict != nil {
		s.Strict = *c.Strict
	}
	if c.Profile != nil {
		s.Profile = *c.Profile
	}
}

// checkProfile refuses a profile that does not exist; an empty one is by requests.
func checkProfile(name string) error {
	if name == "" || slices.Contains(scim.Profiles(), name) {
		return nil
	}
	return usageError{fmt.Errorf("there is no profile %q, there are %s", name, strings.Join(scim.Profiles(), ", "))}
}
