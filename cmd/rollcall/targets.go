package main

import (
	"context"
	"fmt"

	"rollcall/config"
	"rollcall/directory"
	"rollcall/directory/vault"
	bridgesync "rollcall/sync"
	"rollcall/sync/rocketchat"
)

// target is what a workspace provisions. The zero value is the built-in workspace, to
// which nothing has to be carried.
type target struct {
	name string // tells one target from another; with another name everybody is delivered anew
	bridgesync.Target
}

// chooseTarget returns the target that is configured for a workspace. A server is told from
// another by its address.
var chooseTarget = func(w *config.Workspace) (target, error) {
	if w.RocketChat == nil {
		return target{}, nil
	}
	t, err := rocketchat.New(rocketchatConfig(w.RocketChat))
	if err != nil {
		return target{}, err
	}
	return target{"rocketchat " + t.Address(), t}, nil
}

// provision tells the directory what the workspace provisions, so that what any process
// changes is carried there, and returns it.
func provision(ctx context.Context, d *directory.Directory, id directory.WorkspaceID, w *config.Workspace) (target, error) {
	t, err := chooseTarget(w)
	if err != nil {
		return t, fmt.Errorf("target of the workspace %s: %w", w.Slug, err)
	}
	by := directory.Actor{Kind: directory.System, Name: "configuration", Workspace: id}
	if _, err := d.Apply(ctx, by, directory.SetTarget{Target: t.name}); err != nil {
		return t, fmt.Errorf("target of the workspace %s: %w", w.Slug, err)
	}
	return t, nil
}

// connect finds the targets of all workspaces, and has what is behind carried there.
func (s *server) connect(ctx context.Context) error {
	s.targets = map[directory.WorkspaceID]bridgesync.NamedTarget{}
	for _, w := range s.config.Workspaces {
		id, err := s.store.EnsureWorkspace(ctx, w.Slug)
		if err != nil {
			return err
		}
		t, err := provision(ctx, s.directory, id, w)
		if err != nil {
			return err
		}
		if t.Target == nil {
			continue
		}
		s.targets[id] = bridgesync.NamedTarget{Name: t.name, Target: t.Target}
		if chat, ok := t.Target.(*rocketchat.Target); ok {
			s.beside = append(s.beside, func(ctx context.Context) { s.look(ctx, id, chat) })
		}
		if s.store.Alone() { // whoever claimed something is dead
			by := directory.Actor{Kind: directory.System, Name: "delivery", Workspace: id}
			if err := s.directory.EndClaims(ctx, by); err != nil {
				return fmt.Errorf("take back what a server that ended had begun: %w", err)
			}
		}
	}
	if len(s.targets) > 0 {
		s.beside = append(s.beside, s.deliver)
	}
	return nil
}

// newDirectory opens the directory of a configuration. Where there is a target, it can
// keep passwords until they are delivered.
func newDirectory(s directory.Store, c *config.Config, options ...directory.Option) (*directory.Directory, error) {
	options = append(options, directory.WithHasher(new(vault.Argon2)))
	for _, w := range c.Workspaces {
		t, err := chooseTarget(w)
		if err != nil {
			return nil, fmt.Errorf("target of the workspace %s: %w", w.Slug, err)
		}
		if t.Target == nil {
			continue
		}
		ring, err := loadRing(c)
		if err != nil {
			return nil, err
		}
		options = append(options, directory.WithSealer(ring))
		break
	}
	return directory.New(s, options...), nil
}

// loadRing returns the keys that seal what must not lie open in the database.
func loadRing(c *config.Config) (*vault.Ring, error) {
	ring, err := vault.Load(c.Data, c.SealingKey())
	if err != nil {
		return nil, fmt.Errorf("load the sealing keys: %w", err)
	}
	return ring, nil
}

// deliver carries what is behind to the targets until the server stops.
func (s *server) deliver(ctx context.Context) {
	jobs := &bridgesync.Jobs{
		Deliverer: &bridgesync.Deliverer{Directory: s.directory, Targets: s.targets, Logger: s.log},
		Open: func(ctx context.Context, c *bridgesync.QueueConfig) (bridgesync.Queue, error) {
			return s.store.Jobs(ctx, c)
		},
		Logger: s.log,
	}
	if err := jobs.Run(ctx); err != nil {
		s.log.Error("deliveries ended", "err", err)
	}
}
