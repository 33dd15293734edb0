package ldaptest

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"
)

// Who may read, and with which password.
const (
	BindDN   = "cn=reader," + Base
	Password = "reader-secret"
)

// Server is a running server.
type Server struct {
	URL    string // ldap://127.0.0.1:port, where StartTLS is offered
	TLSURL string // ldaps://127.0.0.1:port
	Base   string // of the directory

	authority *Authority
	good, old *tls.Certificate
	foreign   *tls.Certificate
	listeners []net.Listener
	running   sync.WaitGroup
	forget    func() bool // ends the watch over the context

	mu        sync.Mutex
	directory *index
	behaviour Behaviour
	open      map[*session]bool
	binds     int
	sent      int64
	closed    bool
}

// Start serves a directory on loopback, until the context ends or [Server.Close].
func Start(ctx context.Context, d Directory) (*Server, error) {
	s := &Server{Base: d.Base, directory: newIndex(d), open: map[*session]bool{}}
	if err := s.certify(); err != nil {
		return nil, err
	}
	for range 2 {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			s.Close()
			return nil, fmt.Errorf("listen: %w", err)
		}
		s.listeners = append(s.listeners, l)
	}
	s.URL = "ldap://" + s.listeners[0].Addr().String()
	s.TLSURL = "ldaps://" + s.listeners[1].Addr().String()
	for i, l := range s.listeners {
		s.running.Go(func() { s.accept(ctx, l, i == 1) })
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.forget = context.AfterFunc(ctx, s.Close)
	return s, nil
}

// certify makes the certificates, the right one and two wrong ones.
func (s *Server) certify() error {
	var errs [4]error
	s.authority, errs[0] = NewAuthority()
	if errs[0] != nil {
		return errs[0]
	}
	now := time.Now()
	s.good, errs[1] = s.authority.pair(now.AddDate(0, 1, 0), "127.0.0.1", "localhost")
	s.old, errs[2] = s.authority.pair(now.AddDate(0, 0, -1), "127.0.0.1", "localhost")
	s.foreign, errs[3] = s.authority.pair(now.AddDate(0, 1, 0), "ldap.example.com")
	return errors.Join(errs[:]...)
}

// CA returns the certificate of the authority behind the server's, in PEM.
func (s *Server) CA() []byte { return s.authority.PEM }

// Behave makes the server behave so from now on, also in searches under way.
func (s *Server) Behave(b Behaviour) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.behaviour = b
}

// Replace puts another directory in place of the present one.
func (s *Server) Replace(d Directory) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.directory = newIndex(d)
}

// Binds returns how many binds there were.
func (s *Server) Binds() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.binds
}

// Sent returns how many bytes all connections together were sent.
func (s *Server) Sent() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sent
}

// Close ends every connection and waits until nothing runs any more.
func (s *Server) Close() {
	s.mu.Lock()
	if s.forget != nil {
		s.forget()
	}
	s.closed = true
	for open := range s.open {
		open.conn.Close()
	}
	s.mu.Unlock()
	for _, l := range s.listeners {
		l.Close()
	}
	s.running.Wait()
}

// accept serves connections until the listener is closed.
func (s *Server) accept(ctx context.Context, l net.Listener, secure bool) {
	for {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		one := &session{server: s, conn: conn, wire: &counted{Conn: conn, server: s}}
		if !s.enter(one) {
			conn.Close()
			return
		}
		s.running.Go(func() {
			defer s.leave(one)
			one.serve(ctx, secure)
		})
	}
}

func (s *Server) enter(one *session) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.open[one] = !s.closed
	return !s.closed
}

func (s *Server) leave(one *session) {
	one.conn.Close()
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.open, one)
}

// now returns what is served and how, at this moment.
func (s *Server) now() (*index, Behaviour) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.directory, s.behaviour
}

// certificate returns what is shown to a client that wants TLS.
func (s *Server) certificate() *tls.Config {
	_, b := s.now()
	shown := s.good
	switch {
	case b.Expired:
		shown = s.old
	case b.OtherHost:
		shown = s.foreign
	}
	return &tls.Config{Certificates: []tls.Certificate{*shown}, MinVersion: tls.VersionTLS12}
}

// counted counts what is sent, and resets the connection when it is enough.
type counted struct {
	net.Conn
	server *Server
	sent   int
}

// Write sends as much of b as may be sent.
func (c *counted) Write(b []byte) (int, error) {
	_, behaviour := c.server.now()
	limit := behaviour.ResetAfter
	if limit == 0 || c.sent+len(b) <= limit {
		return c.count(b)
	}
	c.count(b[:max(0, limit-c.sent)])
	reset(c.Conn)
	return 0, net.ErrClosed
}

// count counts first: whoever got the bytes may ask for the number at once.
func (c *counted) count(b []byte) (int, error) {
	c.sent += len(b)
	c.server.mu.Lock()
	c.server.sent += int64(len(b))
	c.server.mu.Unlock()
	return c.Conn.Write(b)
}

// reset closes a connection so that the other side is told of a failure, not of an end.
func reset(conn net.Conn) {
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	conn.Close()
}
