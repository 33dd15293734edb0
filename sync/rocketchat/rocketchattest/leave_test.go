package rocketchattest_test

import (
	"slices"
	"testing"
	"time"

	. "rollcall/sync/rocketchat/rocketchattest"
)

func TestDeactivationEndsTokens(t *testing.T) {
	t.Parallel()
	c := start(t, Options{})
	id := c.made(ada())
	own := &client{t: t, s: c.s, id: id, token: c.s.Issue(id, Token{})}
	own.get("me").fine(t)
	c.post("users.setActiveStatus", object{"userId": id, "activeStatus": false}).good(t)
	if got := own.get("me"); got.status != 401 {
		t.Errorf("answered %d", got.status)
	}
	c.post("users.setActiveStatus", object{"userId": id, "activeStatus": false}).good(t)
	if got := c.s.Mails(); len(got) != 2 || got[1].Kind != MailDeactivated {
		t.Errorf("mailed %v, want a mail each time", got)
	}
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

func TestResetOfANameThatIsEmpty(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, g Generation) {
		c := start(t, Options{Generation: g})
		c.s.Edit(c.id, func(a *Account) { a.TOTP = "GEZDGNBVGY3TQOJQ" })
		got := c.post("users.resetTOTP", object{"userId": ""})
		if g > V3_11 {
			got.bad(t, 400, "error-user-param-not-provided")
		} else {
			got.good(t)
		}
		if own := c.account(c.id).TOTP == ""; own != (g == V3_11) {
			t.Errorf("the bridge's own factor was reset: %t", own)
		}
	})
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
