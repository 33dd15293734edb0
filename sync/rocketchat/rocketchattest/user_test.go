package rocketchattest_test

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/http"
	"slices"
	"testing"
	"time"

	. "rollcall/sync/rocketchat/rocketchattest"
)

func TestCreateStoresWhatItSays(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, g Generation) {
		c := start(t, Options{Generation: g})
		id := c.made(with(with(ada(), "verified", true), "statusText", "busy"))
		a := c.account(id)
		if a.Username != "ada" || a.Name != "Ada Lovelace" || a.Email() != "ada@rocket.example" || !a.Emails[0].Verified || !a.Active {
			t.Errorf("stored %+v", a)
		}
		if !slices.Equal(a.Roles, []string{"user"}) || !a.LastLogin.IsZero() || a.StatusText != "" {
			t.Errorf("stored %+v", a)
		}
		if mails := c.s.Mails(); len(mails) != 0 {
			t.Errorf("mailed %v", mails)
		}
	})
}

func TestCreateRefuses(t *testing.T) {
	t.Parallel()
	c := start(t, Options{Settings: map[string]any{"Accounts_BlockedDomainsList": "evil.example", "Accounts_BlockedUsernameList": "root"}})
	for name, row := range map[string]struct {
		key   string
		value any
		code  any
		text  string
	}{
		"no name":          {"name", " ", "error-the-field-is-required", "The field Name is required"},
		"no user name":     {"username", "", "error-the-field-is-required", "The field Username is required"},
		"no password":      {"password", "", "error-the-field-is-required", "The field Password is required"},
		"odd signs":        {"name", "Ada <b>", nil, "Name contains invalid characters"},
		"for everybody":    {"username", "All", "error-blocked-username", "is blocked"},
		"of the system":    {"username", "admin", "error-blocked-username", "is blocked"},
		"of the workspace": {"username", "Root", "error-blocked-username", "is blocked"},
		"bad domain":       {"email", "ada@evil.example", "error-email-domain-blacklisted", "blacklisted"},
		"no address":       {"email", "ada", "error-invalid-email", "Invalid email ada"},
		"administrator":    {"roles", []string{"admin"}, "error-action-not-allowed", "Assigning admin is not allowed"},
		"wrong kind":       {"verified", "maybe", "error-invalid-params", "must be boolean"},
		"extra":            {"importId", "7", "error-invalid-params", "must NOT have additional properties"},
	} {
		t.Run(name, func(t *testing.T) {
			says(t, c.post("users.create", with(ada(), row.key, row.value)).bad(t, 400, row.code), row.text)
		})
	}
	if _, there := c.s.Account("ada"); there {
		t.Error("she was created")
	}
}

func TestCreateNeedsPermissionInside(t *testing.T) {
	t.Parallel()
	c := start(t, Options{})
	c.s.Forbid("create-user")
	body := c.post("users.create", ada()).bad(t, 400, "error-action-not-allowed")
	if action := body["details"].(object)["action"]; action != "Adding_user" {
		t.Errorf("the action is %v", action)
	}
}

func TestCreateThatFailedAfterItWasStored(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, g Generation) {
		c := start(t, Options{Generation: g})
		c.s.FailMail(func(m Mail) bool { return m.Kind == MailWelcome })
		c.post("users.create", with(ada(), "sendWelcomeEmail", true)).bad(t, 400, "error-email-send-failed")
		if _, there := c.s.Account("ada"); !there {
			t.Error("she was not stored")
		}
		c.post("users.create", ada()).bad(t, 400, "error-field-unavailable")
	})
}

func TestCreateMails(t *testing.T) {
	t.Parallel()
	c := start(t, Options{})
	id := c.made(with(with(with(ada(), "setRandomPassword", true), "password", ""), "sendWelcomeEmail", true))
	want := []Mail{{"ada@rocket.example", MailWelcome, id}, {"ada@rocket.example", MailPassword, id}}
	if got := c.s.Mails(); !slices.Equal(got, want) {
		t.Errorf("mailed %v, want %v", got, want)
	}
	if !c.account(id).RequireChange {
		t.Error("the password need not be changed")
	}
}

