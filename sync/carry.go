package sync

import (
	"context"

	"rollcall/directory"
)

// The actions of a report.
const (
	actCreate     = "create"
	actUpdate     = "update"
	actDeactivate = "deactivate"
	actReactivate = "reactivate"
	actDelete     = "delete"
	actConflict   = "conflict"
	actRefuse     = "refuse"
	actMissing    = "missing"   // nothing is done yet
	actRecreated  = "recreated" // nothing is done unless somebody says so
)

// carryBatch is how many changes are decided about at a time.
const carryBatch = 128

// item is one entry with the change that it asks for.
type item struct {
	change directory.Change
	kind   directory.RecordType
	k      *known
	mark   string // what to remember once it is applied in full; empty: apply again
	until  int64
	gone   bool // the change is for an absent entry
	wanted bool
	reason string
}

// decide is how changes are decided about: by applying or by planning them.
type decide func(context.Context, []directory.Change) ([]directory.Result, error)

// apply carries everything out, or for a plan only foretells it.
func (p *pass) apply(ctx context.Context) error {
	if p.run.Kind == directory.PlanRun {
		return p.plan(ctx)
	}
	return p.carry(ctx, func(ctx context.Context, changes []directory.Change) ([]directory.Result, error) {
		return p.Directory.ApplyAll(ctx, p.actor, changes)
	}, true)
}

// plan foretells what would be done. Who would be made or changed lies on disk meanwhile.
func (p *pass) plan(ctx context.Context) error {
	room, err := unnamed()
	if err != nil {
		return err
	}
	defer room.Close()
	return p.Directory.Planning(ctx, p.actor, room, func(ctx context.Context, plan directory.PlanFunc) error {
		return p.carry(ctx, decide(plan), false)
	})
}

// changed goes through the people whose entries changed: those who leave, or the others.
func (b *batch) changed(ctx context.Context, leaving bool) error {
	return b.p.people.changed.each(func(e *Person) error {
		if k := b.p.people.known[e.Key]; (k.enabled() && !b.p.wanted(e)) != leaving {
			return nil
		}
		if _, waits := b.p.newPeople[e.Key]; waits {
			return nil
		}
		return b.person(ctx, e)
	})
}

// carry goes through everything in an order that frees seats and names before they are
// needed: who leaves, then everybody else, then groups.
func (p *pass) carry(ctx context.Context, do decide, remember bool) error {
	b := &batch{p: p, do: do, remember: remember}
	for _, k := range p.gone {
		if err := b.leave(ctx, k); err != nil {
			return err
		}
	}
	for _, k := range p.expired {
		if err := b.remove(ctx, k, directory.UserRecord, directory.DeleteUser{ID: k.Record, Reason: "absent for long"}); err != nil {
			return err
		}
	}
	if err := b.changed(ctx, true); err != nil {
		return err
	}
	if err := b.flush(ctx); err != nil { // whoever leaves waits for no list of who is missing
		return err
	}
	if err := p.reportMissing(ctx); err != nil {
		return err
	}
	if err := p.reportRecreated(ctx); err != nil {
		return err
	}
	if err := b.changed(ctx, false); err != nil {
		return err
	}
	if err := b.flush(ctx); err != nil { // groups need to know who was made
		return err
	}
	if err := b.groups(ctx); err != nil {
		return err
	}
	if remember {
		b.rememberAbsent()
	}
	return b.flush(ctx)
}

// batch gathers items until there are enough to decide about together.
type batch struct {
	p        *pass
	do       decide
	remember bool
	items    []item
	moves    []move // of members, in what was reported of this batch
}

func (b *batch) add(ctx context.Context, i item) error {
	b.items = append(b.items, i)
	if len(b.items) < carryBatch {
		return nil
	}
	return b.flush(ctx)
}

func (b *batch) leave(ctx context.Context, k *known) error {
	const reason = "no longer in the source"
	return b.add(ctx, item{change: directory.SetWanted{ID: k.Record, Reason: reason}, kind: directory.UserRecord, k: k,
		gone: true, reason: reason})
}

func (b *batch) remove(ctx context.Context, k *known, kind directory.RecordType, c directory.Change) error {
	if !b.p.mayDo(kind, k.Key, actDelete) {
		return nil
	}
	return b.add(ctx, item{change: c, kind: kind, k: k, gone: true, reason: "no longer in the source"})
}

