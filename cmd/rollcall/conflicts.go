package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"rollcall/directory"
)

// conflictsCommands are rollcall conflicts ….
type conflictsCommands struct {
	List    conflictsList    `cmd:"" help:"List what a person must decide about."`
	Adopt   conflictsAdopt   `cmd:"" help:"Give a local person to the source that asks for them, or somebody of a source to the entry that has their name now."`
	Dismiss conflictsDismiss `cmd:"" help:"Close a conflict without doing anything."`
}

// conflict is a conflict as the command line shows one.
type conflict struct {
	ID         string                 `json:"id"`
	Kind       directory.ConflictKind `json:"kind"`
	Source     directory.SourceID     `json:"source"`
	UserName   string                 `json:"userName"`
	ExternalID string                 `json:"externalId,omitempty"`
	Candidates []candidate            `json:"candidates"`
	Reason     string                 `json:"reason"`
	First      time.Time              `json:"first"`
	Last       time.Time              `json:"last"`
	Times      int64                  `json:"times"`
}

// candidate is somebody whom a conflict may be about.
type candidate struct {
	ID       directory.ResourceID `json:"id"`
	UserName string               `json:"userName"`
}

// conflictOf looks up the names of the candidates; one who is gone has none.
func conflictOf(ctx context.Context, tx directory.ReadTx, c *directory.Conflict) (conflict, error) {
	shown := conflict{ID: c.ID, Kind: c.Kind, Source: c.Source, UserName: c.UserName, ExternalID: c.ExternalID,
		Candidates: []candidate{}, Reason: c.Reason, First: fromMillis(c.First), Last: fromMillis(c.Last), Times: c.Times}
	for _, id := range c.Candidates {
		name, err := candidateName(ctx, tx, c.Kind, id)
		if err != nil && !directory.Is(err, directory.NotFound) {
			return shown, fmt.Errorf("read candidate %s: %w", id, err)
		}
		shown.Candidates = append(shown.Candidates, candidate{ID: id, UserName: name})
	}
	return shown, nil
}

// candidateName returns the name of somebody, or of a group where the conflict is about one.
func candidateName(ctx context.Context, tx directory.ReadTx, kind directory.ConflictKind, id directory.ResourceID) (string, error) {
	if kind.Relinks() == directory.GroupRecord {
		g, err := tx.Group(ctx, id)
		if err != nil {
			return "", err
		}
		return g.DisplayName, nil
	}
	u, err := tx.User(ctx, id)
	if err != nil {
		return "", err
	}
	return u.UserName, nil
}

// conflicts reads all conflicts, and as they are shown.
func (s *session) conflicts(ctx context.Context) (all []directory.Conflict, shown []conflict, err error) {
	err = s.Read(ctx, s.by, func(ctx context.Context, tx directory.ReadTx) error {
		all, err = tx.Conflicts(ctx)
		shown = nil
		for i := 0; err == nil && i < len(all); i++ {
			var one conflict
			one, err = conflictOf(ctx, tx, &all[i])
			shown = append(shown, one)
		}
		return err
	})
	return all, shown, err
}

// conflictsList is rollcall conflicts list.
type conflictsList struct{}

// Run lists conflicts.
func (conflictsList) Run(ctx context.Context, a *app) error {
	return a.work(ctx, func(s *session) error {
		raw, all, err := s.conflicts(ctx)
		if err != nil {
			return err
		}
		l := a.list("conflicts", int64(len(all)), "ID", "KIND", "SOURCE", "WANTS", "LOCAL", "WHY", "TIMES", "LAST")
		for _, c := range all {
			var names []string
			for _, one := range c.Candidates {
				names = append(names, one.UserName)
			}
			err := l.add(c, c.ID, string(c.Kind), string(c.Source), c.UserName, strings.Join(names, ", "), c.Reason,
				strconv.FormatInt(c.Times, 10), shownTime(c.Last))
			if err != nil {
				return err
			}
		}
		if err := l.end("There is nothing to decide."); err != nil || a.JSON {
			return err
		}
		if said, commands := waitingToJoin(raw); len(said) > 0 {
			fmt.Fprintf(a.stdout, "\n%s\nIf they are the same: %s\n", strings.Join(said, "; "), commands)
		}
		return nil
	})
}

// conflictsAdopt is rollcall conflicts adopt.
type conflictsAdopt struct {
	ID   string `arg:"" optional:"" help:"Id of the conflict."`
	User string `placeholder:"USERNAME" help:"Which of several people the source means."`
	All  bool   `help:"Adopt everybody about whom there is no doubt."`
}

