package directory

import "context"

// Apply decides about c and, if it is allowed, carries it out; see the package doc.
func (d *Directory) Apply(ctx context.Context, by Actor, c Change) (Receipt, error) {
	return Receipt{}, Errorf(Unavailable, "", "not yet")
}

// EditUser is read-modify-write on one person: edit gets the record as it is in the
// transaction and changes it. It must be a pure function of the record, fast, and may
// run more than once. What edit changes is then treated as a PutUser of the whole.
// ifVersion 0 takes whatever version there is.
func (d *Directory) EditUser(ctx context.Context, by Actor, id ResourceID, ifVersion Version, password Secret, edit func(*User) error) (Receipt, error) {
	return d.Apply(ctx, by, editUser{id, ifVersion, password, edit})
}

// EditGroup is to groups what EditUser is to people; edit also returns how the members
// shall change, or nil.
func (d *Directory) EditGroup(ctx context.Context, by Actor, id ResourceID, ifVersion Version, edit func(*Group) (*MemberChange, error)) (Receipt, error) {
	return d.Apply(ctx, by, editGroup{id, ifVersion, edit})
}
