package directory

import (
	"cmp"
	"context"
	"slices"
	"time"
)

// User implements ReadTx.
func (o *overlay) User(ctx context.Context, id ResourceID) (*User, error) {
	u, written := o.people.now[id]
	switch {
	case !written:
		return o.ReadTx.User(ctx, id)
	case u == nil:
		return nil, noUser(id)
	}
	return u.Clone(), nil
}

// UserByName implements ReadTx.
func (o *overlay) UserByName(ctx context.Context, key string) (*User, error) {
	return o.people.find(byName(key), userID, func() (*User, error) { return o.ReadTx.UserByName(ctx, key) })
}

// UserByExternalID implements ReadTx.
func (o *overlay) UserByExternalID(ctx context.Context, source SourceID, text string) (*User, error) {
	return o.people.find(byExternal(source, text), userID, func() (*User, error) { return o.ReadTx.UserByExternalID(ctx, source, text) })
}

// UserByEmail implements ReadTx.
func (o *overlay) UserByEmail(ctx context.Context, key string) (*User, error) {
	return o.people.find(byMail(key), userID, func() (*User, error) { return o.ReadTx.UserByEmail(ctx, key) })
}

// Collides implements ReadTx. A name that was freed here counts as taken; the questions
// that follow then find that it is free.
func (o *overlay) Collides(ctx context.Context, c Claim) (bool, error) {
	for _, name := range []string{byName(c.Name), byName(c.Derived), byMail(c.Email), byExternal(c.Source, c.ExternalID)} {
		if _, here := o.people.names[name]; here {
			return true, nil
		}
	}
	if len(o.blocks) > 0 {
		return true, nil
	}
	return o.ReadTx.Collides(ctx, c)
}

// PutUser implements WriteTx.
func (o *overlay) PutUser(ctx context.Context, before, after *User, _ []byte) error {
	var kept *User
	if after != nil {
		kept = after.Clone()
	}
	o.undo = append(o.undo, o.people.put(idOf(before, after), before, kept, userNames))
	return o.count(ctx, CountsOf(after).Sub(CountsOf(before)))
}

// ListUsers implements ReadTx for the totals of shelves; pages are not planned.
func (o *overlay) ListUsers(ctx context.Context, l Listing, each func(*Stored) error) (int64, error) {
	total, err := o.ReadTx.ListUsers(ctx, l, each)
	if err != nil || l.Filter != nil {
		return total, err
	}
	for id, now := range o.people.now {
		if now != nil && slices.Contains(l.Shelves, now.Shelf()) {
			total++
		}
		if was := o.people.was[id]; was != nil && slices.Contains(l.Shelves, was.Shelf()) {
			total--
		}
	}
	return total, nil
}

// Held implements ReadTx.
func (o *overlay) Held(ctx context.Context, guests bool, limit int) ([]*User, error) {
	base, err := o.ReadTx.Held(ctx, guests, limit+len(o.people.now))
	if err != nil {
		return nil, err
	}
	waiting := slices.DeleteFunc(base, func(u *User) bool { _, written := o.people.now[u.ID]; return written })
	for _, u := range o.people.now {
		if u != nil && u.State() == HeldBack && u.IsGuest() == guests {
			waiting = append(waiting, u.Clone())
		}
	}
	slices.SortFunc(waiting, func(a, b *User) int {
		return cmp.Or(cmp.Compare(a.Facts.HeldSince, b.Facts.HeldSince), cmp.Compare(a.ID, b.ID))
	})
	return waiting[:min(limit, len(waiting))], nil
}

// Leavers implements ReadTx.
func (o *overlay) Leavers(ctx context.Context, source SourceID, since time.Time) (int64, error) {
	n, err := o.ReadTx.Leavers(ctx, source, since)
	left := func(u *User) bool { return u != nil && u.Source == source && u.Facts.Left >= since.UnixMilli() }
	for id, now := range o.people.now {
		if left(now) {
			n++
		}
		if left(o.people.was[id]) {
			n--
		}
	}
	return n, err
}

// OtherAdmin implements ReadTx. Whoever was written here is judged by what was
// written, everybody else by the snapshot.
func (o *overlay) OtherAdmin(ctx context.Context, but AdminExcept) (bool, error) {
	base := but
	base.Users = slices.Clone(but.Users)
	touched := map[ResourceID]bool{}
	for id := range o.people.now {
		touched[id] = true
	}
	for m := range o.members {
		touched[m.user] = true
	}
	for id := range touched {
		base.Users = append(base.Users, id)
	}
	other, err := o.ReadTx.OtherAdmin(ctx, base)
	if err != nil || other {
		return other, err
	}
	for id := range touched {
		if slices.Contains(but.Users, id) {
			continue
		}
		if is, err := o.isAdmin(ctx, id, but); err != nil || is {
			return is, err
		}
	}
	return false, nil
}

func (o *overlay) isAdmin(ctx context.Context, id ResourceID, but AdminExcept) (bool, error) {
	u, err := found(o.User(ctx, id))
	if err != nil || u == nil || !u.EffectivelyActive() || u.Kind() != Person {
		return false, err
	}
	if u.IsAdmin() {
		return true, nil
	}
	return o.mappedAdmin(ctx, u, but)
}

func (o *overlay) mappedAdmin(ctx context.Context, u *User, but AdminExcept) (bool, error) {
	if u.IsGuest() {
		return false, nil
	}
	groups, err := o.GroupsOf(ctx, u.ID)
	if err != nil {
		return false, err
	}
	for _, g := range groups {
		if g.ID == but.Group && (len(but.Members) == 0 || slices.Contains(but.Members, u.ID)) {
			continue
		}
		mappings, err := o.Mappings(ctx, g.ID)
		if err != nil {
			return false, err
		}
		if slices.ContainsFunc(mappings, func(m Mapping) bool { return m.givesAdmin() && m.ID != but.Mapping }) {
			return true, nil
		}
	}
	return false, nil
}

// AdminByMapping implements ReadTx.
func (o *overlay) AdminByMapping(ctx context.Context, id ResourceID) (bool, error) {
	u, err := found(o.User(ctx, id))
	if err != nil || u == nil {
		return false, err
	}
	return o.mappedAdmin(ctx, u, AdminExcept{})
}

// Block implements ReadTx.
func (o *overlay) Block(ctx context.Context, source SourceID, externalID, nameKey string) (*Block, error) {
	for _, b := range o.blocks {
		if b.Source == source && (externalID != "" && b.ExternalID == externalID || b.UserName == nameKey) && !o.lifted[b.User] {
			return &b, nil
		}
	}
	b, err := o.ReadTx.Block(ctx, source, externalID, nameKey)
	if err == nil && o.lifted[b.User] {
		return nil, Errorf(NotFound, "", "no block")
	}
	return b, err
}

// PutBlock implements WriteTx.
func (o *overlay) PutBlock(_ context.Context, b Block) error {
	n, lifted := len(o.blocks), o.lifted[b.User]
	o.blocks = append(o.blocks, b)
	delete(o.lifted, b.User)
	o.undo = append(o.undo, func() {
		o.blocks = o.blocks[:n]
		if lifted {
			o.lifted[b.User] = true
		}
	})
	return nil
}

// DeleteBlocks implements WriteTx.
func (o *overlay) DeleteBlocks(_ context.Context, user ResourceID) error {
	if !o.lifted[user] {
		o.lifted[user] = true
		o.undo = append(o.undo, func() { delete(o.lifted, user) })
	}
	return nil
}