func TestActiveAtCreationMailsEvenWhenNothingChanges(t *testing.T) {
	t.Parallel()
	c := start(t, Options{})
	id := c.made(with(ada(), "active", true))
	if got := c.s.Mails(); len(got) != 1 || got[0].Kind != MailActivated || got[0].User != id {
		t.Errorf("mailed %v", got)
	}
	c.s.Forbid("edit-other-user-active-status")
	grace := with(with(with(ada(), "username", "grace"), "email", "grace@rocket.example"), "active", true)
	c.post("users.create", grace).bad(t, 400, "error-not-allowed")
	if _, there := c.s.Account("grace"); !there {
		t.Error("the account was not stored before the permission was asked for")
	}
}

func TestManualApproval(t *testing.T) {
	t.Parallel()
	c := start(t, Options{Settings: map[string]any{"Accounts_ManuallyApproveNewUsers": true}})
	id := c.made(ada())
	if a := c.account(id); a.Active || a.InactiveReason != "pending_approval" {
		t.Errorf("stored %+v", a)
	}
	c.post("users.setActiveStatus", object{"userId": id, "activeStatus": true}).good(t)
	if a := c.account(id); !a.Active || a.InactiveReason != "" {
		t.Errorf("after approval %+v", a)
	}
}

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

func TestCustomFields(t *testing.T) {
	t.Parallel()
	c := start(t, Options{Settings: map[string]any{"Accounts_CustomFields": object{
		"unit":  object{"type": "select", "options": []string{"A", "B"}, "required": true},
		"badge": object{"type": "text", "minLength": 2, "maxLength": 4},
	}}})
	create := func(fields object) reply { return c.post("users.create", with(ada(), "customFields", fields)) }
	create(object{"badge": "123"}).bad(t, 400, "error-user-registration-custom-field")
	create(object{"unit": "C"}).bad(t, 400, "error-user-registration-custom-field")
	create(object{"unit": "A", "badge": "12345"}).bad(t, 400, "error-user-registration-custom-field")
	create(object{"unit": "A", "badge": "1"}).bad(t, 400, "error-user-registration-custom-field")
	user := create(object{"unit": "A", "badge": "123", "other": "dropped"}).good(t)["user"].(object)
	if got := fmt.Sprint(user["customFields"]); got != "map[badge:123 unit:A]" {
		t.Errorf("stored %s", got)
	}
	c.post("users.update", object{"userId": user["_id"], "data": object{"customFields": object{"unit": "B"}}}).good(t)
	if got := fmt.Sprint(c.account("ada").CustomFields); got != "map[badge:123 unit:B]" {
		t.Errorf("stored %s", got)
	}
}

func TestDeactivationEndsTokens(t *testing.T) {
	t.Parallel()
	c := start(t, Options{})
	id := c.made(ada())
	own := &client{t: t, s: c.s, id: id, token: c.s.Issue(id, Token{})}
	own.get("me").good0(t)
	c.post("users.setActiveStatus", object{"userId": id, "activeStatus": false}).good(t)
	if got := own.get("me"); got.status != 401 {
		t.Errorf("answered %d", got.status)
	}
	c.post("users.setActiveStatus", object{"userId": id, "activeStatus": false}).good(t)
	if got := c.s.Mails(); len(got) != 2 || got[1].Kind != MailDeactivated {
		t.Errorf("mailed %v, want a mail each time", got)
	}
}

// good0 wants an answer that is good though it has no success in it.
func (r reply) good0(t *testing.T) object {
	t.Helper()
	if r.status != 200 || r.body["_id"] == nil && r.body["status"] != "success" {
		t.Fatalf("answered %d %s", r.status, r.raw)
	}
	return r.body
}

