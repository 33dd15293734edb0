package scim

import (
	"net/http"
	"strings"
	"unicode/utf8"

	parser "github.com/scim2/filter-parser/v2"

	scimerrors "github.com/elimity-com/scim/errors"

	"rollcall/directory"
)

// The size of filter that is looked at. Providers send one or two terms.
const (
	maxFilter = 4 << 10
	maxTerms  = 64
)

// ParseFilter reads a SCIM filter (RFC 7644 §3.4.2.2) over the attributes of rt. On
// groups members can only be compared by eq with their value, for they are never read to
// answer a filter.
func ParseFilter(rt *directory.ResourceType, text string) (directory.Filter, error) {
	return (&notes{allowed: allRules}).filter(rt, text)
}

// filter parses text, allowing for what providers get wrong.
func (n *notes) filter(rt *directory.ResourceType, text string) (directory.Filter, error) {
	p := filterParser{rt: rt, notes: n}
	f, err := p.parse(text)
	if err != nil {
		return nil, err
	}
	return f, checkMembers(f)
}

// within parses the filter between the brackets of a value path, whose names are
// sub-attributes of a.
func (n *notes) within(rt *directory.ResourceType, a *directory.Attribute, text string) (directory.Filter, error) {
	p := filterParser{rt: rt, notes: n, within: a}
	return p.parse(text)
}

// filterParser reads and, or, not, parentheses and brackets by recursive descent. The
// library's parser would do all this but for three things: it knows no sub-attribute
// after a value path and no real expression within one, it tries alternatives in a way
// that takes 80 µs for "userName eq", and it leaves escapes in strings. So it is asked
// for expressions alone; see leaf.go.
type filterParser struct {
	rt     *directory.ResourceType
	notes  *notes
	within *directory.Attribute // whose brackets we are in
	lexer
	depth, terms int
}

func (p *filterParser) parse(text string) (directory.Filter, error) {
	if len(text) > maxFilter {
		return nil, badFilter("the filter is longer than %d bytes", maxFilter)
	}
	if !utf8.ValidString(text) {
		return nil, badFilter("the filter is not UTF-8")
	}
	p.lexer = lexer{text: text}
	p.lexer.next()
	f, err := p.or()
	if err != nil {
		return nil, err
	}
	if p.kind != endToken {
		return nil, p.fault("an operator or the end")
	}
	return f, nil
}

func (p *filterParser) fault(expected string) *refusal {
	if p.kind == badToken {
		return badFilter("the filter has a string without end, or a character that belongs into one").
			hinted("see character %d", p.start+1)
	}
	return badFilter("the filter needs %s", expected).hinted("see character %d", p.start+1)
}

func (p *filterParser) or() (directory.Filter, error) {
	left, err := p.and()
	for err == nil && p.keyword("or") {
		var right directory.Filter
		if right, err = p.and(); err == nil {
			left = directory.Or{L: left, R: right}
		}
	}
	return left, err
}

func (p *filterParser) and() (directory.Filter, error) {
	left, err := p.term()
	for err == nil && p.keyword("and") {
		var right directory.Filter
		if right, err = p.term(); err == nil {
			left = directory.And{L: left, R: right}
		}
	}
	return left, err
}

// keyword passes over a word if it is the given one.
func (p *filterParser) keyword(word string) bool {
	if p.kind != wordToken || !strings.EqualFold(p.token(), word) {
		return false
	}
	p.next()
	return true
}

func (p *filterParser) term() (directory.Filter, error) {
	if p.kind == '(' {
		return p.enclosed(')', p.or)
	}
	if p.kind != wordToken {
		return nil, p.fault("an attribute")
	}
	name := p.token()
	p.next()
	switch {
	case p.kind == '(' && strings.EqualFold(name, "not"):
		f, err := p.enclosed(')', p.or)
		return directory.Not{F: f}, err
	case p.kind == '[':
		return p.valuePath(name)
	}
	return p.expression(name)
}

