package sqlstore

import (
	"context"
	"fmt"
	"time"

	"rollcall/directory"
)

const selectUser = `
		select ` + userColumns + `
		from users t`

// scanUser reads a row of userColumns.
func scanUser(rw row) (*directory.User, error) {
	st, err := scanStored(rw)
	if err != nil {
		return nil, err
	}
	return decodeUser(st)
}

// user returns the only user that a query finds; how and what say who was sought.
func (r *reader) user(ctx context.Context, how, what, text string, args ...any) (u *directory.User, err error) {
	err = r.q.query(ctx, func(rw row) (err error) {
		u, err = scanUser(rw)
		return err
	}, text, args...)
	if err == nil && u == nil {
		err = directory.Errorf(directory.NotFound, "", "there is no user %s%s", how, what)
	}
	return u, err
}

// User implements [directory.UserReader].
func (r *reader) User(ctx context.Context, id directory.ResourceID) (*directory.User, error) {
	return r.user(ctx, "", string(id), selectUser+`
		where t.workspace_id = $1
		and t.id = $2`, r.ws, string(id))
}

// UserByName implements [directory.UserReader].
func (r *reader) UserByName(ctx context.Context, key string) (*directory.User, error) {
	return r.user(ctx, "called ", key, selectUser+`
		where t.workspace_id = $1
		and t.name_key = $2`, r.ws, key)
}

// UsersAt implements [directory.UserReader]. What begins with the name and an at sign lies
// before the name and an A, which follows the at sign.
func (r *reader) UsersAt(ctx context.Context, name string, limit int) (all []*directory.User, err error) {
	err = r.q.query(ctx, func(rw row) error {
		u, err := scanUser(rw)
		all = append(all, u)
		return err
	}, selectUser+`
		where t.workspace_id = $1
		and t.name_key >= $2
		and t.name_key < $3
		order by t.name_key
		limit $4`, r.ws, name+"@", name+"A", limit)
	return all, err
}

// UserByExternalID implements [directory.UserReader].
func (r *reader) UserByExternalID(ctx context.Context, source directory.SourceID, externalID string) (*directory.User, error) {
	return r.user(ctx, "with externalId ", externalID, selectUser+`
		where t.workspace_id = $1
		and t.external_id = $2
		and t.external_id <> ''
		and t.source = $3`, r.ws, externalID, string(source))
}

// UserByEmail implements [directory.UserReader].
func (r *reader) UserByEmail(ctx context.Context, key string) (*directory.User, error) {
	return r.user(ctx, "with the address ", key, selectUser+`
		where t.workspace_id = $1
		and t.email_key = $2
		and t.email_key <> ''`, r.ws, key)
}

// Collides implements [directory.UserReader].
func (r *reader) Collides(ctx context.Context, c directory.Claim) (bool, error) {
	if r.batch != nil && r.batch.clear(c) {
		return false, nil
	}
	var hit int64
	found, err := one(ctx, r.q, []any{&hit}, selectCollision, claimArgs(r.ws, c)...)
	if err != nil {
		return false, fmt.Errorf("look for collisions: %w", err)
	}
	return found, nil
}

const selectCollision = `
		select 1
		where exists (
			select 1 from users
			where workspace_id = $1 and name_key in ($2, $3))
		or exists (
			select 1 from users
			where workspace_id = $1 and email_key = $4 and email_key <> '')
		or exists (
			select 1 from users
			where workspace_id = $1 and external_id = $5 and external_id <> '' and source = $6)
		or exists (
			select 1 from blocks
			where workspace_id = $1 and source = $6 and name_key = $2)
		or exists (
			select 1 from blocks
			where workspace_id = $1 and source = $6 and external_id = $5 and external_id <> '')`

func claimArgs(ws string, c directory.Claim) []any {
	return []any{ws, c.Name, c.Derived, c.Email, c.ExternalID, string(c.Source)}
}

// StoredUser implements [directory.UserReader]. It is one statement, so that reading
// somebody by id is one look into the database.
func (r *reader) StoredUser(ctx context.Context, id directory.ResourceID) (*directory.Stored, error) {
	var st *directory.Stored
	err := r.q.query(ctx, func(rw row) error {
		var group, display, source []byte
		got, err := scanStoredUser(rw, &group, &display, &source)
		if err != nil {
			return err
		}
		if st == nil {
			st = got
		}
		if group != nil {
			st.Groups = append(st.Groups, groupRef(group, display, source))
		}
		return nil
	}, `
		select `+userColumns+`, g.id, g.display, g.source
		from users t
		left join members m on m.workspace_id = t.workspace_id and m.user_id = t.id
		left join groups g on g.workspace_id = m.workspace_id and g.id = m.group_id
		where t.workspace_id = $1
		and t.id = $2
		and t.purge_at = 0
		order by m.group_id`, r.ws, string(id))
	if err == nil && st == nil {
		err = directory.Errorf(directory.NotFound, "", "there is no user %s", id)
	}
	return st, err
}

