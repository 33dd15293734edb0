package directory

import "context"

// standing says which actors may ask for which changes at all. What is not listed is
// refused.
func standing(by Actor, c Change) error {
	switch c.(type) {
	case PutUser, editUser, DeleteUser, PutGroup, editGroup, ChangeMembers, DeleteGroup:
		if by.governs() || by.owner() && by.Source != "" && by.Source != Local {
			return nil
		}
	case SetPassword, SignIn:
		if by.governs() || by.Kind == PersonActor {
			return nil
		}
	case SetWanted, EndRun:
		if by.Kind == RunActor && by.Source != "" && by.ID != "" {
			return nil
		}
	case Purge, FillSeats, Forget, Expire, AbandonRun:
		if by.Kind == System {
			return nil
		}
	default:
		if by.governs() {
			return nil
		}
	}
	return Errorf(Denied, "", "%s may not ask for %s", by.Kind, c.Kind())
}

// entitled refuses what is not this actor's to write on this record.
func (p *passage) entitled(context.Context) error {
	if p.by.Kind == PersonActor && p.by.ID != p.what.id {
		return Errorf(Denied, "id", "people change only their own record")
	}
	switch p.c.(type) {
	case PutUser, editUser:
		return p.authorship(p.users[0].before, p.users[0].after)
	case DeleteUser:
		return p.ownsUser(p.users[0].before)
	case PutGroup, editGroup, ChangeMembers:
		return p.ownsGroup()
	}
	return nil
}

// ownsUser keeps a source from deleting people that are merely visible to it.
func (p *passage) ownsUser(u *User) error {
	if p.by.owner() && u.Source != p.by.Source {
		return Errorf(Denied, "id", "user %s is not owned by the source %s", u.ID, p.by.Source).
			Hinted("a source deletes only people that it made or adopted")
	}
	return nil
}

// ownsGroup keeps administrators from editing what a source's next push would undo.
func (p *passage) ownsGroup() error {
	before := p.group.before
	if before == nil || p.by.owner() || before.Source == Local {
		return nil
	}
	return Errorf(ReadOnly, "displayName", "the group %q belongs to the source %s", before.DisplayName, before.Source).
		Hinted("change it there")
}
