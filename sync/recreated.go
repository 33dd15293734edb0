package sync

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"rollcall/directory"
)

// pair is an entry that was not read, and an unknown one that has the name of its record:
// a server that was loaded anew gives everybody another identifier. Nobody is joined
// because of a name. A person decides, and until then nothing is done about the new entry,
// and the groups that name it keep the record.
type pair struct {
	old, now *known
	name     string
}

// recreated are the pairs of one type, by the identifier now.
type recreated map[string]pair

// rejoin finds the pairs. While an entry could not be told apart nobody is absent for
// sure, so there are none.
func (p *pass) rejoin(ctx context.Context, tx directory.ReadTx) error {
	if p.doubts {
		return nil
	}
	people, err := newcomers(p.people, func(e *Person) (key, name string) { return e.Key, e.User.UserName })
	if err != nil {
		return err
	}
	groups, err := newcomers(p.groups, func(g *Group) (key, name string) { return g.Key, g.Group.DisplayName })
	if err != nil {
		return err
	}
	for _, n := range people {
		if err := p.pairPerson(ctx, tx, n); err != nil {
			return err
		}
	}
	for _, n := range groups {
		if err := p.pairGroup(ctx, tx, n); err != nil {
			return err
		}
	}
	p.tally.Recreated = int64(len(p.newPeople))
	p.countRecreated()
	return nil
}

func (p *pass) countRecreated() {
	p.run.Counts.Recreated, p.run.Counts.Groups.Recreated = int64(len(p.newPeople)), int64(len(p.newGroups))
}

// makeRoom lets new groups be made whose namesakes are deleted in this very run.
func (p *pass) makeRoom() {
	maps.DeleteFunc(p.newGroups, func(_ string, one pair) bool { return slices.Contains(p.goneGroups, one.old) })
	p.countRecreated()
}

// newcomer is an entry that no earlier run knew.
type newcomer struct {
	*known
	name string
}

// newcomers lists the unknown entries, if any known one was not read. Where two entries
// ask for one name neither is taken for somebody else.
func newcomers[T any](c *census[T], of func(*T) (key, name string)) (all []newcomer, err error) {
	if !c.lacks() {
		return nil, nil
	}
	asked := map[string]int{}
	err = c.changed.each(func(e *T) error {
		key, name := of(e)
		asked[directory.Fold(name)]++
		if k := c.known[key]; k.isNew() {
			all = append(all, newcomer{k, name})
		}
		return nil
	})
	return slices.DeleteFunc(all, func(n newcomer) bool { return asked[directory.Fold(n.name)] > 1 }), err
}

// lacks reports whether a known entry was not read.
func (c *census[T]) lacks() bool {
	for _, k := range c.known {
		if !k.seen {
			return true
		}
	}
	return false
}

func (p *pass) pairPerson(ctx context.Context, tx directory.ReadTx, n newcomer) error {
	u, err := tx.UserByName(ctx, directory.Fold(n.name))
	if directory.Is(err, directory.NotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("look up %s: %w", n.Key, err)
	}
	old := p.people.known[u.ExternalID]
	if u.Source == p.c.Name && u.Facts.Deleted == nil && old.leftBehind(u.ID) && !slices.Contains(p.expired, old) {
		p.newPeople[n.Key] = pair{old, n.known, u.UserName}
	}
	return nil
}

func (p *pass) pairGroup(ctx context.Context, tx directory.ReadTx, n newcomer) error {
	g, err := tx.GroupByName(ctx, p.c.Name, directory.Fold(n.name))
	if directory.Is(err, directory.NotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("look up group %s: %w", n.Key, err)
	}
	if old := p.groups.known[g.ExternalID]; old.leftBehind(g.ID) {
		p.newGroups[n.Key] = pair{old, n.known, g.DisplayName}
	}
	return nil
}

// leftBehind reports whether k is an entry of the record that was not read.
func (k *known) leftBehind(record directory.ResourceID) bool {
	return k != nil && !k.seen && k.Record == record
}

// noteRecreated lists the pairs for an administrator, and closes what was listed before
// and is no pair any more. A plan lists nothing.
func (p *pass) noteRecreated(ctx context.Context) error {
	if p.run.Kind == directory.PlanRun {
		return nil
	}
	before, err := p.listed(ctx)
	if err != nil {
		return err
	}
	var pairs []directory.Conflict
	for t, all := range p.pairs() {
		for key, one := range all {
			c := directory.Recreated(p.c.Name, t, one.old.Record, one.name, key, p.began)
			if was, ok := before[c.ID]; ok {
				c.Kind, c.Reason = was.Kind, was.Reason // as when they were first a pair
			} else if t == directory.UserRecord && one.old.absentBefore(p.began) {
				c = c.OfLeaver()
			}
			pairs = append(pairs, c)
			delete(before, c.ID)
		}
	}
	p.found.Settled = slices.Collect(maps.Keys(before))
	for some := range slices.Chunk(pairs, carryBatch) {
		p.found.Recreated = some
		if err := p.flush(ctx); err != nil {
			return err
		}
	}
	return nil
}

// listed are the pairs that earlier runs listed, by id.
func (p *pass) listed(ctx context.Context) (map[string]directory.Conflict, error) {
	listed := map[string]directory.Conflict{}
	err := p.Directory.Read(ctx, p.system(), func(ctx context.Context, tx directory.ReadTx) error {
		all, err := tx.Conflicts(ctx)
		clear(listed)
		for _, c := range all {
			if c.Source == p.c.Name && c.Kind.Relinks() != "" {
				listed[c.ID] = c
			}
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read conflicts: %w", err)
	}
	return listed, nil
}

// absentBefore reports whether an earlier run than the one that began then did not find k.
func (k *known) absentBefore(began time.Time) bool {
	return k.gone() || k.Since != 0 && k.Since < began.UnixMilli()
}

// pairs are all pairs by what they are.
func (p *pass) pairs() map[directory.RecordType]recreated {
	return map[directory.RecordType]recreated{directory.UserRecord: p.newPeople, directory.GroupRecord: p.newGroups}
}

// reportRecreated names the pairs, each by its new entry.
func (p *pass) reportRecreated(ctx context.Context) error {
	for _, t := range []directory.RecordType{directory.UserRecord, directory.GroupRecord} {
		all := p.pairs()[t]
		entries := make([]*known, 0, len(all))
		for _, one := range all {
			entries = append(entries, one.now)
		}
		byDN(entries)
		for some := range slices.Chunk(entries, carryBatch) {
			for _, k := range some {
				one := all[k.Key]
				p.found.Changes = append(p.found.Changes, directory.PlannedChange{Action: actRecreated, Type: t, ID: string(one.old.Record),
					Entry: k.DN, Key: k.Key, Name: one.name, Attributes: []directory.Diff{}, Reason: "the identifier is another one than " + one.old.Key +
						", which is gone; if it is the same: rollcall sources relink " + string(p.c.Name)})
			}
			if err := p.flush(ctx); err != nil {
				return err
			}
		}
	}
	return nil
}
