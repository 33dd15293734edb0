package sync

import (
	"context"
	"fmt"
	"time"

	"rollcall/directory"
)

// recall loads what earlier runs remember of the source's entries, and for an approved
// run what its plan has.
func (p *pass) recall(ctx context.Context) error {
	system := p.system()
	return p.Directory.Read(ctx, system, func(ctx context.Context, tx directory.ReadTx) error {
		if err := tx.Entries(ctx, p.c.Name, directory.UserRecord, p.people.recall); err != nil {
			return fmt.Errorf("recall people: %w", err)
		}
		if err := tx.Entries(ctx, p.c.Name, directory.GroupRecord, p.groups.recall); err != nil {
			return fmt.Errorf("recall groups: %w", err)
		}
		if p.run.Approves != "" {
			if err := p.recallPlan(ctx, tx); err != nil {
				return err
			}
		}
		return p.countLately(ctx, tx)
	})
}

// recallPlan loads what the plan of the held run has, and how much that is.
func (p *pass) recallPlan(ctx context.Context, tx directory.ReadTx) error {
	held, err := tx.Run(ctx, p.run.Approves)
	if err != nil {
		return fmt.Errorf("read run %s: %w", p.run.Approves, err)
	}
	if held.Guard.Foretold == nil {
		return directory.Errorf(directory.Stale, "run", "the plan of run %s does not say how much it would do", held.ID).
			Hinted("an earlier version made it; the next run makes another one")
	}
	p.tally.Approves, p.tally.Plan = true, *held.Guard.Foretold
	p.approved = map[string]bool{}
	return tx.RunChanges(ctx, held.ID, func(c *directory.PlannedChange) error {
		if c.Action == actMissing {
			return nil // nothing was to be done
		}
		p.approved[planKey(c.Type, c.Key, "")] = true
		p.approved[planKey(c.Type, c.Key, c.Action)] = true
		return nil
	})
}

// system is the run reading what it does not own.
func (p *pass) system() directory.Actor {
	return directory.Actor{Kind: directory.System, Name: "run", Workspace: p.c.Workspace, RequestID: p.run.ID}
}

// countLately adds up whom the runs of the last day took to be gone, and counts who is
// active.
func (p *pass) countLately(ctx context.Context, tx directory.ReadTx) error {
	runs, err := tx.Runs(ctx, p.c.Name, 500)
	if err != nil {
		return fmt.Errorf("read earlier runs: %w", err)
	}
	for _, r := range runs {
		if p.began.Sub(r.Started) < 24*time.Hour {
			p.tally.Lately += r.Removed
		}
	}
	active, err := directory.Users.Path("active")
	if err != nil {
		return err
	}
	p.tally.Active, err = tx.ListUsers(ctx, directory.Listing{Shelves: []string{string(p.c.Name)}, Start: 1,
		Filter: directory.Compare{Path: active, Op: directory.Eq, Value: true}}, nil)
	if err != nil {
		return fmt.Errorf("count active people: %w", err)
	}
	return nil
}

// read reads everything. What cannot be used is reported and does not end it.
func (p *pass) read(ctx context.Context) error {
	if err := p.c.Source.People(ctx, p.person); err != nil {
		return err
	}
	return p.c.Source.Groups(ctx, p.group)
}

func (p *pass) person(e *Person) error {
	p.run.Counts.Read++
	p.tally.Read++
	k, ok := p.entry(directory.UserRecord, p.people.see, e.Entry, e.Key, e.Fault)
	if known := p.people.known[e.Key]; known != nil {
		p.byRef[known.ref(e.Ref)] = known // somebody with a faulty entry stays in their groups
	}
	if !ok {
		return nil
	}
	expired := !e.Until.IsZero() && !p.began.Before(e.Until)
	if expired {
		e.User.Wanted = false
	}
	mark := markOf(p.c.Digest, e.Mark, e.User.Wanted)
	if k.Mark == mark && k.Missing == 0 && k.Since == 0 {
		p.run.Counts.Unchanged++
		return nil
	}
	if fault := e.Mapped(); fault != nil {
		p.refuse(directory.UserRecord, e.Entry, fault)
		return nil
	}
	return p.people.changed.add(e)
}

func (p *pass) group(g *Group) error {
	k, ok := p.entry(directory.GroupRecord, p.groups.see, g.Entry, g.Key, g.Fault)
	if !ok || k.settled(p.membersOf(g)) {
		return nil
	}
	return p.groups.changed.add(g)
}

// entry notes that an entry was read. It returns false for one that cannot be used, and
// for the second of two with one identifier.
func (p *pass) entry(t directory.RecordType, see func(key, dn string) (*known, bool), dn, key string, fault *directory.Error) (*known, bool) {
	if key == "" {
		p.doubts = true // it may be somebody who seems to be missing
	}
	var k *known
	if key != "" {
		var twice bool
		if k, twice = see(key, dn); twice && fault == nil {
			fault = directory.Errorf(directory.Invalid, "externalId", "another entry has the same identifier %s", key)
		}
	}
	if fault == nil {
		return k, true
	}
	p.refuse(t, dn, fault)
	return nil, false
}

// refuse reports an entry that cannot be used.
func (p *pass) refuse(t directory.RecordType, dn string, fault *directory.Error) {
	p.countRefused(t, actRefuse)
	p.found.Errors = append(p.found.Errors, directory.RunError{Entry: dn, Attribute: fault.Attr, Reason: fault.Detail()})
}
