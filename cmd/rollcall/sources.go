package main

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"rollcall/config"
	"rollcall/directory"
)

// sourcesCommands are rollcall sources ….
type sourcesCommands struct {
	Check    sourcesCheck    `cmd:"" help:"Connect to an LDAP source, bind, read one page, and say what is wrong and what to do."`
	List     sourcesList     `cmd:"" help:"List where identity comes from, how many people each source owns, and how the last run of each LDAP source ended."`
	Pause    sourcesPause    `cmd:"" help:"Make a source wait: whatever it asks for is answered with try again later."`
	Resume   sourcesResume   `cmd:"" help:"End a pause, or release the brake of a source that took unusually many people's access."`
	Release  sourcesRelease  `cmd:"" help:"Make the people and groups of a source that is gone from the configuration local."`
	Relink   sourcesRelink   `cmd:"" help:"Join the people and groups of a source whose server was restored or loaded anew to the identifiers that their entries have now."`
	Transfer sourcesTransfer `cmd:"" help:"Give the people and groups of a source that is gone from the configuration to another source."`
}

// sourceRow is a source as lists show it.
type sourceRow struct {
	Name    directory.SourceID   `json:"name"`
	Kind    directory.SourceKind `json:"kind"`
	People  int64                `json:"people"`
	State   string               `json:"state"` // running, paused, braked or detached
	Paused  *stop                `json:"paused,omitempty"`
	Braked  time.Time            `json:"braked,omitzero"`
	Created time.Time            `json:"created"`
	LastRun *lastRun             `json:"lastRun,omitempty"` // of an LDAP source
	schedule
}

// schedule is when an LDAP source is read, as far as the configuration has it.
type schedule struct {
	Spec string    `json:"schedule,omitempty"`
	Next time.Time `json:"next,omitzero"`
	Last time.Time `json:"last,omitzero"`
}

// scheduleOf returns when a source of the configuration is read. A server that has not
// seen its present schedule yet has not decided when that is.
func scheduleOf(ctx context.Context, tx directory.RunReader, w *config.Workspace, id directory.SourceID) (schedule, error) {
	configured, err := w.Source(string(id))
	if err != nil || configured.Schedule == "" {
		return schedule{}, nil // of another configuration, or read only when somebody asks
	}
	s := schedule{Spec: configured.Schedule}
	kept, err := tx.Schedule(ctx, id)
	switch {
	case directory.Is(err, directory.NotFound):
		return s, nil
	case err != nil:
		return s, fmt.Errorf("read the schedule of %s: %w", id, err)
	}
	s.Last = kept.Last
	if kept.Spec == s.Spec {
		s.Next = kept.Next
	}
	return s, nil
}

// sources reads all sources.
func (s *session) sources(ctx context.Context) ([]directory.Source, error) {
	var all []directory.Source
	err := s.Read(ctx, s.by, func(ctx context.Context, tx directory.ReadTx) (err error) {
		all, err = tx.Sources(ctx)
		return err
	})
	return all, err
}

// sourcesList is rollcall sources list.
type sourcesList struct{}

// Run lists sources. The local people are nobody's, so they are not a source.
func (sourcesList) Run(ctx context.Context, a *app) error {
	return a.work(ctx, func(s *session) error {
		return s.Read(ctx, s.by, func(ctx context.Context, tx directory.ReadTx) error { return printSources(ctx, a, tx, s.configured) })
	})
}

func printSources(ctx context.Context, a *app, tx directory.ReadTx, w *config.Workspace) error {
	all, err := tx.Sources(ctx)
	if err != nil {
		return err
	}
	heading := []string{"NAME", "KIND", "PEOPLE", "STATE", "LAST RUN", "OUTCOME", "SCHEDULE", "NEXT RUN"}
	if slices.ContainsFunc(all, func(s directory.Source) bool { return s.Paused != nil }) {
		heading = append(heading, "PAUSED")
	}
	l := a.list("sources", int64(len(all)), heading...)
	for i := range all {
		one, err := sourceOf(ctx, tx, &all[i])
		if err != nil {
			return err
		}
		if one.schedule, err = scheduleOf(ctx, tx, w, one.Name); err != nil {
			return err
		}
		if one.LastRun, err = lastRunOf(ctx, tx, one.Name); err != nil {
			return err
		}
		if err := l.add(one, string(one.Name), string(one.Kind), strconv.FormatInt(one.People, 10), stateShown(one.State),
			one.LastRun.when(), one.LastRun.outcome(), one.Spec, shownTime(one.Next), one.Paused.String()); err != nil {
			return err
		}
	}
	return l.end("There are no sources. To connect an identity provider: rollcall tokens create NAME")
}

// stateShown is the state of a source for people, to whom "running" would say that a run
// is under way.
func stateShown(state string) string {
	if state == "running" {
		return "ready"
	}
	return state
}

// sourceOf counts the people of a source and shows it.
func sourceOf(ctx context.Context, tx directory.UserReader, s *directory.Source) (sourceRow, error) {
	people, err := tx.ListUsers(ctx, directory.Listing{Shelves: []string{string(s.ID)}, Start: 1}, nil)
	if err != nil {
		return sourceRow{}, fmt.Errorf("count the people of %s: %w", s.ID, err)
	}
	state := clientOf(s).state()
	if s.Detached != 0 {
		state = "detached"
	}
	return sourceRow{Name: s.ID, Kind: s.Kind, People: people, State: state, Paused: stopOf(s.Paused),
		Braked: fromMillis(s.Braked), Created: s.Created}, nil
}

// sourcesPause is rollcall sources pause.
type sourcesPause struct {
	Name   directory.SourceID `arg:"" help:"Name of the source."`
	Reason string             `placeholder:"TEXT" help:"Why, for the audit log."`
}

// Run pauses a source.
func (c sourcesPause) Run(ctx context.Context, a *app) error {
	return halt{c.Name, directory.PauseSource{ID: c.Name, Reason: c.Reason}, "is paused", "was paused before"}.run(ctx, a)
}

// sourcesResume is rollcall sources resume.
type sourcesResume struct {
	Name directory.SourceID `arg:"" help:"Name of the source."`
}

// Run resumes a source.
func (c sourcesResume) Run(ctx context.Context, a *app) error {
	return halt{c.Name, directory.ResumeSource{ID: c.Name}, "is ready", "was ready"}.run(ctx, a)
}

// halt is a pause or its end, and how that is said.
type halt struct {
	name            directory.SourceID
	change          directory.Change
	done, unchanged string
}

func (h halt) run(ctx context.Context, a *app) error {
	return a.work(ctx, func(s *session) error {
		got, err := s.Apply(ctx, s.by, h.change)
		if err != nil {
			return err
		}
		what := h.done
		if got.Outcome == directory.Unchanged {
			what = h.unchanged
		}
		return a.say(map[string]any{"name": h.name, "outcome": got.Outcome}, "the source %s %s", h.name, what)
	})
}
