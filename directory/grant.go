package directory

import "slices"

// GrantKind says what a grant gives.
type GrantKind string

// What can be granted.
const (
	RoleGrant    GrantKind = "role"
	ChannelGrant GrantKind = "channel"
	TeamGrant    GrantKind = "team"
)

// Roles that the rules know by name.
const (
	RoleAdmin = "admin"
	RoleUser  = "user"
	RoleGuest = "guest"
)

// Grant is a role, channel or team that somebody has, and through whom.
type Grant struct {
	Kind   GrantKind `json:"kind"`
	Name   string    `json:"name"`
	Author Author    `json:"author,omitempty"` // empty: the owning source
}

// AuthoredGrants returns every grant of u with its author, but those that a
// mapping derives from a membership.
func (u *User) AuthoredGrants() []Grant {
	grants := make([]Grant, 0, len(u.Roles)+len(u.Facts.Grants))
	for _, r := range u.Roles {
		if r.Value != "" {
			grants = append(grants, Grant{Kind: RoleGrant, Name: r.Value})
		}
	}
	return append(grants, u.Facts.Grants...)
}

// GrantedRoles returns the union of the roles that the owner and administrators
// granted, sorted. Nobody is without a role: the default is "user".
func (u *User) GrantedRoles() []string {
	var roles []string
	for _, g := range u.AuthoredGrants() {
		if g.Kind == RoleGrant {
			roles = append(roles, g.Name)
		}
	}
	if len(roles) == 0 {
		return []string{RoleUser}
	}
	slices.Sort(roles)
	return slices.Compact(roles)
}

// IsAdmin reports whether u was made an administrator by its owner or by an
// administrator. Administrators by mapping are counted by the store.
func (u *User) IsAdmin() bool {
	return u.Kind() == Person && slices.Contains(u.GrantedRoles(), RoleAdmin)
}

// IsGuest reports whether u's only role is guest. Guests have seats of their own,
// and mappings give them no roles, for one more role would make them use a seat.
func (u *User) IsGuest() bool {
	roles := u.GrantedRoles()
	return len(roles) == 1 && roles[0] == RoleGuest
}
