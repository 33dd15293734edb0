package rocketchat

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"unicode"
)

// failure is what the server answered in place of what it was asked for.
type failure struct {
	route   string // with its method, such as POST users.create
	status  int
	code    string // such as error-field-unavailable; empty: it said none
	text    string // what it said, for people
	details map[string]json.RawMessage
	foreign bool   // the answer was no JSON: the route is unknown, or something else answers
	moved   string // the host to which it sends us on
}

// Error says what the server said.
func (f *failure) Error() string {
	switch {
	case f.moved != "":
		return fmt.Sprintf("%s: the server sends us on to %s", f.route, f.moved)
	case f.foreign && f.status < 300:
		return f.route + ": the server does not know this route, or something else answers in its place"
	case f.foreign || f.text == "":
		return fmt.Sprintf("%s: the server answered %d %s", f.route, f.status, http.StatusText(f.status))
	}
	return f.route + ": " + f.text
}

// rooms returns a detail that is a list of names.
func (f *failure) rooms(name string) (rooms []string) {
	if json.Unmarshal(f.details[name], &rooms) != nil {
		return nil
	}
	return rooms
}

// failed returns err as what the server answered; nil: it is something else.
func failed(err error) *failure {
	f, _ := errors.AsType[*failure](err)
	return f
}

// says reports whether err is an answer with one of the codes.
func says(err error, codes ...string) bool {
	f := failed(err)
	if f == nil {
		return false
	}
	for _, c := range codes {
		if f.code == c {
			return true
		}
	}
	return false
}

// unknownRoute reports whether err says that the server has no such route: older ones
// answer with the page of their front end.
func unknownRoute(err error) bool {
	f := failed(err)
	return f != nil && f.moved == "" && (f.foreign && f.status < 300 || f.status == http.StatusNotFound && f.code == "" || f.status == http.StatusMethodNotAllowed)
}

// badParameters reports whether err says that the route takes other parameters: newer
// servers have codes for that, older ones the text of a failed check.
func badParameters(err error) bool {
	f := failed(err)
	return f != nil && f.status == http.StatusBadRequest &&
		(f.code == codeInvalidParams || f.code == codeInvalidParamsOld || f.code == codeUserParam || strings.HasPrefix(f.text, "Match error"))
}

// handled reports whether the server got as far as trying the thing itself, past the checks
// of who asks, for what, in which shape and how often.
func (f *failure) handled() bool {
	return f.status == http.StatusBadRequest && !f.foreign && !badParameters(f)
}

// nobody reports whether err says that there is no such user. Most versions have no code
// for it.
func nobody(err error) bool {
	f := failed(err)
	if f == nil || f.status != http.StatusBadRequest && f.status != http.StatusNotFound {
		return false
	}
	return f.code == codeInvalidUser || f.code == codeUserNotFound ||
		f.code == "" && strings.HasPrefix(strings.ToLower(f.text), "user not found")
}

// envelope is what is around every answer. What a field holds depends on the version and
// on who made the error, so each may be anything.
type envelope struct {
	Success   *bool           `json:"success"`
	Status    json.RawMessage `json:"status"`
	Message   json.RawMessage `json:"message"`
	Error     json.RawMessage `json:"error"`
	ErrorType json.RawMessage `json:"errorType"`
	Details   json.RawMessage `json:"details"`
}

// wrong reports whether the answer is a failure.
func (e *envelope) wrong(status int) bool {
	return status >= 400 || e.Success != nil && !*e.Success || e.Success == nil && word(e.Status) == "error"
}

// failure makes sense of what the server said.
func (e *envelope) failure(route string, status int) *failure {
	f := &failure{route: route, status: status, code: word(e.ErrorType), text: word(e.Error)}
	if f.text == "" {
		f.text = word(e.Message)
	}
	if nested, ok := nestedError(e.Error); ok && f.text == "" {
		f.text = word(nested.Reason)
		if f.text == "" {
			f.text = word(nested.Message)
		}
		if f.code == "" {
			f.code = word(nested.Error)
		}
	}
	if !codeLike.MatchString(f.code) && codeLike.MatchString(f.text) { // some errors have the two the wrong way round
		f.code, f.text = f.text, f.code
	}
	if !codeLike.MatchString(f.code) {
		f.code = submatch(codeAtEnd, f.text)
	}
	if f.text == "" {
		f.text = f.code
	}
	f.text = shortened(f.text)
	_ = json.Unmarshal(e.Details, &f.details) // not an object: there are none
	return f
}

// nested is an error that is an object.
type nested struct {
	Error   json.RawMessage `json:"error"`
	Reason  json.RawMessage `json:"reason"`
	Message json.RawMessage `json:"message"`
}

func nestedError(raw json.RawMessage) (n nested, ok bool) {
	if !bytes.HasPrefix(bytes.TrimSpace(raw), []byte("{")) {
		return n, false
	}
	return n, json.Unmarshal(raw, &n) == nil
}

// word returns a text or a number as text; of anything else nothing.
func word(raw json.RawMessage) string {
	var v any
	if json.Unmarshal(raw, &v) != nil {
		return ""
	}
	switch v := v.(type) {
	case string:
		return v
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return ""
}

var (
	codeLike  = regexp.MustCompile(`^[A-Za-z0-9_]+([-_][A-Za-z0-9_]+)+$|^[0-9]{3}$|^unauthorized$|^forbidden$`)
	codeAtEnd = regexp.MustCompile(`\[([A-Za-z0-9_-]+)\]\s*$`)
)

// longestText is how much of what a server says is kept.
const longestText = 300

// shortened makes one line of what a server says.
func shortened(text string) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, text)
	if runes := []rune(text); len(runes) > longestText {
		return string(runes[:longestText]) + "…"
	}
	return text
}
