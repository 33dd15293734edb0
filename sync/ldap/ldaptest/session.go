package ldaptest

import (
	"bufio"
	"context"
	"crypto/tls"
	"net"

	ber "github.com/go-asn1-ber/asn1-ber"
	"github.com/go-ldap/ldap/v3"
)

// The requests and responses by their application tags (RFC 4511 §4).
const (
	bindRequest      = 0
	bindResponse     = 1
	unbindRequest    = 2
	searchRequest    = 3
	searchEntry      = 4
	searchDone       = 5
	searchReference  = 19
	extendedRequest  = 23
	extendedResponse = 24
)

// What an extended request or response is about.
const (
	startTLS      = "1.3.6.1.4.1.1466.20037"
	disconnection = "1.3.6.1.4.1.1466.20036"
)

// tagPassword marks the password of a simple bind.
const tagPassword = 0

// session is one connection.
type session struct {
	server *Server
	conn   net.Conn // as it was accepted
	wire   net.Conn // what is written to: counted, and perhaps encrypted
	reader *bufio.Reader
	offset int // of the page to come, where every cookie is the same
	loops  int // how often the first page was sent
	bound  bool
}

// serve answers requests until one side has had enough.
func (s *session) serve(ctx context.Context, secure bool) {
	if secure && !s.secure() {
		return
	}
	s.reader = bufio.NewReader(s.wire)
	for ctx.Err() == nil {
		packet, err := ber.ReadPacket(s.reader)
		if err != nil || len(packet.Children) < 2 {
			return
		}
		id, ok := packet.Children[0].Value.(int64)
		if !ok || !s.answer(ctx, id, packet) {
			return
		}
	}
}

// secure begins TLS.
func (s *session) secure() bool {
	encrypted := tls.Server(s.wire, s.server.certificate())
	if encrypted.Handshake() != nil {
		return false
	}
	s.wire = encrypted
	return true
}

// answer answers one request, and reports whether to go on.
func (s *session) answer(ctx context.Context, id int64, packet *ber.Packet) bool {
	_, b := s.server.now()
	op := packet.Children[1]
	if b.Diagnostic > 0 {
		notice := result(extendedResponse, b.Diagnostic, "", "going away")
		notice.AppendChild(ber.NewString(ber.ClassContext, ber.TypePrimitive, 10, disconnection, ""))
		s.send(0, notice)
		return false
	}
	switch op.Tag {
	case bindRequest:
		return s.bind(ctx, id, op, b)
	case searchRequest:
		return s.search(ctx, id, op, packet, b)
	case extendedRequest:
		return s.extended(ctx, id, op, b)
	}
	return op.Tag != unbindRequest
}

// bind knows one name and one password, and whoever shows a certificate.
func (s *session) bind(ctx context.Context, id int64, op *ber.Packet, b Behaviour) bool {
	s.server.mu.Lock()
	s.server.binds++
	s.server.mu.Unlock()
	if b.BindHang {
		return s.hang(ctx)
	}
	code, text := b.BindCode, b.BindText
	if x, _ := s.server.now(); code == 0 && !rightPassword(op, x.reader) {
		code = ldap.LDAPResultInvalidCredentials
	}
	s.bound = code == 0
	return s.send(id, result(bindResponse, code, "", text))
}

func rightPassword(op *ber.Packet, reader string) bool {
	if len(op.Children) < 3 {
		return false
	}
	name, password := op.Children[1].Data.String(), op.Children[2]
	return password.Tag == tagPassword && fold(name) == fold(reader) && password.Data.String() == Password
}

// extended knows StartTLS.
func (s *session) extended(ctx context.Context, id int64, op *ber.Packet, b Behaviour) bool {
	switch {
	case len(op.Children) == 0 || op.Children[0].Data.String() != startTLS:
		return s.send(id, result(extendedResponse, ldap.LDAPResultProtocolError, "", "unknown"))
	case b.RefuseTLS:
		return s.send(id, result(extendedResponse, ldap.LDAPResultUnavailable, "", "no certificate"))
	}
	agreed := message(id, result(extendedResponse, 0, "", ""))
	if b.InjectTLS {
		agreed = append(agreed, message(id+1, result(bindResponse, 0, "", "injected"))...)
	}
	if _, err := s.wire.Write(agreed); err != nil {
		return false
	}
	if b.SilentTLS {
		return s.hang(ctx)
	}
	if !s.secure() {
		return false
	}
	s.reader.Reset(s.wire)
	return true
}

// hang says nothing until the client is gone. Whatever it still says is not heard.
func (s *session) hang(ctx context.Context) bool {
	stop := context.AfterFunc(ctx, func() { s.conn.Close() })
	defer stop()
	for {
		if _, err := s.conn.Read(make([]byte, 512)); err != nil {
			return false
		}
	}
}

func (s *session) send(id int64, op *ber.Packet, controls ...*ber.Packet) bool {
	_, err := s.wire.Write(message(id, op, controls...))
	return err == nil
}

// message wraps an operation (RFC 4511 §4.1.1).
func message(id int64, op *ber.Packet, controls ...*ber.Packet) []byte {
	m := ber.NewSequence("")
	m.AppendChild(ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagInteger, id, ""))
	m.AppendChild(op)
	if len(controls) > 0 {
		list := ber.Encode(ber.ClassContext, ber.TypeConstructed, 0, nil, "")
		for _, c := range controls {
			list.AppendChild(c)
		}
		m.AppendChild(list)
	}
	return m.Bytes()
}

// result makes an LDAPResult (RFC 4511 §4.1.9).
func result(tag ber.Tag, code int, matched, text string) *ber.Packet {
	op := ber.Encode(ber.ClassApplication, ber.TypeConstructed, tag, nil, "")
	op.AppendChild(ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagEnumerated, code, ""))
	op.AppendChild(octets(matched))
	op.AppendChild(octets(text))
	return op
}

func octets(text string) *ber.Packet {
	return ber.NewString(ber.ClassUniversal, ber.TypePrimitive, ber.TagOctetString, text, "")
}