func TestTheBridgeCanLockItselfOut(t *testing.T) {
	t.Parallel()
	c := start(t, Options{})
	c.post("users.logout", object{}).good(t)
	if got := c.get("me"); got.status != 401 {
		t.Errorf("answered %d after an empty logout", got.status)
	}
	c = start(t, Options{})
	c.post("users.setActiveStatus", object{"userId": c.id, "activeStatus": false}).good(t)
	if got := c.get("me"); got.status != 401 {
		t.Errorf("answered %d after its own deactivation", got.status)
	}
	c = start(t, Options{})
	c.s.Edit(c.id, func(a *Account) { a.TOTP, a.E2EKey = "GEZDGNBVGY3TQOJQ", true })
	c.post("users.resetTOTP", object{}).good(t)
	if got := c.get("me"); got.status != 401 || c.account(c.id).TOTP != "" {
		t.Errorf("answered %d after an empty reset", got.status)
	}
	c = start(t, Options{})
	c.s.Edit(c.id, func(a *Account) { a.E2EKey = true })
	c.post("users.resetE2EKey", object{}).good(t)
	if got := c.get("me"); got.status != 401 || c.account(c.id).E2EKey {
		t.Errorf("answered %d after an empty reset", got.status)
	}
}

func TestResetsTellWhoMayBeTold(t *testing.T) {
	t.Parallel()
	c := start(t, Options{})
	id := c.made(with(ada(), "verified", true))
	c.s.Edit(id, func(a *Account) { a.TOTP, a.E2EKey = "GEZDGNBVGY3TQOJQ", true })
	c.s.Issue(id, Token{})
	c.s.FailMail(func(Mail) bool { return true })
	c.post("users.resetTOTP", object{"userId": id}).bad(t, 400, "error-email-send-failed")
	if a := c.account(id); a.TOTP == "" || len(a.Tokens) != 1 {
		t.Errorf("reset though nobody could be told: %+v", a)
	}
	c.s.FailMail(nil)
	c.post("users.resetTOTP", object{"userId": id}).good(t)
	c.post("users.resetE2EKey", object{"username": "ada"}).good(t)
	if a := c.account(id); a.TOTP != "" || a.E2EKey || len(a.Tokens) != 0 || !a.EmailCode {
		t.Errorf("after the resets %+v", a)
	}
	want := []Mail{{"ada@rocket.example", MailFactor, id}, {"ada@rocket.example", MailKey, id}}
	if got := c.s.Mails(); !slices.Equal(got, want) {
		t.Errorf("mailed %v, want %v", got, want)
	}
	c.s.Forbid("edit-other-user-totp", "edit-other-user-e2ee")
	c.post("users.resetTOTP", object{"userId": id}).bad(t, 400, "error-not-allowed")
	c.post("users.resetE2EKey", object{"userId": id}).bad(t, 400, "error-not-allowed")
}

func TestLogoutOfOthers(t *testing.T) {
	t.Parallel()
	c := start(t, Options{})
	id := c.made(ada())
	c.s.Issue(id, Token{Personal: true})
	c.post("users.logout", object{"userId": id}).good(t)
	if tokens := c.account(id).Tokens; len(tokens) != 0 {
		t.Errorf("there are %d tokens", len(tokens))
	}
	c.post("users.logout", object{"userId": "nobody"}).bad(t, 400, "error-invalid-user-id")
	c.s.Forbid("logout-other-user")
	says(t, c.post("users.logout", object{"userId": id}).bad(t, 403, nil), "unauthorized")
}

