package scim

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"

	"rollcall/directory"
)

const (
	scimJSON  = "application/scim+json"
	plainJSON = "application/json"
)

// body reads and decodes a request's body.
func (x *exchange) body() (directory.Object, error) {
	if err := checkMedia(x.r.Header); err != nil {
		return nil, err
	}
	text, err := x.text()
	if err != nil {
		return nil, err
	}
	return decodeObject(text)
}

// checkMedia refuses bodies that are not plainly JSON (RFC 7644 §3.8). Some clients
// name no type; what they send is JSON or nothing.
func checkMedia(h http.Header) error {
	if coding := h.Get("Content-Encoding"); coding != "" && !strings.EqualFold(coding, "identity") {
		return refuseStatus(http.StatusUnsupportedMediaType, "bodies coded as %s are not taken", clip(coding))
	}
	text := h.Get("Content-Type")
	if text == "" {
		return nil
	}
	kind, parameters, err := mime.ParseMediaType(text)
	if err != nil || kind != scimJSON && kind != plainJSON {
		return refuseStatus(http.StatusUnsupportedMediaType, "the body must be %s", scimJSON)
	}
	if charset := parameters["charset"]; charset != "" && !strings.EqualFold(charset, "utf-8") {
		return refuseStatus(http.StatusUnsupportedMediaType, "the body must be in UTF-8")
	}
	return nil
}

// text reads the body, as long as it is not too long.
func (x *exchange) text() (string, error) {
	limit := x.s.MaxBody
	tooLong := refuseStatus(http.StatusRequestEntityTooLarge, "the body is longer than %d bytes", limit)
	if x.r.ContentLength > limit {
		return "", tooLong
	}
	var b strings.Builder
	b.Grow(int(max(x.r.ContentLength, 0)))
	_, err := io.Copy(&b, http.MaxBytesReader(x.ResponseWriter, x.r.Body, limit))
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return "", tooLong
	}
	if err != nil {
		return "", badSyntax("the body could not be read to its end")
	}
	return b.String(), nil
}

// answerType returns the type of the answer: plain JSON for who asks for nothing
// better.
func answerType(r *http.Request) []string {
	accept := strings.ToLower(strings.Join(r.Header.Values("Accept"), ","))
	if strings.Contains(accept, plainJSON) && !strings.Contains(accept, scimJSON) {
		return asPlain
	}
	return asSCIM
}

var (
	asSCIM  = []string{scimJSON}
	asPlain = []string{plainJSON}
)
