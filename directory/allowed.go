package directory

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// allowed applies the workspace's rules to everybody whom the change moves.
func (p *passage) allowed(ctx context.Context) error {
	rules := []func(context.Context, *move) error{
		p.stillThere, p.unprotected, p.notTakenOver, p.grantable, p.named, p.inDomain, p.unique, p.lastAdmin, p.brake,
	}
	for _, m := range p.users {
		for _, rule := range rules {
			if err := rule(ctx, m); err != nil {
				return err
			}
		}
	}
	if p.group != nil {
		return p.allowedGroup(ctx)
	}
	return nil
}

// stillThere keeps a restoration from finding nothing to restore, and a purge from
// coming early.
func (p *passage) stillThere(_ context.Context, m *move) error {
	switch p.c.(type) {
	case RestoreUser:
		if m.before.Facts.Deleted == nil {
			return Errorf(Invalid, "id", "user %q is not deleted", m.before.UserName)
		}
	case Purge:
		d := m.before.Facts.Deleted
		if d == nil || d.Purge > p.now.UnixMilli() {
			return Errorf(Denied, "id", "the grace of user %s is not over", m.before.ID)
		}
	}
	return nil
}

// unprotected keeps everybody from deactivating, deleting, demoting or renaming
// people that the workspace protects, whether they are active at the moment or not.
func (p *passage) unprotected(_ context.Context, m *move) error {
	before, after := m.before, m.after
	if before == nil || !p.isProtected(before) || before.Facts.Deleted != nil && after != nil {
		return nil
	}
	if after != nil && after.Facts.Deleted == nil && stays(before, after) {
		return nil
	}
	return Errorf(Denied, "userName", "user %q is protected", before.UserName).
		Hinted("to allow it, take the name out of protected_users in the configuration")
}

// stays reports whether a protected person keeps what protects them.
func stays(before, after *User) bool {
	switch {
	case before.Wanted && !after.Wanted,
		before.Facts.SwitchedOff == nil && after.Facts.SwitchedOff != nil,
		before.IsAdmin() && !after.IsAdmin(),
		Fold(after.UserName) != Fold(before.UserName):
		return false
	}
	return true
}

func (p *passage) isProtected(u *User) bool {
	key := Fold(u.UserName)
	return slices.ContainsFunc(p.ws.Settings.Protected, func(name string) bool { return Fold(name) == key })
}

// notTakenOver keeps a source that may adopt local people from adopting administrators
// and protected ones by writing to them: they are adopted only by name.
func (p *passage) notTakenOver(ctx context.Context, m *move) error {
	if !p.by.owner() || m.before == nil || m.before.Source != Local || m.before.Facts.Deleted != nil {
		return nil
	}
	admin, err := p.administers(ctx, m.before)
	if err != nil {
		return err
	}
	if admin || p.isProtected(m.before) {
		return Errorf(Denied, "id", "user %s is not given away by a rule", m.before.ID).
			Hinted("an administrator gives such a person to a source by name")
	}
	return nil
}

// grantable keeps a source within the roles that it may grant. What somebody has
// already is not taken away by a narrower list.
func (p *passage) grantable(_ context.Context, m *move) error {
	if !p.by.owner() || m.after == nil {
		return nil
	}
	for _, r := range m.after.Roles {
		if r.Value == "" || p.source.Grants(r.Value) || m.before != nil && hasRole(p.claimed(m.before), r.Value) {
			continue
		}
		return Errorf(Denied, "roles", "the source %s may not grant the role %q", p.source.ID, r.Value).
			Hinted("an administrator extends what it may grant, or maps a group to the role")
	}
	return nil
}

func hasRole(u *User, role string) bool {
	return slices.ContainsFunc(u.Roles, func(r MultiValue) bool { return r.Value == role })
}

