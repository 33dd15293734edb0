package rocketchattest_test

import (
	"testing"
	"time"

	. "rollcall/sync/rocketchat/rocketchattest"
)

func TestInvitingTwiceIsASuccess(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, g Generation) {
		c := start(t, Options{Generation: g})
		id := c.made(ada())
		room := c.s.AddRoom(Room{Name: "engines"})
		for range 2 {
			c.post("channels.invite", object{"roomId": room.ID, "userId": id}).good(t)
		}
		if got, _ := c.s.Room("engines"); len(got.Members) != 1 {
			t.Errorf("the members are %v", got.Members)
		}
		c.post("channels.kick", object{"roomName": "engines", "userId": id}).good(t)
		c.post("channels.kick", object{"roomName": "engines", "userId": id}).bad(t, 400, "error-user-not-in-room")
		c.post("channels.kick", object{"roomName": "nothing", "userId": id}).bad(t, 400, "error-room-not-found")
		c.post("channels.kick", object{"userId": id}).bad(t, 400, "error-room-param-not-provided")
	})
}

func TestPrivateGroupsAreClosedToWhoIsNotIn(t *testing.T) {
	t.Parallel()
	c := start(t, Options{})
	id := c.made(ada())
	room := c.s.AddRoom(Room{Name: "secret", Type: "p"})
	body := object{"roomId": room.ID, "userId": id}
	c.post("groups.invite", body).bad(t, 400, "error-not-allowed")
	c.s.Permit("add-user-to-any-p-room")
	c.post("groups.invite", body).good(t)
	c.post("groups.kick", body).bad(t, 400, "error-room-not-found")
	c.get("groups.members?roomId="+room.ID).bad(t, 400, "error-room-not-found")
	c.post("groups.invite", object{"roomId": room.ID, "userId": c.id}).good(t)
	members := c.get("groups.members?roomId=" + room.ID).good(t)
	if members["total"] != 2.0 {
		t.Errorf("the members are %v", members)
	}
	c.post("groups.kick", body).good(t)
}

func TestWhoMakesARoomOwnsIt(t *testing.T) {
	t.Parallel()
	c := start(t, Options{})
	c.made(ada())
	made := c.post("groups.create", object{"name": "builders", "members": []string{"ada", "nobody"}}).good(t)
	id := made["group"].(object)["_id"].(string)
	room, _ := c.s.Room(id)
	if len(room.Members) != 2 || room.Members[0].UserID != c.id || room.Members[0].Roles[0] != "owner" {
		t.Errorf("the members are %v", room.Members)
	}
	c.post("groups.create", object{"name": "builders"}).bad(t, 400, "error-duplicate-channel-name")
	c.post("groups.create", object{"name": "not a name"}).bad(t, 400, "error-invalid-room-name")
	c.post("groups.create", object{"name": "other", "colour": "red"}).bad(t, 400, "error-invalid-params")
	c.post("groups.kick", object{"roomId": id, "userId": c.id}).bad(t, 400, "error-you-are-last-owner")
	c.post("groups.removeOwner", object{"roomId": id, "userId": c.id}).bad(t, 400, "error-remove-last-owner")
}

func TestOwnersAreAddedAndRemoved(t *testing.T) {
	t.Parallel()
	c := start(t, Options{})
	id := c.made(ada())
	room := c.post("channels.create", object{"name": "builders", "members": []string{"ada"}}).good(t)["channel"].(object)
	body := object{"roomId": room["_id"], "userId": id}
	c.post("channels.addOwner", body).good(t)
	c.post("channels.addOwner", body).bad(t, 400, "error-user-already-owner")
	c.post("channels.removeOwner", body).good(t)
	c.post("channels.removeOwner", body).bad(t, 400, "error-user-not-owner")
}

