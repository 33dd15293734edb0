package rocketchattest

import (
	"slices"
	"strings"
)

// kind is one of the two kinds of rooms that the interface tells apart.
type kind struct {
	letter, routes, key, word string
	anywhere                  string // the permission to put people into rooms that one is not in
	create                    string
	kicked                    string // the keys of a request to kick
}

var (
	channels = kind{"c", "channels", "channel", "channel", "add-user-to-any-c-room", "create-c",
		"roomId roomName userId!"}
	groups = kind{"p", "groups", "group", "group", "add-user-to-any-p-room", "create-p",
		"roomId roomName userId username user userIds:strings usernames:strings"}
)

func roomRoutes() []route {
	all := []route{
		{method: "GET", name: "groups.listAll", may: []string{"view-room-administration"}, do: groups.listAll},
		{method: "GET", name: "rooms.adminRooms", may: []string{"view-room-administration"}, do: (*request).adminRooms},
	}
	for _, k := range []kind{channels, groups} {
		all = append(all, k.table()...)
	}
	return all
}

// table returns the routes of a kind of rooms.
func (k kind) table() []route {
	return []route{
		{method: "GET", name: k.routes + ".list", old: true, do: k.list,
			query: pointer(closed("_id count:number offset:number sort query fields"))},
		{method: "GET", name: k.routes + ".info", do: k.info},
		{method: "GET", name: k.routes + ".members", do: k.members},
		{method: "POST", name: k.routes + ".create", checked: V7, do: k.make,
			body: pointer(closed("name! members:strings teams:strings readOnly:bool customFields:object excludeSelf:bool extraData:object"))},
		{method: "POST", name: k.routes + ".invite", do: k.invite},
		{method: "POST", name: k.routes + ".kick", checked: V7, do: k.kick, body: pointer(closed(k.kicked))},
		{method: "POST", name: k.routes + ".addOwner", do: k.addOwner},
		{method: "POST", name: k.routes + ".removeOwner", do: k.removeOwner},
	}
}

// room finds the room that a call names. Of a private one nobody hears who is not in it,
// unless its people are to be added to.
func (k kind) room(q *request, hidden bool) (*Room, error) {
	id, hasID := q.param("roomId")
	name, hasName := q.param("roomName")
	if !hasID && !hasName {
		return nil, refusal("error-room-param-not-provided", `The parameter "roomId" or "roomName" is required`, nil)
	}
	r := q.rooms[id]
	if !hasID {
		r = q.lookRoom(name)
	}
	if r == nil || r.Type != k.letter || !hidden && !q.sees(r) {
		return nil, refusal("error-room-not-found",
			`The required "roomId" or "roomName" param provided does not match any `+k.word, nil)
	}
	if r.Archived {
		return nil, refusal("error-room-archived", "The "+k.word+", "+r.Name+", is archived", nil)
	}
	return r, nil
}

// sees reports whether the caller may know of a room.
func (q *request) sees(r *Room) bool {
	return r.Type == "c" || r.member(q.caller.ID) != nil
}

// mayIn reports whether the caller has a permission in a room, through a role there or
// everywhere.
func (q *request) mayIn(r *Room, permission string) bool {
	if q.may(q.caller, permission) {
		return true
	}
	m := r.member(q.caller.ID)
	return m != nil && q.rolesMay(m.Roles, permission)
}

func (r *Room) shown() object {
	o := object{"_id": r.ID, "name": r.Name, "fname": r.Name, "t": r.Type, "usersCount": len(r.Members), "ro": r.ReadOnly,
		"msgs": len(r.Messages), "default": r.Default}
	if r.Topic != "" {
		o["topic"] = r.Topic
	}
	if r.TeamID != "" {
		o["teamId"], o["teamMain"] = r.TeamID, r.Main
	}
	return o
}

func (k kind) info(q *request) (object, error) {
	r, err := k.room(q, false)
	if err != nil {
		return nil, err
	}
	return object{k.key: r.shown()}, nil
}

func (k kind) list(q *request) (object, error) {
	return q.roomPage(k.routes, func(r *Room) bool { return r.Type == k.letter && q.sees(r) })
}

func (k kind) listAll(q *request) (object, error) {
	return q.roomPage(k.routes, func(r *Room) bool { return r.Type == k.letter })
}

// adminRooms lists all rooms, as the page for administrators does.
func (q *request) adminRooms() (object, error) {
	filter := fold(q.query.Get("filter"))
	types := texts(flat(q.query)["types"])
	return q.roomPage("rooms", func(r *Room) bool {
		return (len(types) == 0 || slices.Contains(types, r.Type)) && strings.Contains(fold(r.Name), filter)
	})
}

// roomPage answers with the page asked for of those rooms that fit.
func (q *request) roomPage(key string, fits func(*Room) bool) (object, error) {
	p, err := q.page()
	if err != nil {
		return nil, err
	}
	all := slices.DeleteFunc(q.roomsInOrder(), func(r *Room) bool { return !fits(r) })
	from, to := p.bounds(len(all))
	shown := []object{}
	for _, r := range all[from:to] {
		shown = append(shown, r.shown())
	}
	return object{key: shown, "count": len(shown), "offset": p.offset, "total": len(all)}, nil
}

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

// make makes a room, which belongs to the caller. Members that are not there are left out
// without a word.
func (k kind) make(q *request) (object, error) {
	if !q.may(q.caller, k.create) {
		return nil, unauthorized()
	}
	name := str(q.body["name"])
	if name == "" {
		return nil, plain(`Body param "name" is required`)
	}
	if err := q.roomNameFree(name); err != nil {
		return nil, err
	}
	r := &Room{ID: q.newID(), Name: name, Type: k.letter}
	r.ReadOnly, _ = flag(q.body, "readOnly")
	r.Fields, _ = q.body["customFields"].(object)
	q.rooms[r.ID] = r
	if alone, _ := flag(q.body, "excludeSelf"); !alone {
		q.join(r, q.caller.ID, "owner")
	}
	for _, member := range texts(q.body["members"]) {
		if a := q.names[fold(member)]; a != nil {
			q.join(r, a.ID)
		}
	}
	return object{k.key: r.shown()}, nil
}

// roomNameFree refuses names that a room cannot have.
func (s *Server) roomNameFree(name string) error {
	if !s.validName(name) {
		return refusal("error-invalid-room-name", name+" is not a valid room name", object{"function": "createRoom", "channel_name": name})
	}
	if s.lookRoom(name) != nil {
		return refusal("error-duplicate-channel-name", "A channel with name '"+name+"' exists", object{"function": "createRoom", "channel_name": name})
	}
	return nil
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

// enter puts somebody into a room, and into the team whose main room it is.
func (s *Server) enter(r *Room, a *Account) {
	s.join(r, a.ID)
	if t := s.teams[r.TeamID]; t != nil && r.Main {
		t.join(s, a)
	}
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
