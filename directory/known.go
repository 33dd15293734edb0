package directory

import (
	"context"
	"fmt"
)

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
	u, outcome, err := p.adoptable(ctx, asked, holders)
	if u == nil && err == nil {
		err = p.keepOut(ctx, asked)
	}
	return u, outcome, err
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
