package rocketchattest

import (
	"strings"
	"time"
)

func accountRoutes() []route {
	target := pointer(closed("userId username user"))
	return []route{
		{method: "POST", name: "users.resetE2EKey", factor: true, strict: true, body: target, do: (*request).resetKey},
		{method: "POST", name: "users.resetTOTP", factor: true, strict: true, body: target, do: (*request).resetFactor},
		{method: "POST", name: "users.sendWelcomeEmail", since: V7, may: []string{"send-mail"}, body: pointer(closed("email!")),
			do: (*request).welcome},
		{method: "POST", name: "users.setStatus", limit: 5, body: pointer(closed("status message expiresAt userId username user")),
			do: (*request).setStatus},
		{method: "GET", name: "users.getStatus", do: (*request).status},
		{method: "GET", name: "users.getPresence", do: (*request).presence},
		{method: "POST", name: "users.createToken", factor: true, second: V8, body: pointer(closed("userId! secret!")),
			do: (*request).createToken},
		{method: "GET", name: "users.checkUsernameAvailability", since: V7, query: pointer(closed("username!")),
			do: (*request).checkName},
		{method: "POST", name: "sendInvitationEmail", since: V7, may: []string{"bulk-register-user"},
			body: pointer(closed("emails!:strings")), do: (*request).invite},
	}
}

// other returns the account that a call is about, if it is about one at all. Without, the
// caller itself is meant, which is a trap for those who forget to say whom they mean.
func (q *request) other() (*Account, error) {
	for _, key := range []string{"userId", "username", "user"} {
		if _, given := q.body[key]; given {
			return q.target()
		}
	}
	return nil, nil
}

// resetKey throws away the key of somebody's encrypted messages, and their sessions with
// it.
func (q *request) resetKey() (object, error) {
	a, err := q.other()
	switch {
	case err != nil:
		return nil, err
	case a != nil && !q.may(q.caller, "edit-other-user-e2ee"):
		return nil, refusal("error-not-allowed", "Not allowed", nil)
	case a == nil:
		a = q.caller
	}
	a.E2EKey, a.Tokens = false, nil
	return object{}, nil
}

// resetFactor throws away somebody's second factor.
func (q *request) resetFactor() (object, error) {
	a, err := q.other()
	if a == nil && err == nil {
		a = q.caller
	} else if !q.may(q.caller, "edit-other-user-totp") {
		return nil, refusal("error-not-allowed", "Not allowed", nil)
	} else if q.settings["Accounts_TwoFactorAuthentication_Enabled"] != true {
		return nil, refusal("error-two-factor-not-enabled", "Two factor authentication is not enabled", nil)
	}
	if err != nil {
		return nil, err
	}
	a.TOTP, a.EmailCode = "", false
	return object{}, nil
}

// welcome mails a welcome to whoever has an address.
func (q *request) welcome() (object, error) {
	if !q.canMail() {
		return nil, refusal("error-email-send-failed", "SMTP is not configured", object{"method": "sendWelcomeEmail"})
	}
	email := strings.TrimSpace(str(q.body["email"]))
	a := q.addresses[fold(email)]
	if a == nil {
		return nil, refusal("error-invalid-user", "Invalid user", object{"method": "sendWelcomeEmail"})
	}
	return object{}, q.mail(Mail{To: email, Kind: MailWelcome, User: a.ID})
}

// invite mails invitations, one after the other until one fails. What is no address is
// left out without a word.
func (q *request) invite() (object, error) {
	emails, _ := q.body["emails"].([]any)
	valid := 0
	for _, one := range emails {
		email := str(one)
		if _, domain, _ := strings.Cut(email, "@"); !strings.Contains(domain, ".") || strings.ContainsAny(email, " \t<>") {
			continue
		}
		valid++
		if err := q.mail(Mail{To: email, Kind: MailInvitation}); err != nil {
			return nil, err
		}
		q.settings["Invitation_Email_Count"] = q.count("Invitation_Email_Count") + 1
	}
	if valid == 0 {
		return nil, plain("No valid email addresses [error-email-send-failed]")
	}
	return object{}, nil
}

// setStatus sets what somebody says they do.
func (q *request) setStatus() (object, error) {
	a, err := q.whom("edit-other-user-info")
	if err != nil {
		return nil, err
	}
	status, hasStatus := given(q.body, "status")
	message, hasMessage := given(q.body, "message")
	until, hasUntil := given(q.body, "expiresAt")
	_, badUntil := time.Parse(time.RFC3339, until)
	switch {
	case !hasStatus && !hasMessage:
		return nil, refusal("error-invalid-params", "must have required property 'status'", nil)
	case hasMessage && q.settings["Accounts_AllowUserStatusMessageChange"] != true:
		return nil, refusal("error-not-allowed", "Change status is not allowed", object{"method": "users.setStatus"})
	case hasUntil && badUntil != nil:
		return nil, refusal("error-invalid-date", "Invalid date", nil)
	case hasStatus && !knownStatus[status] && q.generation == V3_11:
		return nil, refusal("error-invalid-status", "Valid status types include online, away, offline, and busy.", nil)
	case hasStatus && !knownStatus[status]:
		return nil, refusal("error-status-not-allowed", "Status is not allowed", nil)
	}
	if hasStatus {
		a.Status = status
	}
	if hasMessage {
		a.StatusText = message
	}
	return object{}, nil
}

var knownStatus = map[string]bool{"online": true, "away": true, "offline": true, "busy": true}

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

func (q *request) status() (object, error) {
	a, err := q.asked()
	if err != nil {
		return nil, err
	}
	return object{"_id": a.ID, "status": a.Status, "message": a.StatusText}, nil
}

func (q *request) presence() (object, error) {
	a, err := q.asked()
	if err != nil {
		return nil, err
	}
	return object{"presence": a.Status}, nil
}

// asked returns whom a GET is about: the caller unless it says somebody.
func (q *request) asked() (*Account, error) {
	for _, key := range []string{"userId", "username", "user"} {
		if q.query.Has(key) {
			return q.target()
		}
	}
	return q.caller, nil
}

// createToken opens a session for somebody, where the server's environment allows it.
func (q *request) createToken() (object, error) {
	a, err := q.target()
	if err != nil {
		return nil, err
	}
	secret := str(q.settings["CREATE_TOKENS_FOR_USERS_SECRET"])
	if secret == "" || secret != q.body["secret"] {
		return nil, refusal("error-not-authorized", "Not authorized", object{"method": "createToken"})
	}
	return object{"data": object{"userId": a.ID, "authToken": q.issue(a, Token{})}}, nil
}

func (q *request) checkName() (object, error) {
	name := q.query.Get("username")
	if name == q.caller.Username {
		return object{"result": true}, nil
	}
	free, err := q.nameFree(name)
	if err != nil {
		return nil, err
	}
	return object{"result": free}, nil
}
