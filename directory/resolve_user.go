package directory

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// resolveUser builds the person as they shall be.
func (p *passage) resolveUser(ctx context.Context, c Change) error {
	switch c := c.(type) {
	case PutUser:
		return p.resolvePut(ctx, c)
	case editUser:
		return p.resolveEdit(ctx, c)
	case DeleteUser:
		return p.resolveDelete(ctx, c)
	case RestoreUser:
		return p.resolveRestore(ctx, c)
	case SwitchOff:
		return p.resolveFacts(ctx, c.ID, c.Reason, func(f *Facts) {
			if f.SwitchedOff == nil {
				f.SwitchedOff = &Switch{By: p.by.String(), At: p.now.UnixMilli(), Reason: c.Reason}
			}
		})
	case SwitchOn:
		if err := p.closeRehires(ctx, c.ID); err != nil {
			return err
		}
		return p.resolveFacts(ctx, c.ID, c.Reason, func(f *Facts) { f.SwitchedOff = nil })
	case SetGrants:
		return p.resolveFacts(ctx, c.ID, c.Reason, func(f *Facts) { f.Grants = administratorGrants(c.Grants) })
	case SetPassword:
		if p.ws.Target != "" {
			return p.resolvePassword(ctx, c.ID)
		}
		return p.resolveFacts(ctx, c.ID, "", func(f *Facts) { f.Password = p.hash })
	case SignIn:
		return p.resolveFacts(ctx, c.ID, "", func(f *Facts) {
			if f.SignedIn == 0 {
				f.SignedIn = p.now.UnixMilli()
			}
		})
	case Adopt:
		return p.resolveAdopt(ctx, c)
	case Purge:
		return p.resolvePurge(ctx, c)
	case SetWanted:
		return p.resolveWanted(ctx, c)
	case Expire:
		return p.resolveExpire(ctx, c)
	}
	return Errorf(Internal, "", "%s is not about a person", c.Kind())
}

// resolvePut makes, revives, adopts or replaces a person.
func (p *passage) resolvePut(ctx context.Context, c PutUser) error {
	p.ifVersion = c.IfVersion
	asked := c.User.Clone()
	if c.User.ID != "" {
		before, err := p.live(ctx, c.User.ID)
		if err != nil {
			return err
		}
		if c.KeepActive {
			asked.Wanted = before.Wanted
		}
		return p.replace(before, asked)
	}
	before, outcome, err := p.known(ctx, asked)
	if err != nil {
		return err
	}
	if before != nil {
		if err := p.replace(before, asked); err != nil {
			return err
		}
		p.users[0].outcome = outcome
		return nil
	}
	return p.create(asked)
}

func (p *passage) resolveWanted(ctx context.Context, c SetWanted) error {
	before, err := p.live(ctx, c.ID)
	if err != nil {
		return err
	}
	if err := p.ownsUser(before); err != nil {
		return err
	}
	after := before.Clone()
	after.Wanted = c.Wanted
	p.reason = c.Reason
	return p.replace(before, after)
}

// resolveExpire takes an account to have ended, if what is remembered of its entry still
// says so. The entry is then remembered as one that is disabled, so that the next run has
// nothing to do.
func (p *passage) resolveExpire(ctx context.Context, c Expire) error {
	e, err := p.tx.Entry(ctx, c.Source, UserRecord, c.Key)
	if err != nil {
		return fmt.Errorf("read entry %s of %s: %w", c.Key, c.Source, err)
	}
	if e.Until == 0 || e.Until > p.now.UnixMilli() {
		return nil
	}
	p.reason = fmt.Sprintf("the account expired at %s, as the source %s had said", FormatTime(time.UnixMilli(e.Until)), c.Source)
	e.Mark, e.Until = c.Mark, 0
	p.always = append(p.always, func(ctx context.Context) error { return p.tx.PutEntries(ctx, []Entry{*e}) })
	before, err := found(p.tx.User(ctx, e.Record))
	switch {
	case err != nil:
		return fmt.Errorf("read user %s: %w", e.Record, err)
	case before == nil || before.Source != c.Source || before.Facts.Deleted != nil || !before.Wanted:
		return nil // nobody has an access that could end
	}
	after := before.Clone()
	after.Wanted, after.Facts.Left = false, p.now.UnixMilli()
	p.person(before, after, Updated)
	return nil
}

