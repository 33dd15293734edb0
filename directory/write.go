package directory

import (
	"context"
	"fmt"
)

// write carries out what differs. Where nothing does, nothing is written.
func (p *passage) write(ctx context.Context) error {
	// Names are freed before somebody takes them.
	for _, m := range p.freed {
		if err := p.writeUser(ctx, m); err != nil {
			return err
		}
		p.followers = append(p.followers, m)
	}
	for _, m := range p.users {
		if err := p.writeUser(ctx, m); err != nil {
			return err
		}
	}
	if p.group != nil {
		if err := p.writeGroup(ctx); err != nil {
			return err
		}
	}
	if p.other != nil && len(p.other.diff) > 0 {
		p.wrote = true
		if err := p.other.write(ctx); err != nil {
			return err
		}
	}
	for _, f := range p.always {
		p.wrote = true
		if err := f(ctx); err != nil {
			return err
		}
	}
	return p.writeFollowing(ctx)
}

// writeFollowing does what the change brings with it, if it changed anything.
func (p *passage) writeFollowing(ctx context.Context) error {
	if _, filling := p.c.(FillSeats); !p.wrote && !filling {
		return nil
	}
	for _, f := range p.then {
		if err := f(ctx); err != nil {
			return err
		}
	}
	if !p.freesSeats() {
		return nil
	}
	return p.fillSeats(ctx)
}

// freesSeats reports whether somebody who waits may now have a seat.
func (p *passage) freesSeats() bool {
	switch p.c.(type) {
	case FillSeats, PutWorkspace:
		return true
	}
	for _, m := range p.users {
		b, a := CountsOf(m.before), CountsOf(m.after)
		if b.Seats > a.Seats || b.Guests > a.Guests {
			return true
		}
	}
	return false
}

// writeUser writes one person if anything differs.
func (p *passage) writeUser(ctx context.Context, m *move) error {
	m.diff = DiffUsers(m.before, m.after)
	if len(m.diff) == 0 {
		m.outcome = Unchanged
		return nil
	}
	p.wrote = true
	var doc []byte
	if m.after != nil {
		m.after.Meta = p.meta(m.before)
		var err error
		if doc, err = m.after.Doc(); err != nil {
			return err
		}
	}
	stored := m.before
	if m.stored != nil {
		stored = m.stored
	}
	if err := p.tx.PutUser(ctx, stored, m.after, doc); err != nil {
		return fmt.Errorf("write user %s: %w", idOf(m.before, m.after), err)
	}
	if len(p.users) > 0 && m == p.users[0] {
		p.receipt.Doc = doc
	}
	return nil
}

func (p *passage) meta(before *User) Meta {
	if before == nil {
		return Meta{Version: 1, Created: p.now, Modified: p.now}
	}
	return Meta{Version: before.Meta.Version + 1, Created: before.Meta.Created, Modified: p.now}
}

// writeGroup writes a group's attributes and members if anything differs.
func (p *passage) writeGroup(ctx context.Context) error {
	g := p.group
	g.diff = diffGroups(g.before, g.after)
	g.membersChanged = len(g.add)+len(g.remove) > 0
	if len(g.diff) == 0 && !g.membersChanged {
		g.outcome = Unchanged
		return nil
	}
	p.wrote = true
	var doc []byte
	if g.after != nil {
		g.after.Meta = Meta{Version: 1, Created: p.now, Modified: p.now}
		if g.before != nil {
			g.after.Meta.Version, g.after.Meta.Created = g.before.Meta.Version+1, g.before.Meta.Created
		}
		var err error
		if doc, err = g.after.Doc(); err != nil {
			return err
		}
	}
	if g.after == nil && len(g.mappings) > 0 && p.ws.Target != "" {
		if err := p.tx.KeepMembers(ctx, g.before.ID); err != nil {
			return err
		}
	}
	if err := p.tx.PutGroup(ctx, g.before, g.after, doc); err != nil {
		return fmt.Errorf("write group: %w", err)
	}
	p.receipt.Doc = doc
	return p.writeMembers(ctx)
}

func (p *passage) writeMembers(ctx context.Context) error {
	g := p.group
	if g.after == nil {
		return nil // gone with the group
	}
	if len(g.remove) > 0 {
		if err := p.tx.RemoveMembers(ctx, g.after.ID, g.remove); err != nil {
			return fmt.Errorf("remove members of %s: %w", g.after.ID, err)
		}
	}
	if len(g.add) > 0 {
		if err := p.tx.AddMembers(ctx, g.after.ID, g.add); err != nil {
			return fmt.Errorf("add members to %s: %w", g.after.ID, err)
		}
	}
	return nil
}
