package scim

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"

	"rollcall/directory"
)

// Config says what a [Server] works with. Only Directory must be given.
type Config struct {
	Directory *directory.Directory
	PublicURL string       // where clients reach us; empty: whatever host a request names
	Logger    *slog.Logger // nil: no logs
	MaxBody   int64        // the longest request body in bytes; 0: 1 MiB
	PageSize  int64        // how many resources a list has if the client does not say; 0: 100
	MaxPage   int64        // how many it has at most; 0: 1,000
}

// Server answers identity providers. It is safe for concurrent use.
type Server struct {
	Config
	public    string
	mux       *http.ServeMux
	discovery discovery
	rewrites  Rewrites

	streamAbove int // bytes
}

// NewServer returns a server on c.Directory.
func NewServer(c Config) (*Server, error) {
	if c.Directory == nil {
		return nil, errors.New("scim: no directory")
	}
	public, err := publicURL(c.PublicURL)
	if err != nil {
		return nil, err
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	c.MaxBody = orDefault(c.MaxBody, 1<<20)
	c.PageSize = orDefault(c.PageSize, 100)
	c.MaxPage = orDefault(c.MaxPage, 1000)
	s := &Server{Config: c, public: public, discovery: newDiscovery(), streamAbove: standardBuffer}
	s.mux = s.routes()
	return s, nil
}

func orDefault(n, standard int64) int64 {
	if n <= 0 {
		return standard
	}
	return n
}

func publicURL(text string) (string, error) {
	if text == "" {
		return "", nil
	}
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.RawQuery != "" || u.Fragment != "" {
		return "", fmt.Errorf("scim: public URL %q is not like https://rollcall.example.com", text)
	}
	return strings.TrimRight(text, "/"), nil
}

// Rewrites returns how often each rewrite was needed, by name.
func (s *Server) Rewrites() map[string]int64 { return s.rewrites.Counts() }

// Handler returns what answers everything below /scim/v2 and /w/{workspace}/scim/v2.
func (s *Server) Handler() http.Handler { return http.HandlerFunc(s.serve) }

// serve takes one request from the door to its answer. Who is asking is settled before
// anything else of the request is looked at, so that no spelling of a path leads around
// it.
func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	x := s.open(w, r)
	defer x.close()
	defer x.recover()
	if err := s.authenticate(x); err != nil {
		x.fail(err)
		return
	}
	if err := plainPath(r.URL); err != nil {
		x.fail(err)
		return
	}
	s.mux.ServeHTTP(x, r)
}

// plainPath refuses paths that two readers could take for different ones. A router may
// redirect them or clean them; here they lead nowhere.
func plainPath(u *url.URL) error {
	odd := strings.Contains(u.Path, "//") || strings.Contains(u.Path, "/./") || strings.Contains(u.Path, "/../") ||
		strings.HasSuffix(u.Path, "/.") || strings.HasSuffix(u.Path, "/..") || strings.HasSuffix(u.Path, "/") ||
		!strings.HasPrefix(u.Path, "/") || strings.ContainsAny(u.Path, ";\\\x00") ||
		strings.Count(u.EscapedPath(), "/") != strings.Count(u.Path, "/")
	if odd {
		return &refusal{directory.Errorf(directory.NotFound, "", "there is no such path").
			Hinted("check the base URL for a slash too many"), answer{status: http.StatusNotFound}}
	}
	return nil
}
