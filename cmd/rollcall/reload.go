package main

import (
	"context"
	"fmt"

	"rollcall/config"
	"rollcall/directory"
	bridgesync "rollcall/sync"
)

// reloads reads the configuration again whenever SIGHUP asks for it. One that arrives
// meanwhile makes it be read once more; further ones add nothing.
func (s *server) reloads(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.hups:
			s.reload(ctx)
		}
	}
}

// reload puts into force what the configuration now says of workspaces and their LDAP
// sources. One with faults changes nothing.
func (s *server) reload(ctx context.Context) {
	fresh, err := s.again()
	if err == nil {
		err = s.follow(ctx, fresh)
	}
	if err != nil {
		s.log.Error("the configuration has faults, what was read before stays in force", "event", "reload", "err", err)
		return
	}
	s.log.Info("the configuration was read again", "event", "reload", "file", fresh.File)
}

// follow puts the workspaces of a configuration and their sources into force, and runs
// these from now on. A source that is gone is detached.
func (s *server) follow(ctx context.Context, c *config.Config) error {
	var sources []bridgesync.Scheduled
	for _, w := range c.Workspaces {
		id, err := ensureWorkspace(ctx, s.directory, w, always)
		if err != nil {
			return err
		}
		of, err := s.followWorkspace(ctx, id, w)
		if err != nil {
			return err
		}
		sources = append(sources, of...)
	}
	s.scheduler.Follow(sources)
	return nil
}

func (s *server) followWorkspace(ctx context.Context, id directory.WorkspaceID, w *config.Workspace) (sources []bridgesync.Scheduled, err error) {
	for _, source := range w.Sources {
		c, err := configured(id, source)
		if err != nil {
			return nil, fmt.Errorf("source %s: %w", source.Name, err)
		}
		sources = append(sources, bridgesync.Scheduled{Configured: c, Spec: source.Schedule})
	}
	for i, source := range w.Sources {
		if err := announce(ctx, s.directory, id, source); err != nil {
			return nil, fmt.Errorf("source %s: %w", source.Name, err)
		}
		s.warn(id, sources[i])
	}
	gone, err := detach(ctx, s.directory, id, w)
	for _, name := range gone {
		s.log.Warn("a source is gone from the configuration, its people stay", "event", "detach", "workspace", id, "source", name)
	}
	return sources, err
}

// warn logs what the configuration of a source leaves unsafe.
func (s *server) warn(id directory.WorkspaceID, c bridgesync.Scheduled) {
	source, ok := c.Source.(interface{ Warnings() []string })
	if !ok {
		return
	}
	for _, w := range source.Warnings() {
		s.log.Warn("a source is not safe", "workspace", id, "source", c.Name, "why", w)
	}
}
