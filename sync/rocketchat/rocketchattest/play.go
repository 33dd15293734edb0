package rocketchattest

import (
	"net/http"
	"strconv"
	"strings"
)

// play answers a call as the fault says.
func (s *Server) play(w http.ResponseWriter, r *http.Request, c *Call, f Fault, do func() answer) {
	if !s.wait(r, f.Wait) || f.Before {
		cut()
	}
	var a answer
	if f.Status == 0 || f.After {
		a = do()
	}
	if f.After && f.Status == 0 {
		c.Status = 0
		s.note(c)
		cut()
	}
	if f.Status != 0 {
		a = answer{status: f.Status, kind: kindOf(f.Body), body: []byte(f.Body), header: a.header}
	}
	c.Status = a.status
	s.note(c)
	s.send(w, r, f, a)
}

// send sends an answer, whole or not.
func (s *Server) send(w http.ResponseWriter, r *http.Request, f Fault, a answer) {
	for key, values := range a.header {
		w.Header()[key] = values
	}
	w.Header().Set("Content-Type", a.kind)
	w.Header().Set("Content-Length", strconv.Itoa(len(a.body)))
	for key, value := range f.Header {
		w.Header().Set(key, value)
		if value == "" {
			w.Header().Del(key)
		}
	}
	switch {
	case f.Flood:
		w.Header().Del("Content-Length")
		w.WriteHeader(a.status)
		s.flood(w, r)
	case f.Cut > 0:
		w.WriteHeader(a.status)
		s.part(w, a.body[:min(f.Cut, len(a.body))])
		cut()
	case f.Stall != nil:
		w.WriteHeader(a.status)
		s.part(w, a.body[:len(a.body)/2])
		if !s.wait(r, f.Stall) {
			cut()
		}
		s.part(w, a.body[len(a.body)/2:])
	default:
		w.WriteHeader(a.status)
		s.part(w, a.body)
	}
}

// part sends some of an answer, at once. Whoever does not take it is not there any more.
func (s *Server) part(w http.ResponseWriter, b []byte) {
	_, _ = w.Write(b)
	_ = http.NewResponseController(w).Flush()
}

// flood sends until nobody reads any more.
func (s *Server) flood(w http.ResponseWriter, r *http.Request) {
	block := []byte(strings.Repeat(" ", 1<<16))
	for {
		select {
		case <-s.closing:
			return
		case <-r.Context().Done():
			return
		default:
			if _, err := w.Write(block); err != nil {
				return
			}
		}
	}
}

// wait waits until a channel is closed, and reports false when the caller or the server
// went away first.
func (s *Server) wait(r *http.Request, until <-chan struct{}) bool {
	if until == nil {
		return true
	}
	select {
	case <-until:
		return true
	case <-r.Context().Done():
	case <-s.closing:
	}
	return false
}

// cut ends the connection without an answer.
func cut() { panic(http.ErrAbortHandler) }

// kindOf guesses what a body is.
func kindOf(body string) string {
	if strings.HasPrefix(body, "{") {
		return "application/json"
	}
	return "text/html"
}
