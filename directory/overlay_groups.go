package directory

import (
	"cmp"
	"context"
	"slices"
)

// Group implements ReadTx.
func (o *overlay) Group(ctx context.Context, id ResourceID) (*Group, error) {
	g, written := o.groups.now[id]
	switch {
	case !written:
		return o.ReadTx.Group(ctx, id)
	case g == nil:
		return nil, noGroup(id)
	}
	return g.Clone(), nil
}

// GroupByName implements ReadTx.
func (o *overlay) GroupByName(ctx context.Context, source SourceID, key string) (*Group, error) {
	return o.groups.find(byName(string(source)+"\x00"+key),
		func() (*Group, error) { return o.ReadTx.GroupByName(ctx, source, key) })
}

// GroupByExternalID implements ReadTx.
func (o *overlay) GroupByExternalID(ctx context.Context, source SourceID, text string) (*Group, error) {
	return o.groups.find(byExternal(source, text),
		func() (*Group, error) { return o.ReadTx.GroupByExternalID(ctx, source, text) })
}

// PutGroup implements WriteTx.
func (o *overlay) PutGroup(_ context.Context, before, after *Group, _ []byte) error {
	one := after
	if one == nil {
		one = before
	}
	var kept *Group
	if after != nil {
		kept = after.Clone()
	}
	o.undo = append(o.undo, o.groups.put(one.ID, before, kept))
	return nil
}

// AddMembers implements WriteTx.
func (o *overlay) AddMembers(_ context.Context, group ResourceID, ids []ResourceID) error {
	return o.setMembers(group, ids, true)
}

// RemoveMembers implements WriteTx.
func (o *overlay) RemoveMembers(_ context.Context, group ResourceID, ids []ResourceID) error {
	return o.setMembers(group, ids, false)
}

func (o *overlay) setMembers(group ResourceID, ids []ResourceID, in bool) error {
	a := o.members[group]
	if a == nil {
		a = &attendance{in: map[ResourceID]bool{}}
		o.members[group] = a
	}
	for _, id := range ids {
		old, had := a.in[id]
		a.set(id, in)
		o.undo = append(o.undo, func() {
			if a.forget(id); had {
				a.set(id, old)
			}
		})
	}
	return nil
}

// set notes that somebody joined or left.
func (a *attendance) set(id ResourceID, in bool) {
	a.forget(id)
	if !in {
		a.left++
	}
	a.in[id] = in
}

func (a *attendance) forget(id ResourceID) {
	if in, noted := a.in[id]; noted && !in {
		a.left--
	}
	delete(a.in, id)
}

// Members implements ReadTx.
func (o *overlay) Members(ctx context.Context, group, after ResourceID, limit int) ([]Member, error) {
	a := o.members[group]
	if a == nil {
		a = new(attendance)
	}
	list, err := o.ReadTx.Members(ctx, group, after, limit+a.left+o.people.vanished)
	if err != nil {
		return nil, err
	}
	for id, in := range a.in {
		if in && id > after {
			list = append(list, Member{ID: id})
		}
	}
	list = slices.DeleteFunc(list, func(m Member) bool { return !o.belongs(a, m.ID) })
	slices.SortFunc(list, func(a, b Member) int { return cmp.Compare(a.ID, b.ID) })
	list = slices.CompactFunc(list, func(a, b Member) bool { return a.ID == b.ID })
	return list[:min(limit, len(list))], nil
}

// belongs reports whether what was written here leaves a member in its group.
func (o *overlay) belongs(a *attendance, user ResourceID) bool {
	if in, written := a.in[user]; written && !in {
		return false
	}
	w, written := o.people.now[user]
	return !written || w.live()
}

// Membership implements ReadTx.
func (o *overlay) Membership(ctx context.Context, group ResourceID, ids []ResourceID) (map[ResourceID]MemberState, error) {
	states, err := o.ReadTx.Membership(ctx, group, ids)
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		s, known := states[id]
		if w, written := o.people.now[id]; written {
			if !w.live() {
				delete(states, id)
				continue
			}
			s.Source, s.Shelf, known = w.source, w.shelf, true
		}
		if a := o.members[group]; a != nil {
			if in, written := a.in[id]; written {
				s.Member = in
			}
		}
		if known {
			states[id] = s
		}
	}
	return states, nil
}

// GroupsOf implements ReadTx.
func (o *overlay) GroupsOf(ctx context.Context, user ResourceID) ([]GroupRef, error) {
	base, err := o.ReadTx.GroupsOf(ctx, user)
	if err != nil {
		return nil, err
	}
	ids := map[ResourceID]GroupRef{}
	for _, g := range base {
		ids[g.ID] = g
	}
	for group, a := range o.members {
		if in, written := a.in[user]; written && in {
			ids[group] = GroupRef{}
		} else if written {
			delete(ids, group)
		}
	}
	refs := make([]GroupRef, 0, len(ids))
	for id, ref := range ids {
		if _, written := o.groups.now[id]; !written && ref.ID != "" {
			refs = append(refs, ref)
			continue
		}
		g, err := found(o.Group(ctx, id))
		if err != nil {
			return nil, err
		}
		if g != nil {
			refs = append(refs, GroupRef{g.ID, g.DisplayName, g.Source})
		}
	}
	slices.SortFunc(refs, func(a, b GroupRef) int { return cmp.Compare(a.ID, b.ID) })
	return refs, nil
}

// Mappings implements ReadTx.
func (o *overlay) Mappings(ctx context.Context, group ResourceID) ([]Mapping, error) {
	if list, written := o.gives[group]; written {
		return slices.Clone(list), nil
	}
	return o.ReadTx.Mappings(ctx, group)
}

// Mapping implements ReadTx.
func (o *overlay) Mapping(ctx context.Context, id string) (*Mapping, error) {
	for _, list := range o.gives {
		for _, m := range list {
			if m.ID == id {
				return &m, nil
			}
		}
	}
	m, err := o.ReadTx.Mapping(ctx, id)
	if err != nil {
		return nil, err
	}
	if _, written := o.gives[m.Group]; written {
		return nil, Errorf(NotFound, "id", "there is no mapping %s", id)
	}
	return m, nil
}

// PutMapping implements WriteTx.
func (o *overlay) PutMapping(ctx context.Context, m Mapping) error {
	list, err := o.Mappings(ctx, m.Group)
	if err != nil {
		return err
	}
	o.give(m.Group, append(list, m))
	return nil
}

// DeleteMapping implements WriteTx.
func (o *overlay) DeleteMapping(ctx context.Context, id string) error {
	m, err := o.Mapping(ctx, id)
	if err != nil {
		return err
	}
	list, err := o.Mappings(ctx, m.Group)
	if err != nil {
		return err
	}
	o.give(m.Group, slices.DeleteFunc(list, func(x Mapping) bool { return x.ID == id }))
	return nil
}

func (o *overlay) give(group ResourceID, list []Mapping) {
	old, had := o.gives[group]
	o.gives[group] = list
	o.undo = append(o.undo, func() {
		delete(o.gives, group)
		if had {
			o.gives[group] = old
		}
	})
}
