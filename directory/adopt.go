package directory

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
)

// DerivedName returns the workspace user name that follows from u: the override if
// there is one, else userName up to the first @.
func DerivedName(u *User) string {
	if u.Chat != nil && u.Chat.Username != "" {
		return u.Chat.Username
	}
	name, _, _ := strings.Cut(u.UserName, "@")
	return name
}

// known finds the record that a request to make somebody is really about: one that
// the same source deleted, or a local one that it may adopt. Nil means that the
// person is new. A name or an address that is taken is a refusal.
func (p *passage) known(ctx context.Context, asked *User) (*User, Outcome, error) {
	collides, err := p.tx.Collides(ctx, p.claim(asked))
	if err != nil {
		return nil, "", fmt.Errorf("look for others: %w", err)
	}
	if !collides {
		return nil, "", nil
	}
	if p.by.owner() {
		u, outcome, err := p.knownToSource(ctx, asked)
		if u != nil || err != nil {
			return u, outcome, err
		}
	}
	holders, err := p.holders(ctx, asked)
	if err != nil {
		return nil, "", err
	}
	if u := p.promised(asked, holders); u != nil {
		return u, Adopted, nil
	}
	if err := p.foreign(holders); err != nil {
		return nil, "", err
	}
	if err := p.freeExternalID(ctx, nil, asked); err != nil {
		return nil, "", err
	}
	return p.adoptable(ctx, asked, holders)
}

// claim is what asked would take if it were made.
func (p *passage) claim(asked *User) Claim {
	whole := *asked
	p.complete(&whole)
	c := Claim{Source: Local, ExternalID: asked.ExternalID, Name: Fold(asked.UserName), Derived: Fold(asked.UserName),
		Email: Fold(whole.PrimaryEmail())}
	if p.by.owner() {
		c.Source, c.Derived = p.by.Source, Fold(DerivedName(asked))
	}
	return c
}

// knownToSource finds by externalId, within the source's own space.
func (p *passage) knownToSource(ctx context.Context, asked *User) (*User, Outcome, error) {
	if err := p.blocked(ctx, asked); err != nil {
		return nil, "", err
	}
	if asked.ExternalID == "" {
		return nil, "", nil
	}
	u, err := found(p.tx.UserByExternalID(ctx, p.by.Source, asked.ExternalID))
	switch {
	case err != nil:
		return nil, "", fmt.Errorf("look up externalId: %w", err)
	case u == nil:
		return nil, "", nil
	case u.Facts.Deleted == nil && u.Facts.Adopted:
		return u, Adopted, nil
	case u.Facts.Deleted == nil && p.by.Kind == RunActor:
		return u, Updated, nil // a run that was killed made them, and could not note it
	case u.Facts.Deleted == nil:
		return nil, "", nil // refused as taken below
	case !u.Facts.Deleted.BySource:
		return nil, "", blockedBy(nameBefore(u), u.ID)
	}
	p.forgetMemberships(u)
	return u, Revived, nil
}

// forgetMemberships ends what a deleted person belonged to: the source that revives
// somebody says anew to which groups they belong.
func (p *passage) forgetMemberships(u *User) {
	p.then = append(p.then, func(ctx context.Context) error {
		groups, err := p.tx.GroupsOf(ctx, u.ID)
		if err != nil {
			return fmt.Errorf("read groups of %s: %w", u.ID, err)
		}
		for _, g := range groups {
			if err := p.tx.RemoveMembers(ctx, g.ID, []ResourceID{u.ID}); err != nil {
				return fmt.Errorf("leave group %s: %w", g.ID, err)
			}
		}
		return nil
	})
}

func (p *passage) blocked(ctx context.Context, asked *User) error {
	b, err := found(p.tx.Block(ctx, p.by.Source, asked.ExternalID, Fold(asked.UserName)))
	if err != nil {
		return fmt.Errorf("look up block: %w", err)
	}
	if b == nil || b.ExternalID != "" && asked.ExternalID != "" && b.ExternalID != asked.ExternalID {
		return nil // nobody, or somebody else of the same name
	}
	name := asked.UserName
	if Fold(name) != b.UserName {
		name = b.UserName // they are asked for under another one, with the same externalId
	}
	return blockedBy(name, b.User)
}

