package directory

import (
	"context"
	"slices"
)

// User returns the stored document of a person whom by can see. A source sees its
// own people and those local ones that the workspace's policy lets it adopt;
// everybody else is NotFound to it.
func (d *Directory) User(ctx context.Context, by Actor, id ResourceID) (*Stored, error) {
	var got *Stored
	err := d.look(ctx, by, func(ctx context.Context, tx ReadTx) error {
		s, err := tx.StoredUser(ctx, id)
		if err != nil {
			return err
		}
		s.Groups = by.ownGroups(s.Groups)
		if s.Source == by.Source && by.owner() || by.governs() {
			got = s
			return nil
		}
		u, err := tx.User(ctx, id)
		if err != nil {
			return err
		}
		if err := visible(ctx, tx, by, u); err != nil {
			return err
		}
		got = s
		return nil
	})
	return got, err
}

// UserByName returns the record of a live person by user name, for those who govern.
func (d *Directory) UserByName(ctx context.Context, by Actor, userName string) (*User, error) {
	var got *User
	err := d.view(ctx, by, func(ctx context.Context, tx ReadTx) error {
		if !by.governs() {
			return Errorf(Denied, "", "%s may not look people up by name", by.Kind)
		}
		u, err := tx.UserByName(ctx, Fold(userName))
		got = u
		return err
	})
	return got, err
}

// Query asks for a page of what by can see.
type Query struct {
	Filter  Filter
	Start   int64 // 1 is the first; below 1 is 1
	Count   int64 // 0 for the total alone, [NoLimit] for all
	Deleted bool  // the deleted ones in their grace instead; only for those who govern
}

// Users sends a page of stored people to each and returns how many match in all. The
// order is stable: by shelf, then by id, which is the order of creation.
func (d *Directory) Users(ctx context.Context, by Actor, q Query, each func(*Stored) error) (total int64, err error) {
	read := d.view
	switch {
	case q.Filter == nil:
	case !names(q.Filter):
		read = d.search
	case by.presented && asksOnce(q.Filter):
		read = d.look
	}
	err = read(ctx, by, func(ctx context.Context, tx ReadTx) error {
		shelves, err := userShelves(ctx, tx, by, q.Deleted)
		if err != nil {
			return err
		}
		l := listing(shelves, q)
		if by.owner() {
			l.GroupsOf = by.Source
		}
		total, err = tx.ListUsers(ctx, l, each)
		return err
	})
	return total, err
}

// ownGroups returns those of somebody's groups that a may know of: a source knows
// nothing of the groups of others.
func (a Actor) ownGroups(groups []GroupRef) []GroupRef {
	if !a.owner() {
		return groups
	}
	return slices.DeleteFunc(groups, func(g GroupRef) bool { return g.Source != a.Source })
}

func listing(shelves []string, q Query) Listing {
	return Listing{Shelves: shelves, Filter: q.Filter, Start: max(q.Start, 1), Count: q.Count}
}

// userShelves lists what by can see, in the order of its pages.
func userShelves(ctx context.Context, tx ReadTx, by Actor, deleted bool) ([]string, error) {
	if by.governs() {
		if deleted {
			return []string{ShelfDeleted}, nil
		}
		return liveShelves(ctx, tx, UserRecord)
	}
	adopt := by.adopt
	if !by.presented {
		ws, err := tx.Workspace(ctx)
		if err != nil {
			return nil, err
		}
		adopt = ws.Settings.Adopt
	}
	return append([]string{string(by.Source)}, adoptableShelves(adopt)...), nil
}

// naming are the attributes that at most a few records share a value of.
var naming = []string{"id", "userName", "externalId", "emails", "emails.value", "displayName"}

// names reports whether f asks for a few records by what they are called. Who does is
// answered at once; everybody else may make the store look at many records.
func names(f Filter) bool {
	switch f := f.(type) {
	case And:
		return names(f.L) || names(f.R)
	case Or:
		return names(f.L) && names(f.R)
	case Compare:
		return f.Op == Eq && slices.Contains(naming, f.Path.String())
	}
	return false
}

// asksOnce reports whether finding what f names is one question.
func asksOnce(f Filter) bool {
	c, ok := f.(Compare)
	return ok && names(c) && c.Path.String() != "displayName"
}

func liveShelves(ctx context.Context, tx ReadTx, t RecordType) ([]string, error) {
	all, err := tx.Shelves(ctx, t)
	if err != nil {
		return nil, err
	}
	live := all[:0]
	for _, s := range all {
		if s != ShelfDeleted {
			live = append(live, s)
		}
	}
	return live, nil
}

