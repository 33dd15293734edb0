package ldap

import "strings"

// entry is an object as it was sent. Its texts are parts of one copy of the message.
type entry struct {
	dn         string
	attributes []attribute
	cut        bool // too large to be taken in: only the name is known
}

// attribute is an attribute of an entry, its name with any options.
type attribute struct {
	name   string
	values []string
}

// maxParts is how many attributes and values an entry may have, together. A group with a
// million members is larger than any that was heard of.
const maxParts = 1_000_000

// parseEntry reads the content of a SearchResultEntry (RFC 4511 §4.5.2). Of one with too
// many parts it takes in only the name.
func parseEntry(body string) (*entry, error) {
	c := cursor{rest: body}
	e := &entry{dn: c.take(tagOctets), attributes: make([]attribute, 0, 16)}
	list := c.enter(tagSequence)
	all := make([]string, 0, 16) // values of several attributes, to spare allocations
	for parts := 0; list.more(); parts++ {
		one := list.enter(tagSequence)
		a := attribute{name: one.take(tagOctets)}
		set := one.enter(tagSet)
		first := len(all)
		for ; set.more() && parts < maxParts; parts++ {
			all = append(all, set.take(tagOctets))
		}
		a.values = all[first:len(all):len(all)]
		list.bad = list.bad || one.bad || set.bad
		e.attributes = append(e.attributes, a)
		if parts >= maxParts {
			return &entry{dn: e.dn, cut: true}, nil
		}
	}
	if c.bad || list.bad {
		return nil, errMalformed
	}
	return e, nil
}

// parseName reads the name of an entry from the beginning of a message that is too large
// to be taken in.
func parseName(body string) (string, bool) {
	c := cursor{rest: body}
	name := c.take(tagOctets)
	return name, !c.bad
}

// values returns the values of an attribute, its name compared without case. An attribute
// with options that were not asked for is another one (RFC 4512 §2.5); binary is none, it
// only says how the value was sent (RFC 4522).
func (e *entry) values(name string) []string {
	name = withoutBinary(name)
	for i := range e.attributes {
		if a := &e.attributes[i]; strings.EqualFold(withoutBinary(a.name), name) {
			return a.values
		}
	}
	return nil
}

func withoutBinary(name string) string {
	const option = ";binary"
	if n := len(name) - len(option); n > 0 && strings.EqualFold(name[n:], option) {
		return name[:n]
	}
	return name
}

// value returns the first value of an attribute, or nothing.
func (e *entry) value(name string) string {
	if values := e.values(name); len(values) > 0 {
		return values[0]
	}
	return ""
}
