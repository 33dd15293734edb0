package directory

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// builtInRoles are those that every workspace has and that people can have. The roles of
// a single room, such as moderator, are not among them.
var builtInRoles = []string{
	RoleAdmin, "anonymous", "app", "auditor", "auditor-log", "bot", RoleGuest,
	"livechat-agent", "livechat-manager", "livechat-monitor", RoleUser,
}

// named keeps whoever wants that from giving a role that nobody has named before: the
// workspace has it by itself, a mapping gives it, a source may grant it, or the person
// has it already.
func (p *passage) named(ctx context.Context, m *move) error {
	c, ok := p.c.(SetGrants)
	if !ok || !c.KnownRoles || m.before == nil {
		return nil
	}
	roles, err := p.namedRoles(ctx)
	if err != nil {
		return err
	}
	has := m.before.GrantedRoles()
	for _, g := range c.Grants {
		if g.Kind != RoleGrant || slices.Contains(roles, g.Name) || slices.Contains(has, g.Name) {
			continue
		}
		last := len(roles) - 1
		return Errorf(Denied, "grants", "nobody has named a role %q before", g.Name).
			Hinted("there are %s and %s; one that was made in the workspace is given with --new-role", strings.Join(roles[:last], ", "), roles[last])
	}
	return nil
}

// namedRoles lists the roles of which the workspace has heard, sorted.
func (p *passage) namedRoles(ctx context.Context) ([]string, error) {
	named := slices.Clone(builtInRoles)
	mappings, err := p.tx.Mappings(ctx, "")
	if err != nil {
		return nil, fmt.Errorf("list mappings: %w", err)
	}
	for _, m := range mappings {
		if m.Kind == RoleGrant {
			named = append(named, m.Name)
		}
	}
	sources, err := p.tx.Sources(ctx)
	if err != nil {
		return nil, fmt.Errorf("list sources: %w", err)
	}
	for _, s := range sources {
		named = append(named, s.MayGrant...)
	}
	slices.Sort(named)
	return slices.Compact(named), nil
}
