package ldap

import (
	"strings"

	"rollcall/directory"
	bridgesync "rollcall/sync"
)

// person makes a person of an entry. Most of them have not changed since the last run, so
// what costs most, the mapping, is left for whoever needs it.
func (s *Source) person(e *entry) *bridgesync.Person {
	p := &bridgesync.Person{Entry: e.dn, Ref: NormalDN(e.dn)}
	if p.Key, p.Fault = s.key(e); p.Fault != nil {
		return p
	}
	state, fault := s.preset.state(e)
	if fault == nil {
		fault = e.whole()
	}
	wanted := &directory.User{Wanted: true}
	if fault == nil {
		fault = s.active.fill(wanted, e)
	}
	if p.Fault = fault; fault != nil {
		return p
	}
	p.Until = state.until
	p.User.Wanted = wanted.Wanted && state.enabled
	p.Mark = s.markPerson(e, p)
	p.Fill = func() *directory.Error {
		u, fault := s.rules.user(e)
		if fault == nil {
			u.ExternalID, u.Wanted = p.Key, p.User.Wanted
			p.User = *u
		}
		return fault
	}
	return p
}

// whole refuses an entry of which the server sent some values only. For people nobody
// fetches the rest: so many mean that something else is wrong.
func (e *entry) whole() *directory.Error {
	for _, a := range e.attributes {
		if kind, _, _, ok := rangeOf(a.name); ok {
			return directory.Errorf(directory.Invalid, "", "%s has more values than the server sends at once", kind)
		}
	}
	return nil
}

// key returns the identifier of an entry. Without one the entry is of no use: the same
// person could not be told again after a rename.
func (s *Source) key(e *entry) (string, *directory.Error) {
	value := e.value(s.keyAttribute)
	if value == "" && e.cut {
		return "", directory.Errorf(directory.Invalid, "", "the entry is too large to be read").
			Hinted("see what takes so much room in it")
	}
	key, ok := keyText(s.keyAttribute, value)
	if !ok || len(key) > 255 {
		return "", directory.Errorf(directory.Invalid, "externalId", "the entry has no usable %s to tell it by", s.keyAttribute).
			Hinted("let the bind account read it, or set id_attribute or preset to what the server has")
	}
	if e.cut {
		return key, directory.Errorf(directory.Invalid, "", "the entry is too large to be read").
			Hinted("see what takes so much room in it")
	}
	return key, nil
}

// user maps an entry.
func (m mapping) user(e *entry) (*directory.User, *directory.Error) {
	u := &directory.User{Wanted: true}
	if fault := m.fill(u, e); fault != nil {
		return nil, fault
	}
	if u.UserName == "" {
		return nil, directory.Errorf(directory.Invalid, "userName", "the entry has nothing from which userName is made")
	}
	return u, nil
}

// fill sets everything that is mapped.
func (m mapping) fill(u *directory.User, e *entry) *directory.Error {
	for len(m) > 0 {
		attr, n := m[0].path.Attr, 1
		for n < len(m) && m[n].path.Attr == attr {
			n++
		}
		value, fault := m[:n].value(attr, e)
		if fault != nil {
			return fault
		}
		if fault := assign(u, attr, value); fault != nil {
			return fault
		}
		m = m[n:]
	}
	return nil
}

// assign sets an attribute that has a value. The others stay as they are with everybody.
func assign(u *directory.User, attr *directory.Attribute, value any) *directory.Error {
	if value == nil {
		return nil
	}
	coerced, fault := directory.Coerce(attr, value)
	if fault == nil {
		attr.Assign(u, coerced)
	}
	return fault
}

// value returns the value that rules of one attribute make, in the form that JSON would
// have.
func (m mapping) value(attr *directory.Attribute, e *entry) (any, *directory.Error) {
	switch {
	case attr.Multi:
		return m.list(attr, e)
	case attr.Type == directory.Complex:
		return m.object(e)
	}
	values, fault := m[0].values(e)
	if fault != nil || len(values) == 0 {
		return nil, fault
	}
	if attr.Type == directory.Boolean {
		return boolean(m[0].String(), values[0])
	}
	return values[0], nil
}

// values returns what the first template gives that gives something.
func (r *rule) values(e *entry) ([]string, *directory.Error) {
	for _, t := range r.from {
		values, fault := t.values(e, r.path.Leaf().Type == directory.Binary)
		if fault != nil {
			fault.Attr = r.String()
			return nil, fault
		}
		if len(values) > 0 {
			return values, nil
		}
	}
	return nil, nil
}

// boolean reads a truth as LDAP and people write it (RFC 4517 §3.3.3).
func boolean(path, value string) (any, *directory.Error) {
	switch strings.ToLower(value) {
	case "true", "yes", "1":
		return true, nil
	case "false", "no", "0":
		return false, nil
	}
	return nil, directory.Errorf(directory.Invalid, path, "%q is neither TRUE nor FALSE", excerpt(value))
}

// object returns the parts of a value that has parts.
func (m mapping) object(e *entry) (any, *directory.Error) {
	o := directory.Object{}
	for _, r := range m {
		values, fault := r.values(e)
		if fault != nil {
			return nil, fault
		}
		if len(values) > 0 {
			o[r.path.Sub.Name] = values[0]
		}
	}
	if len(o) == 0 {
		return nil, nil
	}
	return o, nil
}

// list returns the values of a multi-valued attribute, of which the first e-mail address
// is the primary one.
func (m mapping) list(attr *directory.Attribute, e *entry) (any, *directory.Error) {
	var all []any
	for len(m) > 0 {
		n := 1
		for n < len(m) && m[n].kind == m[0].kind {
			n++
		}
		of, fault := m[:n].ofKind(e)
		if fault != nil {
			return nil, fault
		}
		all, m = append(all, of...), m[n:]
	}
	if len(all) == 0 {
		return nil, nil
	}
	if attr.Name == "emails" {
		all[0].(directory.Object)["primary"] = true
	}
	return all, nil
}

// ofKind returns the values of one type: one made of parts, or as many as the attribute has.
func (m mapping) ofKind(e *entry) ([]any, *directory.Error) {
	if m[0].path.Sub.Name != "value" {
		o, fault := m.object(e)
		if fault != nil || o == nil {
			return nil, fault
		}
		m[0].typed(o.(directory.Object))
		return []any{o}, nil
	}
	values, fault := m[0].values(e)
	var all []any
	for _, v := range values {
		o := directory.Object{"value": v}
		m[0].typed(o)
		all = append(all, o)
	}
	return all, fault
}

func (r *rule) typed(o directory.Object) {
	if r.kind != "" {
		o["type"] = r.kind
	}
}
