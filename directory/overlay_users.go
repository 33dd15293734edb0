package directory

import (
	"cmp"
	"context"
	"slices"
	"time"
)

// User implements ReadTx.
func (o *overlay) User(ctx context.Context, id ResourceID) (*User, error) {
	w, written := o.people.now[id]
	switch {
	case !written:
		return o.ReadTx.User(ctx, id)
	case w.shelf == "":
		return nil, noUser(id)
	}
	return o.people.find(id)
}

// UserByName implements ReadTx.
func (o *overlay) UserByName(ctx context.Context, key string) (*User, error) {
	return o.userCalled(byName(key), func() (*User, error) { return o.ReadTx.UserByName(ctx, key) })
}

// UserByExternalID implements ReadTx.
func (o *overlay) UserByExternalID(ctx context.Context, source SourceID, text string) (*User, error) {
	return o.userCalled(byExternal(source, text), func() (*User, error) { return o.ReadTx.UserByExternalID(ctx, source, text) })
}

// UserByEmail implements ReadTx.
func (o *overlay) UserByEmail(ctx context.Context, key string) (*User, error) {
	return o.userCalled(byMail(key), func() (*User, error) { return o.ReadTx.UserByEmail(ctx, key) })
}

// userCalled returns who is called name now: written here, or in the snapshot and not
// written since.
func (o *overlay) userCalled(name string, base func() (*User, error)) (*User, error) {
	if here, ok := o.people.names[name]; ok {
		return o.people.find(here)
	}
	u, err := base()
	if err != nil {
		return nil, err
	}
	if _, written := o.people.now[u.ID]; written {
		return nil, noName(name)
	}
	return u, nil
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
	undo, err := o.people.put(before, after)
	if err != nil {
		return err
	}
	o.undo = append(o.undo, undo)
	return o.count(ctx, CountsOf(after).Sub(CountsOf(before)))
}

// ListUsers implements ReadTx for the totals of shelves; pages are not planned.
func (o *overlay) ListUsers(ctx context.Context, l Listing, each func(*Stored) error) (int64, error) {
	total, err := o.ReadTx.ListUsers(ctx, l, each)
	if err != nil || l.Filter != nil {
		return total, err
	}
	for _, shelf := range l.Shelves {
		total += o.people.shelves[shelf]
	}
	return total, nil
}

// Held implements ReadTx.
func (o *overlay) Held(ctx context.Context, guests bool, limit int) ([]*User, error) {
	waiting, err := o.ReadTx.Held(ctx, guests, limit+o.people.waited)
	if err != nil {
		return nil, err
	}
	waiting = slices.DeleteFunc(waiting, func(u *User) bool { _, written := o.people.now[u.ID]; return written })
	here := o.people.longest(guests)
	for _, id := range here[:min(limit, len(here))] {
		u, err := o.people.find(id)
		if err != nil {
			return nil, err
		}
		waiting = append(waiting, u)
	}
	slices.SortFunc(waiting, func(a, b *User) int {
		return cmp.Or(cmp.Compare(a.Facts.HeldSince, b.Facts.HeldSince), cmp.Compare(a.ID, b.ID))
	})
	return waiting[:min(limit, len(waiting))], nil
}

// Leavers implements ReadTx.
func (o *overlay) Leavers(ctx context.Context, source SourceID, since time.Time) (int64, error) {
	n, err := o.ReadTx.Leavers(ctx, source, since)
	for l, more := range o.people.left {
		if l.source == source && l.at >= since.UnixMilli() {
			n += more
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
	for _, a := range o.members {
		for id := range a.in {
			touched[id] = true
		}
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
	mappings, err := o.adminMappings(ctx)
	if err != nil || len(mappings) == 0 {
		return false, err
	}
	groups, err := o.GroupsOf(ctx, u.ID)
	if err != nil {
		return false, err
	}
	for _, g := range groups {
		if g.ID == but.Group && (len(but.Members) == 0 || slices.Contains(but.Members, u.ID)) {
			continue
		}
		if slices.ContainsFunc(mappings, func(m Mapping) bool { return m.Group == g.ID && m.ID != but.Mapping }) {
			return true, nil
		}
	}
	return false, nil
}

// adminMappings lists the mappings that make administrators. Most workspaces have none
// or one, and each of many changes asks whether it is about an administrator.
func (o *overlay) adminMappings(ctx context.Context) ([]Mapping, error) {
	if o.admins == nil {
		all, err := o.ReadTx.Mappings(ctx, "")
		if err != nil {
			return nil, err
		}
		o.admins = slices.DeleteFunc(append([]Mapping{}, all...), func(m Mapping) bool { return !m.givesAdmin() })
	}
	list := slices.DeleteFunc(slices.Clone(o.admins), func(m Mapping) bool { _, written := o.gives[m.Group]; return written })
	for _, given := range o.gives {
		for _, m := range given {
			if m.givesAdmin() {
				list = append(list, m)
			}
		}
	}
	return list, nil
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