// adoptableShelves lists the shelves whose people a source may adopt under p.
func adoptableShelves(p AdoptPolicy) []string {
	switch p {
	case AdoptByUserName:
		return []string{ShelfLocalName, ShelfLocalEmail}
	case AdoptByEmail:
		return []string{ShelfLocalEmail}
	}
	return nil
}

// Group returns the stored document of a group that by can see.
func (d *Directory) Group(ctx context.Context, by Actor, id ResourceID) (*Stored, error) {
	var got *Stored
	err := d.look(ctx, by, func(ctx context.Context, tx ReadTx) error {
		s, err := tx.StoredGroup(ctx, id)
		if err != nil {
			return err
		}
		if !by.governs() && s.Source != by.Source {
			return noGroup(id)
		}
		got = s
		return nil
	})
	return got, err
}

// Groups sends a page of stored groups to each, as Users does people.
func (d *Directory) Groups(ctx context.Context, by Actor, q Query, each func(*Stored) error) (total int64, err error) {
	read := d.view
	if q.Filter != nil && !names(q.Filter) {
		read = d.search
	}
	err = read(ctx, by, func(ctx context.Context, tx ReadTx) error {
		shelves := []string{string(by.Source)}
		if by.governs() {
			if shelves, err = liveShelves(ctx, tx, GroupRecord); err != nil {
				return err
			}
		}
		total, err = tx.ListGroups(ctx, listing(shelves, q), each)
		return err
	})
	return total, err
}

// memberPage is how many members are read at a time.
const memberPage = 1000

// EachMember sends every live member of a group that by can see to each, by id.
func (d *Directory) EachMember(ctx context.Context, by Actor, group ResourceID, each func(Member) error) error {
	return d.view(ctx, by, func(ctx context.Context, tx ReadTx) error {
		g, err := tx.Group(ctx, group)
		if err != nil {
			return err
		}
		if !by.governs() && g.Source != by.Source {
			return noGroup(group)
		}
		return eachMember(ctx, tx, group, each)
	})
}

func eachMember(ctx context.Context, tx ReadTx, group ResourceID, each func(Member) error) error {
	var after ResourceID
	for {
		page, err := tx.Members(ctx, group, after, memberPage)
		if err != nil {
			return err
		}
		for _, m := range page {
			if err := each(m); err != nil {
				return err
			}
		}
		if len(page) < memberPage {
			return nil
		}
		after = page[len(page)-1].ID
	}
}

// Read runs fn in a snapshot of the workspace, for those who govern it: command line,
// console and system.
func (d *Directory) Read(ctx context.Context, by Actor, fn func(context.Context, ReadTx) error) error {
	return d.view(ctx, by, func(ctx context.Context, tx ReadTx) error {
		if !by.governs() {
			return Errorf(Denied, "", "%s may not read the whole workspace", by.Kind)
		}
		return fn(ctx, tx)
	})
}

// view refuses whoever has no workspace or no standing before anything is read.
func (d *Directory) view(ctx context.Context, by Actor, fn func(context.Context, ReadTx) error) error {
	if err := mayRead(by); err != nil {
		return err
	}
	return d.store.View(ctx, by.Workspace, fn)
}

// look is view for a single question.
func (d *Directory) look(ctx context.Context, by Actor, fn func(context.Context, ReadTx) error) error {
	if err := mayRead(by); err != nil {
		return err
	}
	return d.store.Look(ctx, by.Workspace, fn)
}

// search is view for what may take long. It waits for its turn.
func (d *Directory) search(ctx context.Context, by Actor, fn func(context.Context, ReadTx) error) error {
	select {
	case d.searches <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-d.searches }()
	return d.view(ctx, by, fn)
}

// mayRead refuses whoever has no workspace or no standing.
func mayRead(by Actor) error {
	if by.Workspace == "" || !by.governs() && (!by.owner() || by.Source == "") {
		return Errorf(Denied, "", "nobody is signed in")
	}
	return nil
}

// visible answers NotFound for a person whom by cannot see.
func visible(ctx context.Context, tx ReadTx, by Actor, u *User) error {
	switch {
	case by.governs(), by.Kind == PersonActor && by.ID == string(u.ID):
		return nil
	case by.owner() && u.Facts.Deleted == nil && u.Source == by.Source:
		return nil
	case by.owner() && u.Facts.Deleted == nil && u.Source == Local:
		ws, err := tx.Workspace(ctx)
		if err != nil {
			return err
		}
		for _, s := range adoptableShelves(ws.Settings.Adopt) {
			if s == u.Shelf() {
				return nil
			}
		}
	}
	return noUser(u.ID)
}

func noUser(id ResourceID) *Error { return Errorf(NotFound, "id", "there is no user %s", id) }

func noGroup(id ResourceID) *Error { return Errorf(NotFound, "id", "there is no group %s", id) }
