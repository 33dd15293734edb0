package scim

import (
	"errors"
	"net/http"
	"strings"

	scimerrors "github.com/elimity-com/scim/errors"

	"rollcall/directory"
)

// retryAfter is the number of seconds after which asking again makes sense.
const retryAfter = "30"

// answer is what RFC 7644 §3.12 has for a kind of error.
type answer struct {
	status   int
	scimType scimerrors.ScimType
}

// answers maps the directory's kinds of errors. What is missing is a fault of ours
// and is not explained to a stranger.
var answers = map[directory.Kind]answer{
	directory.Invalid:     {http.StatusBadRequest, scimerrors.ScimTypeInvalidValue},
	directory.NotFound:    {http.StatusNotFound, ""},
	directory.Exists:      {http.StatusConflict, scimerrors.ScimTypeUniqueness},
	directory.Stale:       {http.StatusPreconditionFailed, ""},
	directory.Denied:      {http.StatusForbidden, ""},
	directory.ReadOnly:    {http.StatusBadRequest, scimerrors.ScimTypeMutability},
	directory.Full:        {http.StatusBadRequest, scimerrors.ScimTypeInvalidValue},
	directory.TooMany:     {http.StatusBadRequest, scimerrors.ScimTypeTooMany},
	directory.Unavailable: {http.StatusServiceUnavailable, ""},
}

// refusal is an error of this front: the directory's sort of error, so that the door
// can count and record it like any other, with SCIM's own words for it.
type refusal struct {
	cause *directory.Error
	answer
}

// Error returns the cause's text.
func (f *refusal) Error() string { return f.cause.Error() }

// Unwrap returns the directory's view of the refusal.
func (f *refusal) Unwrap() error { return f.cause }

// hinted returns f with advice on what to do.
func (f *refusal) hinted(format string, args ...any) *refusal {
	f.cause = f.cause.Hinted(format, args...)
	return f
}

// refuse makes a 400 with a detail error keyword (RFC 7644 §3.12, table 9).
func refuse(scimType scimerrors.ScimType, attr, format string, args ...any) *refusal {
	kind := directory.Invalid
	if scimType == scimerrors.ScimTypeMutability {
		kind = directory.ReadOnly
	}
	return &refusal{directory.Errorf(kind, attr, format, args...), answer{http.StatusBadRequest, scimType}}
}

// refuseStatus makes a refusal that only HTTP has a word for.
func refuseStatus(status int, format string, args ...any) *refusal {
	return &refusal{directory.Errorf(directory.Invalid, "", format, args...), answer{status: status}}
}

func badSyntax(format string, args ...any) *refusal {
	return refuse(scimerrors.ScimTypeInvalidSyntax, "", format, args...)
}

func badFilter(format string, args ...any) *refusal {
	return refuse(scimerrors.ScimTypeInvalidFilter, "", format, args...)
}

// wireError returns what a client is told of err.
func wireError(err error) scimerrors.ScimError {
	a := answerTo(err)
	return scimerrors.ScimError{Status: a.status, ScimType: a.scimType, Detail: detail(err, a.status)}
}

func answerTo(err error) answer {
	if f, ok := errors.AsType[*refusal](err); ok {
		return f.answer
	}
	if a, ok := answers[directory.KindOf(err)]; ok {
		return a
	}
	return answer{status: http.StatusInternalServerError}
}

// detail lists every fault of err in words that are safe to show.
func detail(err error, status int) string {
	if status == http.StatusInternalServerError {
		return "something went wrong here; the request id finds it in our log"
	}
	if faults, ok := errors.AsType[directory.Faults](err); ok {
		parts := make([]string, len(faults))
		for i, f := range faults {
			parts[i] = sentence(f)
		}
		return strings.Join(parts, "; ")
	}
	if e, ok := errors.AsType[*directory.Error](err); ok {
		return sentence(e)
	}
	return http.StatusText(status)
}

// sentence returns e's message and hint, led by the attribute unless they name it.
func sentence(e *directory.Error) string {
	text := e.Detail()
	if e.Kind == directory.Internal {
		return "something went wrong here"
	}
	if e.Attr == "" || strings.Contains(strings.ToLower(text), strings.ToLower(e.Attr)) {
		return text
	}
	return e.Attr + ": " + text
}
