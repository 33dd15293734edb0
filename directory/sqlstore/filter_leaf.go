package sqlstore

import (
	"strings"
	"time"
	"unicode/utf8"

	"rollcall/directory"
)

// longestPattern bounds the patterns that are handed to LIKE; SQLite refuses long ones.
const longestPattern = 4096

// text compares a column of text that is empty where there is no value. Folded columns
// hold what directory.Fold makes of the value.
func (t *translator) text(column string, c directory.Compare, folded bool) condition {
	value, ok := c.Value.(string)
	if !ok || checkText([]any{value}) != nil {
		return anyone
	}
	if folded {
		value = directory.Fold(value)
	}
	column = t.shy + column
	if value == "" {
		return emptyOperand(column, c.Op)
	}
	switch c.Op {
	case directory.Eq:
		return condition{column + " = " + t.arg(value), true}
	case directory.Gt:
		return condition{column + " > " + t.arg(value), true}
	case directory.Ge:
		return condition{column + " >= " + t.arg(value), true}
	case directory.Lt:
		return condition{"(" + column + " < " + t.arg(value) + " and " + column + " <> '')", true}
	case directory.Le:
		return condition{"(" + column + " <= " + t.arg(value) + " and " + column + " <> '')", true}
	case directory.Sw:
		return t.prefix(column, value)
	case directory.Co:
		return t.like(column, "%", value, "%", folded)
	case directory.Ew:
		return t.like(column, "%", value, "", folded)
	}
	return anyone
}

// emptyOperand compares with the empty text: nothing equals it, and everything that is
// there begins with it, contains it and comes after it.
func emptyOperand(column string, op directory.Op) condition {
	switch op {
	case directory.Eq, directory.Lt, directory.Le:
		return never
	}
	return condition{column + " <> ''", true}
}

// prefix asks for a range, which an index can answer.
func (t *translator) prefix(column, value string) condition {
	from := column + " >= " + t.arg(value)
	end := after(value)
	if end == "" {
		return condition{from, true}
	}
	return condition{"(" + from + " and " + column + " < " + t.arg(end) + ")", true}
}

// after returns the least text that comes after all texts with the prefix, or nothing
// if there is none. Both databases compare bytes, and the bytes of UTF-8 sort as its
// code points do.
func after(prefix string) string {
	for prefix != "" {
		r, n := utf8.DecodeLastRuneInString(prefix)
		prefix = prefix[:len(prefix)-n]
		switch {
		case r == utf8.MaxRune:
		case r == 0xD7FF: // what follows are halves of pairs, which are no characters
			return prefix + "\uE000"
		default:
			return prefix + string(r+1)
		}
	}
	return ""
}

// like is exact on folded text only: SQLite compares ASCII letters in patterns without
// regard to case, and in folded text there is but one case.
func (t *translator) like(column, before, value, behind string, folded bool) condition {
	if len(value) > longestPattern {
		return anyone
	}
	escaped := strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(value)
	return condition{column + " like " + t.arg(before+escaped+behind) + ` escape '\'`, folded}
}

// moment compares a column of milliseconds. Times are compared as text by Match, which
// for four-digit years is the same.
func (t *translator) moment(column string, c directory.Compare) condition {
	text, _ := c.Value.(string)
	at, err := time.Parse(time.RFC3339, text)
	if err != nil || text != directory.FormatTime(at) {
		return anyone
	}
	op, ok := map[directory.Op]string{directory.Eq: "=", directory.Gt: ">", directory.Ge: ">=", directory.Lt: "<", directory.Le: "<="}[c.Op]
	if !ok {
		return anyone
	}
	return condition{t.shy + column + " " + op + " " + t.arg(at.UnixMilli()), true}
}

// isWanted holds for people whom their source wants active.
var isWanted = condition{"t.wanted = true", true}

// isUnwanted holds for the others on a shelf. Among the living they are those whose
// state is inactive, which an index knows that has only people who are not active; the
// second comparison is what SQLite takes for proof of that.
func isUnwanted(shelf string) condition {
	if shelf == directory.ShelfDeleted {
		return condition{"t.wanted = false", true}
	}
	return condition{"(t.state = 'inactive' and t.state <> 'active')", true}
}

// active translates comparisons of active with true or false, and their opposites.
func (t *translator) active(f directory.Filter, negated bool) (c condition, ok bool) {
	compare, ok := f.(directory.Compare)
	if !ok || compare.Path.String() != "active" || t.table != directory.Users {
		return c, false
	}
	value, ok := compare.Value.(bool)
	if !ok {
		return c, false
	}
	if value == (negated == (compare.Op == directory.Ne)) {
		return isWanted, true
	}
	return isUnwanted(t.shelf), true
}

func state(c directory.Compare) condition {
	text, ok := c.Value.(string)
	if !ok || c.Op != directory.Eq {
		return anyone
	}
	for _, s := range []directory.State{directory.Active, directory.Inactive, directory.HeldBack, directory.SwitchedOff} {
		if strings.EqualFold(string(s), text) {
			return stateIs(s)
		}
	}
	return anyone
}

func stateIs(s directory.State) condition {
	if s == directory.Active {
		return condition{"t.state = 'active'", true}
	}
	return condition{"(t.state = '" + string(s) + "' and t.state <> 'active')", true}
}

// email asks whether somebody has an address. The primary one of a live person is in
// the person's row, all others are rows of their own.
func (t *translator) email(c directory.Compare) condition {
	key, ok := operand(c)
	switch {
	case !ok:
		return anyone
	case key == "":
		return never
	}
	return condition{withEmail(t.arg(directory.Fold(key))), true}
}

func withEmail(key string) string {
	return "t.id in (select u.id from users u where u.workspace_id = $1 and u.email_key = " + key + " and u.email_key <> ''" +
		" union all select e.user_id from emails e where e.workspace_id = $1 and e.value_key = " + key + ")"
}

func (t *translator) inGroup(c directory.Compare) condition {
	id, ok := operand(c)
	if !ok {
		return anyone
	}
	group := t.arg(id)
	in := "t.id in (select m.user_id from members m where m.workspace_id = $1 and m.group_id = " + group + ")"
	if t.groupsOf != "" {
		in += " and exists (select 1 from groups g where g.workspace_id = $1 and g.id = " + group + " and g.source = " + t.arg(string(t.groupsOf)) + ")"
		in = "(" + in + ")"
	}
	return condition{in, true}
}

// withMember finds the groups of a live user.
func withMember(id string) string {
	return "t.id in (select m.group_id from members m cross join users u" +
		" where m.workspace_id = $1 and m.user_id = " + id + " and u.workspace_id = $1 and u.id = m.user_id and u.purge_at = 0)"
}

// operand returns the text for whose equal is asked, if it is that and can be in a
// database.
func operand(c directory.Compare) (string, bool) {
	text, ok := c.Value.(string)
	return text, ok && c.Op == directory.Eq && checkText([]any{text}) == nil
}
