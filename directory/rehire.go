package directory

import (
	"context"
	"fmt"
)

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

// keepOut switches somebody new off who has the name of a person whom an administrator
// deleted, and another externalId: a directory that makes an account anew gives it another
// one. They may be somebody else, so they are listed and not refused.
func (p *passage) keepOut(ctx context.Context, asked *User) error {
	if !p.by.owner() {
		return nil
	}
	b, err := found(p.tx.Block(ctx, p.by.Source, asked.ExternalID, Fold(asked.UserName)))
	if err != nil {
		return fmt.Errorf("look up block: %w", err)
	}
	if b == nil {
		return nil
	}
	p.rehire(&User{ID: b.User}, asked, "a new person, switched off, has the name of one whom an administrator deleted")
	p.inherited = &Switch{By: b.By, At: p.now.UnixMilli(), Reason: "has the name of somebody who was deleted; if it is somebody else, switch them on"}
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
	return p.closeConflicts(ctx, RehireConflict, id, func(Conflict) bool { return true })
}

// freedName is a name that nobody asks for: ids are not reused.
func freedName(u *User) string { return u.UserName + "~" + string(u.ID[len(u.ID)-12:]) }
