package rocketchattest_test

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"slices"
	"testing"

	. "rollcall/sync/rocketchat/rocketchattest"
)

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
