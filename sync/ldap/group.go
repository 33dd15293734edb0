package ldap

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"rollcall/directory"
	bridgesync "rollcall/sync"
)

// group makes a group of an entry that is complete.
func (s *Source) group(e *entry) *bridgesync.Group {
	g := &bridgesync.Group{Entry: e.dn}
	g.Key, g.Fault = s.key(e)
	if g.Fault != nil {
		return g
	}
	names, fault := clean(s.groupName, e.values(s.groupName), false)
	switch {
	case fault != nil:
		fault.Attr = "displayName"
		g.Fault = fault
		return g
	case len(names) == 0:
		g.Fault = directory.Errorf(directory.Invalid, "displayName", "the entry has no %s to be called by", s.groupName)
		return g
	}
	g.Group = directory.Group{ExternalID: g.Key, DisplayName: names[0]}
	g.Members = s.membersOf(e)
	g.Mark = s.markGroup(g)
	return g
}

// membersOf returns the members, sorted, each once.
func (s *Source) membersOf(e *entry) []string {
	var members []string
	for _, name := range s.members {
		for _, dn := range e.values(name) {
			members = append(members, NormalDN(withoutBits(dn)))
		}
	}
	slices.Sort(members)
	return slices.Compact(members)
}

// withoutBits cuts off what may follow a name in uniqueMember: #'0101'B (RFC 4517 §3.3.21).
func withoutBits(dn string) string {
	if strings.HasSuffix(dn, "'B") {
		if at := strings.LastIndex(dn, "#'"); at >= 0 {
			return dn[:at]
		}
	}
	return dn
}

// complete asks for what a page of groups left out: the members beyond those that Active
// Directory sends at once, and the identifiers of entries that are too large.
func (s *Source) complete(c *conn, page []*entry) error {
	if err := s.identify(c, page); err != nil {
		return err
	}
	for _, e := range page {
		for _, name := range s.members {
			if err := c.whole(e, name); err != nil {
				return err
			}
		}
	}
	return nil
}

// identify asks for the identifiers of entries that were too large to be taken in. They
// cannot be used, but they must not pass for missing.
func (s *Source) identify(c *conn, page []*entry) error {
	for _, e := range page {
		if !e.cut {
			continue
		}
		only, err := c.lookUp(e.dn, s.keyAttribute)
		if err != nil {
			return err
		}
		if only != nil {
			e.attributes = only.attributes
		}
	}
	return nil
}

// lookUp reads attributes of one entry. It returns nil for one that is gone.
func (c *conn) lookUp(dn string, attributes ...string) (*entry, error) {
	request := search{base: dn, scope: 0, filter: anything, attributes: attributes}.encode()
	entries, _, err := c.search(request, 1)
	if hasCode(err, noSuchObject) {
		return nil, nil
	}
	if err != nil || len(entries) == 0 {
		return nil, err
	}
	return entries[0], nil
}

// anything is the filter (objectClass=*), encoded.
var anything = element(0x87, []byte("objectClass"))

// whole fetches the values of an attribute that was sent in part, until all are there.
func (c *conn) whole(e *entry, name string) error {
	some, found := e.part(name)
	if !found || some.from != 0 {
		return nil
	}
	values := some.values
	for !some.last {
		if len(values) > maxParts {
			e.cut = true
			return nil
		}
		more, err := c.lookUp(e.dn, fmt.Sprintf("%s;range=%d-*", name, len(values)))
		if err != nil {
			return err
		}
		if more == nil {
			return incomplete("%s was gone before all its members were read", e.dn).Hinted("the next run will see what became of it")
		}
		if some, found = more.part(name); !found || some.from != len(values) || len(some.values) == 0 {
			return incomplete("the server sent the members of %s with a gap", e.dn)
		}
		values = append(values, some.values...)
	}
	e.attributes = append([]attribute{{name, values}}, e.attributes...)
	return nil
}

// portion is some of the values of an attribute.
type portion struct {
	values []string
	from   int
	last   bool
}

// part finds a part of the values of an attribute. One that is there as a whole is none.
func (e *entry) part(name string) (portion, bool) {
	for _, a := range e.attributes {
		kind, from, to, ok := rangeOf(a.name)
		if !ok || !strings.EqualFold(kind, name) {
			continue
		}
		return portion{a.values, from, to == "*"}, true
	}
	return portion{}, false
}

// rangeOf splits member;range=1500-2999.
func rangeOf(name string) (kind string, from int, to string, ok bool) {
	if strings.IndexByte(name, ';') < 0 {
		return "", 0, "", false
	}
	kind, bounds, ranged := strings.Cut(strings.ToLower(name), ";range=")
	first, to, both := strings.Cut(bounds, "-")
	from, err := strconv.Atoi(first)
	return kind, from, to, ranged && both && err == nil
}