// create builds a new person.
func (p *passage) create(asked *User) error {
	after := asked
	after.ID = NewID(p.now)
	after.Source = Local
	after.Facts = Facts{Kind: asked.Facts.Kind}
	if p.by.owner() {
		after.Source = p.by.Source
		after.Facts.Kind = Person
	}
	if err := p.setPassword(after); err != nil {
		return err
	}
	if p.inherited != nil {
		after.Facts.SwitchedOff = p.inherited
		p.conflict.Candidates = append(p.conflict.Candidates, after.ID)
	}
	p.complete(after)
	p.person(nil, after, Created)
	return nil
}

// replace builds a person as asked for, keeping what is not the actor's to say. A
// local person whom a source may adopt becomes the source's.
func (p *passage) replace(before, asked *User) error {
	base, after := p.claimed(before), asked
	after.ID, after.Source, after.Meta = base.ID, base.Source, base.Meta
	after.Facts = base.Clone().Facts
	if p.by.owner() {
		keepOthersValues(base, after)
		p.arrive(before, after)
	}
	if err := p.setPassword(after); err != nil {
		return err
	}
	p.complete(after)
	p.person(before, after, Updated)
	return nil
}

// claimed returns u as its new owner finds it, where a source speaks for a local
// person.
func (p *passage) claimed(u *User) *User {
	if p.by.owner() && u.Source == Local {
		return handOver(u)
	}
	return u
}

// arrive applies what a source's word means beyond attributes: whose record it is
// now, whether it ends a deletion, and whether a coming back lifts a switch-off.
func (p *passage) arrive(before, after *User) {
	after.Source = p.by.Source
	after.Facts.Adopted = false
	after.Facts.Deleted = nil
	returned := after.Wanted && (!before.Wanted || before.Facts.Deleted != nil)
	if returned {
		after.Facts.Left = 0
		switch {
		case p.ws.Settings.Rehire != RehireAsk:
			after.Facts.SwitchedOff = nil
		case after.Facts.SwitchedOff != nil:
			p.rehire(before, after, "came back while switched off by an administrator")
		}
	}
	if !after.Wanted && before.Wanted {
		after.Facts.Left = p.now.UnixMilli()
	}
}

func (p *passage) resolveEdit(ctx context.Context, c editUser) error {
	p.ifVersion = c.ifVersion
	before, err := p.live(ctx, c.id)
	if err != nil {
		return err
	}
	after := p.claimed(before).Clone()
	if err := c.edit(after); err != nil {
		return err
	}
	return p.replace(before, after)
}

// live reads a person who is not deleted and whom the actor can see.
func (p *passage) live(ctx context.Context, id ResourceID) (*User, error) {
	u, err := p.tx.User(ctx, id)
	if Is(err, NotFound) {
		return nil, noUser(id)
	}
	if err != nil {
		return nil, fmt.Errorf("read user %s: %w", id, err)
	}
	p.what.name = u.UserName
	if u.Facts.Deleted != nil && p.by.governs() {
		return nil, Errorf(NotFound, "id", "user %s is deleted", id).
			Hinted("within the grace it comes back with: rollcall users restore %s", u.UserName)
	}
	if u.Facts.Deleted != nil {
		return nil, noUser(id)
	}
	return u, visible(ctx, p.tx, p.by, u)
}

// resolveFacts builds a person of whom only a fact changes.
func (p *passage) resolveFacts(ctx context.Context, id ResourceID, reason string, change func(*Facts)) error {
	before, err := p.live(ctx, id)
	if err != nil {
		return err
	}
	after := before.Clone()
	change(&after.Facts)
	p.reason = reason
	p.person(before, after, Updated)
	return nil
}

