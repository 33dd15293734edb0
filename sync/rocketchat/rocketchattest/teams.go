package rocketchattest

import "slices"

// teamRoutes are there since teams are, which 3.11 had not.
func teamRoutes() []route {
	one := func(words string) *shape { return pointer(closed(words).either("teamId teamName")) }
	return []route{
		{method: "GET", name: "teams.list", since: V7, do: (*request).listTeams},
		{method: "GET", name: "teams.listAll", since: V7, may: []string{"view-all-teams"}, do: (*request).listAllTeams},
		{method: "POST", name: "teams.create", since: V7, may: []string{"create-team"}, do: (*request).createTeam,
			body: pointer(closed("name! type!:number members:strings owner room:object"))},
		{method: "GET", name: "teams.info", since: V7, query: one(""), do: (*request).teamInfo},
		{method: "GET", name: "teams.members", since: V7, query: one("count:number offset:number sort query fields status:any username name"),
			do: (*request).teamMembers},
		{method: "POST", name: "teams.addMembers", since: V7, body: one("members!:objects"), do: (*request).addTeamMembers},
		{method: "POST", name: "teams.updateMember", since: V7, body: one("member!:object"), do: (*request).updateTeamMember},
		{method: "POST", name: "teams.removeMember", since: V7, body: one("userId! rooms:strings"), do: (*request).removeTeamMember},
	}
}

// team finds the team that a call names.
func (q *request) team(absent string) (*Team, error) {
	id, hasID := q.param("teamId")
	name, _ := q.param("teamName")
	if hasID {
		if t := q.teams[id]; t != nil {
			return t, nil
		}
		return nil, plain(absent)
	}
	for _, t := range q.teams {
		if t.Name == name {
			return t, nil
		}
	}
	return nil, plain(absent)
}

const noTeam = "team-does-not-exist"

// housed finds the team that a call names, and its main room, which may have gone with its
// last owner.
func (q *request) housed(absent string) (*Team, *Room, error) {
	t, err := q.team(absent)
	if err != nil {
		return nil, nil, err
	}
	r := q.rooms[t.RoomID]
	if r == nil {
		return nil, nil, plain("Room not found")
	}
	return t, r, nil
}

// managed finds the team of a call whose members the caller may change.
func (q *request) managed(permissions ...string) (*Team, *Room, error) {
	t, r, err := q.housed(noTeam)
	if err != nil {
		return nil, nil, err
	}
	if !slices.ContainsFunc(permissions, func(p string) bool { return q.mayIn(r, p) }) {
		return nil, nil, unauthorized()
	}
	return t, r, nil
}

func (q *request) shownTeam(t *Team) object {
	private, rooms := 0, 0
	if t.Private {
		private = 1
	}
	for _, r := range q.rooms {
		if r.TeamID == t.ID {
			rooms++
		}
	}
	return object{"_id": t.ID, "name": t.Name, "type": private, "roomId": t.RoomID, "rooms": rooms, "numberOfUsers": len(t.Members)}
}

func (q *request) listTeams() (object, error) {
	return q.teamPage(func(t *Team) bool { return t.member(q.caller.ID) != nil })
}

func (q *request) listAllTeams() (object, error) {
	return q.teamPage(func(*Team) bool { return true })
}

func (q *request) teamPage(fits func(*Team) bool) (object, error) {
	p, err := q.page()
	if err != nil {
		return nil, err
	}
	all := slices.DeleteFunc(q.teamsInOrder(), func(t *Team) bool { return !fits(t) })
	from, to := p.bounds(len(all))
	shown := []object{}
	for _, t := range all[from:to] {
		shown = append(shown, q.shownTeam(t))
	}
	return object{"teams": shown, "count": len(shown), "offset": p.offset, "total": len(all)}, nil
}

