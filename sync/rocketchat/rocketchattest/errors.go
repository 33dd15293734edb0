package rocketchattest

import (
	"encoding/json"
	"fmt"
	"net/http"
)

// object is a JSON object.
type object = map[string]any

// failure is an answer that says no.
type failure struct {
	status int
	body   object
}

// Error returns the answer.
func (f *failure) Error() string { return fmt.Sprint(f.status, " ", f.text()) }

// text is the answer as it is sent.
func (f *failure) text() string { return string(encode(f.body)) }

// encode turns an answer into JSON.
func encode(o object) []byte {
	text, err := json.Marshal(o)
	if err != nil {
		panic("an answer that is not JSON: " + err.Error())
	}
	return text
}

// refusal is how nearly all rules say no: the reason with the code in brackets, and the
// code again.
func refusal(code, reason string, details object) *failure {
	f := plain(reason + " [" + code + "]")
	f.body["errorType"] = code
	if details != nil {
		f.body["details"] = details
	}
	return f
}

// plain is a refusal with a text and no code.
func plain(text string) *failure {
	return &failure{http.StatusBadRequest, object{"success": false, "error": text}}
}

// swapped is a refusal whose fields are the wrong way round: the code is the error, and the
// text the type.
func swapped(code, text string) *failure {
	f := plain(code)
	f.body["errorType"] = text
	return f
}

// notAllowed is the refusal of something that the caller may not, once inside.
func notAllowed(reason, action string) *failure {
	return refusal("error-action-not-allowed", reason, object{"method": "insertOrUpdateUser", "action": action})
}

// anonymous is the answer to somebody without a good token.
func (s *Server) anonymous() *failure {
	const text = "You must be logged in to do this."
	body := object{"status": "error", "message": text}
	if s.generation > V3_11 {
		body["success"], body["error"] = false, text
	}
	return &failure{http.StatusUnauthorized, body}
}

// forbidden is the answer to somebody whom the route asks for a permission that they lack.
func forbidden() *failure {
	return &failure{http.StatusForbidden, object{"success": false,
		"error": "User does not have the permissions required for this action [error-unauthorized]"}}
}

// unauthorized is the answer to somebody whom the handler itself asks for a permission.
// That the word and the status differ is so until major 9.
func unauthorized() *failure {
	return &failure{http.StatusForbidden, object{"success": false, "error": "unauthorized"}}
}

// unlicensed is the answer where the licence lacks a module.
func unlicensed() *failure {
	return refusal("error-action-not-allowed", "This is an enterprise feature", nil)
}

// crowded is the answer to somebody who asks too often.
func crowded(seconds int64) *failure {
	return &failure{http.StatusTooManyRequests, object{"success": false, "error": fmt.Sprintf(
		"Error, too many requests. Please slow down. You must wait %d seconds before trying this endpoint again. [error-too-many-requests]", seconds)}}
}

// noUser is the refusal of a target that is not there.
func noUser() *failure {
	return refusal("error-invalid-user", "The required \"userId\" or \"username\" param provided does not match any users", nil)
}
