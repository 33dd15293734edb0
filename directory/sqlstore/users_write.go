package sqlstore

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"

	"rollcall/directory"
)

// The classes of users: guests have seats of their own, and mappings give roles to
// nobody but persons.
const (
	classPerson  = "person"
	classGuest   = "guest"
	classMachine = "machine"
)

func classOf(u *directory.User) string {
	switch {
	case u.Kind() != directory.Person:
		return classMachine
	case u.IsGuest():
		return classGuest
	}
	return classPerson
}

// userRow returns the columns that follow from u alone.
func userRow(u *directory.User, doc []byte) ([]column, error) {
	facts := ""
	if !reflect.ValueOf(u.Facts).IsZero() {
		text, err := json.Marshal(u.Facts)
		if err != nil {
			return nil, fmt.Errorf("encode facts of user %s: %w", u.ID, err)
		}
		facts = string(text)
	}
	var heldSince, purge int64
	if u.State() == directory.HeldBack {
		heldSince = u.Facts.HeldSince
	}
	if u.Facts.Deleted != nil {
		purge = max(u.Facts.Deleted.Purge, 1)
	}
	return []column{
		{"source", string(u.Source)},
		{"shelf", u.Shelf()},
		{"external_id", u.ExternalID},
		{"name_key", directory.Fold(u.UserName)},
		{"display", cmp.Or(u.DisplayName, u.UserName)},
		{"display_key", directory.Fold(u.DisplayName)},
		{"email_key", emailKey(u)},
		{"class", classOf(u)},
		{"wanted", u.Wanted},
		{"state", string(u.State())},
		{"admin", u.IsAdmin()},
		{"held_since", heldSince},
		{"left_at", u.Facts.Left},
		{"purge_at", purge},
		{"created", u.Meta.Created.UnixMilli()},
		{"modified", u.Meta.Modified.UnixMilli()},
		{"version", int64(u.Meta.Version)},
		{"facts", facts},
		{"doc", string(doc)},
	}, nil
}

// emailKey returns the address that nobody else may have: the primary one of a live
// user.
func emailKey(u *directory.User) string {
	if u.Facts.Deleted != nil {
		return ""
	}
	return directory.Fold(u.PrimaryEmail())
}

// otherEmails returns the folded addresses beside emailKey, sorted.
func otherEmails(u *directory.User) []string {
	if u == nil {
		return nil
	}
	var keys []string
	primary := emailKey(u)
	for _, e := range u.Emails {
		if k := directory.Fold(e.Value); k != "" && k != primary {
			keys = append(keys, k)
		}
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

// PutUser implements [directory.UserWriter].
func (w *writer) PutUser(_ context.Context, before, after *directory.User, doc []byte) error {
	if after != nil {
		w.b.take(taking{"name", "", directory.Fold(after.UserName)}, taking{"email", "", emailKey(after)},
			taking{"externalId", after.Source, after.ExternalID})
	}
	var err error
	switch {
	case before == nil && after == nil:
		return nil
	case before == nil:
		err = w.insertUser(after, doc)
	case after == nil:
		err = w.deleteUser(before)
	default:
		err = w.updateUser(before, after, doc)
	}
	if err != nil {
		return err
	}
	p := w.b.top()
	p.counts = p.counts.Add(directory.CountsOf(after)).Sub(directory.CountsOf(before))
	p.replace(directory.UserRecord, shelved(before), shelved(after))
	return w.putEmails(cmp.Or(after, before).ID, otherEmails(before), otherEmails(after))
}

// place is where a record stands.
type place struct{ shelf, id string }

func shelved(u *directory.User) place {
	if u == nil {
		return place{}
	}
	return place{u.Shelf(), string(u.ID)}
}

// replace moves a record from one place to another; the empty place is nowhere.
func (p *pending) replace(t directory.RecordType, from, to place) {
	if from == to {
		return
	}
	if from.id != "" {
		p.moves = append(p.moves, move{shelfKey{t, from.shelf}, from.id, -1})
	}
	if to.id != "" {
		p.moves = append(p.moves, move{shelfKey{t, to.shelf}, to.id, 1})
	}
}

func (w *writer) insertUser(u *directory.User, doc []byte) error {
	row, err := userRow(u, doc)
	if err != nil {
		return err
	}
	args := []any{w.ws, string(u.ID)}
	for _, c := range row {
		args = append(args, c.value)
	}
	if err := w.b.insert(insertOf("users", row), args...); err != nil {
		return fmt.Errorf("insert user %s: %w", u.ID, err)
	}
	return nil
}

// updateUser writes only the columns that changed, for each that is named costs the
// work on its indexes.
func (w *writer) updateUser(before, after *directory.User, doc []byte) error {
	old, err := userRow(before, nil)
	if err != nil {
		return err
	}
	row, err := userRow(after, doc)
	if err != nil {
		return err
	}
	return w.updateRow("users", after.ID, old, row)
}

func (w *writer) deleteUser(u *directory.User) error {
	for _, text := range []string{`
		delete from members
		where workspace_id = $1
		and user_id = $2`, `
		delete from users
		where workspace_id = $1
		and id = $2`} {
		if err := w.b.exec(text, w.ws, string(u.ID)); err != nil {
			return fmt.Errorf("remove user %s: %w", u.ID, err)
		}
	}
	return nil
}

// putEmails makes the rows of a user's further addresses after instead of before.
func (w *writer) putEmails(id directory.ResourceID, before, after []string) error {
	for _, key := range before {
		if _, kept := slices.BinarySearch(after, key); kept {
			continue
		}
		if err := w.b.exec(`
			delete from emails
			where workspace_id = $1
			and value_key = $2
			and user_id = $3`, w.ws, key, string(id)); err != nil {
			return fmt.Errorf("remove address of user %s: %w", id, err)
		}
	}
	for _, key := range after {
		if _, had := slices.BinarySearch(before, key); had {
			continue
		}
		if err := w.b.insert(insertEmails, w.ws, key, string(id)); err != nil {
			return fmt.Errorf("insert address of user %s: %w", id, err)
		}
	}
	return nil
}

var insertEmails = &manyRows{3, `
		insert into emails (workspace_id, value_key, user_id)
		values `, ``}

// PutBlock implements [directory.UserWriter].
func (w *writer) PutBlock(_ context.Context, b directory.Block) error {
	w.b.take(taking{"blocked name", b.Source, b.UserName}, taking{"blocked externalId", b.Source, b.ExternalID})
	if err := w.b.exec(`
		insert into blocks (workspace_id, user_id, source, external_id, name_key, blocked_by, blocked_at)
		values ($1, $2, $3, $4, $5, $6, $7)
		on conflict (workspace_id, user_id, source) do update
		set external_id = excluded.external_id, name_key = excluded.name_key, blocked_by = excluded.blocked_by,
			blocked_at = excluded.blocked_at`,
		w.ws, string(b.User), string(b.Source), b.ExternalID, b.UserName, b.By, b.At); err != nil {
		return fmt.Errorf("write block of user %s: %w", b.User, err)
	}
	return nil
}

// DeleteBlocks implements [directory.UserWriter].
func (w *writer) DeleteBlocks(_ context.Context, user directory.ResourceID) error {
	if err := w.b.exec(`
		delete from blocks
		where workspace_id = $1
		and user_id = $2`, w.ws, string(user)); err != nil {
		return fmt.Errorf("delete blocks of user %s: %w", user, err)
	}
	return nil
}
