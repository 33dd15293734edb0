package scim

import (
	"time"

	"rollcall/directory"
)

// The attributes that are not in stored documents but added when they are sent, and
// those of a member.
var (
	groupsAttribute  = directory.Users.Attribute("", "groups")
	membersAttribute = directory.Groups.Attribute("", "members")
	memberValue      = subOf(membersAttribute, "value")
	memberRef        = subOf(membersAttribute, "$ref")
	memberType       = subOf(membersAttribute, "type")
	memberDisplay    = subOf(membersAttribute, "display")
)

// appendUser adds a user to the answer. The stored bytes are sent as they are; only a
// projection into them makes it necessary to decode them.
func (x *exchange) appendUser(p *projection, s *directory.Stored) error {
	if !p.splices() {
		return x.appendProjected(directory.Users, p, s)
	}
	x.buf = append(x.buf, s.Doc[:len(s.Doc)-1]...)
	if len(s.Groups) > 0 && p.wants(groupsAttribute) {
		x.buf = append(x.buf, `,"groups":[`...)
		for i, g := range s.Groups {
			if i > 0 {
				x.buf = append(x.buf, ',')
			}
			x.buf = x.appendGroupRef(x.buf, g)
		}
		x.buf = append(x.buf, ']')
	}
	x.appendMeta(directory.Users, s)
	x.buf = append(x.buf, '}')
	return nil
}

func (x *exchange) appendGroupRef(b []byte, g directory.GroupRef) []byte {
	b = append(b, `{"value":"`...)
	b = append(b, g.ID...)
	b = append(b, `","$ref":`...)
	b = x.appendLocation(b, directory.Groups, g.ID)
	b = append(b, `,"display":`...)
	b = appendString(b, g.DisplayName)
	return append(b, `,"type":"direct"}`...)
}

// appendGroup adds a group to the answer, reading its members only if they are wanted.
// What grows too large is streamed with the given status.
func (x *exchange) appendGroup(p *projection, s *directory.Stored, status int) error {
	if p.splices() {
		x.buf = append(x.buf, s.Doc[:len(s.Doc)-1]...)
		x.appendMeta(directory.Groups, s)
	} else {
		if err := x.appendProjected(directory.Groups, p, s); err != nil {
			return err
		}
		x.buf = x.buf[:len(x.buf)-1]
	}
	if p.wants(membersAttribute) {
		if err := x.appendMembers(p, s.ID, status); err != nil {
			return err
		}
	}
	x.buf = append(x.buf, '}')
	return nil
}

// appendMembers adds the list of members; an empty one is left out (RFC 7643 §2.5).
func (x *exchange) appendMembers(p *projection, group directory.ResourceID, status int) error {
	shape := memberShape{
		value:   p.wantsSub(membersAttribute, memberValue),
		ref:     p.wantsSub(membersAttribute, memberRef) && x.profile.memberRef,
		kind:    p.wantsSub(membersAttribute, memberType),
		display: p.wantsSub(membersAttribute, memberDisplay),
	}
	opening := `,"members":[`
	err := x.s.Directory.EachMember(x.r.Context(), x.by, group, func(m directory.Member) error {
		x.buf = append(x.buf, opening...)
		opening = ","
		x.buf = x.appendMember(x.buf, shape, m)
		x.grown(status)
		return nil
	})
	if opening == "," {
		x.buf = append(x.buf, ']')
	}
	return err
}

type memberShape struct{ value, ref, kind, display bool }

func (x *exchange) appendMember(b []byte, shape memberShape, m directory.Member) []byte {
	begin := len(b)
	if shape.value {
		b = append(b, `,"value":"`...)
		b = append(append(b, m.ID...), '"')
	}
	if shape.ref {
		b = append(b, `,"$ref":`...)
		b = x.appendLocation(b, directory.Users, m.ID)
	}
	if shape.kind {
		b = append(b, `,"type":"User"`...)
	}
	if shape.display && m.Display != "" {
		b = append(b, `,"display":`...)
		b = appendString(b, m.Display)
	}
	if len(b) == begin {
		b = append(b, ',')
	}
	b[begin] = '{'
	return append(b, '}')
}

// appendMeta adds the member meta to an open object.
func (x *exchange) appendMeta(rt *directory.ResourceType, s *directory.Stored) {
	b := append(x.buf, `,"meta":{"resourceType":"`...)
	b = append(b, rt.Name...)
	b = append(b, `","created":"`...)
	b = appendTime(b, s.Meta.Created)
	b = append(b, `","lastModified":"`...)
	b = appendTime(b, s.Meta.Modified)
	b = append(b, `","location":`...)
	b = x.appendLocation(b, rt, s.ID)
	b = append(b, `,"version":"W/\"`...)
	b = appendInt(b, int64(s.Meta.Version))
	x.buf = append(b, `\""}`...)
}

// appendTime is directory.FormatTime without a string in between.
func appendTime(b []byte, t time.Time) []byte {
	return t.UTC().AppendFormat(b, "2006-01-02T15:04:05.000Z")
}

func (x *exchange) appendLocation(b []byte, rt *directory.ResourceType, id directory.ResourceID) []byte {
	b = appendString(b, x.base)
	b = append(b[:len(b)-1], rt.Endpoint...)
	b = append(b, '/')
	return append(append(b, id...), '"')
}

// location returns the address of a resource.
func (x *exchange) location(rt *directory.ResourceType, id directory.ResourceID) string {
	return x.base + rt.Endpoint + "/" + string(id)
}

// appendProjected decodes the stored document and adds what p leaves of it, and of what
// is not stored but for members.
func (x *exchange) appendProjected(rt *directory.ResourceType, p *projection, s *directory.Stored) error {
	tree, err := decodeObject(string(s.Doc))
	if err != nil {
		return directory.Errorf(directory.Internal, "", "stored document %s: %v", s.ID, err)
	}
	tree["meta"] = directory.Object{"resourceType": rt.Name, "created": directory.FormatTime(s.Meta.Created),
		"lastModified": directory.FormatTime(s.Meta.Modified), "location": x.location(rt, s.ID), "version": s.Meta.Version.ETag()}
	if len(s.Groups) > 0 {
		tree["groups"] = x.groupTree(s.Groups)
	}
	p.apply(rt, tree)
	x.buf = appendValue(x.buf, tree)
	return nil
}

func (x *exchange) groupTree(groups []directory.GroupRef) []any {
	list := make([]any, len(groups))
	for i, g := range groups {
		list[i] = directory.Object{"value": string(g.ID), "$ref": x.location(directory.Groups, g.ID),
			"display": g.DisplayName, "type": "direct"}
	}
	return list
}
