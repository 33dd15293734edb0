package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"strings"

	"rollcall/scim"
)

// scimPath is where SCIM lies below every base.
const scimPath = "/scim/v2"

// handler joins everything that answers over HTTP.
func (s *server) handler() (http.Handler, error) {
	front, err := scim.NewServer(scim.Config{Directory: s.directory, PublicURL: s.config.PublicURL, Logger: s.log,
		MaxBody: s.config.MaxBody})
	if err != nil {
		return nil, err
	}
	provisioning := newThrottle(liveTokens(s.directory)).guard(front.Handler())
	routes := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// Not a ServeMux: it would answer odd spellings of a path with a redirection
		// before anybody has shown a token.
		switch path := r.URL.Path; {
		case path == "/healthz":
			s.alive(w, r)
		case path == "/readyz":
			s.ready(w, r)
		case path == "/":
			s.welcome(w, r)
		case strings.HasPrefix(path, "/scim/"), path == "/scim", strings.HasPrefix(path, "/w/"):
			provisioning.ServeHTTP(w, r)
		default:
			http.Error(w, "there is nothing here; SCIM is at "+scimPath, http.StatusNotFound)
		}
	})
	return secured(s.keys != nil, apart(believed(s.config.TrustedProxies, routes))), nil
}

// secured sets on every answer what keeps a browser from being used against us. None of
// the answers is made to be shown by one.
func secured(encrypted bool, next http.Handler) http.Handler {
	always := http.Header{}
	always.Set("X-Content-Type-Options", "nosniff")
	always.Set("X-Frame-Options", "DENY")
	always.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'")
	always.Set("Referrer-Policy", "no-referrer")
	always.Set("Cross-Origin-Resource-Policy", "same-origin")
	always.Set("Cache-Control", "no-store")
	if encrypted {
		always.Set("Strict-Transport-Security", "max-age=31536000")
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		maps.Copy(w.Header(), always)
		next.ServeHTTP(w, r)
	})
}

// apart ends the connection after a request of which another server may have seen another
// end: one with both Transfer-Encoding and Content-Length, or with Transfer-Encoding in
// HTTP/1.0 (RFC 9112 §6.1). What follows may then be part of its body. net/http 1.26 takes
// the second header away before anybody can look, so every request is meant that could
// have had both.
func apart(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if len(r.TransferEncoding) > 0 || !r.ProtoAtLeast(1, 1) {
			w.Header().Set("Connection", "close")
		}
		next.ServeHTTP(w, r)
	})
}

// readOnly reports whether a request only looks, and answers it if not.
func readOnly(w http.ResponseWriter, r *http.Request) bool {
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		return true
	}
	w.Header().Set("Allow", "GET, HEAD")
	http.Error(w, "only GET and HEAD are allowed here", http.StatusMethodNotAllowed)
	return false
}

// welcome says what this is to whoever opens the address in a browser.
func (s *server) welcome(w http.ResponseWriter, r *http.Request) {
	if !readOnly(w, r) {
		return
	}
	base := s.base()
	if s.config.PublicURL != "" {
		base = publicURL(s.config) + scimPath
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	fmt.Fprintf(w, `This is Rollcall, which provisions people and groups for a Rocket.Chat workspace.

Identity providers reach it over SCIM 2.0 at %s
with a bearer token that an administrator makes: rollcall tokens create NAME

There is nothing for a browser here.
`, base)
}

// alive answers as long as the process does.
func (s *server) alive(w http.ResponseWriter, r *http.Request) {
	if readOnly(w, r) {
		w.Header().Set(instanceHeader, s.instance)
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		fmt.Fprintln(w, "alive")
	}
}

// condition is one thing that has to be so for the server to be ready.
type condition struct {
	Name    string `json:"name"`
	OK      bool   `json:"ok"`
	Message string `json:"message"` // harmless: anybody may read it
}

// conditions asks what has to be so. What exactly is wrong with the database is for the
// log, for it may name hosts and files.
func (s *server) conditions(r *http.Request) []condition {
	serving := condition{"serving", true, "requests are taken"}
	if s.draining.Load() {
		serving.OK, serving.Message = false, "the server is stopping"
	}
	database := condition{"database", true, "the database answers"}
	if err := s.answers(r.Context()); err != nil {
		database.OK, database.Message = false, "the database does not answer; the log says more"
		if s.store.NoSpace() {
			database.Message = "there is no space left for the database, so nothing can be changed"
		}
		s.log.Warn("not ready", "event", "ready", "err", err)
	}
	return []condition{serving, database}
}

// answers reports why the database does not answer, going the way that requests go.
func (s *server) answers(ctx context.Context) error {
	select {
	case <-s.broken:
		return errors.New("the database failed")
	default:
	}
	ctx, cancel := context.WithTimeout(ctx, readyTimeout)
	defer cancel()
	if err := s.store.Ready(ctx); err != nil {
		return err
	}
	_, err := s.store.Workspaces(ctx)
	return err
}

// ready answers 200 when requests can be served and 503 when not, with the reasons.
func (s *server) ready(w http.ResponseWriter, r *http.Request) {
	if !readOnly(w, r) {
		return
	}
	all, status := s.conditions(r), http.StatusOK
	for _, c := range all {
		if !c.OK {
			status = http.StatusServiceUnavailable
		}
	}
	body, err := json.Marshal(map[string]any{"ready": status == http.StatusOK, "conditions": all})
	if err != nil {
		panic(err) // texts and booleans always encode
	}
	w.Header().Set(instanceHeader, s.instance)
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	w.Write(append(body, '\n'))
}
