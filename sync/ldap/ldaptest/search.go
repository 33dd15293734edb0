package ldaptest

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	ber "github.com/go-asn1-ber/asn1-ber"
	"github.com/go-ldap/ldap/v3"
)

// query is a search request.
type query struct {
	base       string
	scope      int64
	filter     *ber.Packet
	attributes []string
	paged      bool
	critical   bool
	size       int
	cookie     string
}

// parseQuery reads a search request and its controls (RFC 4511 §4.5.1).
func parseQuery(op, packet *ber.Packet) (query, bool) {
	if len(op.Children) < 8 {
		return query{}, false
	}
	q := query{base: op.Children[0].Data.String(), filter: op.Children[6]}
	q.scope, _ = op.Children[1].Value.(int64)
	for _, a := range op.Children[7].Children {
		q.attributes = append(q.attributes, a.Data.String())
	}
	if len(packet.Children) < 3 {
		return q, true
	}
	for _, c := range packet.Children[2].Children {
		control, err := ldap.DecodeControl(c)
		if paging, ok := control.(*ldap.ControlPaging); ok && err == nil {
			q.paged, q.size, q.cookie = true, int(paging.PagingSize), string(paging.Cookie)
			q.critical = len(c.Children) > 1 && c.Children[1].Value == true
		}
	}
	return q, true
}

// search answers with the entries that match, or as badly as it was told to.
func (s *session) search(ctx context.Context, id int64, op, packet *ber.Packet, b Behaviour) bool {
	q, ok := parseQuery(op, packet)
	if !ok {
		return false
	}
	x, _ := s.server.now()
	if q.base == "" && q.scope == ldap.ScopeBaseObject {
		return s.send(id, s.server.root(x).encode(q.attributes, 0)) && s.send(id, result(searchDone, 0, "", ""))
	}
	if q.paged && b.NoPages && q.critical {
		return s.send(id, result(searchDone, ldap.LDAPResultUnavailableCriticalExtension, "", "control not supported"))
	}
	if !s.bound {
		return s.send(id, result(searchDone, ldap.LDAPResultInsufficientAccessRights, "", "bind first"))
	}
	if !x.has(q.base) {
		return s.send(id, result(searchDone, ldap.LDAPResultNoSuchObject, x.above(q.base), ""))
	}
	q.paged = q.paged && !b.NoPages && !b.Ignores
	return s.page(ctx, id, q, x.find(q), b)
}

// page sends one page of what was found, or all of it to whom wants no pages.
func (s *session) page(ctx context.Context, id int64, q query, found []*object, b Behaviour) bool {
	from, to := s.bounds(q, len(found), b)
	for i := from; i < to; i++ {
		if b.Before != nil {
			b.Before(i)
		}
		if i == b.At {
			if done, goOn := s.fail(ctx, id, b); done {
				return goOn
			}
			if b.Raw != nil {
				continue
			}
		}
		if !s.send(id, found[i].encode(q.attributes, b.RangeCap)) {
			return false
		}
	}
	if to == len(found) && b.At == to {
		if done, goOn := s.fail(ctx, id, b); done {
			return goOn
		}
	}
	if b.Referrals && !s.refer(id) {
		return false
	}
	return s.done(id, q, to, len(found), b)
}

// bounds returns which of the entries found are sent now.
func (s *session) bounds(q query, found int, b Behaviour) (from, to int) {
	if !q.paged {
		if b.SizeLimit > 0 {
			return 0, min(found, b.SizeLimit)
		}
		return 0, found
	}
	size := q.size
	if b.PageCap > 0 {
		size = min(size, b.PageCap)
	}
	switch {
	case q.cookie == "" || b.Loop:
		s.offset = 0
	case !b.OneCookie:
		s.offset, _ = strconv.Atoi(q.cookie)
	}
	return s.offset, min(found, s.offset+size)
}

// fail does what is to happen at an entry. It reports whether that was the end of the
// search, and then whether the connection goes on.
func (s *session) fail(ctx context.Context, id int64, b Behaviour) (done, goOn bool) {
	switch {
	case b.Code != 0:
		return true, s.send(id, result(searchDone, b.Code, "", b.Text))
	case b.Hang:
		return true, s.hang(ctx)
	case b.Reset:
		reset(s.conn)
		return true, false
	case b.Raw != nil:
		_, err := s.wire.Write(b.Raw)
		return err != nil, false
	}
	return false, true
}

// refer sends a reference to elsewhere, as every search from the root of a domain ends.
func (s *session) refer(id int64) bool {
	op := ber.Encode(ber.ClassApplication, ber.TypeConstructed, searchReference, nil, "")
	op.AppendChild(octets("ldap://elsewhere.example.com/CN=Configuration,DC=example,DC=com"))
	return s.send(id, op)
}

// done ends a search or a page of it.
func (s *session) done(id int64, q query, to, found int, b Behaviour) bool {
	switch {
	case !q.paged && to < found:
		return s.send(id, result(searchDone, ldap.LDAPResultSizeLimitExceeded, "", ""))
	case !q.paged || b.NoControl:
		s.offset = to
		return s.send(id, result(searchDone, 0, "", ""))
	}
	control := ldap.NewControlPaging(0)
	switch {
	case b.Loop && !b.OneCookie:
		s.loops++
		control.SetCookie(fmt.Append(nil, "again ", s.loops))
	case b.OneCookie && (b.Loop || to < found):
		control.SetCookie([]byte("0"))
	case to < found:
		control.SetCookie(strconv.AppendInt(nil, int64(to), 10))
	}
	s.offset = to
	return s.send(id, result(searchDone, 0, "", ""), control.Encode())
}

// root is the entry that describes the server.
func (s *Server) root(x *index) *object {
	attributes := map[string][]string{
		"namingContexts": {x.base}, "vendorName": {"ldaptest"}, "supportedLDAPVersion": {"3"},
		"supportedControl": {ldap.ControlTypePaging}, "supportedExtension": {startTLS},
	}
	if strings.EqualFold(x.base, ForestBase) {
		attributes["defaultNamingContext"] = attributes["namingContexts"]
		attributes["supportedCapabilities"] = []string{"1.2.840.113556.1.4.800"}
	}
	return newObject(Entry{"", attributes})
}