// Run gives one person, or everybody who alone matches, to the source that asked.
func (c conflictsAdopt) Run(ctx context.Context, a *app) error {
	if (c.ID == "") != c.All || c.All && c.User != "" {
		return usageError{fmt.Errorf("name one conflict, or write --all alone")}
	}
	return a.work(ctx, func(s *session) error {
		_, all, err := s.conflicts(ctx)
		if err != nil {
			return err
		}
		if c.All {
			return s.adoptSure(ctx, a, all)
		}
		return c.one(ctx, a, s, all)
	})
}

// adoptSure adopts everybody about whom there is no doubt. One who was refused does not
// hold up the others; one whom an earlier conflict settled is no refusal.
func (s *session) adoptSure(ctx context.Context, a *app, all []conflict) error {
	var done []adopted
	var refused error
	for _, k := range all {
		if !k.sure() {
			continue
		}
		who := k.Candidates[0]
		switch err := s.adopt(ctx, k, who, false); {
		case err == nil:
			done = append(done, adopted{who.UserName, k.Source})
		case !directory.Is(err, directory.Exists):
			refused = errors.Join(refused, fmt.Errorf("%s: %w", who.UserName, err))
		}
	}
	l := a.list("adopted", int64(len(done)), "USER NAME", "SOURCE")
	for _, one := range done {
		if err := l.add(one, one.UserName, string(one.Source)); err != nil {
			return err
		}
	}
	return errors.Join(l.end("Nobody was adopted: there is nobody about whom there is no doubt."), refused)
}

// adopted says whose somebody is now.
type adopted struct {
	UserName string             `json:"userName"`
	Source   directory.SourceID `json:"source"`
}

// one adopts the person of one conflict.
func (c conflictsAdopt) one(ctx context.Context, a *app, s *session, all []conflict) error {
	for _, k := range all {
		if k.ID != c.ID {
			continue
		}
		who, err := k.choose(c.User)
		if err != nil {
			return err
		}
		if err := s.adopt(ctx, k, who, true); err != nil {
			return err
		}
		if k.Kind.Relinks() != "" {
			return a.say(adopted{who.UserName, k.Source}, "%s has the identifier that its entry in %s has now", who.UserName, k.Source)
		}
		return a.say(adopted{who.UserName, k.Source}, "%s now belongs to the source %s", who.UserName, k.Source)
	}
	return directory.Errorf(directory.NotFound, "id", "there is no conflict %s", c.ID).Hinted("see: rollcall conflicts list")
}

// adopt gives a person to the source of a conflict, or the source's own one to the entry
// that has their name now.
func (s *session) adopt(ctx context.Context, k conflict, who candidate, named bool) error {
	var c directory.Change = directory.Adopt{User: who.ID, Source: k.Source, ExternalID: k.ExternalID, Named: named}
	if t := k.Kind.Relinks(); t != "" {
		c = directory.Relink{Type: t, ID: who.ID, Source: k.Source, ExternalID: k.ExternalID, Named: named}
	}
	_, err := s.Apply(ctx, s.by, c)
	return err
}

// sure reports whether a conflict is about one local person and no other.
func (k conflict) sure() bool {
	return k.Kind == directory.AdoptConflict && len(k.Candidates) == 1
}

// choose returns the candidate of that name, or the only one.
func (k conflict) choose(name string) (candidate, error) {
	if k.Kind == directory.RehireConflict {
		return candidate{}, directory.Errorf(directory.Denied, "id", "the conflict %s is not about adopting somebody but of kind %s", k.ID, k.Kind).
			Hinted("if it is the same one, delete the new one with rollcall users delete, then bring the old one back with rollcall users restore; in any case: rollcall conflicts dismiss %s", k.ID)
	}
	if name == "" && len(k.Candidates) == 1 {
		return k.Candidates[0], nil
	}
	var names []string
	for _, one := range k.Candidates {
		if name != "" && directory.Fold(one.UserName) == directory.Fold(name) {
			return one, nil
		}
		names = append(names, one.UserName)
	}
	hint := "say which with --user: " + strings.Join(names, ", ")
	if name == "" {
		return candidate{}, directory.Errorf(directory.Stale, "user", "%d people match", len(names)).Hinted("%s", hint)
	}
	return candidate{}, directory.Errorf(directory.NotFound, "user", "%q is none of those who match", name).Hinted("%s", hint)
}

// conflictsDismiss is rollcall conflicts dismiss.
type conflictsDismiss struct {
	ID string `arg:"" help:"Id of the conflict."`
}

// Run closes a conflict.
func (c conflictsDismiss) Run(ctx context.Context, a *app) error {
	return a.work(ctx, func(s *session) error {
		got, err := s.Apply(ctx, s.by, directory.DismissConflict{ID: c.ID})
		if err != nil {
			return err
		}
		return a.say(map[string]any{"id": c.ID, "outcome": got.Outcome}, "the conflict was dismissed")
	})
}
