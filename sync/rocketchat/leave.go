package rocketchat

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"rollcall/directory"
	bridgesync "rollcall/sync"
)

// close takes access away. It never confirms that rooms may be given away or removed
// before the server has said which. An account that is not there needs nothing.
func (d *delivering) close(ctx context.Context) error {
	a, err := d.setActive(ctx, d.id, false, false)
	if says(err, codeLastOwner) {
		a, err = d.closeOwner(ctx, failed(err))
	}
	switch {
	case err != nil:
		return err
	case a == nil:
		d.id = ""
		return nil
	case *a.Active:
		return errors.New("POST users.setActiveStatus: the account is still active")
	}
	d.remember(d.want.ID, func(b *begun) { b.off = true })
	return nil
}

// closeOwner takes access away from the last owner of rooms. Whatever becomes of the
// rooms, the person is out at once: sessions end, and the password is one that nobody
// knows.
func (d *delivering) closeOwner(ctx context.Context, f *failure) (*account, error) {
	if err := d.client.post(ctx, "users.logout", map[string]any{"userId": d.id}, nil); err != nil && !unknownRoute(err) {
		return nil, err // servers before version 4 cannot end sessions of others
	}
	password := map[string]any{"userId": d.id, "data": map[string]any{"password": randomPassword()}}
	if err := d.client.post(ctx, "users.update", password, nil); err != nil {
		return nil, err
	}
	if err := d.mayRelinquish(f, "is logged out and has no password any more, but is still active"); err != nil {
		return nil, err
	}
	return d.setActive(ctx, d.id, false, true)
}

// mayRelinquish decides about the rooms of a last owner.
func (t *Target) mayRelinquish(f *failure, sofar string) error {
	removed, given := f.rooms("shouldBeRemoved"), f.rooms("shouldChangeOwner")
	switch {
	case t.config.Rooms == RoomsRelease:
		return nil
	case t.config.Rooms != RoomsHold && len(removed) == 0 && len(given) > 0:
		return nil
	}
	return refusal("the person %s, as the last owner of rooms; would be removed: %s; would get another owner: %s; "+
		"give them other owners or members in Rocket.Chat, or set rooms_at_deactivation, then rollcall deliveries redeliver",
		sofar, some(removed), some(given))
}

// some lists a few names.
func some(names []string) string {
	const few = 10
	switch {
	case len(names) == 0:
		return "none"
	case len(names) > few:
		return fmt.Sprintf("%s and %d more", strings.Join(names[:few], ", "), len(names)-few)
	}
	return strings.Join(names, ", ")
}

// Remove implements [bridgesync.Target]. What becomes of the messages is a setting of the
// whole server, read at the very moment, so it is looked at first and never changed.
func (t *Target) Remove(ctx context.Context, stone bridgesync.Tombstone) error {
	err := t.remove(ctx, stone)
	if err == nil {
		t.forget(stone.ID)
	}
	return t.outward(err)
}

func (t *Target) remove(ctx context.Context, stone bridgesync.Tombstone) error {
	if t.spared(stone.Counterpart) {
		return refusal("the account %s is not managed: it is the one whose token is used, or the server's own", stone.Counterpart)
	}
	id, err := t.buried(ctx, stone)
	if err != nil || id == "" {
		return err
	}
	if err := t.erases(ctx, stone.Erasure); err != nil {
		return err
	}
	err = t.delete(ctx, id, false)
	if says(err, codeLastOwner) {
		if err := t.mayRelinquish(failed(err), "is not deleted yet"); err != nil {
			return err
		}
		err = t.delete(ctx, id, true)
	}
	if nobody(err) {
		return nil
	}
	return err
}

func (t *Target) delete(ctx context.Context, id string, confirm bool) error {
	return t.client.post(ctx, "users.delete", map[string]any{"userId": id, "confirmRelinquish": confirm}, nil)
}

// buried returns the id of the account to delete. Of somebody of whom nobody knows whether
// they were made it is the one that has their names and was never used; anything else was
// not made here.
func (t *Target) buried(ctx context.Context, stone bridgesync.Tombstone) (string, error) {
	if stone.Counterpart != "" {
		return stone.Counterpart, nil
	}
	if stone.Names.Username == "" {
		return "", nil
	}
	name := username(stone.Names.Username, stone.ID)
	a, err := t.byName(ctx, name)
	if err != nil || a == nil || a.Username != name || a.used() || t.spared(a.ID) || a.Type != "user" {
		return "", err
	}
	its, has := a.has(stone.Names.Email)
	if temporary(stone.Names.Username) || has && its.Verified {
		return a.ID, nil
	}
	return "", nil
}

// erases wants the server to do with messages what the directory and the configuration
// expect.
func (t *Target) erases(ctx context.Context, asked directory.Erasure) error {
	var wanted []directory.Erasure
	for _, e := range []directory.Erasure{asked, t.config.Erasure} {
		if e != directory.EraseAsTarget {
			wanted = append(wanted, e)
		}
	}
	if len(wanted) == 0 {
		return nil
	}
	value, err := t.client.setting(ctx, settingErasure)
	if err != nil {
		return err
	}
	does := directory.Erasure(strings.ToLower(word(value)))
	for _, e := range wanted {
		if e != does {
			return refusal("messages of the deleted would be treated as %q in Rocket.Chat, and %q is expected; change Message_ErasureType there "+
				"or the expectation here, then rollcall deliveries redeliver", does, e)
		}
	}
	return nil
}

// settingErasure says what becomes of the messages of a user who is deleted.
const settingErasure = "Message_ErasureType"
