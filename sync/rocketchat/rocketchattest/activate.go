package rocketchattest

import "time"

// setActiveStatus switches an account on or off. In 3.11 an id that is nobody's is a
// success without a user.
func (q *request) setActiveStatus() (object, error) {
	active, _ := flag(q.body, "activeStatus")
	confirmed, _ := flag(q.body, "confirmRelinquish")
	a := q.accounts[str(q.body["userId"])]
	if err := q.activate(a, active, confirmed); err != nil {
		return nil, err
	}
	switch {
	case a != nil:
		return object{"user": object{"_id": a.ID, "active": a.Active}}, nil
	case q.generation == V3_11:
		return object{}, nil
	}
	return nil, plain("User not found")
}

// activate is the activation and deactivation of an account; asking for the state that it
// has still mails.
func (q *request) activate(a *Account, active, confirmed bool) error {
	if !q.may(q.caller, "edit-other-user-active-status") {
		return refusal("error-not-allowed", "Not allowed", object{"method": "setUserActiveStatus"})
	}
	if a == nil {
		return nil
	}
	if a.Federated && q.generation > V3_11 {
		return refusal("error-user-is-federated", "Cannot change federated users status", object{"method": "setUserActiveStatus"})
	}
	if !active {
		return q.switchOff(a, confirmed)
	}
	if !a.Active && a.Type != "app" && !a.guest() && q.seatsGone() {
		return noSeat()
	}
	a.Active, a.InactiveReason = true, ""
	q.direct(a, false)
	q.mailState(a, MailActivated, "Accounts_Send_Email_When_Activating")
	return nil
}

// switchOff ends all sessions and tokens; rooms change hands or go away.
func (q *request) switchOff(a *Account, confirmed bool) error {
	if a.Username != "" {
		if a.Has("admin") && a.Active && q.activeAdmins() == 1 {
			return refusal("error-action-not-allowed", "Leaving the app without an active admin is not allowed",
				object{"method": "removeUserFromRole", "action": "Remove_last_admin"})
		}
		if !confirmed {
			if err := q.lastOwner(a); err != nil {
				return err
			}
		}
		q.relinquish(a)
	}
	a.Active, a.Tokens, a.InactiveReason = false, nil, "deactivated"
	q.direct(a, true)
	q.mailState(a, MailDeactivated, "Accounts_Send_Email_When_Deactivating")
	return nil
}

// direct closes the direct conversations of somebody, or opens those whose other half is
// active.
func (s *Server) direct(a *Account, closed bool) {
	for _, r := range s.roomsOf(a.ID) {
		if r.Type != "d" || !closed && s.heir(r, a) == nil {
			continue
		}
		r.ReadOnly, r.Archived = closed, closed
	}
}

// mailState tells somebody, if the workspace does. Whether the mail goes out is not looked
// at.
func (q *request) mailState(a *Account, kind MailKind, setting string) {
	if q.settings[setting] == true && a.Email() != "" {
		_ = q.mail(Mail{To: a.Email(), Kind: kind, User: a.ID})
	}
}

// activeAdmins counts the administrators who are active.
func (s *Server) activeAdmins() (n int) {
	for _, a := range s.accounts {
		if a.Active && a.Has("admin") {
			n++
		}
	}
	return n
}

// deactivateIdle switches off who was not there for long, and whoever never was and is not
// new, without any of the checks; their tokens stay.
func (q *request) deactivateIdle() (object, error) {
	days, _ := toNumber(q.body["daysIdle"])
	role := str(q.body["role"])
	if role == "" {
		role = "user"
	}
	since := q.clock().Add(-time.Duration(days.(float64)) * 24 * time.Hour)
	count := 0
	for _, a := range q.accounts {
		seen := a.LastLogin
		if seen.IsZero() {
			seen = a.CreatedAt
		}
		if a.Active && a.Has(role) && !seen.After(since) {
			a.Active, a.InactiveReason = false, "idle_too_long"
			count++
		}
	}
	return object{"count": count}, nil
}
