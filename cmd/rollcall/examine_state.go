package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"rollcall/config"
	"rollcall/directory"
)

// inEach makes an examination of each workspace, or of the one that was named. What is
// said of them becomes one finding, a warning if one of them is, and a failure if one has
// trouble.
func inEach(look func(context.Context, *session) (remark, error)) func(context.Context, *app, *config.Config) error {
	return func(ctx context.Context, a *app, c *config.Config) error {
		var said []string
		var all remark
		failed := false
		err := a.workInEach(ctx, func(slug string, s *session) error {
			r, err := look(ctx, s)
			if t, is := errors.AsType[trouble](err); is {
				r, err, failed = t.remark, nil, true
			}
			if len(c.Workspaces) > 1 && a.Workspace == "" {
				r.message = slug + ": " + r.message
			}
			said, all.advice = append(said, r.message), cmp.Or(all.advice, r.advice)
			return err
		})
		if err != nil {
			return err
		}
		all.message = strings.Join(said, "; ")
		if failed {
			return directory.Errorf(directory.Unavailable, "", "%s", all.message).Hinted("%s", all.advice)
		}
		return all
	}
}

// trouble is a failure in one workspace; the others are looked at all the same.
type trouble struct{ remark }

// examineClients wants a SCIM client whose token opens the door, and goes on to.
func examineClients(ctx context.Context, s *session) (remark, error) {
	tokens, err := s.tokens(ctx, "")
	live := 0
	var ending []string
	for _, t := range tokens {
		if !t.Live {
			continue
		}
		live++
		if endsSoon(t) && !slices.ContainsFunc(tokens, t.replacedBy) {
			ending = append(ending, fmt.Sprintf("%s of %s ends at %s", t.Hint, t.Client, shownTime(t.Expires)))
		}
	}
	switch {
	case live == 0:
		return remark{"no token opens the door yet", "make one with: rollcall tokens create NAME"}, err
	case len(ending) > 0:
		return remark{"the token " + strings.Join(ending, ", the token "), "make a new one with: rollcall tokens rotate NAME"}, err
	}
	return remark{message: count(live, "token") + " can be used"}, err
}

// endsSoon reports whether a token does not open the door for long any more.
func endsSoon(t tokenRow) bool { return !t.Expires.IsZero() && time.Until(t.Expires) < soon }

// replacedBy reports whether other is a newer token of the same client that lasts, so
// that nothing has to be done about t.
func (t tokenRow) replacedBy(other tokenRow) bool {
	return other.Client == t.Client && other.Live && other.Created.After(t.Created) && !endsSoon(other)
}

// examineSources names the sources that wait, of which nothing irreversible follows, or
// that cannot be read.
func examineSources(ctx context.Context, s *session) (remark, error) {
	all, err := s.sources(ctx)
	if err != nil {
		return remark{}, err
	}
	if named := clashing(s.configured, all); len(named) > 0 {
		e, _ := errors.AsType[*directory.Error](named[0].clash)
		return remark{}, trouble{remark{e.Msg, e.Hint}}
	}
	broken, err := s.unreadSources(ctx, all)
	if err != nil {
		return remark{}, err
	}
	if len(broken) > 0 {
		return remark{}, trouble{remark{strings.Join(broken, ", "),
			"rollcall sources check NAME says what to do, and rollcall sync history NAME since when; schedules need rollcall serve"}}
	}
	var stopped []string
	for _, source := range all {
		if source.Paused != nil {
			stopped = append(stopped, fmt.Sprintf("%s is paused %s", source.ID, stopOf(source.Paused)))
		}
		if source.Braked != 0 {
			stopped = append(stopped, fmt.Sprintf("%s is braked since %s, nobody whom it deleted is purged", source.ID, shownTime(fromMillis(source.Braked))))
		}
	}
	switch {
	case len(stopped) > 0:
		return remark{strings.Join(stopped, ", "), "to end it: rollcall sources resume NAME"}, nil
	case len(all) == 0:
		return remark{message: "there are none yet"}, nil
	}
	return remark{message: count(len(all), "source") + " without a pause or a brake"}, nil
}

