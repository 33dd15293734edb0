package sync

import (
	"context"
	"fmt"
	"slices"

	"rollcall/directory"
)

// compare finds out who is absent, since when, and what a run would take away.
func (p *pass) compare(ctx context.Context) error {
	p.absentPeople()
	p.absentGroups()
	err := p.people.changed.each(func(e *Person) error {
		switch k := p.people.known[e.Key]; {
		case !p.mayDo(directory.UserRecord, e.Key, p.asked(k, e)):
		case k.enabled() && !p.wanted(e):
			p.tally.Disables++
		case k.disabled() && p.wanted(e):
			p.tally.Enables++
		}
		return nil
	})
	if err != nil {
		return err
	}
	return p.Directory.Read(ctx, p.system(), func(ctx context.Context, tx directory.ReadTx) error {
		if err := p.countRemovals(ctx, tx); err != nil {
			return err
		}
		if err := p.rejoin(ctx, tx); err != nil {
			return err
		}
		// Who stays in a group depends on who waits to be joined.
		if err := p.groups.changed.each(func(g *Group) error { return p.losses(ctx, tx, g) }); err != nil {
			return err
		}
		return p.rewordings(ctx, tx)
	})
}

// wanted is what the source wishes for a person, now that accounts may have expired.
func (p *pass) wanted(e *Person) bool {
	return e.User.Wanted && (e.Until.IsZero() || p.began.Before(e.Until))
}

func (p *pass) absentPeople() {
	for _, k := range p.people.known {
		switch {
		case k.isNew() || k.gone() && k.seen:
		case k.gone():
			after := p.c.Missing.DeleteAfter
			if after > 0 && p.began.UnixMilli()-k.Since >= after.Milliseconds() {
				p.expired = append(p.expired, k)
			}
		case k.seen:
			p.tally.Known++
		default:
			p.tally.Known++
			p.tally.Absent++
			if p.due(k) && p.mayDo(directory.UserRecord, k.Key, actDeactivate) {
				p.gone = append(p.gone, k)
			} else {
				p.missing = append(p.missing, k)
			}
		}
	}
	p.run.Counts.Missing = int64(len(p.missing))
	byDN(p.gone)
	byDN(p.missing)
	byDN(p.expired)
}

// countRemovals counts whose access would end. A run that was killed may have ended some
// already without having noted it, and has counted them.
func (p *pass) countRemovals(ctx context.Context, tx directory.ReadTx) error {
	for _, k := range p.gone {
		u, err := tx.User(ctx, k.Record)
		if directory.Is(err, directory.NotFound) {
			continue
		}
		if err != nil {
			return fmt.Errorf("read user %s: %w", k.Record, err)
		}
		if u.Wanted {
			p.tally.Removals++
		}
	}
	return nil
}

func (p *pass) absentGroups() {
	for _, k := range p.groups.known {
		if k.isNew() || k.gone() {
			continue
		}
		p.tally.KnownGroups++
		if !k.seen && p.due(k) && p.mayDo(directory.GroupRecord, k.Key, actDelete) {
			p.tally.GoneGroups++
			p.goneGroups = append(p.goneGroups, k)
		}
	}
	byDN(p.goneGroups)
}

// byDN puts entries into the order in which reports list them.
func byDN(list []*known) {
	slices.SortFunc(list, func(a, b *known) int {
		if a.DN < b.DN {
			return -1
		}
		return 1
	})
}

// due counts this run among those that did not find k, if it is late enough to count,
// and reports whether k is to be taken to be gone now.
func (p *pass) due(k *known) bool {
	now := p.began.UnixMilli()
	if k.Since == 0 {
		k.Since = now
	}
	if now-k.Since >= int64(k.Missing)*p.c.Missing.apart().Milliseconds() {
		k.Missing++
	}
	return k.Missing >= p.c.Missing.runs() && !p.c.Missing.Keep && !p.doubts
}

// guard holds a run that would do too much: its plan is kept, and a person decides. A
// plan tells only whether it would be held. An approved run is held anew if it would do
// more than the plan that somebody has looked at.
func (p *pass) guard(ctx context.Context) error {
	p.run.Guard = Guard(p.c.Limits, p.tally)
	if !p.run.Guard.Tripped {
		p.makeRoom()
	}
	if err := p.noteRecreated(ctx); err != nil {
		return err
	}
	if p.run.Kind == directory.PlanRun || !p.run.Guard.Tripped {
		return nil
	}
	p.run.Guard.Foretold = p.tally.foretold()
	if err := p.plan(ctx); err != nil {
		return err
	}
	return errHeld
}

// planKey names a change of a plan. Who is at a distinguished name may be somebody else
// by the time of the approval: an entry is known by its identifier.
func planKey(t directory.RecordType, key, action string) string {
	return string(t) + "\x00" + key + "\x00" + action
}

// mayDo reports whether an approved plan has the change. Without one everything may be
// done.
func (p *pass) mayDo(t directory.RecordType, key, action string) bool {
	return p.approved == nil || p.approved[planKey(t, key, action)]
}

// asked is the action that an approved plan must have for a person whose entry changed.
// To take access away is one of its own; for anything else any line will do.
func (p *pass) asked(k *known, e *Person) string {
	if k.enabled() && !p.wanted(e) {
		return actDeactivate
	}
	return ""
}
