package directory

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
)

// adoptable decides about local holders: exactly one whom the policy gives away is
// adopted, everything else is for an administrator.
func (p *passage) adoptable(ctx context.Context, asked *User, holders []holder) (*User, Outcome, error) {
	if len(holders) == 0 {
		return nil, "", nil
	}
	one := holders[0].user
	for _, h := range holders {
		if h.user.ID != one.ID {
			return nil, "", p.ask(asked, holders, "more than one local person matches")
		}
	}
	if !p.policyAdopts(one, holders) {
		return nil, "", p.ask(asked, holders, "a local person matches")
	}
	if admin, err := p.administers(ctx, one); err != nil || admin {
		return nil, "", cmp.Or(err, p.ask(asked, holders, "a local administrator matches"))
	}
	return one, Adopted, nil
}

func (p *passage) policyAdopts(u *User, holders []holder) bool {
	policy := p.ws.Settings.Adopt
	if !slices.Contains(adoptableShelves(policy), u.Shelf()) || p.isProtected(u) {
		return false
	}
	byMail := slices.ContainsFunc(holders, func(h holder) bool { return h.attr == "emails" })
	byName := slices.ContainsFunc(holders, func(h holder) bool { return h.attr == "userName" })
	return policy == AdoptByUserName && byName || policy == AdoptByEmail && byMail
}

// ask refuses and lists the conflict for an administrator.
func (p *passage) ask(asked *User, holders []holder, why string) error {
	h := holders[0]
	id := HashToken(strings.Join([]string{string(AdoptConflict), string(p.by.Source), asked.ExternalID, Fold(asked.UserName)}, "\x00"))[:16]
	p.conflict = &Conflict{ID: id, Kind: AdoptConflict, Source: p.by.Source, UserName: asked.UserName,
		ExternalID: asked.ExternalID, Reason: why, First: p.now.UnixMilli(), Last: p.now.UnixMilli(), Times: 1}
	for _, h := range holders {
		if !slices.Contains(p.conflict.Candidates, h.user.ID) {
			p.conflict.Candidates = append(p.conflict.Candidates, h.user.ID)
		}
	}
	return Errorf(Exists, h.attr, "%s %q is taken by a person of the source local (%s)", h.attr, h.text, why).
		Hinted("an administrator decides with: rollcall conflicts adopt %s", id)
}

// handOver prepares a local person for a new owner: what stands there was set by
// administrators, so the source's first PUT does not clear what it leaves out.
func handOver(u *User) *User {
	before := u.Clone()
	for _, a := range writable {
		if v := a.Value(before); assigned(v) && !ownersOwn[a.Name] && a.Name != "roles" {
			noteAuthor(before, Path{Attr: a}.String(), v, ByAdministrator)
		}
	}
	for _, r := range before.Roles {
		before.Facts.Grants = append(before.Facts.Grants, Grant{Kind: RoleGrant, Name: r.Value, Author: ByAdministrator})
	}
	before.Facts.Grants = administratorGrants(before.Facts.Grants)
	before.Roles = nil
	return before
}

// resolveAdopt gives a local person to a source, by an administrator's word.
func (p *passage) resolveAdopt(ctx context.Context, c Adopt) error {
	before, err := p.live(ctx, c.User)
	if err != nil {
		return err
	}
	if before.Source != Local {
		return Errorf(Exists, "source", "%s already belongs to the source %s", before.UserName, before.Source)
	}
	if err := p.mayOwn(ctx, c.Source, "source"); err != nil {
		return err
	}
	if !c.Named {
		if special, err := p.onlyByName(ctx, before); err != nil || special {
			return cmp.Or(err, adoptByName(before))
		}
	}
	after := handOver(before)
	after.Source, after.ExternalID, after.Facts.Adopted = c.Source, c.ExternalID, true
	p.person(before, after, Adopted)
	return p.closeConflicts(ctx, AdoptConflict, c.User, func(k Conflict) bool { return k.Source == c.Source })
}

// onlyByName reports whether u is handed on only by somebody who chose this very one:
// whoever owns an administrator's account can make themselves one.
func (p *passage) onlyByName(ctx context.Context, u *User) (bool, error) {
	if p.isProtected(u) || u.Kind() != Person {
		return true, nil
	}
	return p.administers(ctx, u)
}

func adoptByName(u *User) error {
	return Errorf(Denied, "id", "%s may administer the workspace, is protected or is no person, and is not adopted with others", u.UserName).
		Hinted("if the source shall own them: rollcall conflicts list shows the conflict, and rollcall conflicts adopt ID adopts this one")
}

// closeConflicts ends those conflicts of a kind about somebody that are settled by what is
// done now.
func (p *passage) closeConflicts(ctx context.Context, kind ConflictKind, about ResourceID, settled func(Conflict) bool) error {
	all, err := p.tx.Conflicts(ctx)
	if err != nil {
		return fmt.Errorf("read conflicts: %w", err)
	}
	for _, k := range all {
		if k.Kind == kind && slices.Contains(k.Candidates, about) && settled(k) {
			p.then = append(p.then, func(ctx context.Context) error { return p.tx.DeleteConflict(ctx, k.ID) })
		}
	}
	return nil
}
