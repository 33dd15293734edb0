package rocketchattest

import "slices"

// members lists who is in a room, active or not, by user name.
func (k kind) members(q *request) (object, error) {
	r, err := k.room(q, false)
	if err != nil {
		return nil, err
	}
	p, err := q.page()
	if err != nil {
		return nil, err
	}
	all := slices.DeleteFunc(q.byName(), func(a *Account) bool { return r.member(a.ID) == nil })
	from, to := p.bounds(len(all))
	shown := []object{}
	for _, a := range all[from:to] {
		shown = append(shown, object{"_id": a.ID, "username": a.Username, "name": a.Name, "status": a.Status})
	}
	return object{"members": shown, "count": len(shown), "offset": p.offset, "total": len(all)}, nil
}

// invite puts people into a room; that they are there already is a success.
func (k kind) invite(q *request) (object, error) {
	r, err := k.room(q, true)
	if err != nil {
		return nil, err
	}
	people, err := q.invited()
	if err != nil {
		return nil, err
	}
	joined := r.member(q.caller.ID) != nil && q.mayIn(r, "add-user-to-joined-room")
	if !joined && !q.may(q.caller, k.anywhere) {
		return nil, refusal("error-not-allowed", "Not allowed", object{"method": "addUsersToRoom"})
	}
	for _, a := range people {
		q.enter(r, a)
	}
	return object{k.key: r.shown()}, nil
}

// invited returns whom to invite: now a list, from which those are left out without a word
// who are not there, unless nobody is.
func (q *request) invited() ([]*Account, error) {
	if q.generation == V3_11 {
		a, err := q.target()
		return []*Account{a}, err
	}
	people, asked := q.people()
	switch {
	case asked == 0:
		return nil, refusal("error-users-params-not-provided",
			`Please provide "userId" or "username" or "userIds" or "usernames" as param`, nil)
	case len(people) == 0:
		return nil, swapped("invalid-user-invite-list", "Cannot invite if no users are provided")
	}
	return people, nil
}

// people returns those of the accounts that a call lists who are there, and how many it
// lists.
func (q *request) people() (found []*Account, asked int) {
	ids := append(texts(q.body["userIds"]), texts(q.body["userId"])...)
	names := slices.Concat(texts(q.body["usernames"]), texts(q.body["username"]), texts(q.body["user"]))
	for _, id := range ids {
		found = append(found, q.accounts[id])
	}
	for _, name := range names {
		found = append(found, q.names[fold(name)])
	}
	return slices.DeleteFunc(found, func(a *Account) bool { return a == nil }), len(ids) + len(names)
}

// enter puts somebody into a room, and into the team whose main room it is.
func (s *Server) enter(r *Room, a *Account) {
	s.join(r, a.ID)
	if t := s.teams[r.TeamID]; t != nil && r.Main {
		t.join(s, a)
	}
}

// kick takes people out of a room, but never its last owner.
func (k kind) kick(q *request) (object, error) {
	r, err := k.room(q, false)
	if err != nil {
		return nil, err
	}
	people, err := q.kicked()
	if err != nil {
		return nil, err
	}
	for _, a := range people {
		if err := q.kickOne(r, a); err != nil {
			return nil, err
		}
	}
	return object{k.key: r.shown()}, nil
}

// kicked returns whom to take out: one, who has to be there, or a list.
func (q *request) kicked() ([]*Account, error) {
	if q.body["userIds"] == nil && q.body["usernames"] == nil {
		a, err := q.target()
		return []*Account{a}, err
	}
	people, _ := q.people()
	if len(people) == 0 {
		return nil, noUser()
	}
	return people, nil
}

func (q *request) kickOne(r *Room, a *Account) error {
	method := object{"method": "removeUserFromRoom"}
	m := r.member(a.ID)
	switch {
	case !q.mayIn(r, "remove-user"):
		return refusal("error-not-allowed", "Not allowed", method)
	case m == nil:
		return refusal("error-user-not-in-room", "User is not in this room", method)
	case m.owns() && r.owners() == 1:
		return refusal("error-you-are-last-owner", "You are the last owner. Please set new owner before leaving the room.", method)
	}
	r.leave(a.ID)
	if t := q.teams[r.TeamID]; t != nil && r.Main {
		t.leave(a.ID)
	}
	return nil
}

func (k kind) addOwner(q *request) (object, error) {
	m, err := k.owner(q, "addRoomOwner")
	if err != nil {
		return nil, err
	}
	if m.owns() {
		return nil, refusal("error-user-already-owner", "User is already an owner", object{"method": "addRoomOwner"})
	}
	m.Roles = append(m.Roles, "owner")
	return object{}, nil
}

func (k kind) removeOwner(q *request) (object, error) {
	m, err := k.owner(q, "removeRoomOwner")
	if err != nil {
		return nil, err
	}
	r, _ := k.room(q, false)
	switch {
	case !m.owns():
		return nil, refusal("error-user-not-owner", "User is not an owner", object{"method": "removeRoomOwner"})
	case r.owners() == 1:
		return nil, refusal("error-remove-last-owner", "This is the last owner. Please set a new owner before removing this one.",
			object{"method": "removeRoomOwner"})
	}
	m.Roles = slices.DeleteFunc(m.Roles, func(role string) bool { return role == "owner" })
	return object{}, nil
}

// owner finds the membership that shall be an owner's, or no longer.
func (k kind) owner(q *request, method string) (*Member, error) {
	r, err := k.room(q, false)
	if err != nil {
		return nil, err
	}
	a, err := q.target()
	if err != nil {
		return nil, err
	}
	m := r.member(a.ID)
	switch {
	case !q.mayIn(r, "set-owner"):
		return nil, refusal("error-not-allowed", "Not allowed", object{"method": method})
	case m == nil:
		return nil, refusal("error-user-not-in-room", "User is not in this room", object{"method": method})
	}
	return m, nil
}
