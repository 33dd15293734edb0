package sqlstore

import (
	"context"
	"fmt"
	"slices"

	"rollcall/directory"
)

// Members implements [directory.GroupReader]. It looks every member up by itself, as
// Membership does: a join leaves PostgreSQL the choice to read the whole group for a few
// of its members, and for a while, by plans from when the group was small, it does.
func (r *reader) Members(ctx context.Context, group, after directory.ResourceID, limit int) (members []directory.Member, err error) {
	for len(members) < limit {
		asked, got := limit-len(members), 0
		err := r.q.query(ctx, func(rw row) error {
			var display []byte
			if err := rw.Scan(&after, &display); err != nil {
				return fmt.Errorf("read member of group %s: %w", group, err)
			}
			got++
			if display != nil { // who is deleted has none
				members = append(members, directory.Member{ID: after, Display: string(display)})
			}
			return nil
		}, `
		select m.user_id, (
			select u.display
			from users u
			where u.workspace_id = m.workspace_id
			and u.id = m.user_id
			and u.purge_at = 0)
		from members m
		where m.workspace_id = $1
		and m.group_id = $2
		and m.user_id > $3
		order by m.user_id
		limit $4`, r.ws, string(group), string(after), asked)
		if err != nil {
			return nil, err
		}
		if got < asked {
			break
		}
	}
	return members, nil
}

// Membership implements [directory.GroupReader].
func (r *reader) Membership(ctx context.Context, group directory.ResourceID, ids []directory.ResourceID) (map[directory.ResourceID]directory.MemberState, error) {
	states := make(map[directory.ResourceID]directory.MemberState, len(ids))
	scan := func(rw row) error {
		var id, member directory.ResourceID
		var m directory.MemberState
		err := rw.Scan(&id, &m.Source, &m.Shelf, &member)
		m.Member = member != ""
		states[id] = m
		return err
	}
	// What cannot be in the database is nobody's id.
	ids = slices.DeleteFunc(slices.Clone(ids), func(id directory.ResourceID) bool { return !storable(string(id)) })
	for part := range slices.Chunk(ids, maxList) {
		among, list := oneOf(r.s.dialect, 3, part)
		err := r.q.query(ctx, scan, `
		select u.id, u.source, u.shelf, coalesce((
			select m.user_id
			from members m
			where m.workspace_id = $1
			and m.group_id = $2
			and m.user_id = u.id), '')
		from users u
		where u.workspace_id = $1
		and u.purge_at = 0
		and u.id `+among, append([]any{r.ws, string(group)}, list...)...)
		if err != nil {
			return nil, err
		}
	}
	return states, nil
}

// isMember reports whether the group has the live member.
func (r *reader) isMember(ctx context.Context, group, user directory.ResourceID) (bool, error) {
	if !storable(string(user)) {
		return false, nil
	}
	var n int64
	return one(ctx, r.q, []any{&n}, `
		select 1
		from members m
		cross join users u
		where m.workspace_id = $1
		and m.group_id = $2
		and m.user_id = $3
		and u.workspace_id = m.workspace_id
		and u.id = m.user_id
		and u.purge_at = 0`, r.ws, string(group), string(user))
}

// GroupsOf implements [directory.GroupReader].
func (r *reader) GroupsOf(ctx context.Context, user directory.ResourceID) (groups []directory.GroupRef, err error) {
	err = r.q.query(ctx, func(rw row) error {
		var g directory.GroupRef
		err := rw.Scan(&g.ID, &g.DisplayName, &g.Source)
		groups = append(groups, g)
		return err
	}, `
		select g.id, g.display, g.source
		from members m
		cross join groups g
		where m.workspace_id = $1
		and m.user_id = $2
		and g.workspace_id = m.workspace_id
		and g.id = m.group_id
		order by m.group_id`, r.ws, string(user))
	return groups, err
}

// groupsOf returns the groups of many users at once.
func (r *reader) groupsOf(ctx context.Context, users []directory.ResourceID) (map[directory.ResourceID][]directory.GroupRef, error) {
	groups := make(map[directory.ResourceID][]directory.GroupRef)
	scan := func(rw row) error {
		var user directory.ResourceID
		var g directory.GroupRef
		err := rw.Scan(&user, &g.ID, &g.DisplayName, &g.Source)
		groups[user] = append(groups[user], g)
		return err
	}
	for part := range slices.Chunk(users, maxList) {
		among, list := oneOf(r.s.dialect, 2, part)
		err := r.q.query(ctx, scan, `
		select m.user_id, g.id, g.display, g.source
		from members m
		cross join groups g
		where m.workspace_id = $1
		and g.workspace_id = m.workspace_id
		and g.id = m.group_id
		and m.user_id `+among+`
		order by m.user_id, m.group_id`, append([]any{r.ws}, list...)...)
		if err != nil {
			return nil, err
		}
	}
	return groups, nil
}

var insertMembers = manyRows{3, `
		insert into members (workspace_id, group_id, user_id)
		values `, ``}

// AddMembers implements [directory.GroupWriter].
func (w *writer) AddMembers(_ context.Context, group directory.ResourceID, ids []directory.ResourceID) error {
	rows := make([][]any, len(ids))
	for i, id := range ids {
		rows[i] = []any{w.ws, string(group), string(id)}
	}
	if err := w.b.insertRows(insertMembers, rows); err != nil {
		return fmt.Errorf("add members to group %s: %w", group, err)
	}
	w.b.top().members += int64(len(ids))
	return nil
}

// RemoveMembers implements [directory.GroupWriter].
func (w *writer) RemoveMembers(_ context.Context, group directory.ResourceID, ids []directory.ResourceID) error {
	for part := range slices.Chunk(ids, maxList) {
		among, list := oneOf(w.s.dialect, 3, part)
		if err := w.b.exec(`
		delete from members
		where workspace_id = $1
		and group_id = $2
		and user_id `+among, append([]any{w.ws, string(group)}, list...)...); err != nil {
			return fmt.Errorf("remove members from group %s: %w", group, err)
		}
	}
	return nil
}
