package directory

import (
	"strings"
	"time"
)

// Filter is a parsed SCIM filter (RFC 7644 §3.4.2.2) whose paths are rows of the
// attribute table. Front ends parse text into it; the store turns what it can into
// SQL, and [Match] decides the rest, so that both always agree.
type Filter interface{ filter() }

// And, Or and Not combine filters.
type (
	And struct{ L, R Filter }
	Or  struct{ L, R Filter }
	Not struct{ F Filter }
)

// Present matches when the attribute has a value that is not empty ("pr").
type Present struct{ Path Path }

// Compare matches when any value of the attribute compares so. Value is a string, a
// bool or nil; a complex attribute is compared by its "value". "ne" is the negation
// of "eq".
type Compare struct {
	Path  Path
	Op    Op
	Value any

	folded string // Value as it is compared, if NewCompare made it and case does not matter
}

// Within matches when one element of a multi-valued attribute matches F, whose
// paths are sub-attributes of Attr.
type Within struct {
	Attr *Attribute
	F    Filter
}

func (And) filter()     {}
func (Or) filter()      {}
func (Not) filter()     {}
func (Present) filter() {}
func (Compare) filter() {}
func (Within) filter()  {}

// Op is a comparison of RFC 7644 §3.4.2.2.
type Op string

// The comparisons.
const (
	Eq Op = "eq"
	Ne Op = "ne"
	Co Op = "co"
	Sw Op = "sw"
	Ew Op = "ew"
	Gt Op = "gt"
	Ge Op = "ge"
	Lt Op = "lt"
	Le Op = "le"
)

// NewCompare checks that op and value fit the attribute (RFC 7644 §3.4.2.2: order
// means nothing for booleans and binaries) and prepares the value.
func NewCompare(p Path, op Op, value any) (Compare, error) {
	leaf := CompareLeaf(p)
	if leaf == nil {
		return Compare{}, Errorf(Invalid, p.String(), "%s cannot be compared", p).
			Hinted("name one of its sub-attributes")
	}
	c := Compare{Path: p, Op: op, Value: value}
	if value == nil {
		if op != Eq && op != Ne {
			return Compare{}, Errorf(Invalid, p.String(), "null can only be compared with eq and ne")
		}
		return c, nil
	}
	return c, checkOperand(leaf, &c)
}

// CompareLeaf returns the attribute that a comparison with p really looks at: the
// "value" of a complex attribute, nil if it has none.
func CompareLeaf(p Path) *Attribute {
	if leaf := p.Leaf(); leaf.Type != Complex {
		return leaf
	}
	return p.Attr.sub("value")
}

func checkOperand(leaf *Attribute, c *Compare) error {
	ordered := c.Op != Eq && c.Op != Ne
	switch leaf.Type {
	case Boolean:
		if _, ok := c.Value.(bool); !ok || ordered {
			return Errorf(Invalid, c.Path.String(), "%s compares with eq or ne to true or false", c.Path)
		}
		return nil
	case Binary:
		if ordered {
			return Errorf(Invalid, c.Path.String(), "%s has no order", c.Path)
		}
	}
	s, ok := c.Value.(string)
	if !ok {
		return Errorf(Invalid, c.Path.String(), "%s compares to a string", c.Path)
	}
	if leaf.Type == DateTime {
		t, err := time.Parse(time.RFC3339, s)
		if err != nil {
			return Errorf(Invalid, c.Path.String(), "%q is not a date and time such as 2026-01-31T08:00:00Z", s)
		}
		c.Value = FormatTime(t)
	} else if !leaf.CaseExact {
		c.folded = Fold(s)
	}
	return nil
}

// Match reports whether u satisfies f. groups are the groups to which u belongs.
func (u *User) Match(f Filter, groups []GroupRef) bool {
	return match(f, func(a *Attribute) any {
		if a.Name == "groups" {
			return groupObjects(groups)
		}
		return a.Value(u)
	})
}

func groupObjects(groups []GroupRef) any {
	return objects(groups, func(g GroupRef) Object {
		return Object{"value": string(g.ID), "display": g.DisplayName, "type": "direct"}
	})
}

