package directory

import (
	"context"
	"fmt"
	"slices"
)

// resolveTransfer gives a record of a source that is no longer there to another owner.
func (p *passage) resolveTransfer(ctx context.Context, c Transfer) error {
	if err := p.mayTransfer(ctx, c); err != nil {
		return err
	}
	p.reason = c.Reason
	if c.Type == GroupRecord {
		return p.transferGroup(ctx, c)
	}
	before, err := p.tx.User(ctx, c.ID)
	if Is(err, NotFound) {
		return noUser(c.ID)
	}
	if err != nil {
		return fmt.Errorf("read user %s: %w", c.ID, err)
	}
	if before.Source != c.From {
		return notOf(c.From, before.UserName)
	}
	if err := p.transferredByRule(ctx, c, before); err != nil {
		return err
	}
	after := before.Clone()
	after.Source, after.Facts.Adopted = c.To, c.To != Local
	after.ExternalID = "" // it meant something to its source only
	p.person(before, after, Updated)
	p.forgetEntry(c, before.ExternalID)
	if d := before.Facts.Deleted; d != nil && !d.BySource && c.To != Local {
		p.block(after) // what an administrator decided binds whoever comes after
	}
	return nil
}

// forgetEntry lets the old owner, should it be put back, find out that the record is
// somebody else's: it would take the entry that it remembers for applied.
func (p *passage) forgetEntry(c Transfer, key string) {
	if key == "" {
		return // not claimed since it was last handed over
	}
	p.then = append(p.then, func(ctx context.Context) error {
		if err := p.tx.DeleteEntries(ctx, c.From, c.Type, []string{key}); err != nil {
			return fmt.Errorf("forget entry %s of %s: %w", key, c.From, err)
		}
		return nil
	})
}

// transferredByRule keeps administrators and protected people for somebody to choose one
// by one, as with adoption: the next owner takes them over by their user names. To local
// everybody may go, which no source writes to.
func (p *passage) transferredByRule(ctx context.Context, c Transfer, u *User) error {
	if c.Named || c.To == Local {
		return nil
	}
	special, err := p.onlyByName(ctx, u)
	if err != nil || !special {
		return err
	}
	return Errorf(Denied, "id", "%s may administer the workspace, is protected or is no person, and is not handed over with others", u.UserName).
		Hinted("if %s shall own them: rollcall sources transfer %s --to %s --user %s", c.To, c.From, c.To, u.UserName)
}

// mayTransfer refuses to take people from a source that would ask for them again, and to
// give them to one that nobody knows.
func (p *passage) mayTransfer(ctx context.Context, c Transfer) error {
	from, err := found(p.tx.Source(ctx, c.From))
	switch {
	case err != nil:
		return fmt.Errorf("read source %s: %w", c.From, err)
	case from == nil:
		return Errorf(NotFound, "name", "there is no source %s", c.From).Hinted("see: rollcall sources list")
	case from.LetsGo() != nil:
		return from.LetsGo()
	case c.To == c.From:
		return Errorf(Invalid, "to", "people cannot be given to the source that has them")
	case c.To == Local:
		return nil
	}
	return p.mayOwn(ctx, c.To, "to")
}

// mayOwn refuses to give anybody to a source that nobody knows, or that is not read any
// more. attr is what the change calls it.
func (p *passage) mayOwn(ctx context.Context, id SourceID, attr string) error {
	s, err := found(p.tx.Source(ctx, id))
	switch {
	case err != nil:
		return fmt.Errorf("read source %s: %w", id, err)
	case s == nil:
		return Errorf(NotFound, attr, "there is no source %s", id).Hinted("see: rollcall sources list")
	case s.Detached != 0:
		return Errorf(Denied, attr, "the source %s is detached", id).
			Hinted("it is gone from the configuration; name one that is there")
	}
	return nil
}

func notOf(source SourceID, name string) *Error {
	return Errorf(Denied, "source", "%s does not belong to the source %s", name, source)
}

// knownToRun finds the group that a run is really about when it asks for a new one: one
// that a run made which was killed before it could note it, or one of the same name that
// was given to its source and that it has not claimed yet.
func (p *passage) knownToRun(ctx context.Context, asked *Group) (*Group, error) {
	if p.by.Kind != RunActor || asked.ExternalID == "" {
		return nil, nil
	}
	g, err := found(p.tx.GroupByExternalID(ctx, p.by.Source, asked.ExternalID))
	if err != nil {
		return nil, fmt.Errorf("look up group externalId: %w", err)
	}
	if g != nil {
		return g, nil
	}
	if g, err = found(p.tx.GroupByName(ctx, p.by.Source, Fold(asked.DisplayName))); err != nil {
		return nil, fmt.Errorf("look up group name: %w", err)
	}
	if g == nil || g.ExternalID != "" {
		return nil, nil
	}
	return g, nil
}

func (p *passage) transferGroup(ctx context.Context, c Transfer) error {
	before, err := p.liveGroup(ctx, c.ID)
	if err != nil {
		return err
	}
	if before.Source != c.From {
		return notOf(c.From, before.DisplayName)
	}
	after := before.Clone()
	after.Source, after.ExternalID = c.To, ""
	p.forgetEntry(c, before.ExternalID)
	if err := p.regroup(ctx, before, after, nil, Updated); err != nil {
		return err
	}
	if !c.Named && c.To != Local && slices.ContainsFunc(p.group.mappings, Mapping.givesAdmin) {
		return Errorf(Denied, "id", "%s makes its members administrators, and is not handed over with others", before.DisplayName).
			Hinted("if %s shall say who they are: rollcall sources transfer %s --to %s --group %q", c.To, c.From, c.To, before.DisplayName)
	}
	return nil
}