func TestSeats(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, g Generation) {
		c := start(t, Options{Generation: g, License: License{Valid: true, Seats: 3, Guests: 1}})
		id := c.made(ada())
		grace := with(with(ada(), "username", "grace"), "email", "grace@rocket.example")
		c.post("users.create", grace).bad(t, 400, "error-license-user-limit-reached")
		guest := c.made(with(grace, "roles", []string{"guest"}))
		if used := c.s.SeatsUsed(); used != 3 {
			t.Errorf("%d seats are used", used)
		}
		other := with(with(with(ada(), "username", "other"), "email", "other@rocket.example"), "roles", []string{"guest"})
		c.post("users.create", other).bad(t, 400, "error-max-guests-number-reached")
		promote := object{"userId": guest, "data": object{"roles": []string{"user"}}}
		c.post("users.update", promote).bad(t, 400, "error-license-user-limit-reached")
		c.post("users.setActiveStatus", object{"userId": id, "activeStatus": false}).good(t)
		c.post("users.update", promote).good(t)
		c.post("users.setActiveStatus", object{"userId": id, "activeStatus": true}).bad(t, 400, "error-license-user-limit-reached")
		c.post("users.update", object{"userId": guest, "data": object{"name": "Who has a seat"}}).good(t)
	})
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

func TestInfoFindsPeople(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, g Generation) {
		c := start(t, Options{Generation: g})
		id := c.made(ada())
		c.s.Edit(id, func(a *Account) { a.ImportIDs = []string{"cn=ada"} })
		for _, query := range []string{"userId=" + id, "userId=ada", "username=ada"} {
			user := c.get("users.info?" + query).good(t)["user"].(object)
			if user["_id"] != id || user["emails"] == nil {
				t.Errorf("%s: found %v", query, user)
			}
		}
		c.get("users.info?username=ADA").bad(t, 400, nil)
		for query, since := range map[string]Generation{"email=ADA@rocket.example": V8, "importId=cn=ada": V7} {
			if got := c.get("users.info?" + query); (got.status == 200) != (g >= since) {
				t.Errorf("%s: answered %d %s", query, got.status, got.raw)
			}
		}
		c.s.Forbid("view-full-other-user-info")
		user := c.get("users.info?userId=" + id).good(t)["user"].(object)
		if user["emails"] != nil || user["lastLogin"] != nil {
			t.Errorf("shows %v", user)
		}
		if got := c.get("users.info?email=ada@rocket.example"); got.status != 400 {
			t.Errorf("answered %d %s", got.status, got.raw)
		}
	})
}

func TestInfoOfNobodyInParticular(t *testing.T) {
	t.Parallel()
	c := start(t, Options{})
	c.get("users.info").bad(t, 400, "error-invalid-params")
	c.get("users.info?userId=a&username=b").bad(t, 400, "error-invalid-params")
	c.s.Upgrade(V7)
	c.get("users.info").bad(t, 400, "invalid-params")
}

func TestListsComeInPages(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, g Generation) {
		c := start(t, Options{Generation: g})
		for i := range 120 {
			c.s.Add(Account{Username: fmt.Sprintf("u%03d", i), Active: true})
		}
		for query, want := range map[string]int{"": 50, "count=20": 20, "count=1000": 100, "count=0": 123, "count=100&offset=100": 23, "offset=500": 0} {
			if got := c.get("users.list?" + query).good(t); got["count"] != float64(want) || got["total"] != 123.0 {
				t.Errorf("%s: %v of %v", query, got["count"], got["total"])
			}
		}
		first := c.get(`users.list?count=1&sort={"username":-1}`).good(t)["users"].([]any)[0].(object)
		if first["username"] != "u119" || first["importIds"] != nil {
			t.Errorf("the first is %v", first)
		}
		c.get(`users.list?sort={"username":2}`).bad(t, 400, "error-invalid-sort")
	})
}

func TestListByAddressIsExact(t *testing.T) {
	t.Parallel()
	c := start(t, Options{})
	c.made(ada())
	c.made(with(with(ada(), "username", "bada"), "email", "bada@rocket.example"))
	for g, want := range map[Generation]float64{V3_11: 5, V7: 5, V8: 1} {
		c.s.Upgrade(g)
		if got := c.get("users.list?email=ADA@rocket.example").good(t); got["total"] != want {
			t.Errorf("%s found %v", g, got)
		}
	}
	c.s.Upgrade(V8)
	c.get("users.list?active=true").bad(t, 400, "error-invalid-params")
	if got := c.get(`users.list?query={"active":false}`).good(t); got["total"] != 5.0 {
		t.Errorf("a query that is ignored found %v", got)
	}
	c.s.Forbid("view-full-other-user-info")
	c.get("users.list?email=ada@rocket.example").bad(t, 403, nil)
	c.s.Forbid("view-d-room")
	c.get("users.list").bad(t, 403, nil)
}

