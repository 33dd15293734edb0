package rocketchattest

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"
)

// Options is how a server starts. The zero value is the newest generation, without a
// licence, on the real clock.
type Options struct {
	Generation Generation
	Clock      func() time.Time
	License    License
	Settings   map[string]any // those that differ from the defaults
}

// Server is a workspace and the server in front of it. It is safe for concurrent use.
type Server struct {
	URL string // empty unless the server listens

	clock   func() time.Time
	web     *http.Server
	running sync.WaitGroup
	closing chan struct{}
	once    sync.Once

	cue   sync.Mutex // one call at a time is judged by the rules
	rules func(Call) Fault

	mu         sync.Mutex
	generation Generation
	random     *rand.Rand
	calls      []Call
	forgotten  int // calls that are not in the list any more
	routes     map[string][]*route
	limits     map[string]*window
	license    License
	settings   map[string]any
	fields     []customField
	accounts   map[string]*Account
	ordered    []*Account          // by user name; nil: not put in order
	names      map[string]*Account // by folded user name
	addresses  map[string]*Account // by folded address
	roles      []Role
	grants     map[string]map[string]bool // permissions by role
	rooms      map[string]*Room
	teams      map[string]*Team
	mails      []Mail
	failMail   func(Mail) bool
	service    string
	token      string
}

// New makes a server that does not listen: a handler.
func New(o Options) *Server {
	s := &Server{
		clock: o.Clock, generation: cmp.Or(o.Generation, V8), license: o.License,
		closing: make(chan struct{}),
		random:  rand.New(rand.NewPCG(1, 2)),
		limits:  map[string]*window{}, accounts: map[string]*Account{},
		names: map[string]*Account{}, addresses: map[string]*Account{},
		rooms: map[string]*Room{}, teams: map[string]*Team{},
	}
	if s.clock == nil {
		s.clock = time.Now
	}
	s.routes = table()
	s.settings = defaultSettings()
	for id, value := range o.Settings {
		s.set(id, value)
	}
	s.roles, s.grants = defaultRoles()
	s.settle()
	return s
}

// Start serves a workspace on loopback until the test ends.
func Start(t testing.TB, o Options) *Server {
	t.Helper()
	s, err := Listen(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// Listen serves a workspace on loopback until [Server.Close].
func Listen(o Options) (*Server, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	s := New(o)
	s.URL = "http://" + l.Addr().String()
	s.web = &http.Server{Handler: s, ReadHeaderTimeout: time.Minute}
	s.running.Go(func() { _ = s.web.Serve(l) })
	return s, nil
}

// Close ends every connection and waits until nothing runs any more.
func (s *Server) Close() {
	s.once.Do(func() { close(s.closing) })
	if s.web != nil {
		s.web.Close()
	}
	s.running.Wait()
}

// Upgrade makes the server one of another generation; its workspace stays.
func (s *Server) Upgrade(to Generation) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.generation = cmp.Or(to, V8)
}

// settle puts those into the workspace who are always there.
func (s *Server) settle() {
	long := s.clock().AddDate(-1, 0, 0)
	s.add(Account{ID: "rocket.cat", Username: "rocket.cat", Name: "Rocket.Cat", Type: "bot", Active: true,
		Roles: []string{"bot"}, CreatedAt: long})
	s.add(Account{Username: "root.admin", Name: "Root Admin", Emails: []Email{{"root.admin@rocket.example", true}},
		Roles: []string{"admin", "user"}, Active: true, CreatedAt: long, LastLogin: long, Password: "root-password"})
	service := s.add(Account{Username: "rollcall.bridge", Name: "Rollcall Bridge", Active: true, CreatedAt: long, LastLogin: long,
		Emails: []Email{{"bridge@rocket.example", true}}, Roles: []string{BridgeRole}, Password: ServicePassword})
	s.service = service.ID
	s.token = s.issue(service, Token{Name: "rollcall", Personal: true, BypassTwoFactor: true})
}

// id returns an id as the server gives them out. They are the same in every run, so that
// a test that failed fails again.
func (s *Server) id(n int) string {
	const letters = "23456789ABCDEFGHJKLMNPQRSTWXYZabcdefghijkmnopqrstuvwxyz"
	id := make([]byte, n)
	for i := range id {
		id[i] = letters[s.random.IntN(len(letters))]
	}
	return string(id)
}

// newID returns the id of a record.
func (s *Server) newID() string { return s.id(17) }
