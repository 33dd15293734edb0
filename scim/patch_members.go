package scim

import (
	scimerrors "github.com/elimity-com/scim/errors"

	"rollcall/directory"
)

// memberSteps collects what a PATCH does to a group's members. Members are never read
// for it: what several operations do to one id comes down to what the last one did.
type memberSteps struct {
	replace bool
	order   []directory.ResourceID
	in      map[directory.ResourceID]bool
}

func (m *memberSteps) put(ids []directory.ResourceID, in bool) {
	for _, id := range ids {
		if _, known := m.in[id]; !known {
			m.order = append(m.order, id)
		}
		m.in[id] = in
	}
}

// reset forgets everything: the members shall be none but those that are put.
func (m *memberSteps) reset() {
	*m = memberSteps{replace: true, in: make(map[directory.ResourceID]bool)}
}

// change returns the outcome.
func (m *memberSteps) change() directory.MemberChange {
	c := directory.MemberChange{Replace: m.replace}
	for _, id := range m.order {
		switch {
		case m.in[id]:
			c.Add = append(c.Add, id)
		case !m.replace:
			c.Remove = append(c.Remove, id)
		}
	}
	return c
}

// memberStep compiles an operation on members.
func (c *compiler) memberStep(kind op, t target, v any, given bool) error {
	if t.Sub != nil || t.filter != nil && kind != opRemove {
		return refuse(scimerrors.ScimTypeMutability, "members", "a member cannot be changed").
			hinted("remove it and add another")
	}
	ids, all, err := c.memberOperands(kind, t, v, given)
	if err != nil {
		return err
	}
	if c.members == nil {
		c.members = &memberSteps{in: make(map[directory.ResourceID]bool)}
	}
	if all || kind == opReplace {
		c.members.reset()
	}
	c.members.put(ids, kind != opRemove)
	return nil
}

// memberOperands returns the ids that an operation names; all means a removal that
// names nobody and so means everybody.
func (c *compiler) memberOperands(kind op, t target, v any, given bool) (ids []directory.ResourceID, all bool, err error) {
	switch {
	case t.filter != nil:
		ids, ok := filterIDs(t.filter)
		if !ok {
			return nil, false, badFilter(`members can only be chosen by value eq "id"`)
		}
		return ids, false, nil
	case kind == opRemove && !given:
		return nil, true, nil
	case v == nil:
		// To take null for everybody would empty a group by a slip.
		return nil, false, refuse(scimerrors.ScimTypeInvalidValue, "members", "the value of members is null").
			hinted("leave the value out to remove all members")
	}
	ids, err = c.memberIDs(t.Attr, v)
	return ids, false, err
}

// memberIDs returns the ids in a list of members.
func (c *compiler) memberIDs(a *directory.Attribute, v any) ([]directory.ResourceID, error) {
	got, err := c.coerce(a, c.attribute(a, v))
	if err != nil {
		return nil, err
	}
	list, _ := got.([]directory.Object)
	ids := make([]directory.ResourceID, 0, len(list))
	for _, o := range list {
		if id, _ := o["value"].(string); id != "" {
			ids = append(ids, directory.ResourceID(id))
		}
	}
	if len(ids) != len(listOf(v)) {
		return nil, refuse(scimerrors.ScimTypeInvalidValue, "members", "a member needs a value, the id of a user").
			hinted("provision the user first, and send the id that the answer has")
	}
	return ids, nil
}

// filterIDs returns the ids in value eq "1", or in several of them joined by or.
func filterIDs(f directory.Filter) ([]directory.ResourceID, bool) {
	if or, ok := f.(directory.Or); ok {
		left, okLeft := filterIDs(or.L)
		right, okRight := filterIDs(or.R)
		return append(left, right...), okLeft && okRight
	}
	id, ok := directory.MemberOperand(f)
	return []directory.ResourceID{id}, ok
}

// membersOnly reports whether p speaks of nothing but members, so that the group itself
// need not be edited.
func (p *patch) membersOnly() bool { return p.members != nil && len(p.steps) == 0 }

// memberChange returns how the members shall change, or nil.
func (p *patch) memberChange() *directory.MemberChange {
	if p.members == nil {
		return nil
	}
	change := p.members.change()
	return &change
}

// editGroup applies p to g, which stays as it is if any step fails.
func (p *patch) editGroup(g *directory.Group) (*directory.MemberChange, error) {
	changed, err := p.apply(func(a *directory.Attribute) any { return directory.GroupValue(g, a) })
	if err != nil {
		return nil, err
	}
	for a, v := range changed {
		text, _ := v.(string)
		switch a.Name {
		case "displayName":
			g.DisplayName = text
		case "externalId":
			g.ExternalID = text
		}
	}
	return p.memberChange(), nil
}
