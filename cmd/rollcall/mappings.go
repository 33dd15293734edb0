package main

import (
	"context"
	"fmt"

	"rollcall/directory"
)

// mappingsCommands are rollcall mappings ….
type mappingsCommands struct {
	List   mappingsList   `cmd:"" help:"List which group gives what."`
	Create mappingsCreate `cmd:"" help:"Give everybody in a group a role, a channel or a team."`
	Delete mappingsDelete `cmd:"" help:"Take away what a mapping gives."`
}

// mapping is a mapping as the command line shows one.
type mapping struct {
	ID        string               `json:"id"`
	Group     directory.ResourceID `json:"group"`
	GroupName string               `json:"groupName"`
	Source    directory.SourceID   `json:"source"` // of the group
	Kind      directory.GrantKind  `json:"kind"`
	Name      string               `json:"name"`
}

// mappingsOf shows mappings of groups that were read before.
func mappingsOf(all []directory.Mapping, groups map[directory.ResourceID]*directory.Group) []mapping {
	shown := []mapping{}
	for _, m := range all {
		one := mapping{ID: m.ID, Group: m.Group, Kind: m.Kind, Name: m.Name}
		if g := groups[m.Group]; g != nil {
			one.GroupName, one.Source = g.DisplayName, g.Source
		}
		shown = append(shown, one)
	}
	return shown
}

// mappings reads all mappings and the groups they are of.
func (s *session) mappings(ctx context.Context) ([]mapping, error) {
	var shown []mapping
	err := s.Read(ctx, s.by, func(ctx context.Context, tx directory.ReadTx) error {
		all, err := tx.Mappings(ctx, "")
		if err != nil {
			return err
		}
		groups := map[directory.ResourceID]*directory.Group{}
		for _, m := range all {
			if groups[m.Group], err = tx.Group(ctx, m.Group); err != nil {
				return fmt.Errorf("read the group of mapping %s: %w", m.ID, err)
			}
		}
		shown = mappingsOf(all, groups)
		return nil
	})
	return shown, err
}

// mappingsList is rollcall mappings list.
type mappingsList struct{}

// Run lists mappings.
func (mappingsList) Run(ctx context.Context, a *app) error {
	return a.work(ctx, func(s *session) error {
		all, err := s.mappings(ctx)
		if err != nil {
			return err
		}
		l := a.list("mappings", int64(len(all)), "GROUP", "SOURCE", "GIVES", "NAME", "ID")
		for _, m := range all {
			if err := l.add(m, m.GroupName, string(m.Source), string(m.Kind), m.Name, m.ID); err != nil {
				return err
			}
		}
		return l.end("No group gives anything. To let one: rollcall mappings create GROUP --role NAME")
	})
}

// mappingsCreate is rollcall mappings create.
type mappingsCreate struct {
	Group  string             `arg:"" help:"Name of the group, or its id."`
	Source directory.SourceID `placeholder:"NAME" help:"Source of the group, where several have one of that name."`
	grants
}

// Run makes a mapping for each thing that is to be given.
func (c mappingsCreate) Run(ctx context.Context, a *app) error {
	gives, err := c.list()
	if err != nil {
		return err
	}
	return a.work(ctx, func(s *session) error {
		var g *directory.Group
		err := s.Read(ctx, s.by, func(ctx context.Context, tx directory.ReadTx) (err error) {
			g, err = findGroup(ctx, tx, c.Group, c.Source)
			return err
		})
		if err != nil {
			return err
		}
		for _, one := range gives {
			change := directory.PutMapping{Mapping: directory.Mapping{Group: g.ID, Kind: one.Kind, Name: one.Name}}
			if _, err := s.Apply(ctx, s.by, change); err != nil {
				return err
			}
		}
		return s.printMappingsOf(ctx, a, g)
	})
}

// printMappingsOf prints what a group gives.
func (s *session) printMappingsOf(ctx context.Context, a *app, g *directory.Group) error {
	all, err := s.mappings(ctx)
	if err != nil {
		return err
	}
	var own []mapping
	for _, m := range all {
		if m.Group == g.ID {
			own = append(own, m)
		}
	}
	l := a.list("mappings", int64(len(own)), "GROUP", "GIVES", "NAME", "ID")
	for _, m := range own {
		if err := l.add(m, m.GroupName, string(m.Kind), m.Name, m.ID); err != nil {
			return err
		}
	}
	return l.end("The group gives nothing.")
}

// mappingsDelete is rollcall mappings delete.
type mappingsDelete struct {
	ID string `arg:"" help:"Id of the mapping, as mappings list shows it."`
}

// Run deletes a mapping.
func (c mappingsDelete) Run(ctx context.Context, a *app) error {
	return a.work(ctx, func(s *session) error {
		got, err := s.Apply(ctx, s.by, directory.DeleteMapping{ID: c.ID})
		if err != nil {
			return err
		}
		return a.say(map[string]any{"id": c.ID, "outcome": got.Outcome}, "the mapping was deleted")
	})
}
