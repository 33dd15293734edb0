package rocketchattest_test

import (
	"fmt"
	"slices"
	"testing"

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
		"signs in code":    {"name", "Ada %3Cb", nil, "Name contains invalid characters"},
		"a percent sign":   {"name", "100% Ada", nil, "Name contains invalid characters"},
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
	update := func(fields object) reply {
		return c.post("users.update", object{"userId": user["_id"], "data": object{"customFields": fields}})
	}
	update(object{"badge": "77"}).bad(t, 400, "error-user-registration-custom-field") // a choice is wanted each time
	update(object{"unit": "B"}).good(t)
	if got := fmt.Sprint(c.account("ada").CustomFields); got != "map[badge:123 unit:B]" {
		t.Errorf("stored %s", got)
	}
	c.s.SetSetting("Accounts_CustomFields", "{")
	update(object{"unit": "A"}).bad(t, 400, "error-invalid-customfield-json")
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

func TestCreateAtTheSameMoment(t *testing.T) {
	t.Parallel()
	c := start(t, Options{})
	answers := make(chan reply, 20)
	for range cap(answers) {
		go func() {
			got, _ := c.send("POST", "users.create", ada())
			answers <- got
		}()
	}
	made := 0
	for range cap(answers) {
		if got := <-answers; got.status == 200 {
			made++
		} else {
			got.bad(t, 400, "error-field-unavailable")
		}
	}
	if made != 1 {
		t.Errorf("she was made %d times", made)
	}
}

func TestNullIsAsGoodAsNothing(t *testing.T) {
	t.Parallel()
	c := start(t, Options{})
	c.made(with(ada(), "bio", nil))
	c.post("users.create", with(ada(), "username", nil)).bad(t, 400, "error-invalid-params")
}
