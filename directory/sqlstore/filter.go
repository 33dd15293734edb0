package sqlstore

import (
	"cmp"
	"regexp"
	"strconv"

	"rollcall/directory"
)

// condition is SQL that holds for every row that matches a filter. Where it is exact
// it holds for no other; where it is not, Match decides about each row that it lets
// through. The empty text holds for every row.
type condition struct {
	text  string
	exact bool
}

var (
	always = condition{"", true}
	never  = condition{"1 = 0", true}
	anyone = condition{"", false} // for Match to decide
)

func (c condition) not() condition {
	switch {
	case !c.exact:
		return anyone // whoever is let through may or may not match
	case c == always:
		return never
	case c == never:
		return always
	}
	return condition{"not (" + c.text + ")", true}
}

func (c condition) and(d condition) condition {
	switch {
	case c == never || d == never:
		return never
	case c.text == "":
		return condition{d.text, c.exact && d.exact}
	case d.text == "":
		return condition{c.text, c.exact && d.exact}
	}
	return condition{"(" + c.text + " and " + d.text + ")", c.exact && d.exact}
}

func (c condition) or(d condition) condition {
	switch {
	case c == always || d == always:
		return always
	case c == never:
		return d
	case d == never:
		return c
	case c.text == "" || d.text == "":
		return anyone
	}
	return condition{"(" + c.text + " or " + d.text + ")", c.exact && d.exact}
}

// translator turns filters over one table into conditions on its columns.
type translator struct {
	table *directory.ResourceType
	shelf string // where rows are sought
	args  []any  // of the placeholders so far
	shy   string // before a column, keeps SQLite from choosing an index for it

	groupsOf directory.SourceID // whose groups count; empty: all
}

// arg adds an argument and returns its placeholder.
func (t *translator) arg(v any) string {
	t.args = append(t.args, v)
	return "$" + strconv.Itoa(len(t.args))
}

// condition translates f, and returns the arguments of its placeholders.
func (t *translator) condition(f directory.Filter) (condition, []any) {
	given := len(t.args)
	c := t.translate(f, false)
	return t.renumber(c, given)
}

// renumber drops the arguments of comparisons that turned out not to matter, for
// PostgreSQL takes none that is not used. Those that were given stay.
func (t *translator) renumber(c condition, given int) (condition, []any) {
	args := t.args[:given:given]
	numbers := make(map[string]string)
	c.text = placeholder.ReplaceAllStringFunc(c.text, func(old string) string {
		n, _ := strconv.Atoi(old[1:])
		if n > given && numbers[old] == "" {
			args = append(args, t.args[n-1])
			numbers[old] = "$" + strconv.Itoa(len(args))
		}
		return cmp.Or(numbers[old], old)
	})
	return c, args
}

var placeholder = regexp.MustCompile(`\$[0-9]+`)

// translate translates f or, if negated, its opposite. Negation is carried down to the
// comparisons, for the opposite of a condition that lets too much through is of no use.
func (t *translator) translate(f directory.Filter, negated bool) condition {
	switch f := f.(type) {
	case directory.And:
		if negated {
			return t.translate(f.L, true).or(t.translate(f.R, true))
		}
		return t.translate(f.L, false).and(t.translate(f.R, false))
	case directory.Or:
		if negated {
			return t.translate(f.L, true).and(t.translate(f.R, true))
		}
		return t.translate(f.L, false).or(t.translate(f.R, false))
	case directory.Not:
		return t.translate(f.F, !negated)
	}
	if c, ok := t.active(f, negated); ok {
		return c
	}
	c := t.leaf(f)
	if negated {
		return c.not()
	}
	return c
}

// leaf translates a filter that is not made of others.
func (t *translator) leaf(f directory.Filter) condition {
	if t.table == directory.Groups {
		if c, ok := t.members(f); ok {
			return c
		}
	}
	switch f := f.(type) {
	case directory.Present:
		return t.present(f.Path)
	case directory.Compare:
		return t.compare(f)
	case directory.Within:
		return t.within(f)
	}
	return anyone
}

func (t *translator) compare(c directory.Compare) condition {
	switch {
	case c.Op == directory.Ne:
		c.Op = directory.Eq
		return t.compare(c).not()
	case c.Value == nil:
		return t.present(c.Path).not()
	}
	switch c.Path.String() {
	case "id":
		return t.text("t.id", c, false)
	case "externalId":
		return t.text("t.external_id", c, false)
	case "displayName":
		return t.text("t.display_key", c, true)
	case "meta.lastModified":
		return t.moment("t.modified", c)
	case "meta.created":
		return t.moment("t.created", c)
	}
	if t.table == directory.Users {
		return t.compareUser(c)
	}
	return anyone
}

func (t *translator) compareUser(c directory.Compare) condition {
	switch c.Path.String() {
	case "userName":
		return t.text("t.name_key", c, true)
	case "emails", "emails.value":
		return t.email(c)
	case "groups", "groups.value":
		return t.inGroup(c)
	case directory.ChatSchema + ":state":
		return state(c)
	}
	return anyone
}

func (t *translator) present(p directory.Path) condition {
	switch p.String() {
	case "id", "meta", "meta.lastModified", "meta.created", "active":
		return always
	case "externalId":
		return condition{"t.external_id <> ''", true}
	case "displayName":
		return condition{"t.display_key <> ''", true}
	case "userName":
		return condition{"t.name_key <> ''", true}
	}
	return anyone
}

// within translates a filter of the elements of a multi-valued attribute. Only an
// address that one of them must have narrows the search.
func (t *translator) within(w directory.Within) condition {
	if t.table != directory.Users || w.Attr.Name != "emails" {
		return anyone
	}
	c := t.element(w.F)
	c.exact = false // one element has to satisfy all of it
	return c
}

func (t *translator) element(f directory.Filter) condition {
	switch f := f.(type) {
	case directory.And:
		return t.element(f.L).and(t.element(f.R))
	case directory.Or:
		return t.element(f.L).or(t.element(f.R))
	case directory.Compare:
		if f.Path.Attr.Name == "value" {
			return t.email(f)
		}
	}
	return anyone
}

// members translates what groups know of members, as [directory.Group.Match] does: the
// id of one can be asked for, and nothing else.
func (t *translator) members(f directory.Filter) (c condition, ok bool) {
	switch g := f.(type) {
	case directory.Within:
		f, ok = g.F, g.Attr.Name == "members"
	case directory.Compare:
		ok = g.Path.Attr.Name == "members"
	}
	if !ok {
		return anyone, false
	}
	id, ok := directory.MemberOperand(f)
	if !ok {
		return never, true
	}
	if checkText([]any{id}) != nil {
		return anyone, true
	}
	return condition{withMember(t.arg(string(id))), true}, true
}
