package rocketchattest

import (
	"slices"
	"time"
)

func statusRoutes() []route {
	return []route{
		{method: "POST", name: "users.setStatus", limit: 5, checked: V7, body: pointer(closed("status message expiresAt userId username user")),
			do: (*request).setStatus},
		{method: "GET", name: "users.getStatus", do: (*request).status},
		{method: "GET", name: "users.getPresence", do: (*request).presence},
	}
}

// setStatus sets what somebody says they do.
func (q *request) setStatus() (object, error) {
	a, err := q.whom("edit-other-user-info")
	if err != nil {
		return nil, err
	}
	status, hasStatus := given(q.body, "status")
	message, hasMessage := given(q.body, "message")
	if err := q.validStatus(hasStatus, hasMessage); err != nil {
		return nil, err
	}
	if hasStatus {
		a.Status = status
	}
	if hasMessage {
		a.StatusText = message
	}
	return object{}, nil
}

// validStatus checks what somebody says they do, and until when.
func (q *request) validStatus(hasStatus, hasMessage bool) error {
	method := object{"method": "users.setStatus"}
	status := str(q.body["status"])
	until, hasUntil := given(q.body, "expiresAt")
	ends, err := time.Parse(time.RFC3339, until)
	switch {
	case !hasStatus && !hasMessage:
		return plain("Match error: Failed Match.OneOf, Match.Maybe or Match.Optional validation")
	case hasMessage && q.settings["Accounts_AllowUserStatusMessageChange"] != true:
		return refusal("error-not-allowed", "Change status is not allowed", method)
	case hasUntil && err != nil:
		return refusal("error-invalid-date", "Invalid expiresAt date string", method)
	case hasUntil && !ends.After(q.clock()):
		return refusal("error-invalid-date", "expiresAt must be a future date", method)
	case hasStatus && !slices.Contains(statuses, status):
		return q.noStatus()
	case status == "offline" && q.settings["Accounts_AllowInvisibleStatusOption"] != true:
		return refusal("error-status-not-allowed", "Invisible status is disabled", method)
	}
	return nil
}

var statuses = []string{"online", "away", "offline", "busy"}

// noStatus is the refusal of a status that there is not; now it is one of the shape.
func (q *request) noStatus() *failure {
	if q.generation == V8 {
		return refusal("error-invalid-params", "must be equal to one of the allowed values", nil)
	}
	return refusal("error-invalid-status", "Valid status types include online, away, offline, and busy.", object{"method": "users.setStatus"})
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
