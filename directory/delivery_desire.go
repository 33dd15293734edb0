package directory

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// Desire reads what shall be true of a claimed record in the target, as it is now: what
// changed after the claim is in it, and is worked on once more. Nil means that the
// target wants to be left alone by now, an error of kind Stale that the claim was lost.
func (d *Directory) Desire(ctx context.Context, by Actor, c Delivery) (want *Desired, err error) {
	err = d.store.View(ctx, by.Workspace, func(ctx context.Context, tx ReadTx) error {
		want = &Desired{Delivery: c}
		ws, err := tx.Workspace(ctx)
		if err != nil {
			return fmt.Errorf("read workspace: %w", err)
		}
		if _, err := mine(ctx, tx, ws, &c); err != nil {
			return err
		}
		if d.clock().Before(ws.Pause.Until(c.Lane)) {
			want = nil
			return nil
		}
		if want.User, err = found(tx.User(ctx, ResourceID(c.Record))); err != nil {
			return fmt.Errorf("read user %s: %w", c.Record, err)
		}
		if want.Link, err = found(tx.Link(ctx, ws.Target, c.Type, c.Record)); err != nil {
			return fmt.Errorf("read link of %s: %w", c.Record, err)
		}
		if want.Actions, err = tx.OpenActions(ctx, c.Type, c.Record); err != nil || want.User == nil {
			return err
		}
		mapped, err := tx.MappedGrants(ctx, want.User.ID)
		if err != nil {
			return fmt.Errorf("read grants of %s: %w", c.Record, err)
		}
		want.Grants = EffectiveGrants(want.User, mapped)
		return nil
	})
	return want, err
}

// EffectiveGrants returns what u has, through whomever: each grant once, sorted, without
// an author. Mappings give guests no roles, and nobody is without one.
func EffectiveGrants(u *User, mapped []Mapping) []Grant {
	var all []Grant
	for _, role := range u.GrantedRoles() {
		all = append(all, Grant{Kind: RoleGrant, Name: role})
	}
	for _, g := range u.AuthoredGrants() {
		if g.Kind != RoleGrant {
			all = append(all, Grant{Kind: g.Kind, Name: g.Name})
		}
	}
	for _, m := range mapped {
		if m.Kind != RoleGrant || !u.IsGuest() {
			all = append(all, Grant{Kind: m.Kind, Name: m.Name})
		}
	}
	slices.SortFunc(all, compareGrants)
	return slices.Compact(all)
}

// Reservation says under which names a record may be delivered.
type Reservation struct {
	Names    Names
	WaitsFor string // the record that has one of the names that it shall have in the end
	Put      bool   // nothing may be delivered yet: the delivery was put off
	Taken    string // why the record never gets its own names: it is parked once it is delivered under these
}

// Reserve gives a record the names that it shall have in the target, before anything is
// delivered: so no two are ever made with one name, and what was begun is known even if
// nobody lives to write down how it ended. A name that another counterpart has is not
// taken: the delivery waits for that record's. A circle of such waits is broken by a
// temporary name, and whoever loses access loses it under the old one. One who has the
// name rightly gives it to nobody: then the delivery is parked, for a person to decide.
// Somebody who is only looked for waits for nobody.
func (d *Directory) Reserve(ctx context.Context, by Actor, want *Desired) (got Reservation, err error) {
	names := NamesOf(want.User)
	if want.Link != nil && want.Link.Counterpart != "" && want.Link.Names == names && want.Delivery.Attempts == 0 {
		return Reservation{Names: names}, nil // it has them
	}
	err = d.work(ctx, by, func(ctx context.Context, tx WriteTx, ws *Workspace) error {
		row, err := mine(ctx, tx, ws, &want.Delivery)
		if err != nil {
			return err
		}
		r := reserving{d: d, tx: tx, ws: ws, want: want, row: row}
		got, err = r.reserve(ctx, names)
		return err
	})
	return got, err
}

// reserving is one reservation.
type reserving struct {
	d    *Directory
	tx   WriteTx
	ws   *Workspace
	want *Desired
	row  *Delivery
}