func TestListByStatus(t *testing.T) {
	t.Parallel()
	clock := newClock()
	c := start(t, Options{Clock: clock.Now})
	for name, a := range map[string]Account{
		"pending": {Active: true}, "left": {}, "here": {Active: true, LastLogin: clock.Now()}, "gone": {LastLogin: clock.Now(), InactiveReason: "deactivated"},
	} {
		a.Username = name
		c.s.Add(a)
	}
	for query, want := range map[string][]string{
		"hasLoggedIn=false&type=user":         {"left", "pending"},
		"hasLoggedIn=true&status=active":      {"here", "rollcall.bridge", "root.admin"},
		"hasLoggedIn=true&status=deactivated": {"gone"},
		"inactiveReason[]=deactivated":        {"gone"},
		"searchTerm=EN":                       {"pending"},
		"roles[]=admin":                       {"root.admin"},
		"type=bot":                            {"rocket.cat"},
	} {
		var got []string
		for _, u := range c.get("users.listByStatus?" + query).good(t)["users"].([]any) {
			got = append(got, u.(object)["username"].(string))
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: found %v, want %v", query, got, want)
		}
	}
}

func TestIdlePeopleAreSwitchedOffWithoutAnyCheck(t *testing.T) {
	t.Parallel()
	clock := newClock()
	c := start(t, Options{Clock: clock.Now})
	id := c.made(ada())
	c.s.Issue(id, Token{})
	c.s.AddRoom(Room{Name: "engines", Type: "p", Members: []Member{{UserID: id, Roles: []string{"owner"}}}})
	clock.add(48 * time.Hour)
	if got := c.post("users.deactivateIdle", object{"daysIdle": 1}).good(t); got["count"] != 2.0 {
		t.Errorf("switched off %v", got["count"])
	}
	if a := c.account(id); a.Active || len(a.Tokens) != 1 || a.InactiveReason != "idle_too_long" {
		t.Errorf("she is %+v", a)
	}
}

func TestWelcomeAndInvitations(t *testing.T) {
	t.Parallel()
	c := start(t, Options{})
	id := c.made(ada())
	c.post("users.sendWelcomeEmail", object{"email": "ada@rocket.example"}).good(t)
	c.post("users.sendWelcomeEmail", object{"email": "nobody@rocket.example"}).bad(t, 400, "error-invalid-user")
	c.post("sendInvitationEmail", object{"emails": []string{"a@rocket.example", "nonsense", "b@rocket.example"}}).good(t)
	says(t, c.post("sendInvitationEmail", object{"emails": []string{"nonsense"}}).bad(t, 400, nil), "[error-email-send-failed]")
	c.s.FailMail(func(m Mail) bool { return m.To == "d@rocket.example" })
	says(t, c.post("sendInvitationEmail", object{"emails": []string{"c@rocket.example", "d@rocket.example", "e@rocket.example"}}).
		bad(t, 400, nil), "[error-email-send-failed]")
	c.s.Forbid("bulk-register-user")
	says(t, c.post("sendInvitationEmail", object{"emails": []string{"c@rocket.example"}}).bad(t, 400, nil), "[error-not-allowed]")
	want := []Mail{{"ada@rocket.example", MailWelcome, id}, {To: "a@rocket.example", Kind: MailInvitation},
		{To: "b@rocket.example", Kind: MailInvitation}, {To: "c@rocket.example", Kind: MailInvitation}}
	if got := c.s.Mails(); !slices.Equal(got, want) {
		t.Errorf("mailed %v, want %v", got, want)
	}
	if n := c.s.Setting("Invitation_Email_Count"); n != 3 {
		t.Errorf("the count is %v", n)
	}
	c.s.SetSetting("SMTP_Host", "")
	says(t, c.post("users.sendWelcomeEmail", object{"email": "ada@rocket.example"}).bad(t, 400, "error-email-send-failed"), "SMTP is not configured")
	if got := c.get("smtp.check").good(t); got["isSMTPConfigured"] != false {
		t.Errorf("answered %v", got)
	}
}

