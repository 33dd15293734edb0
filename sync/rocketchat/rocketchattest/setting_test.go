package rocketchattest_test

import (
	"testing"

	. "rollcall/sync/rocketchat/rocketchattest"
)

func TestSettingsAreRead(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, g Generation) {
		c := start(t, Options{Generation: g, Settings: map[string]any{"Message_ErasureType": "Keep"}})
		if got := c.get("settings/Message_ErasureType").good(t); got["value"] != "Keep" || got["_id"] != "Message_ErasureType" {
			t.Errorf("answered %v", got)
		}
		c.s.Forbid("view-privileged-setting")
		if got := c.get("settings/Message_ErasureType"); got.status != 403 {
			t.Errorf("answered %d %s", got.status, got.raw)
		}
		got := c.get("settings.public?_id=Message_ErasureType,SMTP_Host").good(t)
		all := got["settings"].([]any)
		if len(all) != 1 || all[0].(object)["value"] != "Keep" {
			t.Errorf("the public ones are %v", got)
		}
	})
}

func TestSettingsAreChangedByWhoMay(t *testing.T) {
	t.Parallel()
	c := start(t, Options{})
	c.post("settings/Message_ErasureType", object{"value": "Keep"}).bad(t, 403, nil)
	c.s.Permit("edit-privileged-setting")
	c.post("settings/Message_ErasureType", object{"value": "Keep"}).good(t)
	if c.s.Setting("Message_ErasureType") != "Keep" {
		t.Error("it was not changed")
	}
	c.post("settings/Nothing", object{"value": 1}).bad(t, 400, nil)
}

func TestLicense(t *testing.T) {
	t.Parallel()
	c := start(t, Options{})
	if got := c.get("licenses.maxActiveUsers").good(t); got["maxActiveUsers"] != nil || got["activeUsers"] != 2.0 {
		t.Errorf("without a licence %v", got)
	}
	c.s.SetLicense(License{Valid: true, Seats: 2, Modules: []string{"custom-roles"}})
	l := c.get("licenses.info?loadValues=true").good(t)["license"].(object)
	seats := l["limits"].(object)["activeUsers"].(object)
	if seats["max"] != 2.0 || seats["value"] != 2.0 || l["preventedActions"].(object)["activeUsers"] != true || l["hasValidLicense"] != true {
		t.Errorf("the licence is %v", l)
	}
	c.s.Forbid("view-privileged-setting")
	if l := c.get("licenses.info").good(t)["license"].(object); l["limits"] != nil {
		t.Errorf("shows the limits %v", l)
	}
}

func TestGenerationsSayWhatTheyAre(t *testing.T) {
	t.Parallel()
	c := start(t, Options{Generation: V3_11})
	for g, want := range map[Generation]string{V3_11: "3.11.1", V7: "7.13.9", V8: "8.8.1"} {
		c.s.Upgrade(g)
		if got := c.get("info").good(t); got["version"] != want {
			t.Errorf("says %v, want %s", got["version"], want)
		}
	}
}

func TestNobodyWithoutAGoodToken(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, g Generation) {
		c := start(t, Options{Generation: g})
		if got := c.get("me").fine(t); got["username"] != "rollcall.bridge" {
			t.Errorf("is %v", got["username"])
		}
		c.id = "rocket.cat"
		got := c.post("users.create", ada())
		if got.status != 401 || got.body["status"] != "error" || (got.body["success"] == false) != (g > V3_11) {
			t.Errorf("answered %d %s", got.status, got.raw)
		}
	})
}

func TestLoginOpensASession(t *testing.T) {
	t.Parallel()
	clock := newClock()
	c := start(t, Options{Clock: clock.Now})
	id := c.made(ada())
	for _, user := range []any{"ADA", "ada@rocket.example", object{"username": "ada"}} {
		got := c.post("login", object{"user": user, "password": "analytical"}).fine(t)["data"].(object)
		own := &client{t: t, s: c.s, id: id, token: got["authToken"].(string)}
		own.get("me").fine(t)
	}
	if at := c.account(id).LastLogin; !at.Equal(clock.Now()) {
		t.Errorf("the last login was %v", at)
	}
	if got := c.post("login", object{"user": "ada", "password": "wrong"}); got.status != 401 || got.body["error"] != "Unauthorized" {
		t.Errorf("answered %d %s", got.status, got.raw)
	}
}

func TestPersonalTokens(t *testing.T) {
	t.Parallel()
	c := start(t, Options{})
	body := object{"tokenName": "second", "bypassTwoFactor": true}
	token := c.post("users.generatePersonalAccessToken", body).good(t)["token"].(string)
	c.post("users.generatePersonalAccessToken", body).bad(t, 400, "error-token-already-exists")
	c.token = token
	c.post("users.create", ada()).good(t)
}

func TestTokensForOthersNeedTheServersSecret(t *testing.T) {
	t.Parallel()
	c := start(t, Options{})
	id := c.made(ada())
	body := object{"userId": id, "secret": "s"}
	c.post("users.createToken", body).bad(t, 400, "error-not-authorized")
	c.s.SetSetting("CREATE_TOKENS_FOR_USERS_SECRET", "s")
	c.post("users.createToken", body).good(t)
}

func TestNamesAreAskedFor(t *testing.T) {
	t.Parallel()
	c := start(t, Options{})
	c.made(ada())
	for name, want := range map[string]bool{"ADA": false, "grace": true} {
		if got := c.get("users.checkUsernameAvailability?username=" + name).good(t); got["result"] != want {
			t.Errorf("%s: %v", name, got)
		}
	}
	c.get("users.checkUsernameAvailability?username=here").bad(t, 400, "error-blocked-username")
}
