package rocketchattest_test

import (
	"slices"
	"testing"

	. "rollcall/sync/rocketchat/rocketchattest"
)

func TestRoleTwiceIsASuccessOnlyIn311(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, g Generation) {
		c := start(t, Options{Generation: g})
		id := c.made(ada())
		writers := c.s.AddRole(Role{Name: "Writers"})
		body := object{"username": "ada", "roleId": writers.ID}
		if g == V3_11 {
			body = object{"username": "ada", "roleName": "Writers"}
		}
		c.post("roles.addUserToRole", body).good(t)
		again := c.post("roles.addUserToRole", body)
		if g == V3_11 {
			again.good(t)
		} else {
			again.bad(t, 400, "error-user-already-in-role")
		}
		if roles := c.account(id).Roles; !slices.Equal(roles, []string{"user", writers.ID}) {
			t.Errorf("the roles are %v", roles)
		}
	})
}

func TestRoleThatIsNotThereHasItsFieldsSwapped(t *testing.T) {
	t.Parallel()
	c := start(t, Options{})
	c.made(ada())
	body := c.post("roles.addUserToRole", object{"username": "ada", "roleId": "Writers"}).bad(t, 400, "Role not found")
	if body["error"] != "error-role-not-found" {
		t.Errorf("the error is %q", body["error"])
	}
}

func TestRolesAreAddedByUserNameOnly(t *testing.T) {
	t.Parallel()
	c := start(t, Options{})
	id := c.made(ada())
	c.post("roles.addUserToRole", object{"username": "ada", "userId": id, "roleId": "bot"}).bad(t, 400, "error-invalid-params")
}

func TestRoleOfAdministratorsNeedsAPermission(t *testing.T) {
	t.Parallel()
	c := start(t, Options{})
	c.made(ada())
	admin := object{"username": "ada", "roleId": "admin"}
	c.post("roles.addUserToRole", admin).bad(t, 400, "error-action-not-allowed")
	c.s.Permit("assign-admin-role")
	c.post("roles.addUserToRole", admin).good(t)
	c.post("roles.removeUserFromRole", admin).good(t)
	c.post("roles.removeUserFromRole", admin).bad(t, 400, "error-user-not-in-role")
	c.post("roles.removeUserFromRole", object{"username": "root.admin", "roleId": "admin"}).bad(t, 400, "error-admin-required")
	c.post("roles.removeUserFromRole", object{"username": "ADA", "roleId": "user"}).bad(t, 400, "error-invalid-user")
}

func TestPeopleOfARole(t *testing.T) {
	t.Parallel()
	c := start(t, Options{})
	c.made(ada())
	body := c.get("roles.getUsersInRole?role=user&count=1").good(t)
	users := body["users"].([]any)
	if len(users) != 1 || body["total"] != 2.0 || users[0].(object)["username"] != "ada" {
		t.Errorf("answered %v", body)
	}
	c.s.Forbid("access-permissions")
	says(t, c.get("roles.getUsersInRole?role=user").bad(t, 403, nil), "[error-unauthorized]")
}

func TestRolesAreMadeByWhoHasTheModule(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, g Generation) {
		c := start(t, Options{Generation: g})
		writers := object{"name": "Writers"}
		if g > V3_11 {
			says(t, c.post("roles.create", writers).bad(t, 400, "error-action-not-allowed"), "This is an enterprise feature")
			c.s.SetLicense(License{Valid: true, Modules: []string{"custom-roles"}})
			c.post("roles.create", object{}).bad(t, 400, "error-invalid-role-properties")
		}
		role := c.post("roles.create", writers).good(t)["role"].(object)
		if role["name"] != "Writers" || (role["_id"] == "Writers") != (g == V3_11) {
			t.Errorf("made %v", role)
		}
		c.post("roles.create", writers).bad(t, 400, "error-duplicate-role-names-not-allowed")
		listed := c.get("roles.list").good(t)["roles"].([]any)
		if last := listed[len(listed)-1].(object); last["_id"] != role["_id"] || last["scope"] != "Users" {
			t.Errorf("the last role is %v", last)
		}
		c.s.Forbid("access-permissions")
		c.post("roles.create", object{"name": "Readers"}).bad(t, 400, "error-action-not-allowed")
	})
}
