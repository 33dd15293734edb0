package ldaptest

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	ber "github.com/go-asn1-ber/asn1-ber"
	"github.com/go-ldap/ldap/v3"
)

// index is a directory to be searched.
type index struct {
	base    string
	reader  string // who may read
	objects []*object
	known   map[string]bool // by folded name
}

// object is an entry, its attributes in the order they are sent.
type object struct {
	dn     string
	folded string
	names  []string
	values map[string][]string // by name in lower case
}

func newIndex(d Directory) *index {
	x := &index{base: d.Base, reader: cmp.Or(d.Reader, BindDN), known: map[string]bool{}}
	for _, e := range slices.Concat(d.containers(), d.People, d.Groups) {
		o := newObject(e)
		x.objects = append(x.objects, o)
		x.known[o.folded] = true
	}
	x.known[fold(d.Base)] = true
	return x
}

func newObject(e Entry) *object {
	o := &object{dn: e.DN, folded: fold(e.DN), names: slices.Sorted(maps.Keys(e.Attributes)), values: map[string][]string{}}
	for name, values := range e.Attributes {
		o.values[strings.ToLower(name)] = values
	}
	return o
}

// fold makes names comparable, as far as our own go.
func fold(dn string) string {
	return strings.ToLower(strings.ReplaceAll(dn, ", ", ","))
}

func (x *index) has(dn string) bool { return x.known[fold(dn)] }

// above returns the nearest entry above a name that does not exist.
func (x *index) above(dn string) string {
	for dn != "" {
		if x.has(dn) {
			return dn
		}
		_, dn, _ = strings.Cut(dn, ",")
	}
	return ""
}

// find returns the objects within the scope that match.
func (x *index) find(q query) []*object {
	var found []*object
	base := fold(q.base)
	for _, o := range x.objects {
		if within(o.folded, base, q.scope) && matches(q.filter, o) {
			found = append(found, o)
		}
	}
	return found
}

func within(dn, base string, scope int64) bool {
	switch scope {
	case ldap.ScopeBaseObject:
		return dn == base
	case ldap.ScopeSingleLevel:
		_, parent, _ := strings.Cut(dn, ",")
		return parent == base
	}
	return dn == base || strings.HasSuffix(dn, ","+base)
}

// encode makes a SearchResultEntry with the attributes asked for, none meaning all.
func (o *object) encode(asked []string, rangeCap int) *ber.Packet {
	op := ber.Encode(ber.ClassApplication, ber.TypeConstructed, searchEntry, nil, "")
	op.AppendChild(octets(o.dn))
	list := ber.NewSequence("")
	if len(asked) == 0 || slices.Contains(asked, "*") {
		asked = o.names
	}
	for _, name := range asked {
		kind, from, ranged := strings.Cut(name, ";range=")
		values, ok := o.values[strings.ToLower(kind)]
		if !ok {
			continue
		}
		start := 0
		if ranged {
			first, _, _ := strings.Cut(from, "-")
			start, _ = strconv.Atoi(first)
		}
		appendValues(list, kind, values, start, rangeCap, ranged)
	}
	op.AppendChild(list)
	return op
}

// appendValues adds an attribute, or a range of it as Active Directory does: an empty
// one under its own name, and the first values under the name of the range.
func appendValues(list *ber.Packet, kind string, values []string, start, rangeCap int, ranged bool) {
	end := len(values)
	if rangeCap > 0 {
		end = min(end, start+rangeCap)
	}
	switch {
	case start > len(values):
		return
	case end < len(values):
		list.AppendChild(attribute(kind, nil))
		kind = fmt.Sprintf("%s;range=%d-%d", kind, start, end-1)
	case ranged:
		kind = fmt.Sprintf("%s;range=%d-*", kind, start)
	}
	list.AppendChild(attribute(kind, values[start:end]))
}

func attribute(name string, values []string) *ber.Packet {
	one := ber.NewSequence("")
	one.AppendChild(octets(name))
	set := ber.Encode(ber.ClassUniversal, ber.TypeConstructed, ber.TagSet, nil, "")
	for _, v := range values {
		set.AppendChild(octets(v))
	}
	one.AppendChild(set)
	return one
}