func blockedBy(userName string, id ResourceID) *Error {
	return Errorf(Denied, "userName", "an administrator deleted %q and its source may not make it again", userName).
		Hinted("to allow it: rollcall users restore %s", id)
}

// holder is a live record that has a name or address which somebody new asks for.
type holder struct {
	user *User
	attr string // the attribute by which it collides
	text string // the value
	same bool   // the very value, not one derived from it
}

// holders finds who has the user name, the name derived from it, or the primary
// address. A deleted holder of the name is renamed and makes room.
func (p *passage) holders(ctx context.Context, asked *User) ([]holder, error) {
	var all []holder
	named, err := found(p.tx.UserByName(ctx, Fold(asked.UserName)))
	if err != nil {
		return nil, fmt.Errorf("look up user name: %w", err)
	}
	if named != nil && named.Facts.Deleted != nil {
		p.freeName(named, asked)
		if err := p.stayOut(ctx, named, asked); err != nil {
			return nil, err
		}
		named = nil
	}
	if named != nil {
		all = append(all, holder{named, "userName", asked.UserName, true})
	}
	if p.by.owner() {
		if all, err = p.derivedHolder(ctx, asked, all); err != nil {
			return nil, err
		}
	}
	return p.mailHolder(ctx, asked, all)
}

// derivedHolder adds a local person whose user name is what ours would be in the
// workspace. Those of sources are told apart when names are delivered.
func (p *passage) derivedHolder(ctx context.Context, asked *User, all []holder) ([]holder, error) {
	derived := DerivedName(asked)
	if derived == "" || Fold(derived) == Fold(asked.UserName) {
		return all, nil
	}
	u, err := found(p.tx.UserByName(ctx, Fold(derived)))
	if err != nil {
		return nil, fmt.Errorf("look up derived name: %w", err)
	}
	if u == nil || u.Source != Local || u.Facts.Deleted != nil {
		return all, nil
	}
	return append(all, holder{u, "userName", derived, false}), nil
}

func (p *passage) mailHolder(ctx context.Context, asked *User, all []holder) ([]holder, error) {
	c := asked.Clone()
	p.complete(c)
	mail := c.PrimaryEmail()
	if mail == "" {
		return all, nil
	}
	u, err := found(p.tx.UserByEmail(ctx, Fold(mail)))
	if err != nil {
		return nil, fmt.Errorf("look up e-mail address: %w", err)
	}
	if u == nil {
		return all, nil
	}
	return append(all, holder{u, "emails", mail, true}), nil
}

// promised returns the holder of the user name whom an administrator gave to the
// source without knowing what the source calls the person.
func (p *passage) promised(asked *User, holders []holder) *User {
	for _, h := range holders {
		mine := h.user.Source == p.by.Source && h.user.Facts.Adopted
		if mine && h.attr == "userName" && h.same && h.user.ExternalID == "" && p.by.owner() {
			return h.user
		}
	}
	return nil
}

// foreign refuses a name or address that a person of a source has, or that an
// administrator asks for although anybody has it.
func (p *passage) foreign(holders []holder) error {
	for _, h := range holders {
		if !h.same {
			continue
		}
		if h.user.Source != Local || !p.by.owner() {
			return p.taken(h.attr, h.text, h.user)
		}
	}
	return nil
}

// taken says whose a name or an address is, as far as who asks may know: of others than
// its own people a source hears no more than what it said itself.
func (p *passage) taken(attr, text string, u *User) *Error {
	show := u.UserName
	if p.by.owner() && u.Source != p.by.Source {
		show = string(u.ID)
	}
	return Errorf(Exists, attr, "%s %q is taken by a person of the source %s", attr, text, u.Source).
		Hinted("see: rollcall users show %s", show)
}

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
	if _, err := p.tx.Source(ctx, c.Source); err != nil {
		return fmt.Errorf("read source %s: %w", c.Source, err)
	}
	after := handOver(before)
	after.Source, after.ExternalID, after.Facts.Adopted = c.Source, c.ExternalID, true
	p.person(before, after, Adopted)
	return p.closeConflicts(ctx, c)
}

