package rocketchattest

import (
	"net/http"
	"strings"
)

// route is one line of the table: what is there, since when, and who may.
type route struct {
	method, name string
	since, until Generation // zero: always
	do           func(*request) (object, error)

	open    bool     // nobody needs to be logged in
	may     []string // any of these permissions is enough
	module  string   // of the licence
	body    *shape
	query   *shape
	checked Generation // since when the shape of the body is asked for, where it was not always
	second  Generation // since when a second factor is asked for, where it was not always
	factor  bool       // one is asked for at all
	strict  bool       // it is not remembered
	old     bool       // an old-style route in every generation: the limit comes before the shape
	free    bool       // there is no limit
	limit   int        // calls of a window, where that differs from the default
}

// key is how a route is found.
func (r *route) key() string { return r.method + " " + r.name }

// table returns all routes.
func table() map[string][]*route {
	all := map[string][]*route{}
	for _, some := range [][]route{sessionRoutes(), userRoutes(), avatarRoutes(), statusRoutes(), resetRoutes(), mailRoutes(),
		roleRoutes(), roomRoutes(), teamRoutes(), settingRoutes()} {
		for _, r := range some {
			all[r.key()] = append(all[r.key()], &r)
		}
	}
	return all
}

// find returns the route of a request, or nil, and what its path says beyond the name.
func (s *Server) find(r *http.Request) (*route, string) {
	name, ok := strings.CutPrefix(r.URL.Path, "/api/")
	if !ok {
		return nil, ""
	}
	name = strings.TrimPrefix(name, "v1/")
	s.mu.Lock()
	defer s.mu.Unlock()
	if found := s.there(r.Method + " " + name); found != nil {
		return found, ""
	}
	group, last, _ := strings.Cut(name, "/")
	return s.there(r.Method + " " + group + "/:_id"), last
}

// there returns the route that this generation has, or nil.
func (s *Server) there(key string) *route {
	for _, r := range s.routes[key] {
		if s.generation >= r.since && (r.until == 0 || s.generation <= r.until) {
			return r
		}
	}
	return nil
}

// pointer returns a shape as the table wants it.
func pointer(s shape) *shape { return &s }