// inDomain keeps e-mail addresses to the domains that the workspace allows.
func (p *passage) inDomain(_ context.Context, m *move) error {
	domains := p.ws.Settings.AllowedDomains
	if len(domains) == 0 || m.after == nil {
		return nil
	}
	mail := m.after.PrimaryEmail()
	if mail == "" || m.before != nil && mail == m.before.PrimaryEmail() {
		return nil
	}
	_, domain, _ := strings.Cut(mail, "@")
	if slices.ContainsFunc(domains, func(d string) bool { return Fold(d) == Fold(domain) }) {
		return nil
	}
	return Errorf(Denied, "emails", "addresses of the domain %q are not allowed here", domain).
		Hinted("allowed are: %s", strings.Join(domains, ", "))
}

// unique keeps user names, primary addresses and external ids to one person each. For
// somebody new it was settled when the record was looked for.
func (p *passage) unique(ctx context.Context, m *move) error {
	if m.before == nil || m.after == nil || m.after.Facts.Deleted != nil {
		return nil
	}
	back := m.before.Facts.Deleted != nil
	renamed := Fold(m.after.UserName) != Fold(m.before.UserName) || m.after.ExternalID != m.before.ExternalID
	if renamed && p.by.owner() {
		if err := p.blocked(ctx, m.after); err != nil {
			return err
		}
	}
	if Fold(m.after.UserName) != Fold(m.before.UserName) {
		if err := p.freeUserName(ctx, m.after); err != nil {
			return err
		}
	}
	if mail := m.after.PrimaryEmail(); mail != "" && (back || Fold(mail) != Fold(m.before.PrimaryEmail())) {
		if err := p.freeMail(ctx, m.after, mail); err != nil {
			return err
		}
	}
	if m.after.ExternalID != m.before.ExternalID || m.after.Source != m.before.Source {
		return p.freeExternalID(ctx, m.before, m.after)
	}
	return nil
}

func (p *passage) freeUserName(ctx context.Context, after *User) error {
	u, err := found(p.tx.UserByName(ctx, Fold(after.UserName)))
	if err != nil {
		return fmt.Errorf("look up user name: %w", err)
	}
	if u == nil || u.ID == after.ID {
		return nil
	}
	if u.Facts.Deleted != nil {
		p.freeName(u, after)
		return nil
	}
	return p.taken("userName", after.UserName, u)
}

func (p *passage) freeMail(ctx context.Context, after *User, mail string) error {
	u, err := found(p.tx.UserByEmail(ctx, Fold(mail)))
	if err != nil {
		return fmt.Errorf("look up e-mail address: %w", err)
	}
	if u == nil || u.ID == after.ID {
		return nil
	}
	return p.taken("emails", mail, u)
}

// freeExternalID looks within the space of the source that is to own the record.
func (p *passage) freeExternalID(ctx context.Context, before, after *User) error {
	source := Local
	if p.by.owner() {
		source = p.by.Source
	} else if before != nil {
		source = after.Source
	}
	if after.ExternalID == "" {
		return nil
	}
	u, err := found(p.tx.UserByExternalID(ctx, source, after.ExternalID))
	if err != nil {
		return fmt.Errorf("look up externalId: %w", err)
	}
	if u == nil || before != nil && u.ID == before.ID {
		return nil
	}
	return Errorf(Exists, "externalId", "externalId %q is already that of user %q", after.ExternalID, u.UserName)
}

// lastAdmin refuses a change that would leave the workspace with nobody able to
// administer it. It looks inside the transaction, so two administrators cannot remove
// each other at the same moment.
func (p *passage) lastAdmin(ctx context.Context, m *move) error {
	if m.before == nil || !m.before.EffectivelyActive() {
		return nil
	}
	was, err := p.administers(ctx, m.before)
	if err != nil || !was {
		return err
	}
	if m.after != nil && m.after.EffectivelyActive() {
		if still, err := p.administers(ctx, m.after); err != nil || still {
			return err
		}
	}
	other, err := p.tx.OtherAdmin(ctx, AdminExcept{Users: []ResourceID{m.before.ID}})
	if err != nil {
		return fmt.Errorf("look for administrators: %w", err)
	}
	if other {
		return nil
	}
	return Errorf(Denied, "active", "%q is the last administrator", m.before.UserName).
		Hinted("make somebody else an administrator first")
}

