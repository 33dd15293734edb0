package directory

import (
	"context"
	"fmt"
	"slices"
)

// resolveGroup builds the group as it shall be, and who comes and goes.
func (p *passage) resolveGroup(ctx context.Context, c Change) error {
	switch c := c.(type) {
	case PutGroup:
		return p.resolvePutGroup(ctx, c)
	case editGroup:
		return p.resolveEditGroup(ctx, c)
	case ChangeMembers:
		p.ifVersion = c.IfVersion
		before, err := p.liveGroup(ctx, c.Group)
		if err != nil {
			return err
		}
		return p.regroup(ctx, before, before.Clone(), &c.Members, Updated)
	case DeleteGroup:
		p.ifVersion = c.IfVersion
		before, err := p.liveGroup(ctx, c.ID)
		if err != nil {
			return err
		}
		return p.regroup(ctx, before, nil, nil, Deleted)
	}
	return Errorf(Internal, "", "%s is not about a group", c.Kind())
}

func (p *passage) resolvePutGroup(ctx context.Context, c PutGroup) error {
	p.ifVersion = c.IfVersion
	after := c.Group.Clone()
	var before *Group
	var err error
	if c.Group.ID == "" {
		before, err = p.knownToRun(ctx, after)
	} else {
		before, err = p.liveGroup(ctx, c.Group.ID)
	}
	if err != nil {
		return err
	}
	if before == nil {
		after.ID, after.Source = NewID(p.now), Local
		if p.by.owner() {
			after.Source = p.by.Source
		}
		return p.regroup(ctx, nil, after, c.Members, Created)
	}
	after.ID, after.Source, after.Meta = before.ID, before.Source, before.Meta
	return p.regroup(ctx, before, after, c.Members, Updated)
}

func (p *passage) resolveEditGroup(ctx context.Context, c editGroup) error {
	p.ifVersion = c.ifVersion
	before, err := p.liveGroup(ctx, c.id)
	if err != nil {
		return err
	}
	after := before.Clone()
	members, err := c.edit(after)
	if err != nil {
		return err
	}
	after.ID, after.Source, after.Meta = before.ID, before.Source, before.Meta
	return p.regroup(ctx, before, after, members, Updated)
}

// liveGroup reads a group that the actor can see.
func (p *passage) liveGroup(ctx context.Context, id ResourceID) (*Group, error) {
	g, err := p.tx.Group(ctx, id)
	if Is(err, NotFound) {
		return nil, noGroup(id)
	}
	if err != nil {
		return nil, fmt.Errorf("read group %s: %w", id, err)
	}
	if !p.by.governs() && g.Source != p.by.Source {
		return nil, noGroup(id)
	}
	return g, nil
}

func (p *passage) regroup(ctx context.Context, before, after *Group, members *MemberChange, outcome Outcome) error {
	g := &groupMove{before: before, after: after, outcome: outcome}
	p.group = g
	one := after
	if before != nil {
		one, p.have = before, before.Meta.Version
	}
	p.what = ref{GroupRecord, string(one.ID), one.DisplayName}
	if before != nil {
		var err error
		if g.mappings, err = p.tx.Mappings(ctx, before.ID); err != nil {
			return fmt.Errorf("read mappings of %s: %w", before.ID, err)
		}
	}
	if members == nil || after == nil {
		return nil
	}
	return p.resolveMembers(ctx, after.ID, *members)
}

// resolveMembers works out who really comes and goes. Ids of nobody, or of people whom
// the actor's source cannot see, are left out: one dead id must not freeze a group.
func (p *passage) resolveMembers(ctx context.Context, group ResourceID, c MemberChange) error {
	if c.Replace {
		gone, err := p.notIn(ctx, group, c.Add)
		if err != nil {
			return err
		}
		c.Remove = gone
	}
	add, remove := distinct(c.Add), distinct(c.Remove)
	states, err := p.tx.Membership(ctx, group, append(add, remove...))
	if err != nil {
		return fmt.Errorf("look up members: %w", err)
	}
	removing := make(map[ResourceID]bool, len(remove))
	for _, id := range remove {
		removing[id] = true
		if states[id].Member {
			p.group.remove = append(p.group.remove, id)
		}
	}
	for _, id := range add {
		s, known := states[id]
		switch {
		case !known || !p.sees(s):
			p.receipt.Left = append(p.receipt.Left, id)
		case !s.Member && !removing[id]:
			p.group.add = append(p.group.add, id)
		}
	}
	return p.dropLeft(group)
}

// sees reports whether the actor may put somebody into its groups.
func (p *passage) sees(s MemberState) bool {
	if p.by.governs() || s.Source == p.by.Source {
		return true
	}
	for _, shelf := range adoptableShelves(p.ws.Settings.Adopt) {
		if s.Shelf == shelf {
			return true
		}
	}
	return false
}

// dropLeft notes for the client's page whom its group write left out; a strict client
// is refused instead.
func (p *passage) dropLeft(group ResourceID) error {
	left := p.receipt.Left
	if len(left) == 0 || !p.by.owner() {
		return nil
	}
	if p.source.Strict {
		return Errorf(Invalid, "members.value", "there is no user %s", left[0]).
			Hinted("create people before they join groups")
	}
	source, at := p.by.Source, p.now
	left = slices.DeleteFunc(slices.Clone(left), func(id ResourceID) bool { return len(id) > maxNotedID })
	left = left[:min(len(left), maxNoted)]
	p.always = append(p.always, func(ctx context.Context) error {
		return p.tx.DropMembers(ctx, source, group, left, at)
	})
	return nil
}

// What one change notes of left-out members: enough to see what is wrong.
const (
	maxNoted   = 100
	maxNotedID = 128 // bytes
)

// notIn lists the members of a group that are not in keep.
func (p *passage) notIn(ctx context.Context, group ResourceID, keep []ResourceID) ([]ResourceID, error) {
	if p.group.before == nil {
		return nil, nil
	}
	stays := make(map[ResourceID]bool, len(keep))
	for _, id := range keep {
		stays[id] = true
	}
	var gone []ResourceID
	err := eachMember(ctx, p.tx, group, func(m Member) error {
		if !stays[m.ID] {
			gone = append(gone, m.ID)
		}
		return nil
	})
	return gone, err
}

// distinct returns ids without repetitions, in order.
func distinct(ids []ResourceID) []ResourceID {
	seen := make(map[ResourceID]bool, len(ids))
	out := make([]ResourceID, 0, len(ids))
	for _, id := range ids {
		if !seen[id] {
			seen[id] = true
			out = append(out, id)
		}
	}
	return out
}
