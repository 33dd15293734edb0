package main

import (
	"bufio"
	"context"
	"fmt"
	"strings"
	"time"

	"rollcall/directory"
	"rollcall/scim"
)

// groupsCommands are rollcall groups ….
type groupsCommands struct {
	List groupsList `cmd:"" help:"List groups."`
	Show groupsShow `cmd:"" help:"Show a group, its members and what it gives them."`
}

// group is a group as the command line shows one.
type group struct {
	ID          directory.ResourceID `json:"id"`
	DisplayName string               `json:"displayName"`
	ExternalID  string               `json:"externalId,omitempty"`
	Source      directory.SourceID   `json:"source"`
	Created     time.Time            `json:"created"`
	Modified    time.Time            `json:"modified"`
}

func groupOf(g *directory.Group) group {
	return group{g.ID, g.DisplayName, g.ExternalID, g.Source, g.Meta.Created, g.Meta.Modified}
}

// groupsList is rollcall groups list.
type groupsList struct {
	Filter string `placeholder:"FILTER" help:"SCIM filter, such as 'displayName sw \"a\"'."`
	Start  int64  `default:"1" placeholder:"N" help:"Begin with the Nth, counted from 1."`
	Limit  *int64 `placeholder:"N" help:"List no more than N."`
}

// Run lists groups while it reads them.
func (c groupsList) Run(ctx context.Context, a *app) error {
	page := directory.Listing{Start: c.Start, Count: directory.NoLimit}
	if c.Limit != nil {
		page.Count = *c.Limit
	}
	if c.Start < 1 || page.Count < directory.NoLimit {
		return usageError{fmt.Errorf("--start counts from 1 and --limit from 0")}
	}
	if c.Filter != "" {
		f, err := scim.ParseFilter(directory.Groups, c.Filter)
		if err != nil {
			return fmt.Errorf("--filter: %w", err)
		}
		page.Filter = f
	}
	return a.work(ctx, func(s *session) error {
		return s.Read(ctx, s.by, func(ctx context.Context, tx directory.ReadTx) error {
			return printGroups(ctx, a, tx, page)
		})
	})
}

func printGroups(ctx context.Context, a *app, tx directory.ReadTx, page directory.Listing) (err error) {
	if page.Shelves, err = shelves(ctx, tx, directory.GroupRecord, false); err != nil {
		return err
	}
	total, err := tx.ListGroups(ctx, directory.Listing{Shelves: page.Shelves, Filter: page.Filter, Start: 1}, nil)
	if err != nil {
		return err
	}
	l := a.list("groups", total, "NAME", "SOURCE", "CHANGED", "ID")
	_, err = tx.ListGroups(ctx, page, func(s *directory.Stored) error {
		g, err := directory.DecodeGroup(s.Doc)
		if err != nil {
			return err
		}
		g.ID, g.Source, g.Meta = s.ID, s.Source, s.Meta
		return l.add(groupOf(g), g.DisplayName, string(g.Source), shownTime(g.Meta.Modified), string(g.ID))
	})
	if err != nil {
		return err
	}
	if page.Filter != nil {
		return l.end("No group matches.")
	}
	return l.end("There are no groups. Identity providers push them, with the people who belong to them.")
}

// groupsShow is rollcall groups show.
type groupsShow struct {
	Name   string             `arg:"" help:"Name of the group, or its id."`
	Source directory.SourceID `placeholder:"NAME" help:"Source of the group, where several have one of that name."`
}

// Run shows one group with its members, printed while they are read.
func (c groupsShow) Run(ctx context.Context, a *app) error {
	return a.work(ctx, func(s *session) error {
		var g *directory.Group
		var gives []directory.Mapping
		err := s.Read(ctx, s.by, func(ctx context.Context, tx directory.ReadTx) (err error) {
			if g, err = findGroup(ctx, tx, c.Name, c.Source); err != nil {
				return err
			}
			gives, err = tx.Mappings(ctx, g.ID)
			return err
		})
		if err != nil {
			return err
		}
		if a.JSON {
			return s.writeGroupJSON(ctx, a, g, gives)
		}
		return s.writeGroup(ctx, a, g, gives)
	})
}

// writeGroup prints a group for people.
func (s *session) writeGroup(ctx context.Context, a *app, g *directory.Group, gives []directory.Mapping) error {
	var what []string
	for _, m := range gives {
		what = append(what, string(m.Kind)+" "+m.Name)
	}
	fields(a.stdout, "name", g.DisplayName, "source", string(g.Source), "external id", g.ExternalID, "id", string(g.ID),
		"gives", strings.Join(what, ", "), "created", shownTime(g.Meta.Created), "changed", shownTime(g.Meta.Modified))
	fmt.Fprintln(a.stdout)
	l := a.list("members", 0, "MEMBER", "ID")
	err := s.EachMember(ctx, s.by, g.ID, func(m directory.Member) error { return l.add(nil, m.Display, string(m.ID)) })
	if err != nil {
		return err
	}
	return l.end("Nobody belongs to it.")
}

// writeGroupJSON prints the group's own members and then, as they are read, the people.
func (s *session) writeGroupJSON(ctx context.Context, a *app, g *directory.Group, gives []directory.Mapping) error {
	var head strings.Builder
	err := encode(&head, struct {
		group
		Gives []mapping `json:"gives"`
	}{groupOf(g), mappingsOf(gives, map[directory.ResourceID]*directory.Group{g.ID: g})})
	if err != nil {
		return fmt.Errorf("print the group: %w", err)
	}
	out := bufio.NewWriter(a.stdout)
	fmt.Fprintf(out, `%s,"members":[`, strings.TrimSuffix(strings.TrimSpace(head.String()), "}"))
	members := elements{out: out}
	if err := s.EachMember(ctx, s.by, g.ID, func(m directory.Member) error { return members.add(member{m.ID, m.Display}) }); err != nil {
		return err
	}
	out.WriteString("]}\n") // bufio keeps its first error until Flush
	if err := out.Flush(); err != nil {
		return fmt.Errorf("print the group: %w", err)
	}
	return nil
}

// member is somebody in a group.
type member struct {
	ID      directory.ResourceID `json:"id"`
	Display string               `json:"display,omitempty"`
}

// findGroup finds a group by id, or by name in any spelling. Each source has its own
// names.
func findGroup(ctx context.Context, tx directory.ReadTx, name string, only directory.SourceID) (*directory.Group, error) {
	g, err := tx.Group(ctx, directory.ResourceID(name))
	if !directory.Is(err, directory.NotFound) {
		return g, err
	}
	all, err := shelves(ctx, tx, directory.GroupRecord, false)
	if err != nil {
		return nil, err
	}
	var found []*directory.Group
	for _, source := range all {
		if only != "" && string(only) != source {
			continue
		}
		g, err := tx.GroupByName(ctx, directory.SourceID(source), directory.Fold(name))
		if err == nil {
			found = append(found, g)
		} else if !directory.Is(err, directory.NotFound) {
			return nil, err
		}
	}
	switch len(found) {
	case 0:
		return nil, directory.Errorf(directory.NotFound, "displayName", "there is no group %q", name).Hinted("see: rollcall groups list")
	case 1:
		return found[0], nil
	}
	return nil, directory.Errorf(directory.Stale, "displayName", "%d sources have a group %q", len(found), name).
		Hinted("say which with --source, or by id")
}