func TestRoomsAreListedToWhoMaySeeThem(t *testing.T) {
	t.Parallel()
	c := start(t, Options{})
	c.s.AddRoom(Room{Name: "open"})
	c.s.AddRoom(Room{Name: "secret", Type: "p"})
	if got := c.get("channels.list").good(t); got["total"] != 1.0 {
		t.Errorf("the channels are %v", got)
	}
	if got := c.get("groups.list").good(t); got["total"] != 0.0 {
		t.Errorf("the groups are %v", got)
	}
	c.get("groups.listAll").bad(t, 403, nil)
	c.s.Permit("view-room-administration")
	if got := c.get("groups.listAll").good(t); got["total"] != 1.0 {
		t.Errorf("all groups are %v", got)
	}
	if got := c.get("rooms.adminRooms?types[]=p&types[]=c&filter=SEC").good(t); got["total"] != 1.0 {
		t.Errorf("the rooms are %v", got)
	}
}

func TestOwnershipGoesToWhoIsActiveAndThereTheLongest(t *testing.T) {
	t.Parallel()
	clock := newClock()
	c := start(t, Options{Clock: clock.Now})
	id := c.made(ada())
	first := c.s.Add(Account{Username: "first"})
	second := c.s.Add(Account{Username: "second", Active: true})
	third := c.s.Add(Account{Username: "third", Active: true})
	day := func(n int) time.Time { return clock.Now().AddDate(0, 0, n) }
	room := c.s.AddRoom(Room{Name: "engines", Type: "p", Members: []Member{{UserID: id, Roles: []string{"owner"}},
		{UserID: first.ID, Since: day(1)}, {UserID: third.ID, Since: day(3)}, {UserID: second.ID, Since: day(2)}}})
	body := object{"userId": id, "activeStatus": false}
	no := c.post("users.setActiveStatus", body).bad(t, 400, "user-last-owner")
	details := no["details"].(object)
	if inherited := details["shouldChangeOwner"].([]any); len(inherited) != 1 || inherited[0] != "engines" {
		t.Errorf("would change %v", inherited)
	}
	if removed := details["shouldBeRemoved"].([]any); len(removed) != 0 {
		t.Errorf("would remove %v", removed)
	}
	c.post("users.setActiveStatus", with(body, "confirmRelinquish", true)).good(t)
	kept, _ := c.s.Room(room.ID)
	for _, m := range kept.Members {
		// Who leaves stays an owner, beside the new one.
		if owns := len(m.Roles) == 1 && m.Roles[0] == "owner"; owns != (m.UserID == second.ID || m.UserID == id) {
			t.Errorf("%s has the roles %v", m.UserID, m.Roles)
		}
	}
}

func TestErasureIsWhatTheWorkspaceSaysAtThatMoment(t *testing.T) {
	t.Parallel()
	c := start(t, Options{})
	for erasure, want := range map[string][]Message{
		"Delete": {{UserID: "x", Text: "hello"}},
		"Unlink": {{UserID: "x", Text: "hello"}, {UserID: "rocket.cat", Username: "rocket.cat", Alias: "Removed User", Text: "bye"}},
		"Keep":   {{UserID: "x", Text: "hello"}, {UserID: "ada", Username: "ada", Text: "bye"}},
	} {
		c.s.SetSetting("Message_ErasureType", erasure)
		c.s.Add(Account{ID: "ada", Username: "ada", Active: true})
		room := c.s.AddRoom(Room{Name: erasure, Messages: []Message{{UserID: "x", Text: "hello"}, {UserID: "ada", Username: "ada", Text: "bye"}}})
		c.s.AddRoom(Room{ID: "talk", Type: "d", Members: []Member{{UserID: "ada"}, {UserID: "x"}}})
		gone := c.post("users.delete", object{"userId": "ada"}).good(t)["deletedRooms"].([]any)
		if len(gone) != 1 || gone[0] != "talk" {
			t.Errorf("%s: deleted %v", erasure, gone)
		}
		kept, _ := c.s.Room(room.ID)
		if len(kept.Messages) != len(want) || kept.Messages[len(want)-1] != want[len(want)-1] {
			t.Errorf("%s: the messages are %v", erasure, kept.Messages)
		}
		if _, there := c.s.Room("talk"); there {
			t.Errorf("%s: the conversation of two is still there", erasure)
		}
	}
}

