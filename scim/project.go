package scim

import (
	"strings"

	"rollcall/directory"
)

// projection is which attributes a client wants to see (RFC 7644 §3.9). The zero
// projection shows everything that is returned by default. The standard calls the two
// lists mutually exclusive; who gives both gets the one less the other.
type projection struct {
	only    selection // nil: everything
	without selection
}

// selection maps attributes to the sub-attributes that are meant, nil for all of them.
type selection map[*directory.Attribute]map[*directory.Attribute]bool

// projection reads the lists of a query. Names that nobody knows are ignored.
func (q *query) projection(rt *directory.ResourceType) projection {
	return projection{only: selectAttributes(rt, q.attributes), without: selectAttributes(rt, q.excludedAttributes)}
}

func selectAttributes(rt *directory.ResourceType, list string) selection {
	if list == "" {
		return nil
	}
	s := make(selection)
	for name := range strings.SplitSeq(list, ",") {
		name = strings.TrimSpace(name)
		if uri := rt.SchemaURI(name); uri != "" {
			s.addSchema(rt, uri)
		} else if p, err := rt.Path(name); err == nil {
			s.add(p)
		}
	}
	return s
}

func (s selection) addSchema(rt *directory.ResourceType, uri string) {
	for i := range rt.Attributes {
		if a := &rt.Attributes[i]; a.Schema == uri {
			s[a] = nil
		}
	}
}

func (s selection) add(p directory.Path) {
	subs, known := s[p.Attr]
	switch {
	case p.Sub == nil:
		s[p.Attr] = nil
	case !known:
		s[p.Attr] = map[*directory.Attribute]bool{p.Sub: true}
	case subs != nil:
		subs[p.Sub] = true
	}
}

// wants reports whether any part of a is to be shown.
func (p *projection) wants(a *directory.Attribute) bool {
	if a.Returned == directory.ReturnedAlways {
		return true
	}
	_, only := p.only[a]
	subs, without := p.without[a]
	return (p.only == nil || only) && !(without && subs == nil)
}

// wantsSub reports whether a's sub-attribute s is to be shown, if a is.
func (p *projection) wantsSub(a, s *directory.Attribute) bool {
	only, without := p.only[a], p.without[a]
	return (only == nil || only[s]) && !without[s]
}

// splices reports whether the stored document can be sent as it is: nothing is left out
// but what is added to it anyway.
func (p *projection) splices() bool {
	if p.only != nil {
		return false
	}
	for a, subs := range p.without {
		if a.Name != "members" && (a.Name != "groups" || subs != nil) && a.Returned != directory.ReturnedAlways {
			return false
		}
	}
	return true
}

// apply leaves in a resource's tree what p wants, and corrects the list of schemas
// (RFC 7643 §3: those that are really present).
func (p *projection) apply(rt *directory.ResourceType, tree directory.Object) {
	for i := range rt.Attributes {
		a := &rt.Attributes[i]
		in := tree
		if a.Extension() {
			in, _ = tree[a.Schema].(directory.Object)
		}
		if v, ok := in[a.Name]; !ok {
			continue
		} else if !p.wants(a) {
			delete(in, a.Name)
		} else if p.narrow(a, v) {
			delete(in, a.Name)
		}
	}
	schemas := []any{rt.Schema}
	for _, uri := range rt.Extensions {
		if o, _ := tree[uri].(directory.Object); len(o) > 0 {
			schemas = append(schemas, uri)
		} else {
			delete(tree, uri)
		}
	}
	tree["schemas"] = schemas
}

// narrow removes the sub-attributes of v that are not wanted, and reports whether
// nothing is left.
func (p *projection) narrow(a *directory.Attribute, v any) bool {
	switch v := v.(type) {
	case directory.Object:
		for i := range a.Sub {
			if s := &a.Sub[i]; !p.wantsSub(a, s) {
				delete(v, s.Name)
			}
		}
		return len(v) == 0
	case []any:
		for _, e := range v {
			p.narrow(a, e)
		}
	}
	return false
}
