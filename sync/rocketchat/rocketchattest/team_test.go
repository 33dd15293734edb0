package rocketchattest_test

import (
	"testing"

	. "rollcall/sync/rocketchat/rocketchattest"
)

// both runs a test for the generations that have teams.
func both(t *testing.T, test func(*testing.T, *client)) {
	t.Helper()
	for _, g := range []Generation{V7, V8} {
		t.Run(g.String(), func(t *testing.T) {
			t.Parallel()
			test(t, start(t, Options{Generation: g}))
		})
	}
}

func TestTeamsAndPeopleShareTheirNames(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, c *client) {
		c.made(ada())
		if got := c.post("teams.create", object{"name": "ADA", "type": 0}).bad(t, 400, nil); got["error"] != "team-name-already-exists" {
			t.Errorf("the error is %q", got["error"])
		}
		c.post("teams.create", object{"name": "engines", "type": 1, "members": []string{"ada"}}).good(t)
		c.post("users.create", with(with(ada(), "username", "Engines"), "email", "e@rocket.example")).bad(t, 400, "error-field-unavailable")
		team, _ := c.s.Team("engines")
		if room, _ := c.s.Room(team.RoomID); room.Type != "p" || !room.Main || len(room.Members) != 2 {
			t.Errorf("the main room is %+v", room)
		}
	})
}

func TestTeamMembers(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, c *client) {
		id := c.made(ada())
		team := c.s.AddTeam(Team{Name: "engines"})
		c.s.AddRoom(Room{Name: "boilers", TeamID: team.ID, Default: true})
		add := object{"teamId": team.ID, "members": []object{{"userId": id, "roles": []string{"owner"}}}}
		for range 2 {
			c.post("teams.addMembers", add).good(t)
		}
		members := c.get("teams.members?teamName=engines").good(t)
		one := members["members"].([]any)[0].(object)
		if members["total"] != 1.0 || one["user"].(object)["_id"] != id || one["roles"].([]any)[0] != "owner" {
			t.Errorf("the members are %v", members)
		}
		if room, _ := c.s.Room("boilers"); len(room.Members) != 1 {
			t.Errorf("the room for everybody has %v", room.Members)
		}
		remove := object{"teamId": team.ID, "userId": id}
		if got := c.post("teams.removeMember", remove).bad(t, 400, nil); got["error"] != "last-owner-can-not-be-removed" {
			t.Errorf("the error is %q", got["error"])
		}
		c.post("teams.updateMember", object{"teamId": team.ID, "member": object{"userId": id, "roles": []string{}}}).good(t)
		c.post("teams.removeMember", remove).good(t)
		if got := c.post("teams.removeMember", remove).bad(t, 400, nil); got["error"] != "member-does-not-exist" {
			t.Errorf("the error is %q", got["error"])
		}
	})
}

func TestTeamsDoNotFindTheDeactivated(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, c *client) {
		id := c.made(ada())
		team := c.s.AddTeam(Team{Name: "engines", Members: []Member{{UserID: id}, {UserID: c.id, Roles: []string{"owner"}}}})
		c.post("users.setActiveStatus", object{"userId": id, "activeStatus": false}).good(t)
		if got := c.post("teams.removeMember", object{"teamId": team.ID, "userId": id}).bad(t, 400, nil); got["error"] != "invalid-user" {
			t.Errorf("the error is %q", got["error"])
		}
		if got := c.get("teams.members?teamId=" + team.ID).good(t); got["total"] != 1.0 {
			t.Errorf("the members are %v", got)
		}
		if kept, _ := c.s.Team("engines"); len(kept.Members) != 2 {
			t.Errorf("the team has %v", kept.Members)
		}
	})
}

func TestTeamThatIsNotThere(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, c *client) {
		if got := c.get("teams.info?teamName=nothing").bad(t, 400, nil); got["error"] != "Team not found" {
			t.Errorf("the error is %q", got["error"])
		}
		if got := c.get("teams.members?teamName=nothing").bad(t, 400, nil); got["error"] != "team-does-not-exist" {
			t.Errorf("the error is %q", got["error"])
		}
	})
}

func TestTeamsNeedPermissions(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, c *client) {
		id := c.made(ada())
		c.s.AddTeam(Team{Name: "engines", Private: true})
		c.get("teams.info?teamName=engines").good(t)
		c.s.Forbid("view-all-teams", "create-team", "add-team-member", "edit-team-member")
		says(t, c.get("teams.info?teamName=engines").bad(t, 403, nil), "unauthorized")
		says(t, c.get("teams.listAll").bad(t, 403, nil), "[error-unauthorized]")
		says(t, c.post("teams.create", object{"name": "other", "type": 0}).bad(t, 403, nil), "[error-unauthorized]")
		says(t, c.post("teams.addMembers", object{"teamName": "engines", "members": []object{{"userId": id}}}).bad(t, 403, nil), "unauthorized")
		if got := c.get("teams.members?teamName=engines").good(t); got["total"] != 0.0 {
			t.Errorf("the members are %v", got)
		}
	})
}

func TestTeamGoesWithItsMainRoom(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, c *client) {
		id := c.made(ada())
		team := c.s.AddTeam(Team{Name: "engines", Private: true, Members: []Member{{UserID: id, Roles: []string{"owner"}}}})
		boilers := c.s.AddRoom(Room{Name: "boilers", TeamID: team.ID})
		c.post("users.setActiveStatus", object{"userId": id, "activeStatus": false}).bad(t, 400, "user-last-owner")
		gone := c.post("users.delete", object{"userId": id, "confirmRelinquish": true}).good(t)["deletedRooms"].([]any)
		if len(gone) != 1 || gone[0] != team.RoomID {
			t.Errorf("deleted %v", gone)
		}
		if _, there := c.s.Team("engines"); there {
			t.Error("the team is still there")
		}
		if room, there := c.s.Room(boilers.ID); !there || room.TeamID != "" {
			t.Errorf("its other room is %+v", room)
		}
	})
}

func TestTeamsAreListed(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, c *client) {
		c.s.AddTeam(Team{Name: "others"})
		c.post("teams.create", object{"name": "engines", "type": 0}).good(t)
		if got := c.get("teams.list").good(t); got["total"] != 1.0 || got["teams"].([]any)[0].(object)["name"] != "engines" {
			t.Errorf("the caller's teams are %v", got)
		}
		if got := c.get("teams.listAll?count=1").good(t); got["total"] != 2.0 || got["count"] != 1.0 {
			t.Errorf("all teams are %v", got)
		}
		if got := c.post("teams.addMembers", object{"teamName": "engines", "members": []object{{"userId": "nobody"}}}); got.status != 400 {
			t.Errorf("answered %d %s", got.status, got.raw)
		}
		c.s.AddRoom(Room{Name: "boilers"})
		if got := c.post("teams.create", object{"name": "boilers", "type": 0}).bad(t, 400, nil); got["error"] != "room-name-already-exists" {
			t.Errorf("the error is %q", got["error"])
		}
	})
}
