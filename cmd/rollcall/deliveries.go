package main

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"rollcall/directory"
)

// deliveriesCommands are rollcall deliveries ….
type deliveriesCommands struct {
	List      deliveriesList      `cmd:"" help:"List what the target does not have yet, and what went wrong."`
	Redeliver deliveriesRedeliver `cmd:"" help:"Deliver a person again, or everything that was refused."`
	Forget    deliveriesForget    `cmd:"" help:"Forget what is known of accounts in a target that is no longer provisioned. They stay as they are, also those of people who are gone."`
}

// delivery is something that is behind, parked or in doubt, as the command line shows it.
type delivery struct {
	Type     directory.RecordType `json:"type"`
	Record   string               `json:"record"`
	UserName string               `json:"userName,omitempty"`
	State    string               `json:"state"`
	Lane     string               `json:"lane,omitempty"`
	Since    time.Time            `json:"since"`
	Attempts int64                `json:"attempts"`
	Next     *time.Time           `json:"next,omitempty"`
	Cause    string               `json:"cause,omitempty"`
	Action   directory.ActionKind `json:"action,omitempty"`
}

// The states that are shown of a delivery; an action has its own.
const (
	shownWaiting = "waiting"
	shownWorking = "working"
	shownRetry   = "retry"
	shownParked  = "parked"
	shownAccess  = "access" // parked too, and somebody who left may have access still
)

// deliveryOf says what a row means at now.
func deliveryOf(d *directory.Delivery, now time.Time) delivery {
	shown := delivery{Type: d.Type, Record: d.Record, State: shownWaiting, Lane: d.Lane.String(), Since: d.Behind, Attempts: d.Attempts,
		Cause: d.Cause}
	switch {
	case d.MayHaveAccess():
		shown.State, shown.Since, shown.Next = shownAccess, d.Parked, &d.Next
	case !d.Parked.IsZero():
		shown.State, shown.Since, shown.Lane = shownParked, d.Parked, ""
	case d.Claimed(now):
		shown.State = shownWorking
	case d.Next.After(now):
		shown.State, shown.Next = shownRetry, &d.Next
	}
	return shown
}

// deliveriesList is rollcall deliveries list.
type deliveriesList struct {
	Limit int `default:"1000" help:"How many at most; 0 for all."`
}

// Run lists what is behind, parked or in doubt.
func (c deliveriesList) Run(ctx context.Context, a *app) error {
	return a.work(ctx, func(s *session) error {
		all, total, err := s.deliveries(ctx, c.Limit)
		if err != nil {
			return err
		}
		l := a.list("deliveries", total, "RECORD", "STATE", "LANE", "SINCE", "ATTEMPTS", "NEXT", "WHY")
		for _, d := range all {
			next := ""
			if d.Next != nil {
				next = shownTime(*d.Next)
			}
			if err := l.add(d, d.label(), d.State, d.Lane, shownTime(d.Since), strconv.FormatInt(d.Attempts, 10), next, d.Cause); err != nil {
				return err
			}
		}
		return l.end("The target has everything.")
	})
}

// label is how a table calls what a delivery is about.
func (d delivery) label() string {
	label := d.UserName
	if label == "" {
		label = string(d.Type) + " " + d.Record
	}
	if d.Action != "" {
		label += ": " + string(d.Action)
	}
	return label
}

// deliveries reads what is behind or parked, and the actions that somebody has to look at:
// as many as limit says, and how many there are. People who may have access still come
// first, then the actions.
func (s *session) deliveries(ctx context.Context, limit int) (all []delivery, total int64, err error) {
	now := time.Now()
	keep := func(d delivery) {
		if total++; limit <= 0 || total <= int64(limit) {
			all = append(all, d)
		}
	}
	err = s.Read(ctx, s.by, func(ctx context.Context, tx directory.ReadTx) error {
		all, total = nil, 0
		actions, err := tx.ShownActions(ctx)
		if err != nil {
			return fmt.Errorf("read actions: %w", err)
		}
		keepActions := func() {
			for _, a := range actions {
				keep(delivery{Type: a.Type, Record: a.Record, State: string(a.State), Since: a.Changed, Cause: a.Cause, Action: a.Kind})
			}
			actions = nil
		}
		err = tx.OpenDeliveries(ctx, func(d *directory.Delivery) error {
			if !d.MayHaveAccess() {
				keepActions()
			}
			keep(deliveryOf(d, now))
			return nil
		})
		if err != nil {
			return fmt.Errorf("read deliveries: %w", err)
		}
		keepActions()
		return nil
	})
	if err != nil {
		return nil, 0, err
	}
	return all, total, s.nameDeliveries(ctx, all)
}

// nameDeliveries looks up what people are called; who is gone for good has no name.
func (s *session) nameDeliveries(ctx context.Context, all []delivery) error {
	return s.Read(ctx, s.by, func(ctx context.Context, tx directory.ReadTx) error {
		for i := range all {
			if all[i].Type != directory.UserRecord {
				continue
			}
			u, err := tx.User(ctx, directory.ResourceID(all[i].Record))
			switch {
			case err == nil:
				all[i].UserName = u.UserName
			case !directory.Is(err, directory.NotFound):
				return fmt.Errorf("read user %s: %w", all[i].Record, err)
			}
		}
		return nil
	})
}

// deliveriesRedeliver is rollcall deliveries redeliver.
type deliveriesRedeliver struct {
	UserName string `arg:"" optional:"" name:"username" help:"User name, or id."`
	Parked   bool   `help:"Everything that was refused."`
}

// Run raises what shall be delivered again.
func (c deliveriesRedeliver) Run(ctx context.Context, a *app) error {
	if (c.UserName == "") != c.Parked {
		return usageError{fmt.Errorf("name a person, or write --parked")}
	}
	return a.work(ctx, func(s *session) error {
		change := directory.Redeliver{Parked: c.Parked, Until: time.Now()}
		what := "what was refused"
		if !c.Parked {
			p, err := s.person(ctx, c.UserName)
			if err != nil {
				return err
			}
			change.ID, what = p.ID, p.UserName
		}
		got, err := s.redeliver(ctx, change)
		if err != nil {
			return err
		}
		if got.Outcome == directory.Unchanged {
			return a.say(map[string]any{"outcome": got.Outcome}, "nothing was refused")
		}
		return a.say(map[string]any{"outcome": got.Outcome}, "%s is delivered again", what)
	})
}

// redeliver asks for it until there is no more, and returns what came of the first.
func (s *session) redeliver(ctx context.Context, c directory.Redeliver) (directory.Receipt, error) {
	first, err := s.Apply(ctx, s.by, c)
	for got := first; err == nil && got.More; {
		got, err = s.Apply(ctx, s.by, c)
	}
	return first, err
}

// deliveriesForget is rollcall deliveries forget.
type deliveriesForget struct {
	Target string `arg:"" help:"Name of the target, as the audit log has it."`
}

// Run forgets a target, some links at a time.
func (c deliveriesForget) Run(ctx context.Context, a *app) error {
	return a.work(ctx, func(s *session) error {
		got, err := s.Apply(ctx, s.by, directory.ForgetTarget{Target: c.Target})
		for err == nil && got.More {
			got, err = s.Apply(ctx, s.by, directory.ForgetTarget{Target: c.Target})
		}
		if err != nil {
			return err
		}
		return a.say(map[string]any{"outcome": got.Outcome}, "nothing is known any more of accounts in %s", c.Target)
	})
}