// enclosed reads what stands between an opening and a closing mark.
func (p *filterParser) enclosed(closing tokenKind, read func() (directory.Filter, error)) (directory.Filter, error) {
	if p.depth++; p.depth > maxDepth {
		return nil, badFilter("the filter is more than %d deep", maxDepth)
	}
	p.next()
	f, err := read()
	if err != nil {
		return nil, err
	}
	if p.kind != closing {
		return nil, p.fault("a closing " + string(rune(closing)))
	}
	p.next()
	p.depth--
	return f, nil
}

// valuePath reads attribute[filter] and what may follow it. RFC 7644 has nothing follow,
// but Entra asks for emails[type eq "work"].value eq "x", which can only mean that one
// and the same element satisfies both.
func (p *filterParser) valuePath(name string) (directory.Filter, error) {
	a, err := p.attribute(name)
	if err != nil {
		return nil, err
	}
	if p.within != nil || a.Sub != nil || !a.Attr.Multi || a.Attr.Type != directory.Complex {
		return nil, badFilter("%s has no elements to choose from", name)
	}
	p.within = a.Attr
	defer func() { p.within = nil }()
	f, err := p.enclosed(']', p.or)
	if err != nil {
		return nil, err
	}
	if p.kind == wordToken && strings.HasPrefix(p.token(), ".") && p.notes.may(ValuePathSub) {
		sub := p.token()[1:]
		p.next()
		also, err := p.expression(sub)
		if err != nil {
			return nil, err
		}
		f = directory.And{L: f, R: also}
	}
	return directory.Within{Attr: a.Attr, F: f}, nil
}

// expression reads the operator and the value after an attribute.
func (p *filterParser) expression(name string) (directory.Filter, error) {
	if p.terms++; p.terms > maxTerms {
		return nil, badFilter("the filter has more than %d terms", maxTerms)
	}
	path, err := p.attribute(name)
	if err != nil {
		return nil, err
	}
	if p.kind != wordToken {
		return nil, p.fault("an operator such as eq after " + name)
	}
	op, err := leafOperator(name, p.token())
	if err != nil {
		return nil, p.fault("an operator such as eq after " + name)
	}
	p.next()
	if op == parser.PR {
		return directory.Present{Path: path}, nil
	}
	v, err := p.operand(directory.CompareLeaf(path))
	if err != nil {
		return nil, err
	}
	return p.compare(path, directory.Op(op), v)
}

// attribute finds what name names: within brackets a sub-attribute, else any.
func (p *filterParser) attribute(name string) (directory.Path, error) {
	if p.within != nil {
		if s := subOf(p.within, name); s != nil {
			return directory.Path{Attr: s}, nil
		}
		return directory.Path{}, badFilter("%s has no sub-attribute %q", p.within.Name, clip(name))
	}
	path, err := p.rt.Path(name)
	if err != nil {
		return path, badFilter("%s has no attribute %q", p.rt.Name, clip(name))
	}
	if path.Attr.Returned == directory.ReturnedNever {
		f := refuse(scimerrors.ScimTypeSensitive, path.String(), "%s cannot be asked for", path)
		f.status = http.StatusForbidden // RFC 7644 §7.5.2
		return path, f
	}
	return path, nil
}

// clip shortens what a client sent for a message.
func clip(text string) string {
	if len(text) <= 128 {
		return text
	}
	return strings.ToValidUTF8(text[:128], "") + "…"
}

// checkMembers refuses what cannot be answered without reading all members.
func checkMembers(f directory.Filter) error {
	members := func(a *directory.Attribute) bool { return a.Name == "members" }
	ok := true
	switch f := f.(type) {
	case directory.And:
		return firstError(checkMembers(f.L), checkMembers(f.R))
	case directory.Or:
		return firstError(checkMembers(f.L), checkMembers(f.R))
	case directory.Not:
		return checkMembers(f.F)
	case directory.Present:
		ok = !members(f.Path.Attr)
	case directory.Compare:
		_, byValue := directory.MemberOperand(f)
		ok = !members(f.Path.Attr) || byValue
	case directory.Within:
		_, byValue := directory.MemberOperand(f.F)
		ok = !members(f.Attr) || byValue
	}
	if !ok {
		return badFilter(`members can only be asked for by members.value eq "id"`)
	}
	return nil
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