// administratorGrants returns the grants as by administrators, sorted and without
// repetitions, so that asking twice changes nothing.
func administratorGrants(asked []Grant) []Grant {
	grants := slices.Clone(asked)
	for i := range grants {
		grants[i].Author = ByAdministrator
	}
	slices.SortFunc(grants, compareGrants)
	grants = slices.Compact(grants)
	if len(grants) == 0 {
		return nil
	}
	return grants
}

// resolveDelete begins the grace. A source deletes only what it owns.
func (p *passage) resolveDelete(ctx context.Context, c DeleteUser) error {
	p.ifVersion = c.IfVersion
	before, err := p.deletable(ctx, c.ID)
	if err != nil {
		return err
	}
	p.reason = c.Reason
	after := before.Clone()
	if before.Facts.Deleted == nil {
		after.Facts.Deleted = &Deletion{At: p.now.UnixMilli(), Purge: p.now.Add(p.ws.Settings.Grace()).UnixMilli()}
		after.Facts.Left = p.now.UnixMilli()
	}
	after.Facts.Deleted.By, after.Facts.Deleted.BySource = p.by.String(), p.by.owner()
	p.person(before, after, Deleted)
	if !p.by.owner() && before.Source != Local {
		p.block(before)
	}
	return nil
}

// deletable reads somebody live, or, for an administrator, somebody whom the source
// deleted: then the administrator's word takes the place of the source's, which could
// have brought them back.
func (p *passage) deletable(ctx context.Context, id ResourceID) (*User, error) {
	if p.by.governs() {
		u, err := found(p.tx.User(ctx, id))
		if err != nil {
			return nil, fmt.Errorf("read user %s: %w", id, err)
		}
		if u != nil && u.Facts.Deleted != nil && u.Facts.Deleted.BySource {
			return u, nil
		}
	}
	return p.live(ctx, id)
}

// block keeps the owning source from making the person again.
func (p *passage) block(u *User) {
	b := Block{Source: u.Source, ExternalID: u.ExternalID, UserName: Fold(nameBefore(u)), User: u.ID, By: p.by.String(),
		At: p.now.UnixMilli()}
	p.then = append(p.then, func(ctx context.Context) error { return p.tx.PutBlock(ctx, b) })
}

// nameBefore returns the name of somebody before it was freed for somebody else.
func nameBefore(u *User) string {
	if d := u.Facts.Deleted; d != nil && d.UserName != "" {
		return d.UserName
	}
	return u.UserName
}

// resolveRestore undoes a deletion; the name comes back too if it was freed.
func (p *passage) resolveRestore(ctx context.Context, c RestoreUser) error {
	before, err := p.tx.User(ctx, c.ID)
	if Is(err, NotFound) {
		return noUser(c.ID)
	}
	if err != nil {
		return fmt.Errorf("read user %s: %w", c.ID, err)
	}
	p.reason = c.Reason
	after := before.Clone()
	if d := before.Facts.Deleted; d != nil && d.UserName != "" {
		after.UserName = d.UserName
	}
	after.Facts.Deleted = nil
	if after.Wanted {
		after.Facts.Left = 0
	}
	p.person(before, after, Restored)
	p.then = append(p.then, func(ctx context.Context) error { return p.tx.DeleteBlocks(ctx, c.ID) })
	return nil
}

func (p *passage) resolvePurge(ctx context.Context, c Purge) error {
	before, err := p.tx.User(ctx, c.ID)
	if Is(err, NotFound) {
		return noUser(c.ID)
	}
	if err != nil {
		return fmt.Errorf("read user %s: %w", c.ID, err)
	}
	p.person(before, nil, Deleted)
	return nil
}

// complete adds what the workspace's settings supply, and drops what says nothing.
func (p *passage) complete(u *User) { supply(u, p.ws.Settings) }

func supply(u *User, s Settings) {
	tidy(u)
	domain := s.DefaultDomain
	if domain == "" || len(u.Emails) > 0 || u.Kind() != Person {
		return
	}
	u.Emails = []MultiValue{{Value: DerivedName(u) + "@" + domain, Type: "work", Primary: true}}
}
