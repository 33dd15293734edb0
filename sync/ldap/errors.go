package ldap

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"strings"
	"syscall"

	"rollcall/directory"
)

// explain makes one sentence with what to do of whatever went wrong while talking to a
// server. What is a sentence already, and the end of the caller's context, pass.
func explain(e *endpoint, err error) error {
	var said *directory.Error
	if err == nil || err == context.Canceled || err == context.DeadlineExceeded || errors.As(err, &said) {
		return err
	}
	for _, know := range []func(*endpoint, error) *directory.Error{ofCertificate, ofTLS, ofNetwork} {
		if known := know(e, err); known != nil {
			known.Err = err
			return known
		}
	}
	unknown := unavailable("urls", "%s cannot be talked to", e.address())
	unknown.Err = err
	return unknown
}

func unavailable(option, format string, args ...any) *directory.Error {
	return directory.Errorf(directory.Unavailable, option, format, args...)
}

// ofCertificate knows what can be wrong with a certificate.
func ofCertificate(e *endpoint, err error) *directory.Error {
	var host x509.HostnameError
	var authority x509.UnknownAuthorityError
	var invalid x509.CertificateInvalidError
	switch {
	case errors.As(err, &host):
		return unavailable("server_name", "%s shows a certificate for another host: %s", e.address(), namesOf(host.Certificate)).
			Hinted("use one of its names in urls, or say with server_name which to expect")
	case errors.As(err, &authority):
		return unavailable("ca_file", "%s shows a certificate of an authority that is not trusted", e.address()).
			Hinted("name the file with that authority's certificate in ca_file")
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return unavailable("urls", "the certificate of %s is not valid at this time: it ran from %s to %s", e.address(),
			invalid.Cert.NotBefore.Format("2006-01-02"), invalid.Cert.NotAfter.Format("2006-01-02")).
			Hinted("renew it on the server, or set this machine's clock")
	case errors.As(err, &invalid):
		return unavailable("ca_file", "the certificate of %s cannot be accepted", e.address()).
			Hinted("have it made anew, for a server and by an authority")
	}
	return nil
}

// namesOf lists whom a certificate is for.
func namesOf(c *x509.Certificate) string {
	names := append([]string(nil), c.DNSNames...)
	for _, ip := range c.IPAddresses {
		names = append(names, ip.String())
	}
	if len(names) == 0 {
		return c.Subject.String()
	}
	return strings.Join(names, ", ")
}

// ofTLS knows how a handshake fails apart from the certificate.
func ofTLS(e *endpoint, err error) *directory.Error {
	var record tls.RecordHeaderError
	var alert tls.AlertError
	switch {
	case errors.As(err, &record):
		return unavailable("urls", "what answers at %s is not TLS", e.address()).
			Hinted("use an ldap:// address with start_tls: true, or the port for LDAPS")
	case errors.As(err, &alert), strings.Contains(err.Error(), "tls: "):
		return unavailable("urls", "%s and we could not agree on how to encrypt", e.address()).
			Hinted("it has to speak TLS 1.2 or later; if it asks for a client certificate, set cert_file and key_file")
	}
	return nil
}

// ofNetwork knows why no connection comes about, or ends.
func ofNetwork(e *endpoint, err error) *directory.Error {
	var name *net.DNSError
	var slow net.Error
	switch {
	case errors.As(err, &name):
		return unavailable("urls", "the name %s cannot be resolved", e.host).Hinted("check urls and this machine's name server")
	case errors.Is(err, syscall.ECONNREFUSED):
		return unavailable("urls", "nothing listens at %s", e.address()).Hinted("check urls, and whether the server runs")
	case errors.Is(err, syscall.ENETUNREACH), errors.Is(err, syscall.EHOSTUNREACH):
		return unavailable("urls", "there is no way to %s", e.address()).Hinted("check urls, routes and firewalls")
	case errors.As(err, &slow) && slow.Timeout():
		return unavailable("timeout", "%s fell silent", e.address()).Hinted("the server may be overloaded or stopped; timeout says how long to wait")
	case errors.Is(err, errMalformed):
		return unavailable("urls", "%s sent something that is not LDAP", e.address()).Hinted("check that urls names an LDAP server, and ldaps:// its TLS port")
	case cutOff(err) && e.tls:
		return unavailable("urls", "%s closed the connection when we began to encrypt", e.address()).
			Hinted("its port may not be one for TLS, which is usually 636; or use an ldap:// address with start_tls: true")
	case cutOff(err):
		return unavailable("urls", "%s closed the connection", e.address()).Hinted("see the server's log; an LDAPS port wants an ldaps:// address")
	}
	return nil
}

// cutOff reports whether the other side ended the connection.
func cutOff(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE)
}