// Match reports whether g satisfies f. has says whether an id is that of a member;
// comparisons of members other than "eq" with their value match nothing.
func (g *Group) Match(f Filter, has func(ResourceID) bool) bool {
	if m, ok := f.(Within); ok && m.Attr.Name == "members" {
		return matchMember(m.F, has)
	}
	switch f := f.(type) {
	case And:
		return g.Match(f.L, has) && g.Match(f.R, has)
	case Or:
		return g.Match(f.L, has) || g.Match(f.R, has)
	case Not:
		return !g.Match(f.F, has)
	case Compare:
		if f.Path.Attr.Name == "members" {
			return matchMember(f, has)
		}
	}
	return match(f, func(a *Attribute) any { return GroupValue(g, a) })
}

func matchMember(f Filter, has func(ResourceID) bool) bool {
	id, ok := MemberOperand(f)
	return ok && has(id)
}

// MemberOperand returns the id in a comparison "value eq ID" of members.
func MemberOperand(f Filter) (ResourceID, bool) {
	c, ok := f.(Compare)
	if !ok || c.Op != Eq || CompareLeaf(c.Path) == nil || CompareLeaf(c.Path).Name != "value" {
		return "", false
	}
	id, ok := c.Value.(string)
	return ResourceID(id), ok
}

// MatchObject reports whether one element of a multi-valued attribute satisfies f,
// whose paths are its sub-attributes. PATCH uses it for value paths.
func MatchObject(f Filter, o Object) bool {
	return match(f, func(a *Attribute) any { return o[a.Name] })
}

func match(f Filter, value func(*Attribute) any) bool {
	switch f := f.(type) {
	case And:
		return match(f.L, value) && match(f.R, value)
	case Or:
		return match(f.L, value) || match(f.R, value)
	case Not:
		return !match(f.F, value)
	case Present:
		return matchPresent(f.Path, value(f.Path.Attr))
	case Compare:
		return matchCompare(f, value(f.Path.Attr))
	case Within:
		for _, o := range elements(value(f.Attr)) {
			if MatchObject(f.F, o) {
				return true
			}
		}
	}
	return false
}

func elements(v any) []Object {
	switch v := v.(type) {
	case []Object:
		return v
	case Object:
		return []Object{v}
	}
	return nil
}

// leaves returns the simple values at p within the attribute's value v.
func leaves(p Path, v any) []any {
	sub := p.Sub
	if sub == nil && p.Attr.Type == Complex {
		sub = CompareLeaf(p)
	}
	if sub == nil {
		return simpleValues(v)
	}
	var all []any
	for _, o := range elements(v) {
		if e, ok := o[sub.Name]; ok {
			all = append(all, e)
		} else if sub.Type == Boolean {
			all = append(all, false)
		}
	}
	return all
}

func simpleValues(v any) []any {
	switch v := v.(type) {
	case nil:
		return nil
	case []string:
		all := make([]any, len(v))
		for i, s := range v {
			all[i] = s
		}
		return all
	}
	return []any{v}
}

func matchPresent(p Path, v any) bool {
	if p.Sub == nil && p.Attr.Type == Complex {
		return len(elements(v)) > 0
	}
	for _, e := range leaves(p, v) {
		if e != "" && e != nil {
			return true
		}
	}
	return false
}

func matchCompare(c Compare, v any) bool {
	if c.Op == Ne {
		c.Op = Eq
		return !matchCompare(c, v)
	}
	values := leaves(c.Path, v)
	if c.Value == nil { // eq null
		return !matchPresent(c.Path, v)
	}
	leaf := CompareLeaf(c.Path)
	for _, e := range values {
		if holds(leaf, &c, e) {
			return true
		}
	}
	return false
}

func holds(leaf *Attribute, c *Compare, have any) bool {
	if b, ok := have.(bool); ok {
		return b == c.Value
	}
	h, _ := have.(string)
	w, _ := c.Value.(string)
	if !leaf.CaseExact && leaf.Type != DateTime {
		h = Fold(h)
		if w = c.folded; w == "" {
			w = Fold(c.Value.(string))
		}
	}
	switch c.Op {
	case Eq:
		return h == w
	case Co:
		return strings.Contains(h, w)
	case Sw:
		return strings.HasPrefix(h, w)
	case Ew:
		return strings.HasSuffix(h, w)
	case Gt:
		return h > w
	case Ge:
		return h >= w
	case Lt:
		return h < w
	case Le:
		return h <= w
	}
	return false
}
