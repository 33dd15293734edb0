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
