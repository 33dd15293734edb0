package rocketchattest_test

import (
	"slices"
	"testing"

	. "rollcall/sync/rocketchat/rocketchattest"
)

func TestUpdateOfNobody(t *testing.T) {
	t.Parallel()
	for _, g := range []Generation{V7, V8} {
		c := start(t, Options{Generation: g})
		c.post("users.update", object{"userId": "nobody", "data": object{"name": "N"}}).bad(t, 400, "error-user-not-found")
		says(t, c.post("users.setActiveStatus", object{"userId": "nobody", "activeStatus": true}).bad(t, 400, nil), "User not found")
	}
}

func TestUpdateNames(t *testing.T) {
	t.Parallel()
	c := start(t, Options{})
	id := c.made(ada())
	c.s.Add(Account{Username: "grace", Emails: []Email{{Address: "grace@rocket.example"}}})
	update := func(data object) reply { return c.post("users.update", object{"userId": id, "data": data}) }
	update(object{"username": "Ada"}).good(t)
	update(object{"username": "GRACE", "name": "Lost"}).bad(t, 400, "error-could-not-save-identity")
	update(object{"username": "all"}).bad(t, 400, "error-blocked-username")
	update(object{"email": "GRACE@rocket.example"}).bad(t, 400, "error-field-unavailable")
	update(object{"email": "ADA@rocket.example"}).bad(t, 400, "error-field-unavailable")
	update(object{"settings": object{}}).bad(t, 400, "error-invalid-params")
	update(object{"joinDefaultChannels": true}).bad(t, 400, "error-invalid-params")
	if a := c.account(id); a.Username != "Ada" || a.Name != "Ada Lovelace" {
		t.Errorf("stored %+v", a)
	}
	update(object{"username": "countess"}).good(t)
	c.made(with(ada(), "email", "other@rocket.example"))
}

func TestUpdateOfAnAddress(t *testing.T) {
	t.Parallel()
	c := start(t, Options{})
	id := c.made(ada())
	update := func(data object) reply { return c.post("users.update", object{"userId": id, "data": data}) }
	update(object{"email": "ada@rocket.example", "verified": true}).good(t)
	if got := c.s.Mails(); len(got) != 0 {
		t.Errorf("the same address mailed %v", got)
	}
	update(object{"email": "countess@rocket.example"}).good(t)
	want := []Mail{{"ada@rocket.example", MailChanged, id}, {"countess@rocket.example", MailVerification, id}}
	if got := c.s.Mails(); !slices.Equal(got, want) {
		t.Errorf("mailed %v, want %v", got, want)
	}
	c.s.SetSetting("SMTP_Host", "")
	update(object{"email": "king@rocket.example", "verified": true}).bad(t, 400, "error-email-send-failed")
	if a := c.account(id); a.Email() != "king@rocket.example" || !a.Emails[0].Verified {
		t.Errorf("the address that was refused after it was stored is %v", a.Emails)
	}
}

func TestHalfAnUpdateStaysOnlyInTheOldGenerations(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, g Generation) {
		c := start(t, Options{Generation: g})
		id := c.made(ada())
		c.s.Add(Account{Username: "grace", Emails: []Email{{Address: "grace@rocket.example"}}})
		c.post("users.update", object{"userId": id, "data": object{"name": "Half", "email": "grace@rocket.example"}}).
			bad(t, 400, "error-field-unavailable")
		if half := c.account(id).Name == "Half"; half != (g < V8) {
			t.Errorf("the name is %q", c.account(id).Name)
		}
		c.post("users.create", with(with(ada(), "username", "half"), "email", "Ada@Rocket.Example")).bad(t, 400, "error-field-unavailable")
	})
}

func TestPasswordIsDroppedInSilence(t *testing.T) {
	t.Parallel()
	c := start(t, Options{})
	id := c.made(ada())
	c.s.Forbid("edit-other-user-password")
	c.post("users.update", object{"userId": id, "data": object{"password": "new"}}).good(t)
	if a := c.account(id); a.Password != "analytical" {
		t.Errorf("the password is %q", a.Password)
	}
}

