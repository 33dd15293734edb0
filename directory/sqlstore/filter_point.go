package sqlstore

import (
	"rollcall/directory"
)

// point is a condition that a unique or nearly unique index answers.
type point struct {
	text  string // with one argument, $2
	arg   string
	exact bool // nobody is found who does not match the whole filter
}

// points returns lookups that together find everything that matches f. It fails when f
// does not say whom it means.
func points(table *directory.ResourceType, f directory.Filter) ([]point, bool) {
	p, ok := pointsWithin(table, f)
	if _, alone := f.(directory.Compare); ok && alone {
		for i := range p {
			p[i].exact = true
		}
	}
	return p, ok
}

// pointsWithin may also find others than those that match.
func pointsWithin(table *directory.ResourceType, f directory.Filter) ([]point, bool) {
	switch f := f.(type) {
	case directory.And:
		l, okL := pointsWithin(table, f.L)
		r, okR := pointsWithin(table, f.R)
		if okL && (!okR || len(l) <= len(r)) {
			return l, true
		}
		return r, okR
	case directory.Or:
		l, okL := pointsWithin(table, f.L)
		r, okR := pointsWithin(table, f.R)
		return append(l, r...), okL && okR
	case directory.Within:
		if f.Attr.Name == "emails" && table == directory.Users {
			return emailPoints(f.F)
		}
		if f.Attr.Name == "members" && table == directory.Groups {
			return memberPoints(f.F)
		}
	case directory.Compare:
		return comparePoints(table, f)
	}
	return nil, false
}

func comparePoints(table *directory.ResourceType, c directory.Compare) ([]point, bool) {
	value, ok := operand(c)
	if !ok {
		return nil, false
	}
	p := point{arg: value}
	switch path := c.Path.String(); {
	case path == "id":
		p.text = "t.id = $2"
	case path == "externalId":
		p.text = "t.external_id = $2 and t.external_id <> ''"
	case path == "userName" && table == directory.Users:
		p = point{text: "t.name_key = $2", arg: directory.Fold(value)}
	case (path == "emails" || path == "emails.value") && table == directory.Users:
		p = point{text: withEmail("$2"), arg: directory.Fold(value)}
	case c.Path.Attr.Name == "members" && table == directory.Groups:
		return memberPoints(c)
	default:
		return nil, false
	}
	return []point{p}, true
}

// emailPoints finds an address that one element must have.
func emailPoints(f directory.Filter) ([]point, bool) {
	switch f := f.(type) {
	case directory.And:
		if l, ok := emailPoints(f.L); ok {
			return l, true
		}
		return emailPoints(f.R)
	case directory.Or:
		l, okL := emailPoints(f.L)
		r, okR := emailPoints(f.R)
		return append(l, r...), okL && okR
	case directory.Compare:
		if value, ok := operand(f); ok && f.Path.Attr.Name == "value" {
			return []point{{text: withEmail("$2"), arg: directory.Fold(value)}}, true
		}
	}
	return nil, false
}

func memberPoints(f directory.Filter) ([]point, bool) {
	id, ok := directory.MemberOperand(f)
	if !ok {
		return nil, true // matches nothing
	}
	if checkText([]any{id}) != nil {
		return nil, false
	}
	return []point{{text: withMember("$2"), arg: string(id)}}, true
}
