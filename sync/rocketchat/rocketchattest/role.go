package rocketchattest

import (
	"cmp"
	"slices"
)

// BridgeRole is the id of the role of the bridge's account, which has nothing to do with
// its name.
const BridgeRole = "bRXk3zQm9sWvT7cNa"

// Role is a role. Ids and names differ, except for those that come with the server.
type Role struct {
	ID        string
	Name      string
	Scope     string // Users when empty; Subscriptions: it is one of rooms
	Protected bool
}

// bridgePermissions are what the bridge's account may: what provisioning needs, and
// neither making administrators nor entering private rooms, which nobody may at first.
var bridgePermissions = []string{
	"view-d-room", "view-outside-room", "view-full-other-user-info", "create-user", "edit-other-user-info",
	"edit-other-user-active-status", "edit-other-user-password", "assign-roles", "access-permissions", "delete-user",
	"logout-other-user", "edit-other-user-totp", "edit-other-user-e2ee", "edit-other-user-avatar", "bulk-register-user",
	"send-mail", "view-privileged-setting", "api-bypass-rate-limit", "create-personal-access-tokens",
	"add-user-to-any-c-room", "remove-user", "view-all-teams", "add-team-member", "edit-team-member", "create-team",
	"create-c", "create-p",
}

// everything stands for all permissions but those that nobody has at first.
const everything = "*"

// toNobody are the permissions that not even administrators have at first.
var toNobody = []string{"add-user-to-any-p-room"}

// defaultRoles returns the roles of a new workspace with one for the bridge, and what they
// may.
func defaultRoles() ([]Role, map[string]map[string]bool) {
	roles := []Role{
		{ID: "admin", Name: "admin", Protected: true}, {ID: "user", Name: "user", Protected: true},
		{ID: "bot", Name: "bot", Protected: true}, {ID: "app", Name: "app", Protected: true},
		{ID: "guest", Name: "guest", Protected: true}, {ID: "anonymous", Name: "anonymous", Protected: true},
		{ID: "livechat-agent", Name: "livechat-agent", Protected: true},
		{ID: "owner", Name: "owner", Scope: "Subscriptions", Protected: true},
		{ID: "moderator", Name: "moderator", Scope: "Subscriptions", Protected: true},
		{ID: "leader", Name: "leader", Scope: "Subscriptions", Protected: true},
		{ID: BridgeRole, Name: "Provisioning"},
	}
	grants := map[string]map[string]bool{
		"admin":     set(everything),
		"user":      set("view-d-room", "create-c", "create-p", "create-team", "create-personal-access-tokens"),
		"bot":       set("view-d-room", "api-bypass-rate-limit"),
		"guest":     set("view-d-room"),
		"owner":     set("add-user-to-joined-room", "remove-user", "set-owner", "add-team-member", "edit-team-member"),
		"moderator": set("add-user-to-joined-room", "remove-user"),
		BridgeRole:  set(bridgePermissions...),
	}
	return roles, grants
}

func set(all ...string) map[string]bool {
	m := map[string]bool{}
	for _, one := range all {
		m[one] = true
	}
	return m
}

// may reports whether an account has a permission.
func (s *Server) may(a *Account, permission string) bool {
	return a != nil && s.rolesMay(a.Roles, permission)
}

// rolesMay reports whether one of these roles has a permission.
func (s *Server) rolesMay(roles []string, permission string) bool {
	return slices.ContainsFunc(roles, func(role string) bool {
		granted := s.grants[role]
		return granted[permission] || granted[everything] && !slices.Contains(toNobody, permission)
	})
}

// mayAny reports whether the caller has one of these permissions.
func (q *request) mayAny(permissions ...string) bool {
	return slices.ContainsFunc(permissions, func(p string) bool { return q.may(q.caller, p) })
}

// Permit gives the bridge's account permissions.
func (s *Server) Permit(permissions ...string) { s.grant(true, permissions) }

// Forbid takes permissions from the bridge's account.
func (s *Server) Forbid(permissions ...string) { s.grant(false, permissions) }

func (s *Server) grant(granted bool, permissions []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range permissions {
		s.grants[BridgeRole][p] = granted
	}
}

// AddRole puts a role into the workspace, with permissions, and returns it. Its id is made
// when it is empty.
func (s *Server) AddRole(r Role, permissions ...string) Role {
	s.mu.Lock()
	defer s.mu.Unlock()
	r.ID = cmp.Or(r.ID, s.newID())
	s.roles = append(s.roles, r)
	s.grants[r.ID] = set(permissions...)
	return r
}

// role returns the role with an id, or nil.
func (s *Server) role(id string) *Role {
	i := slices.IndexFunc(s.roles, func(r Role) bool { return r.ID == id })
	if i < 0 {
		return nil
	}
	return &s.roles[i]
}

// defaultUserRoles are those that a new account gets when none is asked for.
func (s *Server) defaultUserRoles() []string {
	return splitList(str(s.settings["Accounts_Registration_Users_Default_Roles"]))
}