func TestUpdateOfRolesHasNoCheckForTheLastAdministrator(t *testing.T) {
	t.Parallel()
	c := start(t, Options{})
	root := c.account("root.admin")
	c.post("users.setActiveStatus", object{"userId": root.ID, "activeStatus": false}).bad(t, 400, "error-action-not-allowed")
	c.post("users.update", object{"userId": root.ID, "data": object{"roles": []string{"user"}}}).good(t)
	if roles := c.account(root.ID).Roles; !slices.Equal(roles, []string{"user"}) {
		t.Errorf("the roles are %v", roles)
	}
	c.s.Forbid("assign-roles")
	c.post("users.update", object{"userId": root.ID, "data": object{"roles": []string{"user"}}}).good(t)
	c.post("users.update", object{"userId": root.ID, "data": object{"roles": []string{"bot"}}}).bad(t, 400, "error-action-not-allowed")
}

func TestFederatedPeopleAreLeftAlone(t *testing.T) {
	t.Parallel()
	c := start(t, Options{})
	a := c.s.Add(Account{Username: "far", Federated: true, Active: true})
	c.post("users.update", object{"userId": a.ID, "data": object{"name": "N"}}).bad(t, 400, "Edit_Federated_User_Not_Allowed")
	c.post("users.setActiveStatus", object{"userId": a.ID, "activeStatus": false}).bad(t, 400, "error-user-is-federated")
	c.post("users.delete", object{"userId": a.ID}).bad(t, 400, "error-not-allowed")
	c.post("users.delete", object{"userId": "rocket.cat"}).bad(t, 400, "error-action-not-allowed")
}

func TestUpdateOfAPassword(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, g Generation) {
		c := start(t, Options{Generation: g})
		id := c.made(ada())
		update := func(data object) { c.post("users.update", object{"userId": id, "data": data}).good(t) }
		update(object{"password": " new ", "requirePasswordChange": true})
		if a := c.account(id); a.Password != "new" || !a.RequireChange || len(c.s.Mails()) != 0 {
			t.Errorf("stored %+v and mailed %v", a, c.s.Mails())
		}
		update(object{"requirePasswordChange": false})
		update(object{"setRandomPassword": true, "sendWelcomeEmail": true})
		if a := c.account(id); a.Password == "new" || !a.RequireChange {
			t.Errorf("stored %+v", a)
		}
		if got := c.s.Mails(); !slices.Equal(got, []Mail{{"ada@rocket.example", MailPassword, id}}) {
			t.Errorf("mailed %v", got)
		}
	})
}

func TestUpdateOfTheRest(t *testing.T) {
	t.Parallel()
	c := start(t, Options{})
	id := c.made(ada())
	user := c.post("users.update", object{"userId": id, "data": object{"bio": "Wrote the first program", "nickname": "Countess",
		"statusText": "thinking", "freeSwitchExtension": "1815", "verified": true, "active": false}}).good(t)["user"].(object)
	for key, want := range map[string]any{"bio": "Wrote the first program", "nickname": "Countess", "statusText": "thinking",
		"freeSwitchExtension": "1815", "active": false} {
		if user[key] != want {
			t.Errorf("%s is %v, want %v", key, user[key], want)
		}
	}
	if a := c.account(id); !a.Emails[0].Verified || a.Active {
		t.Errorf("stored %+v", a)
	}
	if got := c.get("users.info?freeSwitchExtension=1815").good(t)["user"].(object); got["_id"] != id {
		t.Errorf("found %v", got)
	}
	c.s.Forbid("edit-other-user-active-status")
	c.post("users.update", object{"userId": id, "data": object{"name": "Half", "active": true}}).bad(t, 400, "error-not-allowed")
	if c.account(id).Name != "Half" {
		t.Error("the profile was not stored before the state was refused")
	}
	c.post("users.update", object{"userId": c.id, "data": object{"verified": true}}).bad(t, 400, "error-action-not-allowed")
	c.s.Forbid("edit-other-user-info")
	c.post("users.update", object{"userId": id, "data": object{"name": "N"}}).bad(t, 400, "error-action-not-allowed")
}