// unreadSources says of each LDAP source that is not read as it should be what is wrong.
func (s *session) unreadSources(ctx context.Context, all []directory.Source) (broken []string, err error) {
	err = s.Read(ctx, s.by, func(ctx context.Context, tx directory.ReadTx) error {
		broken = nil
		for i := range all {
			what, err := unread(ctx, tx, s.configured, &all[i], time.Now())
			if err != nil {
				return err
			}
			if what != "" {
				broken = append(broken, what)
			}
		}
		return nil
	})
	return broken, err
}

// examineRuns names the runs that the guard holds until somebody decides, and those whose
// process is no more.
func examineRuns(ctx context.Context, s *session) (remark, error) {
	var held, died []string
	err := s.Read(ctx, s.by, func(ctx context.Context, tx directory.ReadTx) error {
		held, died = nil, nil
		all, err := tx.Sources(ctx)
		for _, source := range all {
			open, failed := tx.OpenRuns(ctx, source.ID)
			err = errors.Join(err, failed)
			for i := range open {
				named := fmt.Sprintf("%s of %s", open[i].ID, source.ID)
				switch {
				case open[i].State == directory.RunHeld:
					held = append(held, named)
				case dead(&open[i]):
					died = append(died, named)
				}
			}
		}
		return err
	})
	var said, advice []string
	if len(held) > 0 {
		said = append(said, "held is "+strings.Join(held, ", "))
		advice = append(advice, "look at it with rollcall sync show ID, then rollcall sync approve ID or reject ID")
	}
	if len(died) > 0 {
		said = append(said, "the process ended or hung of "+strings.Join(died, ", "))
		advice = append(advice, "rollcall serve begins anew what the schedule began, unless the source is paused; rollcall sync run NAME does the rest")
	}
	if len(said) > 0 {
		return remark{strings.Join(said, "; "), strings.Join(advice, "; ")}, err
	}
	return remark{message: "none is held"}, err
}

// examineSeats compares the seats with their limits: a limit that was lowered takes
// nobody's seat away.
func examineSeats(ctx context.Context, s *session) (remark, error) {
	var ws *directory.Workspace
	err := s.Read(ctx, s.by, func(ctx context.Context, tx directory.ReadTx) (err error) {
		ws, err = tx.Workspace(ctx)
		return err
	})
	if err != nil {
		return remark{}, err
	}
	over := func(used, limit int64) bool { return limit > 0 && used > limit }
	limits, used := ws.Settings, ws.Counts
	const advice = "raise seats.limit or seats.guests, or deactivate people; see: rollcall seats"
	switch {
	case over(used.Seats, limits.Seats):
		return remark{fmt.Sprintf("%d of %d are used", used.Seats, limits.Seats), advice}, nil
	case over(used.Guests, limits.Guests):
		return remark{fmt.Sprintf("%d of %d for guests are used", used.Guests, limits.Guests), advice}, nil
	case used.Held > 0:
		return remark{"waiting for one: " + count(int(used.Held), "person"), advice}, nil
	}
	return remark{message: count(int(used.Seats+used.Guests), "seat") + " in use and nobody waits"}, nil
}

// examineConflicts counts what only a person can decide.
func examineConflicts(ctx context.Context, s *session) (remark, error) {
	var all []directory.Conflict
	err := s.Read(ctx, s.by, func(ctx context.Context, tx directory.ReadTx) (err error) {
		all, err = tx.Conflicts(ctx)
		return err
	})
	if said, commands := waitingToJoin(all); len(said) > 0 {
		return remark{count(len(all), "conflict") + " to be decided: " + strings.Join(said, "; "),
			"see: rollcall conflicts list; if they are the same: " + commands}, err
	}
	if len(all) > 0 {
		return remark{count(len(all), "conflict") + " to be decided", "see: rollcall conflicts list"}, err
	}
	return remark{message: "nothing waits to be decided"}, err
}
