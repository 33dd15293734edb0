package scim

import (
	"net/http"
	"slices"
	"strings"

	"rollcall/directory"
)

// Route is one endpoint.
type Route struct {
	Method  string // empty: every method
	Pattern string // as net/http's ServeMux writes it
	Auth    bool   // whether it needs a token; all do
}

// endpoint is a row of the table below: a path within a mount and what answers there.
type endpoint struct {
	method string
	path   string
	answer func(*Server, *exchange) error
}

// mounts are where the endpoints lie: the token alone decides the workspace, or the
// address names it too and must agree.
var mounts = []string{"/scim/v2", "/w/{workspace}/scim/v2"}

// endpoints is everything that is answered, and the only place to add to it.
var endpoints = []endpoint{
	{http.MethodGet, "/Users", (*Server).listUsers},
	{http.MethodPost, "/Users", (*Server).createUser},
	{http.MethodGet, "/Users/{id}", (*Server).readUser},
	{http.MethodPut, "/Users/{id}", (*Server).replaceUser},
	{http.MethodPatch, "/Users/{id}", (*Server).patchUser},
	{http.MethodDelete, "/Users/{id}", (*Server).deleteUser},

	{http.MethodGet, "/Groups", (*Server).listGroups},
	{http.MethodPost, "/Groups", (*Server).createGroup},
	{http.MethodGet, "/Groups/{id}", (*Server).readGroup},
	{http.MethodPut, "/Groups/{id}", (*Server).replaceGroup},
	{http.MethodPatch, "/Groups/{id}", (*Server).patchGroup},
	{http.MethodDelete, "/Groups/{id}", (*Server).deleteGroup},

	{http.MethodGet, "/ServiceProviderConfig", (*Server).readConfig},
	{http.MethodGet, "/ResourceTypes", (*Server).listResourceTypes},
	{http.MethodGet, "/ResourceTypes/{id}", (*Server).readResourceType},
	{http.MethodGet, "/Schemas", (*Server).listSchemas},
	{http.MethodGet, "/Schemas/{id}", (*Server).readSchema},

	// RFC 7644 §3.11 and §3.7: what is not supported says so.
	{"", "/Me", (*Server).notSupported},
	{http.MethodPost, "/Bulk", (*Server).notSupported},
}

// Routes lists every route.
func (s *Server) Routes() []Route {
	var list []Route
	for _, mount := range mounts {
		for _, e := range endpoints {
			list = append(list, Route{Method: e.method, Pattern: mount + e.path, Auth: true})
		}
	}
	return list
}

// routes registers the endpoints, and what answers where there is none.
func (s *Server) routes() *http.ServeMux {
	mux := http.NewServeMux()
	for _, mount := range mounts {
		allowed := make(map[string][]string)
		for _, e := range endpoints {
			mux.Handle(strings.TrimSpace(e.method+" "+mount+e.path), s.reach(e.answer))
			if e.method != "" {
				allowed[e.path] = append(allowed[e.path], e.method)
			}
		}
		for path, methods := range allowed {
			mux.Handle(mount+path, wrongMethod(methods))
		}
	}
	mux.Handle("/", s.reach(func(*Server, *exchange) error { return noEndpoint() }))
	return mux
}

// reach makes a handler of an endpoint's answer. Handlers get their exchange as the
// response writer that serve passed to the router.
func (s *Server) reach(answer func(*Server, *exchange) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		x := w.(*exchange)
		if err := s.mounted(x); err != nil {
			x.fail(err)
			return
		}
		if err := answer(s, x); err != nil {
			x.fail(err)
		}
	})
}

// wrongMethod answers where a path has other methods. HEAD comes with GET.
func wrongMethod(methods []string) http.Handler {
	if slices.Contains(methods, http.MethodGet) {
		methods = append(methods, http.MethodHead)
	}
	slices.Sort(methods)
	allow := strings.Join(methods, ", ")
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Allow", allow)
		w.(*exchange).fail(refuseStatus(http.StatusMethodNotAllowed, "%s is not allowed here, but %s", clip(r.Method), allow))
	})
}

func noEndpoint() error {
	return directory.Errorf(directory.NotFound, "", "there is no such endpoint").
		Hinted("the base URL ends in /scim/v2, and names are written as in /Users")
}

func (s *Server) notSupported(x *exchange) error {
	return refuseStatus(http.StatusNotImplemented, "%s is not supported", x.r.URL.Path)
}