func TestDirectConversationsCloseAndOpenAgain(t *testing.T) {
	t.Parallel()
	c := start(t, Options{})
	id := c.made(ada())
	grace := c.s.Add(Account{Username: "grace", Active: true})
	c.s.AddRoom(Room{ID: "talk", Type: "d", Members: []Member{{UserID: id}, {UserID: grace.ID}}})
	for _, active := range []bool{false, true} {
		c.post("users.setActiveStatus", object{"userId": id, "activeStatus": active}).good(t)
		if talk, _ := c.s.Room("talk"); talk.ReadOnly == active || talk.Archived == active {
			t.Errorf("active %t: the conversation is %+v", active, talk)
		}
	}
}

func TestOfListsThoseAreLeftOutWhoAreNotThere(t *testing.T) {
	t.Parallel()
	c := start(t, Options{})
	c.made(ada())
	room := c.s.AddRoom(Room{Name: "engines"})
	c.post("channels.invite", object{"roomId": room.ID, "usernames": []string{"ADA", "nobody"}}).good(t)
	if got, _ := c.s.Room(room.ID); len(got.Members) != 1 {
		t.Errorf("the members are %v", got.Members)
	}
	body := c.post("channels.invite", object{"roomId": room.ID, "userIds": []string{"nobody"}}).bad(t, 400, "Cannot invite if no users are provided")
	says(t, body, "invalid-user-invite-list")
	c.post("channels.invite", object{"roomId": room.ID}).bad(t, 400, "error-users-params-not-provided")
	c.s.Upgrade(V3_11)
	c.post("channels.invite", object{"roomId": room.ID, "userId": "nobody"}).bad(t, 400, "error-invalid-user")
}

func TestRolesInARoom(t *testing.T) {
	t.Parallel()
	c := start(t, Options{})
	id := c.made(ada())
	room := c.s.AddRoom(Room{Name: "engines", Topic: "steam", Members: []Member{{UserID: id}}})
	lead := object{"username": "ada", "roleId": "leader", "roomId": room.ID}
	c.post("roles.addUserToRole", lead).good(t)
	c.post("roles.addUserToRole", lead).bad(t, 400, "error-user-already-in-role")
	c.post("roles.addUserToRole", with(lead, "roomId", "nowhere")).bad(t, 400, "error-invalid-user")
	if kept, _ := c.s.Room(room.ID); len(kept.Members[0].Roles) != 1 || kept.Members[0].Roles[0] != "leader" {
		t.Errorf("the members are %v", kept.Members)
	}
	if info := c.get("channels.info?roomName=engines").good(t)["channel"].(object); info["topic"] != "steam" || info["usersCount"] != 1.0 {
		t.Errorf("the room is %v", info)
	}
	c.s.EditRoom(room.ID, func(r *Room) { r.Archived = true })
	c.post("channels.kick", object{"roomId": room.ID, "userId": id}).bad(t, 400, "error-room-archived")
}

func TestKickOfSeveral(t *testing.T) {
	t.Parallel()
	c := start(t, Options{})
	id := c.made(ada())
	grace := c.s.Add(Account{Username: "grace"})
	room := c.s.AddRoom(Room{Name: "engines", Type: "p", Members: []Member{{UserID: id}, {UserID: grace.ID}, {UserID: c.id}}})
	c.post("groups.kick", object{"roomId": room.ID, "usernames": []string{"nobody"}}).bad(t, 400, "error-invalid-user")
	c.post("groups.kick", object{"roomId": room.ID, "userIds": []string{id, grace.ID}}).good(t)
	if kept, _ := c.s.Room(room.ID); len(kept.Members) != 1 {
		t.Errorf("the members are %v", kept.Members)
	}
	c.s.Forbid("remove-user")
	c.post("groups.kick", object{"roomId": room.ID, "userId": c.id}).bad(t, 400, "error-not-allowed")
}
