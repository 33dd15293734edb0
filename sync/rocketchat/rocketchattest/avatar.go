package rocketchattest

import (
	"io"
	"slices"
)

func avatarRoutes() []route {
	return []route{
		{method: "POST", name: "users.setAvatar", checked: V7, body: pointer(closed("avatarUrl userId username user")), do: (*request).setAvatar},
		{method: "POST", name: "users.resetAvatar", checked: V7, body: pointer(closed("userId username user")), do: (*request).resetAvatar},
	}
}

// setAvatar keeps a picture that came in a form. One that the server would have to fetch
// is never there, because this server fetches nothing.
func (q *request) setAvatar() (object, error) {
	above := q.generation > V3_11 && q.may(q.caller, "edit-other-user-avatar")
	if q.settings["Accounts_AllowUserAvatarChange"] != true && !above {
		return nil, refusal("error-not-allowed", "Change avatar is not allowed", object{"method": "users.setAvatar"})
	}
	a, err := q.whom("edit-other-user-avatar")
	if err != nil {
		return nil, err
	}
	if url, given := given(q.body, "avatarUrl"); given {
		return nil, refusal("error-avatar-invalid-url", "Invalid avatar URL: "+url, object{"function": "setUserAvatar", "url": url})
	}
	picture, err := q.picture()
	if err != nil {
		return nil, err
	}
	a.Avatar, a.AvatarETag = picture, q.newID()
	return object{}, nil
}

// picture returns the picture of a form.
func (q *request) picture() ([]byte, error) {
	const field = "image"
	if q.files == nil || len(q.files.File[field]) == 0 {
		return nil, plain("The 'image' param is required")
	}
	header := q.files.File[field][0]
	if header.Header.Get("Content-Type") == "" {
		return nil, refusal("error-avatar-invalid-content-type", "Invalid avatar content type", object{"function": "setUserAvatar"})
	}
	file, err := header.Open()
	if err != nil {
		return nil, plain("Malformed part header")
	}
	defer file.Close()
	picture, err := io.ReadAll(file)
	if err != nil {
		return nil, plain("Malformed part header")
	}
	return slices.Clip(picture), nil
}

func (q *request) resetAvatar() (object, error) {
	a, err := q.target()
	switch {
	case err != nil:
		return nil, err
	case a != q.caller && !q.mayAny("edit-other-user-avatar", "manage-moderation-actions"):
		return nil, refusal("error-not-allowed", "Reset avatar is not allowed", object{"method": "users.resetAvatar"})
	}
	a.Avatar, a.AvatarETag = nil, ""
	return object{}, nil
}

// whom returns the account that a call may alter: the caller's own, or another one with
// one of these permissions.
func (q *request) whom(permissions ...string) (*Account, error) {
	a, err := q.other()
	switch {
	case err != nil:
		return nil, err
	case a == nil:
		return q.caller, nil
	case a != q.caller && !q.mayAny(permissions...):
		return nil, unauthorized()
	}
	return a, nil
}
