package directory

import (
	"context"
	"fmt"
	"slices"
)

// resolveRelink gives a record of a source the identifier that its entry has now. It is
// no guess: the last complete run found the entry, under the very name, and did not find
// the one that the record came from.
func (p *passage) resolveRelink(ctx context.Context, c Relink) error {
	if err := p.mayRelink(ctx, c.Source); err != nil {
		return err
	}
	p.reason = c.Reason
	if c.Type == GroupRecord {
		return p.relinkGroup(ctx, c)
	}
	before, err := p.live(ctx, c.ID)
	if err != nil {
		return err
	}
	pair, was, err := p.recreated(ctx, c, before.Source, before.UserName, before.ExternalID)
	if err != nil {
		return err
	}
	if !c.Named {
		if err := p.relinkedByRule(ctx, pair, before); err != nil {
			return err
		}
	}
	after := before.Clone()
	after.ExternalID = c.ExternalID
	if was.Missing < 0 && before.Facts.SwitchedOff != nil {
		// They never left. Without this the next run would take it for a return, which
		// lifts what an administrator decided.
		after.Wanted, after.Facts.Left = true, 0
	}
	p.person(before, after, Updated)
	return nil
}

// mayRelink wants an LDAP source that is still there, and nobody who reads it at the
// moment: a run under way remembers the identifiers of before.
func (p *passage) mayRelink(ctx context.Context, id SourceID) error {
	if err := p.mayOwn(ctx, id, "name"); err != nil {
		return err
	}
	open, err := p.tx.OpenRuns(ctx, id)
	if err != nil {
		return fmt.Errorf("read runs of %s: %w", id, err)
	}
	i := slices.IndexFunc(open, func(r Run) bool { return r.Live(p.now) && r.Kind == ApplyRun })
	if i >= 0 {
		return beingRead(&open[i])
	}
	return nil
}

// recreated returns what the last complete run found, if that is that another entry has
// taken the place of the one that a record came from, and what is remembered of the one
// before. The record then moves on to the other.
func (p *passage) recreated(ctx context.Context, c Relink, owner SourceID, name, key string) (*Conflict, *Entry, error) {
	pair, err := p.tx.Conflict(ctx, Recreated(c.Source, c.Type, c.ID, name, c.ExternalID, p.now).ID)
	if err == nil && owner == c.Source {
		var was *Entry
		if was, err = p.tx.Entry(ctx, c.Source, c.Type, key); err == nil && was.Record == c.ID {
			p.moveOn(c, *was, pair.ID)
			return pair, was, nil
		}
	}
	if err == nil || Is(err, NotFound) {
		return nil, nil, Errorf(Denied, "externalId", "the last complete run of %s did not find that another entry has taken the place of %s", c.Source, name).
			Hinted("rollcall sync run %s looks again, and rollcall conflicts list says what it found", c.Source)
	}
	return nil, nil, fmt.Errorf("look up what %s found: %w", c.Source, err)
}

// moveOn makes the next run know the record by its new identifier.
func (p *passage) moveOn(c Relink, e Entry, conflict string) {
	old := e.Key
	e.Key = c.ExternalID
	if e.Missing > 0 {
		e.Missing, e.Since = 0, 0
	}
	p.then = append(p.then, func(ctx context.Context) error {
		if err := p.tx.DeleteEntries(ctx, c.Source, c.Type, []string{old}); err != nil {
			return fmt.Errorf("forget entry %s of %s: %w", old, c.Source, err)
		}
		if err := p.tx.PutEntries(ctx, []Entry{e}); err != nil {
			return fmt.Errorf("remember entry %s of %s: %w", e.Key, c.Source, err)
		}
		return p.tx.DeleteConflict(ctx, conflict)
	})
}

// relinkedByRule keeps administrators and protected people for somebody to choose one by
// one, as with adoption, and people who had left before: the next one of a name may be
// somebody else.
func (p *passage) relinkedByRule(ctx context.Context, pair *Conflict, u *User) error {
	if pair.Kind == RelinkLeaverConflict {
		return chosenOnly(pair, "left before the entry came that has the name now")
	}
	special, err := p.onlyByName(ctx, u)
	if err != nil || !special {
		return err
	}
	return chosenOnly(pair, mayAdminister)
}

const mayAdminister = "may administer the workspace or is protected"

func chosenOnly(pair *Conflict, why string) *Error {
	return Errorf(Denied, "id", "%s %s, and is not joined with others", pair.UserName, why).
		Hinted("if it is the same one: rollcall conflicts adopt %s", pair.ID)
}

func (p *passage) relinkGroup(ctx context.Context, c Relink) error {
	before, err := p.liveGroup(ctx, c.ID)
	if err != nil {
		return err
	}
	pair, _, err := p.recreated(ctx, c, before.Source, before.DisplayName, before.ExternalID)
	if err != nil {
		return err
	}
	after := before.Clone()
	after.ExternalID = c.ExternalID
	if err := p.regroup(ctx, before, after, nil, Updated); err != nil {
		return err
	}
	if !c.Named && slices.ContainsFunc(p.group.mappings, Mapping.givesAdmin) {
		return chosenOnly(pair, mayAdminister)
	}
	return nil
}
