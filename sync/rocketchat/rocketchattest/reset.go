package rocketchattest

func resetRoutes() []route {
	target := pointer(closed("userId username user"))
	return []route{
		{method: "POST", name: "users.resetE2EKey", factor: true, strict: true, checked: V7, body: target, do: (*request).resetKey},
		{method: "POST", name: "users.resetTOTP", factor: true, strict: true, checked: V7, body: target, do: (*request).resetFactor},
	}
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
	} else if q.generation > V3_11 && q.settings["Accounts_TwoFactorAuthentication_Enabled"] != true {
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

// other returns the account that a call is about, if it is about one at all. Without, the
// caller itself is meant, which is a trap for those who forget to say whom they mean; in
// 3.11 also for those who name nobody.
func (q *request) other() (*Account, error) {
	for _, key := range []string{"userId", "username", "user"} {
		name, given := q.body[key]
		if given && (name != "" || q.generation > V3_11) {
			return q.target()
		}
	}
	return nil, nil
}
