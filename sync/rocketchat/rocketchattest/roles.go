package rocketchattest

import "slices"

func roleRoutes() []route {
	return []route{
		{method: "GET", name: "roles.list", do: (*request).listRoles},
		{method: "POST", name: "roles.create", until: V3_11, body: pointer(closed("name! scope description")), do: (*request).createRole},
		{method: "POST", name: "roles.create", since: V7, module: "custom-roles", do: (*request).createRole},
		{method: "POST", name: "roles.addUserToRole", until: V3_11, body: pointer(closed("roleName! username! roomId")),
			do: (*request).addToRole},
		{method: "POST", name: "roles.addUserToRole", since: V7, body: pointer(closed("roleId! username! roomId")),
			do: (*request).addToRole},
		{method: "POST", name: "roles.removeUserFromRole", since: V7, may: []string{"access-permissions"},
			body: pointer(closed("roleId! username! scope")), do: (*request).removeFromRole},
		{method: "GET", name: "roles.getUsersInRole", may: []string{"access-permissions"},
			query: pointer(closed("role! roomId count:number offset:number sort query fields")), do: (*request).usersInRole},
	}
}

func (q *request) listRoles() (object, error) {
	all := []object{}
	for i := range q.roles {
		all = append(all, q.roles[i].shown())
	}
	return object{"roles": all}, nil
}

func (r *Role) shown() object {
	scope := r.Scope
	if scope == "" {
		scope = "Users"
	}
	return object{"_id": r.ID, "name": r.Name, "description": "", "protected": r.Protected, "scope": scope}
}

// roleKeys is the shape of a new role, which the handler asks for itself.
var roleKeys = closed("name! description scope mandatory2fa:bool")

// createRole makes a role. In 3.11 its id is its name.
func (q *request) createRole() (object, error) {
	r := Role{Name: str(q.body["name"]), Scope: str(q.body["scope"])}
	switch {
	case q.generation > V3_11 && roleKeys.fault(q.body, ajv) != "":
		return nil, refusal("error-invalid-role-properties", "The role properties are invalid.", nil)
	case !q.may(q.caller, "access-permissions"):
		return nil, refusal("error-action-not-allowed", "Accessing permissions is not allowed", nil)
	case slices.ContainsFunc(q.roles, func(other Role) bool { return other.ID == r.Name || other.Name == r.Name }):
		return nil, refusal("error-duplicate-role-names-not-allowed", "Role name already exists", nil)
	}
	r.ID = r.Name
	if q.generation > V3_11 {
		r.ID = q.newID()
	}
	q.roles = append(q.roles, r)
	q.grants[r.ID] = set()
	return object{"role": r.shown()}, nil
}

// addToRole gives somebody a role. In 3.11 giving it twice was nothing to speak of.
func (q *request) addToRole() (object, error) {
	a, err := q.target()
	if err != nil {
		return nil, err
	}
	role := q.wantedRole()
	if q.generation > V3_11 && role == nil {
		return nil, swapped("error-role-not-found", "Role not found")
	}
	room := q.rooms[str(q.body["roomId"])]
	if q.generation > V3_11 && q.holds(a, role, room) {
		return nil, refusal("error-user-already-in-role", "User already in role", nil)
	}
	if err := q.mayAddToRole(role); err != nil {
		return nil, err
	}
	if q.body["roomId"] != nil && (room == nil || room.member(a.ID) == nil) {
		return nil, refusal("error-invalid-user", "User is not part of given room", object{"method": "authorization:addUserToRole"})
	}
	q.give(a, role, room)
	return object{"role": role.shown()}, nil
}

// wantedRole is the role that a call names. In 3.11 it is named by its name.
func (q *request) wantedRole() *Role {
	if q.generation > V3_11 {
		return q.role(str(q.body["roleId"]))
	}
	name := str(q.body["roleName"])
	i := slices.IndexFunc(q.roles, func(r Role) bool { return r.ID == name || r.Name == name })
	if i < 0 {
		return nil
	}
	return &q.roles[i]
}

func (q *request) mayAddToRole(role *Role) error {
	const method = "authorization:addUserToRole"
	switch {
	case !q.may(q.caller, "access-permissions"):
		return refusal("error-action-not-allowed", "Accessing permissions is not allowed",
			object{"method": method, "action": "Accessing_permissions"})
	case role == nil:
		return refusal("error-invalid-role", "Invalid Role", object{"method": method})
	case role.ID == "admin" && !q.may(q.caller, "assign-admin-role"):
		return refusal("error-action-not-allowed", "Assigning admin is not allowed", object{"method": method, "action": "Assign_admin"})
	}
	return nil
}

// holds reports whether somebody has a role, in a room if there is one.
func (q *request) holds(a *Account, role *Role, room *Room) bool {
	if room == nil {
		return a.Has(role.ID)
	}
	m := room.member(a.ID)
	return m != nil && slices.Contains(m.Roles, role.ID)
}

// give gives somebody a role that they may have already.
func (q *request) give(a *Account, role *Role, room *Room) {
	switch {
	case q.holds(a, role, room):
	case room != nil:
		m := room.member(a.ID)
		m.Roles = append(m.Roles, role.ID)
	default:
		a.Roles = append(a.Roles, role.ID)
	}
}

// removeFromRole takes a role away. The last administrator is the last one of all, active
// or not.
func (q *request) removeFromRole() (object, error) {
	a := q.exactly(str(q.body["username"]))
	if a == nil {
		return nil, refusal("error-invalid-user", "There is no user with this username", nil)
	}
	role := q.role(str(q.body["roleId"]))
	switch {
	case role == nil:
		return nil, refusal("error-invalid-roleId", "This role does not exist", nil)
	case !a.Has(role.ID):
		return nil, refusal("error-user-not-in-role", "User is not in this role", nil)
	case role.ID == "admin" && len(q.having("admin")) == 1:
		return nil, refusal("error-admin-required", "You need to have at least one admin", nil)
	}
	a.Roles = slices.DeleteFunc(a.Roles, func(r string) bool { return r == role.ID })
	return object{"role": role.shown()}, nil
}

// having returns who has a role, by user name.
func (s *Server) having(role string) []*Account {
	return slices.DeleteFunc(s.byName(), func(a *Account) bool { return !a.Has(role) })
}

func (q *request) usersInRole() (object, error) {
	role := q.query.Get("role")
	if q.generation > V3_11 && q.role(role) == nil {
		return nil, refusal("error-invalid-roleId", "", nil)
	}
	p, err := q.page()
	if err != nil {
		return nil, err
	}
	all := q.having(role)
	from, to := p.bounds(len(all))
	users := []object{}
	for _, a := range all[from:to] {
		users = append(users, object{"_id": a.ID, "username": a.Username, "name": a.Name, "emails": addresses(a)})
	}
	answer := object{"users": users}
	if q.generation > V3_11 {
		answer["total"] = len(all)
	}
	return answer, nil
}