// administers reports whether u is an administrator, by grant or by mapping.
func (p *passage) administers(ctx context.Context, u *User) (bool, error) {
	if u.IsAdmin() {
		return true, nil
	}
	if u.IsGuest() || u.Kind() != Person {
		return false, nil
	}
	is, err := p.tx.AdminByMapping(ctx, u.ID)
	if err != nil {
		return false, fmt.Errorf("look for mapped administrators: %w", err)
	}
	return is, nil
}

// allowedGroup applies the rules about groups: names are unique within a source, and
// a group may be what makes the last administrator one.
func (p *passage) allowedGroup(ctx context.Context) error {
	g := p.group
	if g.after != nil {
		if err := p.freeGroupName(ctx); err != nil {
			return err
		}
	}
	if err := p.unprotectedGroup(ctx); err != nil {
		return err
	}
	if len(g.remove) == 0 && g.after != nil || !slices.ContainsFunc(g.mappings, Mapping.givesAdmin) {
		return nil
	}
	but := AdminExcept{Group: g.before.ID, Members: g.remove}
	if g.after == nil {
		but.Members = nil
	}
	return p.keepsAdmin(ctx, but)
}

// unprotectedGroup keeps protected people from being demoted by leaving a group that
// makes them administrators.
func (p *passage) unprotectedGroup(ctx context.Context) error {
	g := p.group
	if g.before == nil || len(p.ws.Settings.Protected) == 0 || !slices.ContainsFunc(g.mappings, Mapping.givesAdmin) {
		return nil
	}
	for _, name := range p.ws.Settings.Protected {
		u, err := found(p.tx.UserByName(ctx, Fold(name)))
		if err != nil {
			return fmt.Errorf("look up protected user: %w", err)
		}
		if u == nil || g.after != nil && !slices.Contains(g.remove, u.ID) {
			continue
		}
		state, err := p.tx.Membership(ctx, g.before.ID, []ResourceID{u.ID})
		if err != nil {
			return fmt.Errorf("look up membership: %w", err)
		}
		if state[u.ID].Member {
			return Errorf(Denied, "members", "user %q is protected and this group makes them an administrator", u.UserName).
				Hinted("to allow it, take the name out of protected_users in the configuration")
		}
	}
	return nil
}

func (m Mapping) givesAdmin() bool { return m.Kind == RoleGrant && m.Name == RoleAdmin }

// keepsAdmin refuses when there is an administrator now and would be none without
// what but names.
func (p *passage) keepsAdmin(ctx context.Context, but AdminExcept) error {
	after, err := p.tx.OtherAdmin(ctx, but)
	if err != nil {
		return fmt.Errorf("look for administrators: %w", err)
	}
	if after {
		return nil
	}
	now, err := p.tx.OtherAdmin(ctx, AdminExcept{})
	if err != nil {
		return fmt.Errorf("look for administrators: %w", err)
	}
	if !now {
		return nil
	}
	return Errorf(Denied, "members", "nobody would be left to administer the workspace").
		Hinted("make somebody else an administrator first")
}

func (p *passage) freeGroupName(ctx context.Context) error {
	after, before := p.group.after, p.group.before
	moved := before != nil && before.Source != after.Source
	if before == nil || moved || Fold(before.DisplayName) != Fold(after.DisplayName) {
		g, err := found(p.tx.GroupByName(ctx, after.Source, Fold(after.DisplayName)))
		if err != nil {
			return fmt.Errorf("look up group name: %w", err)
		}
		if g != nil && g.ID != after.ID {
			return Errorf(Exists, "displayName", "the source %s already has a group %q", after.Source, after.DisplayName)
		}
	}
	if after.ExternalID == "" || before != nil && before.ExternalID == after.ExternalID && !moved {
		return nil
	}
	g, err := found(p.tx.GroupByExternalID(ctx, after.Source, after.ExternalID))
	if err != nil {
		return fmt.Errorf("look up group externalId: %w", err)
	}
	if g != nil && g.ID != after.ID {
		return Errorf(Exists, "externalId", "externalId %q is already that of group %q", after.ExternalID, g.DisplayName)
	}
	return nil
}
