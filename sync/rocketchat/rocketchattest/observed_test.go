package rocketchattest_test

import (
	"strings"
	"testing"

	. "rollcall/sync/rocketchat/rocketchattest"
)

// These are the answers that were seen from a running Rocket.Chat 3.11.1.

func TestObservedNobodyWithoutAGoodToken(t *testing.T) {
	t.Parallel()
	c := start(t, Options{Generation: V3_11})
	c.token = "wrong"
	if got := c.get("me"); got.status != 401 || got.raw != `{"message":"You must be logged in to do this.","status":"error"}` {
		t.Errorf("answered %d %s", got.status, got.raw)
	}
}

func TestObservedUnknownPerson(t *testing.T) {
	t.Parallel()
	c := start(t, Options{Generation: V3_11})
	body := c.get("users.info?userId=nobody").bad(t, 400, nil)
	if body["error"] != "User not found." {
		t.Errorf("the error is %q", body["error"])
	}
}

func TestObservedCreate(t *testing.T) {
	t.Parallel()
	c := start(t, Options{Generation: V3_11})
	c.made(ada())
	for _, taken := range []object{
		with(with(ada(), "username", "ADA"), "email", "other@rocket.example"),
		with(with(ada(), "username", "other"), "email", "Ada@Rocket.example"),
	} {
		body := c.post("users.create", taken).bad(t, 400, "error-field-unavailable")
		field := body["details"].(object)["field"]
		if field != "ADA" && field != "Ada@Rocket.example" {
			t.Errorf("the field is %v", field)
		}
	}
	c.post("users.create", with(ada(), "username", "ada@home")).bad(t, 400, "error-input-is-not-a-valid-field")
	body := c.post("users.create", with(ada(), "roles", []string{"nothing"})).bad(t, 400, "error-action-not-allowed")
	if action := body["details"].(object)["action"]; action != "Assign_role" {
		t.Errorf("the action is %v", action)
	}
	without := ada()
	delete(without, "email")
	if body := c.post("users.create", without).bad(t, 400, nil); body["error"] != "Match error: Missing key 'email'" {
		t.Errorf("the error is %q", body["error"])
	}
}

func TestObservedUpdateOfNobody(t *testing.T) {
	t.Parallel()
	c := start(t, Options{Generation: V3_11})
	body := c.post("users.update", object{"userId": "nobody", "data": object{"name": "Nobody"}}).bad(t, 400, nil)
	if body["error"] != "Cannot read property 'username' of undefined" {
		t.Errorf("the error is %q", body["error"])
	}
}

func TestObservedCustomFieldsThatNothingDefines(t *testing.T) {
	t.Parallel()
	c := start(t, Options{Generation: V3_11})
	id := c.made(with(ada(), "customFields", object{"rollcall": "1"}))
	c.post("users.update", object{"userId": id, "data": object{"customFields": object{"rollcall": "1"}}}).good(t)
	if fields := c.account(id).CustomFields; len(fields) != 0 {
		t.Errorf("stored %v", fields)
	}
}

func TestObservedStatusOfNobodyIsASuccessWithoutUser(t *testing.T) {
	t.Parallel()
	c := start(t, Options{Generation: V3_11})
	body := c.post("users.setActiveStatus", object{"userId": "nobody", "activeStatus": false}).good(t)
	if user, has := body["user"]; has {
		t.Errorf("there is a user: %v", user)
	}
}

func TestObservedLastOwner(t *testing.T) {
	t.Parallel()
	c := start(t, Options{Generation: V3_11})
	id := c.made(ada())
	owner := []Member{{UserID: id, Roles: []string{"owner"}}}
	c.s.AddRoom(Room{Name: "open", Type: "c", Members: owner})
	off := object{"userId": id, "activeStatus": false}
	private := c.s.AddRoom(Room{Name: "engines", Type: "p", Members: owner})
	body := c.post("users.setActiveStatus", off).bad(t, 400, "user-last-owner")
	removed := body["details"].(object)["shouldBeRemoved"].([]any)
	if len(removed) != 1 || removed[0] != "engines" {
		t.Errorf("would remove %v", removed)
	}
	c.post("users.setActiveStatus", with(off, "confirmRelinquish", true)).good(t)
	if _, there := c.s.Room(private.ID); there {
		t.Error("the private room of nobody else is still there")
	}
	if _, there := c.s.Room("open"); !there {
		t.Error("the public room is gone")
	}
}

func TestObservedDeletionOfNobody(t *testing.T) {
	t.Parallel()
	c := start(t, Options{Generation: V3_11})
	id := c.made(ada())
	c.post("users.delete", object{"userId": id}).good(t)
	c.post("users.delete", object{"userId": id}).bad(t, 400, "error-invalid-user")
}

func TestObservedUnknownRouteIsAPage(t *testing.T) {
	t.Parallel()
	c := start(t, Options{Generation: V3_11})
	for _, got := range []reply{c.post("roles.removeUserFromRole", object{}), c.get("nothing.there")} {
		if got.status != 200 || !strings.HasPrefix(got.header.Get("Content-Type"), "text/html") || !strings.HasPrefix(got.raw, "<!DOCTYPE html>") {
			t.Errorf("answered %d %s", got.status, got.raw)
		}
	}
}

func TestObservedDefaultChannelsShowInTheAnswer(t *testing.T) {
	t.Parallel()
	c := start(t, Options{Generation: V3_11})
	general := c.s.AddRoom(Room{Name: "general", Default: true})
	user := c.post("users.create", ada()).good(t)["user"].(object)
	if rooms, _ := user["__rooms"].([]any); len(rooms) != 1 || rooms[0] != general.ID {
		t.Errorf("the rooms are %v", user["__rooms"])
	}
}

func TestObservedLogin(t *testing.T) {
	t.Parallel()
	c := start(t, Options{Generation: V3_11})
	id := c.made(with(ada(), "verified", true))
	in := object{"user": "ada", "password": "analytical"}
	if got := c.post("login", in); got.status != 401 || got.body["error"] != "totp-required" {
		t.Errorf("answered %d %s, want a code asked for", got.status, got.raw)
	}
	c.post("users.setActiveStatus", object{"userId": id, "activeStatus": false}).good(t)
	if got := c.post("login", in); got.status != 401 || got.body["error"] != "error-user-is-not-activated" {
		t.Errorf("answered %d %s", got.status, got.raw)
	}
}

func TestObservedFieldThatOverwritesRoles(t *testing.T) {
	t.Parallel()
	c := start(t, Options{Generation: V3_11})
	c.s.SetSetting("Accounts_CustomFields", object{"duty": object{"modifyRecordField": object{"array": false, "field": "roles"}}})
	id := c.made(with(ada(), "customFields", object{"duty": "janitor"}))
	if roles := c.account(id).Roles; len(roles) != 1 || roles[0] != "janitor" {
		t.Errorf("the roles are %v", roles)
	}
}

func TestObservedThatTheBridgeMayPassTheLimiter(t *testing.T) {
	t.Parallel()
	c := start(t, Options{Generation: V3_11})
	for range 14 {
		got := c.get("users.list")
		got.good(t)
		if got.header.Get("X-RateLimit-Limit") != "" {
			t.Fatal("the headers of the limiter are there")
		}
	}
}
