package rocketchattest

import (
	"slices"
	"strings"
	"time"
)

func accountRoutes() []route {
	target := pointer(closed("userId username user"))
	return []route{
		{method: "POST", name: "users.resetE2EKey", factor: true, strict: true, checked: V7, body: target, do: (*request).resetKey},
		{method: "POST", name: "users.resetTOTP", factor: true, strict: true, checked: V7, body: target, do: (*request).resetFactor},
		{method: "POST", name: "users.sendWelcomeEmail", since: V7, may: []string{"send-mail"}, body: pointer(closed("email!")),
			do: (*request).welcome},
		{method: "POST", name: "users.setStatus", limit: 5, checked: V7, body: pointer(closed("status message expiresAt userId username user")),
			do: (*request).setStatus},
		{method: "GET", name: "users.getStatus", do: (*request).status},
		{method: "GET", name: "users.getPresence", do: (*request).presence},
		{method: "POST", name: "users.createToken", factor: true, second: V8, body: pointer(closed("userId! secret!")),
			do: (*request).createToken},
		{method: "GET", name: "users.checkUsernameAvailability", since: V7, query: pointer(closed("username!")),
			do: (*request).checkName},
		{method: "POST", name: "sendInvitationEmail", since: V7, body: pointer(closed("emails!:strings")), do: (*request).invite},
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
	if a != q.caller {
		if err := q.mailReset(a, MailKey); err != nil {
			return nil, err
		}
	}
	if a.Federated {
		return nil, refusal("error-not-allowed", "Federated Users cant have TOTP", object{"function": "resetTOTP"})
	}
	a.E2EKey, a.Tokens = false, nil
	return object{}, nil
}

// resetFactor throws away the secret of somebody's codes, and their sessions with it. Codes
// by mail stay.
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
	if a != q.caller {
		if err := q.mailReset(a, MailFactor); err != nil {
			return nil, err
		}
	}
	if a.Federated {
		return nil, refusal("error-not-allowed", "Federated Users cant have TOTP", object{"function": "resetTOTP"})
	}
	if a.TOTP != "" {
		a.TOTP, a.Tokens = "", nil
	}
	return object{}, nil
}

// mailReset tells somebody what was thrown away, before it is, at their verified addresses.
func (q *request) mailReset(a *Account, kind MailKind) error {
	for _, e := range a.Emails {
		if !e.Verified {
			continue
		}
		if err := q.mail(Mail{To: e.Address, Kind: kind, User: a.ID}); err != nil {
			return err
		}
	}
	return nil
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
// left out without a word, and no refusal has a code of its own.
func (q *request) invite() (object, error) {
	if !q.may(q.caller, "bulk-register-user") {
		return nil, plain("Not allowed [error-not-allowed]")
	}
	valid := 0
	for _, email := range texts(q.body["emails"]) {
		if _, domain, _ := strings.Cut(email, "@"); !strings.Contains(domain, ".") || strings.ContainsAny(email, " \t<>") {
			continue
		}
		valid++
		if q.mail(Mail{To: email, Kind: MailInvitation}) != nil {
			return nil, plain("Error trying to send email: connect ECONNREFUSED [error-email-send-failed]")
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
	ends, err := time.Parse(time.RFC3339, until)
	switch {
	case !hasStatus && !hasMessage:
		return nil, plain("Match error: Failed Match.OneOf, Match.Maybe or Match.Optional validation")
	case hasMessage && q.settings["Accounts_AllowUserStatusMessageChange"] != true:
		return nil, refusal("error-not-allowed", "Change status is not allowed", object{"method": "users.setStatus"})
	case hasUntil && err != nil:
		return nil, refusal("error-invalid-date", "Invalid expiresAt date string", object{"method": "users.setStatus"})
	case hasUntil && !ends.After(q.clock()):
		return nil, refusal("error-invalid-date", "expiresAt must be a future date", object{"method": "users.setStatus"})
	case hasStatus && !slices.Contains(statuses, status):
		return nil, q.noStatus()
	case status == "offline" && q.settings["Accounts_AllowInvisibleStatusOption"] != true:
		return nil, refusal("error-status-not-allowed", "Invisible status is disabled", object{"method": "users.setStatus"})
	}
	if hasStatus {
		a.Status = status
	}
	if hasMessage {
		a.StatusText = message
	}
	return object{}, nil
}

var statuses = []string{"online", "away", "offline", "busy"}

// noStatus is the refusal of a status that there is not; now it is one of the shape.
func (q *request) noStatus() *failure {
	if q.generation == V8 {
		return refusal("error-invalid-params", "must be equal to one of the allowed values", nil)
	}
	return refusal("error-invalid-status", "Valid status types include online, away, offline, and busy.", object{"method": "users.setStatus"})
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

func (q *request) status() (object, error) {
	a, err := q.asked()
	if err != nil {
		return nil, err
	}
	o := object{"_id": a.ID, "status": a.Status}
	if q.generation < V8 {
		o["message"] = a.StatusText
	}
	return o, nil
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
