package directory

import (
	"context"
	"fmt"
	"slices"
)

func (p *passage) resolvePutMapping(ctx context.Context, m Mapping) error {
	if m.Kind != RoleGrant && m.Kind != ChannelGrant && m.Kind != TeamGrant {
		return Errorf(Invalid, "kind", "%q is not a kind of grant", m.Kind).Hinted("use role, channel or team")
	}
	if err := validGrantName(m.Kind, "name", m.Name).orNil(); err != nil {
		return err
	}
	if _, err := p.liveGroup(ctx, m.Group); err != nil {
		return err
	}
	present, err := p.tx.Mappings(ctx, m.Group)
	if err != nil {
		return fmt.Errorf("read mappings of %s: %w", m.Group, err)
	}
	i := slices.IndexFunc(present, func(o Mapping) bool { return o.Kind == m.Kind && o.Name == m.Name })
	if i >= 0 { // asked for twice
		p.what = ref{MappingRecord, present[i].ID, m.Name}
		p.other = &otherMove{outcome: Unchanged}
		return nil
	}
	m.ID = string(NewID(p.now))
	p.what = ref{MappingRecord, m.ID, m.Name}
	p.mapping(m.Group, Created, diffFields(Mapping{}, m), func(ctx context.Context) error { return p.tx.PutMapping(ctx, m) })
	return nil
}

func (p *passage) resolveDeleteMapping(ctx context.Context, c DeleteMapping) error {
	m, err := p.tx.Mapping(ctx, c.ID)
	if Is(err, NotFound) {
		return Errorf(NotFound, "id", "there is no mapping %s", c.ID).Hinted("see: rollcall mappings list")
	}
	if err != nil {
		return fmt.Errorf("read mapping %s: %w", c.ID, err)
	}
	p.what.name = m.Name
	if m.givesAdmin() {
		if err := p.keepsAdmin(ctx, AdminExcept{Mapping: m.ID}); err != nil {
			return err
		}
	}
	p.mapping(m.Group, Deleted, diffFields(*m, Mapping{}), func(ctx context.Context) error { return p.tx.DeleteMapping(ctx, m.ID) })
	return nil
}

// mapping writes one row; whom it concerns is fanned out from its group.
func (p *passage) mapping(group ResourceID, outcome Outcome, diff []Diff, write func(context.Context) error) {
	p.other = &otherMove{outcome: outcome, diff: diff, write: func(ctx context.Context) error {
		if err := write(ctx); err != nil {
			return err
		}
		return p.tx.Raise(ctx, GroupRecord, string(group), PushLane, p.now)
	}}
}
