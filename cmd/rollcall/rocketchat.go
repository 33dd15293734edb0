package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"rollcall/config"
	"rollcall/directory"
	"rollcall/sync/rocketchat"
)

// rocketchatConfig is a configured server as package rocketchat wants it.
func rocketchatConfig(r *config.RocketChat) rocketchat.Config {
	return rocketchat.Config{
		URL:            r.URL,
		AllowPlaintext: r.AllowPlaintext,
		UserID:         r.UserID,
		Token:          directory.NewSecret(r.Token.Reveal()),
		CAFile:         r.CAFile,
		Rooms:          rocketchat.RoomPolicy(r.Rooms),
		Erasure:        directory.Erasure(r.Erasure),
		RenameLinked:   r.RenameLinked,
		LinkUnverified: r.LinkUnverified,
	}
}

// targetFaults are what is wrong with the targets.
func targetFaults(c *config.Config) config.Faults {
	var faults config.Faults
	for _, w := range c.Workspaces {
		if w.RocketChat != nil {
			_, err := rocketchat.New(rocketchatConfig(w.RocketChat))
			faults = append(faults, faultsAt(c, w.RocketChat, "", err)...)
		}
	}
	return faults
}

// look logs what a server that is provisioned lacks. Deliveries do not wait for it.
func (s *server) look(ctx context.Context, id directory.WorkspaceID, t *rocketchat.Target) {
	seen, err := t.Check(ctx)
	if err != nil {
		s.log.Warn("the target could not be looked at", "event", "target", "workspace", id, "err", err)
		return
	}
	s.log.Info("the target was looked at", "event", "target", "workspace", id, "version", seen.Version)
	for _, f := range seen.Findings {
		if f.Problem {
			s.log.Warn("the target lacks something", "event", "target", "workspace", id, "err", f.Text+"; "+f.Hint)
		}
	}
}

// targetCommands are rollcall target ….
type targetCommands struct {
	Check targetCheck `cmd:"" help:"Ask the server that is provisioned who Rollcall is to it, and what is missing; nothing is changed."`
}

// targetCheck is rollcall target check.
type targetCheck struct{}

// targetShown is what a check of a target saw, as it is printed.
type targetShown struct {
	Server   string         `json:"server"`
	Version  string         `json:"version"`
	Account  string         `json:"account"`
	Findings []findingShown `json:"findings"`
}

type findingShown struct {
	Problem bool   `json:"problem"`
	Text    string `json:"text"`
	Hint    string `json:"hint"`
}

// Run asks the server and says what it found. A problem makes it fail.
func (targetCheck) Run(ctx context.Context, a *app) error {
	c, err := a.config(nil)
	if err != nil {
		return err
	}
	w, err := c.Workspace(a.Workspace)
	if err != nil {
		return usageError{err}
	}
	if w.RocketChat == nil {
		return directory.Errorf(directory.NotFound, "", "the workspace %s has no target", w.Slug).
			Hinted("it is the built-in one; target: in the configuration names a Rocket.Chat server")
	}
	target, err := rocketchat.New(rocketchatConfig(w.RocketChat))
	if err != nil {
		return err
	}
	seen, err := target.Check(ctx)
	if err != nil {
		return directory.Errorf(directory.Unavailable, "", "%v", err)
	}
	shown := targetShown{Server: seen.Server, Version: seen.Version, Account: seen.Account, Findings: []findingShown{}}
	for _, f := range seen.Findings {
		shown.Findings = append(shown.Findings, findingShown(f))
	}
	if err := a.print(shown, shown.write); err != nil || !seen.Broken() {
		return err
	}
	return errors.New("the target lacks something, see above")
}

func (s targetShown) write(w io.Writer) {
	fields(w, "server", s.Server, "version", s.Version, "account", s.Account)
	for _, f := range s.Findings {
		kind := "note"
		if f.Problem {
			kind = "problem"
		}
		fmt.Fprintf(w, "%s: %s; %s\n", kind, clean(f.Text), clean(f.Hint))
	}
	if len(s.Findings) == 0 {
		fmt.Fprintln(w, "nothing is missing")
	}
}