func (r *reserving) reserve(ctx context.Context, names Names) (Reservation, error) {
	if r.row.Generation != r.want.Delivery.Generation {
		return Reservation{Put: true}, r.readAgain(ctx)
	}
	if r.want.OnlyFind() {
		return r.seek(ctx)
	}
	holder, key, err := r.holder(ctx, names)
	if err != nil {
		return Reservation{}, err
	}
	if holder == "" {
		return Reservation{Names: names}, r.hold(ctx, names)
	}
	taken, err := r.taken(ctx, holder, key)
	if err != nil {
		return Reservation{}, err
	}
	circle, err := r.circle(ctx, holder)
	if err != nil {
		return Reservation{}, err
	}
	link := r.want.Link
	leaving := !r.want.User.EffectivelyActive()
	switch {
	case circle: // also if the name is taken, for the holder waits for one of this record's
		return Reservation{Names: r.temporary(), WaitsFor: holder}, r.hold(ctx, r.temporary())
	case leaving:
		return Reservation{Names: link.Names, WaitsFor: holder, Taken: taken}, nil
	case taken != "":
		return Reservation{Put: true}, r.park(ctx, holder, taken)
	}
	return Reservation{Put: true}, r.putOff(ctx, holder, key)
}

// seek takes the names under which an account of somebody who has no access may be found:
// those that are nobody else's, so that nobody is made with them meanwhile.
func (r *reserving) seek(ctx context.Context) (Reservation, error) {
	names, err := r.sought(ctx)
	if err != nil {
		return Reservation{}, err
	}
	holders, err := r.tx.NameHolders(ctx, r.ws.Target, names.keys())
	if err != nil {
		return Reservation{}, fmt.Errorf("look for who is called so: %w", err)
	}
	if r.elsewhere(holders, Names{Username: names.Username}) {
		names.Username = ""
	}
	if r.elsewhere(holders, Names{Email: names.Email}) {
		names.Email = ""
	}
	return Reservation{Names: names}, r.tx.HoldNames(ctx, r.ws.Target, r.row.Type, r.row.Record, names.keys(), r.want.Link == nil)
}

// sought are the names of a person that are nobody else's in the directory. Who is deleted
// has their address still, unless somebody else has it by now.
func (r *reserving) sought(ctx context.Context) (Names, error) {
	u := r.want.User
	names := Names{Username: DerivedName(u), Email: u.PrimaryEmail()}
	another, err := r.namesake(ctx, names.Username)
	if err != nil {
		return names, err
	}
	if !another {
		another, err = r.twin(ctx, names.Username)
	}
	if err != nil {
		return names, err
	}
	if another {
		names.Username = ""
	}
	if names.Email == "" {
		return names, nil
	}
	owner, err := found(r.tx.UserByEmail(ctx, Fold(names.Email)))
	if err != nil {
		return names, fmt.Errorf("look up the address of %s: %w", r.row.Record, err)
	}
	if owner != nil && owner.ID != u.ID {
		names.Email = ""
	}
	return names, nil
}

// namesake reports whether a user name that follows from another one is the very name of
// somebody else, who may come to be delivered later.
func (r *reserving) namesake(ctx context.Context, name string) (bool, error) {
	owner, err := found(r.tx.UserByName(ctx, Fold(name)))
	if err != nil {
		return false, fmt.Errorf("look up the user name of %s: %w", r.row.Record, err)
	}
	return owner != nil && owner.ID != r.want.User.ID && Fold(DerivedName(owner)) == Fold(name), nil
}

// twinsAtOnce bounds how many people are looked at whose user names begin alike. A name so
// common as to be that of all of them is nobody's.
const twinsAtOnce = 20

// twin reports whether the name of somebody else who may sign in follows from their user
// name as well. Of several who may not, the first one locks the account: it is one of
// theirs.
func (r *reserving) twin(ctx context.Context, name string) (bool, error) {
	if name == "" {
		return false, nil
	}
	all, err := r.tx.UsersAt(ctx, Fold(name), twinsAtOnce)
	if err != nil {
		return false, fmt.Errorf("look for who is called like %s: %w", r.row.Record, err)
	}
	return len(all) == twinsAtOnce || slices.ContainsFunc(all, func(u *User) bool {
		return u.ID != r.want.User.ID && u.EffectivelyActive() && Fold(DerivedName(u)) == Fold(name)
	}), nil
}

// elsewhere reports whether another record holds one of the names.
func (r *reserving) elsewhere(holders map[string]string, names Names) bool {
	return slices.ContainsFunc(names.keys(), func(key string) bool { return holders[key] != "" && holders[key] != r.row.Record })
}