func TestPictureInAForm(t *testing.T) {
	t.Parallel()
	c := start(t, Options{})
	id := c.made(ada())
	send := func(field string) reply {
		var form bytes.Buffer
		w := multipart.NewWriter(&form)
		_ = w.WriteField("userId", id)
		part, _ := w.CreateFormFile(field, "ada.png")
		_, _ = part.Write([]byte("picture"))
		w.Close()
		r, _ := http.NewRequest("POST", c.s.URL+"/api/v1/users.setAvatar", &form)
		r.Header.Set("Content-Type", w.FormDataContentType())
		r.Header.Set("X-Auth-Token", c.token)
		r.Header.Set("X-User-Id", c.id)
		got, err := c.do(r)
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	says(t, send("picture").bad(t, 400, nil), "The 'image' param is required")
	send("image").good(t)
	if a := c.account(id); string(a.Avatar) != "picture" || a.AvatarETag == "" {
		t.Errorf("kept %q with tag %q", a.Avatar, a.AvatarETag)
	}
	c.post("users.setAvatar", object{"userId": id, "avatarUrl": "http://127.0.0.1/a.png"}).bad(t, 400, "error-avatar-invalid-url")
	c.post("users.resetAvatar", object{"userId": id}).good(t)
	if a := c.account(id); a.Avatar != nil || a.AvatarETag != "" {
		t.Errorf("kept %q with tag %q", a.Avatar, a.AvatarETag)
	}
	c.s.Forbid("edit-other-user-avatar")
	says(t, c.post("users.setAvatar", object{"userId": id}).bad(t, 403, nil), "unauthorized")
	c.post("users.resetAvatar", object{"userId": id}).bad(t, 400, "error-not-allowed")
}

func TestStatus(t *testing.T) {
	t.Parallel()
	c := start(t, Options{})
	id := c.made(ada())
	c.post("users.setStatus", object{"userId": id, "status": "busy", "message": "thinking"}).good(t)
	got := c.get("users.getStatus?userId=" + id).good(t)
	if got["status"] != "busy" || c.account(id).StatusText != "thinking" || c.get("users.getPresence?username=ada").good(t)["presence"] != "busy" {
		t.Errorf("the status is %v", got)
	}
	c.post("users.setStatus", object{"userId": id, "status": "sleeping"}).bad(t, 400, "error-invalid-params")
	c.post("users.setStatus", object{"userId": id, "message": "x", "expiresAt": "soon"}).bad(t, 400, "error-invalid-date")
	c.post("users.setStatus", object{"userId": id, "message": "x", "expiresAt": "2020-01-01T00:00:00Z"}).bad(t, 400, "error-invalid-date")
	says(t, c.post("users.setStatus", object{"userId": id}).bad(t, 400, nil), "Match error")
	c.s.SetSetting("Accounts_AllowInvisibleStatusOption", false)
	c.post("users.setStatus", object{"userId": id, "status": "offline"}).bad(t, 400, "error-status-not-allowed")
}

func TestTargets(t *testing.T) {
	t.Parallel()
	c := start(t, Options{})
	says(t, c.post("users.delete", object{}).bad(t, 400, "error-invalid-params"), "must match a schema in anyOf")
	c.post("users.delete", object{"userId": "nobody", "username": "nobody"}).bad(t, 400, "error-invalid-user")
	c.post("users.resetAvatar", object{}).bad(t, 400, "error-user-param-not-provided")
	c.post("users.resetAvatar", object{"userId": "nobody"}).bad(t, 400, "error-invalid-user")
	c.s.Forbid("delete-user")
	says(t, c.post("users.delete", object{}).bad(t, 403, nil), "[error-unauthorized]")
}
