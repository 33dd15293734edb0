package ldap

import (
	"context"
	"crypto/tls"
	"net"
	"net/url"
	"strings"

	"rollcall/directory"
)

// endpoint is a server as one of the configured URLs names it.
type endpoint struct {
	text string
	host string
	port string
	tls  bool // from the first byte on: ldaps
}

// parseEndpoint reads an LDAP URL, of which we take the host and the port.
func parseEndpoint(text string) (*endpoint, *directory.Error) {
	const hint = "write something like ldaps://ldap.example.com"
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Scheme != "ldap" && u.Scheme != "ldaps" || u.Hostname() == "":
		return nil, directory.Errorf(directory.Invalid, "urls", "%q is not an ldap or ldaps address", text).Hinted(hint)
	case u.User != nil || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "":
		return nil, directory.Errorf(directory.Invalid, "urls", "%s has more in it than a host and a port", u.Redacted()).Hinted(hint)
	}
	e := &endpoint{text: text, host: u.Hostname(), port: u.Port(), tls: u.Scheme == "ldaps"}
	switch {
	case e.port == "" && e.tls:
		e.port = "636"
	case e.port == "":
		e.port = "389"
	}
	return e, nil
}

// address returns host and port as they are dialled.
func (e *endpoint) address() string { return net.JoinHostPort(e.host, e.port) }

// loopback reports whether the host says that it is this machine.
func (e *endpoint) loopback() bool {
	ip := net.ParseIP(e.host)
	return e.host == "localhost" || ip != nil && ip.IsLoopback()
}

// connect returns a connection to the first server that can be talked to, ready to be
// asked. A server that refuses the bind is the answer: to try the password on all of
// them would only lock the account sooner.
func (s *Source) connect(ctx context.Context) (*conn, error) {
	var first error
	for _, e := range s.endpoints {
		c, err := s.open(ctx, e)
		if err == nil {
			return c, nil
		}
		if first == nil {
			first = err
		}
		if !directory.Is(err, directory.Unavailable) || ctx.Err() != nil {
			return nil, err
		}
	}
	return nil, first
}

// open dials a server, makes the connection as safe as was asked for, and binds.
func (s *Source) open(ctx context.Context, e *endpoint) (*conn, error) {
	dialer := net.Dialer{Timeout: s.timeout}
	raw, err := dialer.DialContext(ctx, "tcp", e.address())
	if ended := ctx.Err(); ended != nil && err != nil {
		return nil, ended
	}
	if err != nil {
		return nil, explain(e, err)
	}
	c := newConn(ctx, e, raw, s.timeout)
	err = s.protect(c)
	if err == nil {
		err = s.bind(c)
	}
	if err != nil {
		c.close()
		return nil, explain(e, err)
	}
	return c, nil
}

// protect begins TLS where it is wanted.
func (s *Source) protect(c *conn) error {
	switch {
	case c.url.tls:
		return c.secureWith(s.tlsFor(c.url), "")
	case s.config.TLS.StartTLS:
		return s.startTLS(c)
	}
	return nil
}

// startTLS asks the server to go on encrypted (RFC 4511 §4.14). Nothing is sent to one
// that will not.
func (s *Source) startTLS(c *conn) error {
	r, err := c.ask(startTLSRequest(), opExtendedResponse)
	if err != nil {
		return err
	}
	if r.code != success {
		return directory.Errorf(directory.Unavailable, "start_tls", "%s does not do StartTLS: %s", c.url.address(), r).
			Hinted("the server may have no certificate; or use an ldaps:// address")
	}
	return c.secureWith(s.tlsFor(c.url), "StartTLS, ")
}

// tlsFor returns how to check a server's certificate.
func (s *Source) tlsFor(e *endpoint) *tls.Config {
	config := s.tls.Clone()
	if config.ServerName == "" {
		config.ServerName = e.host
	}
	return config
}

// bind says who we are. Nobody binds without a password: many servers take that for an
// anonymous success (RFC 4513 §5.1.2).
func (s *Source) bind(c *conn) error {
	var request []byte
	switch {
	case s.config.BindDN != "" && s.config.BindPassword.IsZero():
		return directory.Errorf(directory.Invalid, "bind_password", "there is no password for %s", s.config.BindDN)
	case s.config.BindDN != "":
		if !s.mayHear(c) {
			return directory.Errorf(directory.Denied, "urls", "%s would get the password unencrypted", c.url.address()).
				Hinted(plaintextHint)
		}
		request = simpleBind(s.config.BindDN, s.config.BindPassword.Reveal())
	case s.config.TLS.CertFile != "":
		request = externalBind()
	default:
		return nil // anonymous: a new connection is that already
	}
	r, err := c.ask(request, opBindResponse)
	if err != nil {
		return err
	}
	if r.code != success {
		return bindRefused(s.config.BindDN, r)
	}
	return nil
}

const plaintextHint = "use an ldaps:// address or start_tls: true; allow_plaintext: true sends the password so all the same"

// mayHear reports whether a password may be sent as the connection is now: encrypted, to
// this very machine, or because somebody said so.
func (s *Source) mayHear(c *conn) bool {
	if c.net != c.raw || s.config.AllowPlaintext {
		return true
	}
	to, ok := c.raw.RemoteAddr().(*net.TCPAddr)
	return ok && to.IP.IsLoopback()
}

// ask sends a request that is answered with one message.
func (c *conn) ask(request []byte, answer byte) (result, error) {
	id, err := c.send(request)
	if err != nil {
		return result{}, err
	}
	m, err := c.receive(id)
	if err != nil {
		return result{}, err
	}
	if m.op != answer {
		return result{}, errMalformed
	}
	return parseResult(m.body)
}