// createTeam makes a team and its main room. Members who are not active are left out
// without a word.
func (q *request) createTeam() (object, error) {
	name := str(q.body["name"])
	free, err := q.nameFree(name)
	switch {
	case err != nil:
		return nil, err
	case !free:
		return nil, plain("team-name-already-exists")
	case q.lookRoom(name) != nil:
		return nil, plain("room-name-already-exists")
	}
	owner := q.caller.ID
	if wanted := str(q.body["owner"]); wanted != "" {
		owner = wanted
	}
	t := Team{Name: name, Private: q.body["type"] == 1.0, Members: []Member{{UserID: owner, Roles: []string{"owner"}, Since: q.clock()}}}
	for _, member := range texts(q.body["members"]) {
		if a := q.look(member); a != nil && a.Active && a.ID != owner {
			t.Members = append(t.Members, Member{UserID: a.ID, Since: q.clock()})
		}
	}
	return object{"team": q.shownTeam(q.addTeam(t))}, nil
}

func (q *request) teamInfo() (object, error) {
	t, r, err := q.housed("Team not found")
	if err != nil {
		return nil, err
	}
	if !q.sees(r) && !q.may(q.caller, "view-all-teams") {
		return nil, unauthorized()
	}
	return object{"teamInfo": q.shownTeam(t)}, nil
}

// teamMembers lists who is in a team and active; others are in it all the same. Who may
// not look gets an empty list.
func (q *request) teamMembers() (object, error) {
	t, r, err := q.housed(noTeam)
	if err != nil {
		return nil, err
	}
	p, err := q.page()
	if err != nil {
		return nil, err
	}
	var all []Member
	if t.member(q.caller.ID) != nil || q.mayIn(r, "view-all-teams") {
		all = slices.DeleteFunc(cloneMembers(t.Members), func(m Member) bool { a := q.accounts[m.UserID]; return a == nil || !a.Active })
	}
	from, to := p.bounds(len(all))
	shown := []object{}
	for _, m := range all[from:to] {
		a := q.accounts[m.UserID]
		shown = append(shown, object{"user": object{"_id": a.ID, "username": a.Username, "name": a.Name, "status": a.Status},
			"roles": append([]string{}, m.Roles...), "createdAt": stamp(m.Since)})
	}
	return object{"members": shown, "count": len(shown), "offset": p.offset, "total": len(all)}, nil
}

// addTeamMembers puts people into a team, one after the other until one is not there.
func (q *request) addTeamMembers() (object, error) {
	t, r, err := q.managed("add-team-member", "edit-team-member")
	if err != nil {
		return nil, err
	}
	for _, one := range q.body["members"].([]any) {
		member := one.(object)
		a := q.accounts[str(member["userId"])]
		if a == nil {
			return nil, plain("Cannot read properties of null (reading '_id')")
		}
		q.enter(r, a)
		for _, role := range texts(member["roles"]) {
			t.setRoles(r, a.ID, append(t.member(a.ID).Roles, role))
		}
	}
	return object{}, nil
}

// setRoles gives a member of a team roles, and the same in its main room.
func (t *Team) setRoles(r *Room, id string, roles []string) {
	slices.Sort(roles)
	roles = slices.Compact(roles)
	if m := t.member(id); m != nil {
		m.Roles = roles
	}
	if m := r.member(id); m != nil {
		m.Roles = slices.Clone(roles)
	}
}

// updateTeamMember replaces a member's roles.
func (q *request) updateTeamMember() (object, error) {
	t, r, err := q.managed("edit-team-member")
	if err != nil {
		return nil, err
	}
	member := q.body["member"].(object)
	id := str(member["userId"])
	if id == "" {
		return nil, plain("invalid-user")
	}
	t.setRoles(r, id, texts(member["roles"]))
	return object{}, nil
}

// removeTeamMember takes somebody out of a team and its main room, and out of those of its
// rooms that are named. It looks among active people only.
func (q *request) removeTeamMember() (object, error) {
	t, main, err := q.managed("edit-team-member")
	if err != nil {
		return nil, err
	}
	id := str(q.body["userId"])
	m, a := t.member(id), q.accounts[id]
	switch {
	case a == nil || !a.Active:
		return nil, plain("invalid-user")
	case m == nil && main.member(id) == nil:
		return nil, plain("member-does-not-exist")
	case m != nil && m.owns() && t.owners() == 1:
		return nil, plain("last-owner-can-not-be-removed")
	}
	t.leave(id)
	main.leave(id)
	for _, rid := range texts(q.body["rooms"]) {
		if r := q.rooms[rid]; r != nil && r.TeamID == t.ID {
			r.leave(id)
		}
	}
	return object{}, nil
}