func groupRef(id, display, source []byte) directory.GroupRef {
	return directory.GroupRef{ID: directory.ResourceID(id), DisplayName: string(display), Source: directory.SourceID(source)}
}

// OtherAdmin implements [directory.UserReader].
func (r *reader) OtherAdmin(ctx context.Context, but directory.AdminExcept) (bool, error) {
	found, err := r.otherGrantedAdmin(ctx, but)
	if err != nil || found {
		return found, err
	}
	return r.otherMappedAdmin(ctx, but)
}

func (r *reader) otherGrantedAdmin(ctx context.Context, but directory.AdminExcept) (bool, error) {
	skip := setOf(but.Users)
	counts := func(id, _ directory.ResourceID) bool { return !skip[id] }
	return r.some(ctx, counts, `
		select id, ''
		from users
		where workspace_id = $1
		and admin = true
		and state = 'active'`, r.ws)
}

// otherMappedAdmin looks through the members of the groups that make administrators.
// Guests and machines get no roles from a mapping. Cross joins keep SQLite from walking
// all members of the workspace first; to PostgreSQL they are joins like any other.
func (r *reader) otherMappedAdmin(ctx context.Context, but directory.AdminExcept) (bool, error) {
	skip, members := setOf(but.Users), setOf(but.Members)
	counts := func(id, group directory.ResourceID) bool {
		excepted := group == but.Group && but.Group != "" && (len(members) == 0 || members[id])
		return !skip[id] && !excepted
	}
	return r.some(ctx, counts, `
		select u.id, m.group_id
		from mappings p
		cross join members m
		cross join users u
		where p.workspace_id = $1
		and m.workspace_id = p.workspace_id
		and m.group_id = p.group_id
		and u.workspace_id = m.workspace_id
		and u.id = m.user_id
		and p.kind = 'role'
		and p.name = 'admin'
		and p.id <> $2
		and u.state = 'active'
		and u.class = 'person'`, r.ws, but.Mapping)
}

// AdminByMapping implements [directory.UserReader].
func (r *reader) AdminByMapping(ctx context.Context, id directory.ResourceID) (bool, error) {
	var n int64
	found, err := one(ctx, r.q, []any{&n}, `
		select 1
		from members m
		cross join mappings p
		cross join users u
		where m.workspace_id = $1
		and m.user_id = $2
		and p.workspace_id = m.workspace_id
		and p.group_id = m.group_id
		and u.workspace_id = m.workspace_id
		and u.id = m.user_id
		and p.kind = 'role'
		and p.name = 'admin'
		and u.class = 'person'
		limit 1`, r.ws, string(id))
	return found, err
}

// Held implements [directory.UserReader].
func (r *reader) Held(ctx context.Context, guests bool, limit int) (waiting []*directory.User, err error) {
	class := classPerson
	if guests {
		class = classGuest
	}
	err = r.q.query(ctx, func(rw row) error {
		u, err := scanUser(rw)
		waiting = append(waiting, u)
		return err
	}, selectUser+`
		where t.workspace_id = $1
		and t.class = $2
		and t.state = 'held'
		order by t.held_since, t.id
		limit $3`, r.ws, class, limit)
	return waiting, err
}

// DuePurge implements [directory.UserReader].
func (r *reader) DuePurge(ctx context.Context, now time.Time, limit int) ([]directory.ResourceID, error) {
	return r.ids(ctx, `
		select id
		from users
		where workspace_id = $1
		and purge_at > 0
		and purge_at <= $2
		and source not in (
			select id
			from sources
			where workspace_id = $1
			and braked > 0)
		order by purge_at
		limit $3`, r.ws, now.UnixMilli(), limit)
}

// Leavers implements [directory.UserReader].
func (r *reader) Leavers(ctx context.Context, source directory.SourceID, since time.Time) (n int64, err error) {
	_, err = one(ctx, r.q, []any{&n}, `
		select count(*)
		from users
		where workspace_id = $1
		and source = $2
		and left_at > 0
		and left_at >= $3`, r.ws, string(source), since.UnixMilli())
	return n, err
}
