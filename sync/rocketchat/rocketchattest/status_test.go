package rocketchattest_test

import (
	"testing"

	. "rollcall/sync/rocketchat/rocketchattest"
)

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