func (b *batch) person(ctx context.Context, e *Person) error {
	p, k := b.p, b.p.people.known[e.Key]
	wanted := p.wanted(e)
	if !p.mayDo(directory.UserRecord, e.Key, p.asked(k, e)) {
		return nil
	}
	u := e.User
	u.ID, u.ExternalID, u.Wanted = k.Record, e.Key, wanted
	i := item{change: directory.PutUser{User: u}, kind: directory.UserRecord, k: k, wanted: wanted,
		mark: markOf(p.c.Digest, e.Mark, wanted)}
	if !e.Until.IsZero() && p.began.Before(e.Until) {
		i.until = e.Until.UnixMilli()
	}
	return b.add(ctx, i)
}

// groups goes through the groups that are gone and those that changed.
func (b *batch) groups(ctx context.Context) error {
	for _, k := range b.p.goneGroups {
		if err := b.remove(ctx, k, directory.GroupRecord, directory.DeleteGroup{ID: k.Record}); err != nil {
			return err
		}
	}
	return b.p.groups.changed.each(func(g *Group) error {
		if _, waits := b.p.newGroups[g.Key]; waits || !b.p.mayDo(directory.GroupRecord, g.Key, "") {
			return nil
		}
		return b.group(ctx, g)
	})
}

// group asks for a group with the members that are known as people. While one of them
// is not, the group is not remembered, so that the next run tries again.
func (b *batch) group(ctx context.Context, g *Group) error {
	k := b.p.groups.known[g.Key]
	whole := g.Group
	whole.ID, whole.ExternalID = k.Record, g.Key
	m := b.p.membersOf(g)
	if stay := b.p.stay[g.Key]; len(stay) > 0 {
		m.people, m.mark = append(m.people, stay...), "" // until it is known what became of them
	}
	members := &directory.MemberChange{Replace: true, Add: m.people}
	return b.add(ctx, item{change: directory.PutGroup{Group: whole, Members: members}, kind: directory.GroupRecord, k: k, mark: m.mark})
}

// flush decides about what has been gathered and notes what came of it. A record that
// is gone from the directory, for whatever reason, is asked for anew.
func (b *batch) flush(ctx context.Context) error {
	items := b.items
	b.items = nil
	for len(items) > 0 {
		again, err := b.decide(ctx, items)
		if err != nil {
			return err
		}
		items = again
	}
	if err := b.nameMembers(ctx); err != nil {
		return err
	}
	return b.p.flush(ctx)
}

func (b *batch) decide(ctx context.Context, items []item) (again []item, err error) {
	changes := make([]directory.Change, len(items))
	for n := range items {
		changes[n] = items[n].change
	}
	if err := b.announce(ctx, changes); err != nil {
		return nil, err
	}
	results, err := b.do(ctx, changes)
	if err != nil {
		return nil, err
	}
	for n, r := range results {
		i := &items[n]
		switch {
		case directory.Is(r.Err, directory.Internal) || directory.Is(r.Err, directory.Unavailable):
			return nil, r.Err
		case directory.Is(r.Err, directory.NotFound) && i.renew():
			again = append(again, *i)
		default:
			b.outcome(i, r)
		}
	}
	return again, nil
}

// announce notes how many people will have been taken to be gone before they are: of a run
// that is killed they count for the guard of the next ones too.
func (b *batch) announce(ctx context.Context, changes []directory.Change) error {
	leaving := int64(0)
	for _, c := range changes {
		if _, ok := c.(directory.SetWanted); ok {
			leaving++
		}
	}
	if leaving == 0 || !b.remember {
		return nil
	}
	return b.p.Directory.Note(ctx, b.p.actor, directory.Findings{Counts: &b.p.run.Counts, Removed: b.p.removed + leaving})
}

// renew makes i ask for a new record and reports whether that makes sense.
func (i *item) renew() bool {
	if i.gone || i.k.Record == "" {
		return false
	}
	i.k.Record, i.k.Mark = "", ""
	switch c := i.change.(type) {
	case directory.PutUser:
		c.User.ID = ""
		i.change = c
	case directory.PutGroup:
		c.Group.ID = ""
		i.change = c
	}
	return true
}

// rememberAbsent notes how often the absent ones were not found.
func (b *batch) rememberAbsent() {
	for _, c := range []map[string]*known{b.p.people.known, b.p.groups.known} {
		for _, k := range c {
			if !k.seen && k.Missing > 0 {
				b.p.found.Entries = append(b.p.found.Entries, k.Entry)
			}
		}
	}
}
