package rocketchattest_test

import (
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
