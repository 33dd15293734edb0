package rocketchattest_test

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"testing"

	. "rollcall/sync/rocketchat/rocketchattest"
)

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
	c.s.SetSetting("Accounts_AllowUserAvatarChange", false)
	send("image").good(t)
	c.s.Upgrade(V3_11)
	send("image").bad(t, 400, "error-not-allowed")
	c.s.Upgrade(V8)
	c.s.SetSetting("Accounts_AllowUserAvatarChange", true)
	c.s.Forbid("edit-other-user-avatar")
	says(t, c.post("users.setAvatar", object{"userId": id}).bad(t, 403, nil), "unauthorized")
	c.post("users.resetAvatar", object{"userId": id}).bad(t, 400, "error-not-allowed")
}