// closeConflicts ends the conflicts of the source that the adopted person settles.
func (p *passage) closeConflicts(ctx context.Context, c Adopt) error {
	all, err := p.tx.Conflicts(ctx)
	if err != nil {
		return fmt.Errorf("read conflicts: %w", err)
	}
	for _, k := range all {
		if k.Source == c.Source && k.Kind == AdoptConflict && slices.Contains(k.Candidates, c.User) {
			p.then = append(p.then, func(ctx context.Context) error { return p.tx.DeleteConflict(ctx, k.ID) })
		}
	}
	return nil
}

// freeName takes the name from a deleted person so that somebody new can have it, and
// lists the pair: it may be the same person come back.
func (p *passage) freeName(deleted, asked *User) {
	after := deleted.Clone()
	if after.Facts.Deleted.UserName == "" {
		after.Facts.Deleted.UserName = deleted.UserName
	}
	after.UserName = freedName(deleted)
	p.freed = append(p.freed, &move{before: deleted, after: after, change: "FreeName", outcome: Updated})
	p.rehire(deleted, asked, "a new person has the name of one who was deleted")
}

// stayOut keeps out somebody new who has the name of a person whom the same source
// deleted while they were switched off, where a re-hire is for an administrator to decide.
// Without the externalId from before they may be the same.
func (p *passage) stayOut(ctx context.Context, deleted, asked *User) error {
	if !p.by.owner() || p.ws.Settings.Rehire != RehireAsk {
		return nil
	}
	namesakes, err := p.namesakes(ctx, deleted, asked.UserName)
	if err != nil {
		return err
	}
	for _, u := range namesakes {
		if u.Source == p.by.Source && u.Facts.Deleted != nil && u.Facts.SwitchedOff != nil {
			p.rehire(u, asked, "a new person, switched off as well, has the name of one who was deleted while switched off")
			p.inherited = new(*u.Facts.SwitchedOff)
			return nil
		}
	}
	return nil
}

// namesakes returns the deleted holder of a name, and those who had it before and of whom
// a conflict remembers so.
func (p *passage) namesakes(ctx context.Context, deleted *User, name string) ([]*User, error) {
	all, err := p.tx.Conflicts(ctx)
	if err != nil {
		return nil, fmt.Errorf("read conflicts: %w", err)
	}
	users := []*User{deleted}
	for _, k := range all {
		if k.Kind != RehireConflict || Fold(k.UserName) != Fold(name) {
			continue
		}
		for _, id := range k.Candidates {
			u, err := found(p.tx.User(ctx, id))
			if err != nil {
				return nil, fmt.Errorf("read user %s: %w", id, err)
			}
			if u != nil {
				users = append(users, u)
			}
		}
	}
	return users, nil
}

// rehire lists that somebody may have come back, for an administrator to decide.
func (p *passage) rehire(u, asked *User, reason string) {
	p.conflict = &Conflict{ID: rehireID(u.ID, reason), Kind: RehireConflict, Source: p.by.Source, UserName: asked.UserName,
		ExternalID: asked.ExternalID, Candidates: []ResourceID{u.ID}, Reason: reason, First: p.now.UnixMilli(),
		Last: p.now.UnixMilli(), Times: 1}
}

func rehireID(u ResourceID, reason string) string {
	return HashToken(string(RehireConflict) + "\x00" + string(u) + "\x00" + reason)[:16]
}

// closeRehires ends the conflicts about the coming back of somebody whom an administrator
// switches on: that decides them.
func (p *passage) closeRehires(ctx context.Context, id ResourceID) error {
	all, err := p.tx.Conflicts(ctx)
	if err != nil {
		return fmt.Errorf("read conflicts: %w", err)
	}
	for _, k := range all {
		if k.Kind == RehireConflict && slices.Contains(k.Candidates, id) {
			p.then = append(p.then, func(ctx context.Context) error { return p.tx.DeleteConflict(ctx, k.ID) })
		}
	}
	return nil
}

// freedName is a name that nobody asks for: ids are not reused.
func freedName(u *User) string { return u.UserName + "~" + string(u.ID[len(u.ID)-12:]) }

// found turns NotFound into nil.
func found[T any](v *T, err error) (*T, error) {
	if Is(err, NotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return v, nil
}
