package rocketchattest_test

import (
	"crypto/sha256"
	"encoding/hex"
	"testing"
	"time"

	. "rollcall/sync/rocketchat/rocketchattest"
)

// session signs the bridge in with its password: that token is not above a second factor.
func (c *client) session() *client {
	c.t.Helper()
	got := c.post("login", object{"user": "rollcall.bridge", "password": ServicePassword})
	data, ok := got.body["data"].(object)
	if !ok {
		c.t.Fatalf("answered %d %s", got.status, got.raw)
	}
	return &client{t: c.t, s: c.s, id: data["userId"].(string), token: data["authToken"].(string), header: map[string]string{}}
}

func hash(password string) string {
	sum := sha256.Sum256([]byte(password))
	return hex.EncodeToString(sum[:])
}

func TestSecondFactorByPassword(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, g Generation) {
		clock := newClock()
		c := start(t, Options{Generation: g, Clock: clock.Now})
		id := c.made(ada())
		c = c.session()
		rename := object{"userId": id, "data": object{"name": "Ada King"}}
		body := c.post("users.update", rename).bad(t, 400, "totp-required")
		if method := body["details"].(object)["method"]; method != "password" {
			t.Errorf("the method is %v", method)
		}
		c.header["x-2fa-method"], c.header["x-2fa-code"] = "password", "wrong"
		c.post("users.update", rename).bad(t, 400, "totp-invalid")
		c.header["x-2fa-code"] = hash(ServicePassword)
		c.post("users.update", rename).good(t)
		delete(c.header, "x-2fa-code")
		c.post("users.update", rename).good(t)
		c.header["User-Agent"] = "another"
		c.post("users.update", rename).bad(t, 400, "totp-required")
		delete(c.header, "User-Agent")
		clock.add(30 * time.Minute)
		c.post("users.update", rename).bad(t, 400, "totp-required")
	})
}

func TestSecondFactorForNewAccountsOnlyOnTheNewest(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, g Generation) {
		c := start(t, Options{Generation: g}).session()
		got := c.post("users.create", ada())
		if g == V8 {
			got.bad(t, 400, "totp-required")
		} else {
			got.good(t)
		}
	})
}

func TestSecondFactorIsNotRememberedForResets(t *testing.T) {
	t.Parallel()
	c := start(t, Options{}).session()
	ada := c.s.Add(Account{Username: "ada", TOTP: "GEZDGNBVGY3TQOJQ", Active: true})
	c.header["x-2fa-method"], c.header["x-2fa-code"] = "password", hash(ServicePassword)
	c.post("users.resetTOTP", object{"userId": ada.ID}).good(t)
	if c.account(ada.ID).TOTP != "" {
		t.Error("the factor is still on")
	}
	delete(c.header, "x-2fa-code")
	c.post("users.resetTOTP", object{"userId": ada.ID}).bad(t, 400, "totp-required")
}

func TestSecondFactorByTime(t *testing.T) {
	t.Parallel()
	// RFC 6238, appendix B: the last six digits at 59 s for the secret 12345678901234567890.
	at := time.Unix(59, 0)
	c := start(t, Options{Clock: func() time.Time { return at }})
	c.s.Edit(c.id, func(a *Account) { a.TOTP = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ" })
	c.token = c.s.Issue(c.id, Token{})
	c.header = map[string]string{"x-2fa-method": "totp"}
	c.post("users.create", ada()).bad(t, 400, "totp-required")
	c.header["x-2fa-code"] = "287082"
	c.post("users.create", ada()).good(t)
}

func TestSecondFactorSwitchedOff(t *testing.T) {
	t.Parallel()
	c := start(t, Options{Settings: map[string]any{"Accounts_TwoFactorAuthentication_Enabled": false}}).session()
	id := c.made(ada())
	c.post("users.resetTOTP", object{"userId": id}).bad(t, 400, "error-two-factor-not-enabled")
}

func TestSecondFactorByMail(t *testing.T) {
	t.Parallel()
	c := start(t, Options{})
	c.s.Edit(c.id, func(a *Account) { a.EmailCode = true })
	c.token = c.s.Issue(c.id, Token{})
	body := c.post("users.create", ada()).bad(t, 400, "totp-required")
	if details := body["details"].(object); details["method"] != "email" || details["codeGenerated"] != true {
		t.Errorf("the details are %v", details)
	}
	c.header = map[string]string{"x-2fa-method": "email", "x-2fa-code": "000000"}
	for range 5 {
		c.post("users.create", ada()).bad(t, 400, "totp-invalid")
	}
	c.post("users.create", ada()).bad(t, 400, "totp-max-attempts")
	delete(c.header, "x-2fa-code")
	c.post("users.create", ada()).bad(t, 400, "totp-required")
	c.header["x-2fa-code"] = EmailCode
	c.post("users.create", ada()).good(t)
}

func TestSecondFactorThatNobodyHas(t *testing.T) {
	t.Parallel()
	c := start(t, Options{}).session()
	c.header["x-2fa-method"], c.header["x-2fa-code"] = "totp", "000000"
	details := c.post("users.create", ada()).bad(t, 400, "totp-invalid")["details"].(object)
	if all := details["availableMethods"].([]any); details["method"] != "totp" || len(all) != 0 {
		t.Errorf("the details are %v", details)
	}
}

func TestSecondFactorOfWhoJustCame(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, g Generation) {
		clock := newClock()
		c := start(t, Options{Generation: g, Clock: clock.Now})
		c.s.Edit(c.id, func(a *Account) { a.CreatedAt = clock.Now() })
		c = c.session()
		id := c.made(ada())
		got := c.post("users.resetE2EKey", object{"userId": id})
		if g == V8 {
			got.good(t)
		} else {
			got.bad(t, 400, "totp-required")
		}
		clock.add(time.Hour)
		c.post("users.update", object{"userId": id, "data": object{"name": "N"}}).bad(t, 400, "totp-required")
	})
}