// temporary returns names that no other record ever has.
func (r *reserving) temporary() Names { return Names{Username: "~" + r.row.Record} }

// readAgain gives back a delivery whose record changed since it was read.
func (r *reserving) readAgain(ctx context.Context) error {
	r.row.Claim, r.row.ClaimUntil, r.row.Next = "", time.Time{}, r.d.clock()
	if err := r.tx.PutDelivery(ctx, r.row); err != nil {
		return err
	}
	return r.tx.Wake(ctx, r.row.Lane)
}

// holder finds another record that has one of the names.
func (r *reserving) holder(ctx context.Context, names Names) (holder, key string, err error) {
	holders, err := r.tx.NameHolders(ctx, r.ws.Target, names.keys())
	if err != nil {
		return "", "", fmt.Errorf("look for who is called so: %w", err)
	}
	for _, key := range names.keys() {
		if other := holders[key]; other != "" && other != r.row.Record {
			return other, key, nil
		}
	}
	return "", "", nil
}

// hold takes the names, and notes that a counterpart may exist from now on.
func (r *reserving) hold(ctx context.Context, names Names) error {
	if l := r.want.Link; l == nil || l.Counterpart == "" && !l.Delivered.IsZero() { // none, or one that was only looked for
		r.want.Link = &Link{Type: r.row.Type, Record: r.row.Record}
		if err := r.tx.PutLink(ctx, r.ws.Target, r.want.Link); err != nil {
			return err
		}
	}
	return r.tx.HoldNames(ctx, r.ws.Target, r.row.Type, r.row.Record, names.keys(), false)
}

// circle reports whether who has the name waits, through others perhaps, for this record.
func (r *reserving) circle(ctx context.Context, holder string) (bool, error) {
	seen := map[string]bool{}
	for at := holder; at != "" && !seen[at]; {
		if at == r.row.Record {
			return true, nil
		}
		seen[at] = true
		row, err := found(r.tx.Delivery(ctx, UserRecord, at))
		if err != nil {
			return false, fmt.Errorf("read delivery of %s: %w", at, err)
		}
		if row == nil || !row.Parked.IsZero() {
			return false, nil
		}
		at = row.WaitsFor
	}
	return false, nil
}

// taken says that the holder has the name rightly, or nothing.
func (r *reserving) taken(ctx context.Context, holder, key string) (string, error) {
	owner, err := found(r.tx.User(ctx, ResourceID(holder)))
	if err != nil {
		return "", fmt.Errorf("read user %s: %w", holder, err)
	}
	if owner == nil || !slices.Contains(NamesOf(owner).keys(), key) {
		return "", nil
	}
	return fmt.Sprintf("the name %s belongs to the user %s", key, holder), nil
}

// park puts the delivery aside for a person to decide, until the holder gives the name up.
func (r *reserving) park(ctx context.Context, holder, cause string) error {
	now := r.d.clock()
	waits(r.row, holder, cause, now)
	r.row.Parked, r.row.Lane = now, 0
	return r.tx.PutDelivery(ctx, r.row)
}

// putOff makes the delivery wait for the holder's.
func (r *reserving) putOff(ctx context.Context, holder, key string) error {
	if err := raiseHolder(ctx, r.tx, holder, r.row.Lane, r.d.clock()); err != nil {
		return err
	}
	waits(r.row, holder, fmt.Sprintf("waits for the name %s, which the user %s still has", key, holder), r.d.clock())
	return r.tx.PutDelivery(ctx, r.row)
}

// raiseHolder has a record delivered that holds a name which it shall not have, unless it
// is behind or parked anyway. What it holds is looked through then, as after a failure.
func raiseHolder(ctx context.Context, tx WriteTx, holder string, lane Lane, now time.Time) error {
	row, err := found(tx.Delivery(ctx, UserRecord, holder))
	if err != nil {
		return fmt.Errorf("read delivery of %s: %w", holder, err)
	}
	if row != nil && (row.Lane != 0 || !row.Parked.IsZero()) {
		return nil
	}
	if row != nil {
		row.Attempts = max(row.Attempts, 1)
		if err := tx.PutDelivery(ctx, row); err != nil {
			return err
		}
	}
	if err := tx.Raise(ctx, UserRecord, holder, lane, now); err != nil {
		return fmt.Errorf("raise user %s: %w", holder, err)
	}
	return nil
}
