package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

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
	_, faults := errors.AsType[config.Faults](err)
	switch {
	case faults:
		s.log.Error("the configuration has faults, what was read before stays in force", "event", "reload", "err", err)
	case err != nil:
		s.log.Error("the configuration is not in force as a whole, SIGHUP has it read once more", "event", "reload", "err", err)
	default:
		s.log.Info("the configuration was read again", "event", "reload", "file", fresh.File)
	}
}

// follow puts the workspaces of a configuration and their sources into force, and runs
// these from now on. A source that is gone is detached. Everything is looked at before
// anything is written. What cannot be written then leaves each source to be run by the
// definition that is in force, or it would be run no more.
func (s *server) follow(ctx context.Context, c *config.Config) error {
	if err := fit(ctx, s.directory, c); err != nil {
		return err
	}
	followed, err := s.enforce(ctx, c)
	if err != nil {
		followed = append(followed, without(s.scheduler.Sources(), followed)...)
	}
	s.scheduler.Follow(followed)
	return err
}

// fit returns what is wrong with a configuration once it is put together with what the
// directory knows.
func fit(ctx context.Context, d *directory.Directory, c *config.Config) error {
	faults, err := clashes(ctx, d, c)
	if err != nil {
		return err
	}
	for _, w := range c.Workspaces {
		for _, source := range w.Sources {
			_, err := configured("", source)
			faults = append(faults, faultsAt(c, source, "ldap.", err)...)
		}
	}
	return faults.Err()
}

// without returns the sources of which there is no other definition.
func without(sources, others []bridgesync.Scheduled) []bridgesync.Scheduled {
	return slices.DeleteFunc(slices.Clone(sources), func(c bridgesync.Scheduled) bool {
		return slices.ContainsFunc(others, func(o bridgesync.Scheduled) bool { return o.Workspace == c.Workspace && o.Name == c.Name })
	})
}

// enforce writes what a configuration says, and returns the sources that are in force as
// it has them.
func (s *server) enforce(ctx context.Context, c *config.Config) (followed []bridgesync.Scheduled, err error) {
	for _, w := range c.Workspaces {
		id, err := ensureWorkspace(ctx, s.directory, w, always)
		if err != nil {
			return followed, err
		}
		of, err := s.enforceSources(ctx, id, w)
		followed = append(followed, of...)
		if err != nil {
			return followed, err
		}
	}
	return followed, nil
}

func (s *server) enforceSources(ctx context.Context, id directory.WorkspaceID, w *config.Workspace) (followed []bridgesync.Scheduled, err error) {
	for _, source := range w.Sources {
		c, err := configured(id, source)
		if err != nil {
			return followed, fmt.Errorf("source %s: %w", source.Name, err)
		}
		err = announce(ctx, s.directory, id, source)
		if err == nil || inForce(ctx, s.directory, id, source) {
			followed = append(followed, bridgesync.Scheduled{Configured: c, Spec: source.Schedule})
		}
		if err != nil {
			return followed, fmt.Errorf("source %s: %w", source.Name, err)
		}
		s.warn(id, followed[len(followed)-1])
	}
	gone, err := detach(ctx, s.directory, id, w)
	for _, name := range gone {
		s.log.Warn("a source is gone from the configuration, its people stay", "event", "detach", "workspace", id, "source", name)
	}
	return followed, err
}

// inForce reports whether a source is in force as the configuration has it. It is asked
// after a write that failed: one whose answer was lost has happened.
func inForce(ctx context.Context, d *directory.Directory, id directory.WorkspaceID, s *config.Source) bool {
	known, err := present(ctx, d, id, s)
	return err == nil && known != nil && known.Definition == definition(s)
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
