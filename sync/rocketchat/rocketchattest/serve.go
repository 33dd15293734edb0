package rocketchattest

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// request is one call under way. The server is locked while there is one.
type request struct {
	*Server
	route  *route
	call   *Call
	header http.Header
	from   string // the caller's address
	rest   string // of the path
	query  url.Values
	body   object
	files  *multipart.Form
	caller *Account
	token  *Token
	reply  http.Header
}

// webPage is what the server answers where it knows no route: the web page of the
// workspace, with a good status.
const webPage = "<!DOCTYPE html>\n<html>\n<head>\n<title>Rocket.Chat</title>\n</head>\n<body>\n<div id=\"react-root\"></div>\n</body>\n</html>\n"

// most is how long a body may be.
const most = 8 << 20

// ServeHTTP answers a call, or does what the rules say instead.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, most))
	if err != nil {
		http.Error(w, "request entity too large", http.StatusRequestEntityTooLarge)
		return
	}
	found, rest := s.find(r)
	call := &Call{Method: r.Method, Path: r.URL.Path, Query: r.URL.Query(), Body: raw}
	if found != nil {
		call.Route = found.name
	}
	call.By = s.whose(r.Header)
	fault := s.begin(call)
	s.play(w, r, call, fault, func() answer {
		if found == nil {
			return answer{http.StatusOK, "text/html; charset=utf-8", []byte(webPage), nil}
		}
		return s.answer(&request{Server: s, route: found, call: call, header: r.Header, from: host(r), rest: rest,
			query: r.URL.Query(), reply: http.Header{}}, raw)
	})
}

// answer is what is sent back.
type answer struct {
	status int
	kind   string
	body   []byte
	header http.Header
}

// answer takes a call through the checks to what it asks for.
func (s *Server) answer(q *request, raw []byte) answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	body, err := q.handle(raw)
	status := http.StatusOK
	var no *failure
	if errors.As(err, &no) {
		status, body = no.status, no.body
	} else if _, said := body["success"]; !said && !q.route.open {
		body["success"] = true
	}
	return answer{status, "application/json", encode(body), q.reply}
}

// handle makes the checks in the order of the real server, and then does it.
func (q *request) handle(raw []byte) (object, error) {
	if err := q.decode(raw); err != nil {
		return nil, err
	}
	for _, check := range q.checks() {
		if err := check(); err != nil {
			return nil, err
		}
	}
	q.call.Done = true
	return q.route.do(q)
}

// checks are the checks of a route, in order. Typed routes refuse what has the wrong shape
// before it counts; the routes of old count first.
func (q *request) checks() []func() error {
	switch {
	case q.generation == V3_11:
		return []func() error{q.authenticate, q.limited, q.secondFactor, q.fits, q.permit}
	case q.generation == V7:
		return []func() error{q.authenticate, q.limited, q.fits, q.permit, q.licence, q.secondFactor}
	case q.route.old:
		return []func() error{q.authenticate, q.permit, q.licence, q.limited, q.fits, q.secondFactor}
	}
	return []func() error{q.authenticate, q.permit, q.licence, q.fits, q.limited, q.secondFactor}
}

// permit asks for one of the route's permissions. In 3.11 handlers ask themselves, and say
// no in another way.
func (q *request) permit() error {
	if len(q.route.may) == 0 || q.mayAny(q.route.may...) {
		return nil
	}
	if q.generation == V3_11 {
		return unauthorized()
	}
	return forbidden()
}

// licence asks for the module of the route.
func (q *request) licence() error {
	if q.route.module == "" || q.license.has(q.route.module) {
		return nil
	}
	return unlicensed()
}

// fits asks for the right shape of query and body.
func (q *request) fits() error {
	say, code := ajv, "error-invalid-params"
	switch {
	case q.generation == V3_11:
		say = match
	case q.generation == V7 || q.route.old:
		code = "invalid-params"
	}
	fault := ""
	if q.route.body != nil && q.generation >= q.route.checked {
		fault = q.route.body.fault(q.body, say)
	}
	if fault == "" && q.route.query != nil && q.generation > V3_11 {
		fault = q.route.query.fault(flat(q.query), say)
	}
	switch {
	case fault == "":
		return nil
	case q.generation == V3_11:
		return plain(fault)
	}
	return refusal(code, fault, nil)
}

// flat turns a query into an object.
func flat(query url.Values) object {
	o := object{}
	for key, values := range query {
		name, many := strings.CutSuffix(key, "[]")
		if !many && len(values) == 1 {
			o[name] = values[0]
			continue
		}
		list := make([]any, len(values))
		for i, v := range values {
			list[i] = v
		}
		o[name] = list
	}
	return o
}

// decode reads the body: an object, or a form with files.
func (q *request) decode(raw []byte) error {
	q.body = object{}
	kind, params, _ := mime.ParseMediaType(q.header.Get("Content-Type"))
	if kind == "multipart/form-data" {
		return q.form(raw, params["boundary"])
	}
	if len(bytes.TrimSpace(raw)) == 0 {
		return nil
	}
	if kind != "application/json" {
		return plain("Unsupported content type " + strconv.Quote(kind))
	}
	if err := json.Unmarshal(raw, &q.body); err != nil {
		return plain("Invalid JSON")
	}
	return nil
}

// form reads a form; its fields become the body.
func (q *request) form(raw []byte, boundary string) error {
	form, err := multipart.NewReader(bytes.NewReader(raw), boundary).ReadForm(most)
	if err != nil {
		return plain("Malformed part header")
	}
	q.files = form
	for key, values := range form.Value {
		q.body[key] = values[0]
	}
	return nil
}

// host is the address that calls come from.
func host(r *http.Request) string {
	name, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return name
}
