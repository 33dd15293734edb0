package scim

import (
	"net/url"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	parser "github.com/scim2/filter-parser/v2"

	"rollcall/directory"
)

// leaves remembers what the library made of an attribute and an operator. There are few
// that mean anything, and parsing one takes the library two thousand allocations.
var leaves = struct {
	sync.RWMutex
	known map[leaf]parser.CompareOperator
}{known: make(map[leaf]parser.CompareOperator)}

type leaf struct{ path, op string }

// maxLeaves bounds the memory: names may be spelled in any case.
const maxLeaves = 1024

// leafOperator returns the operator of the expression that begins with path and op. The
// caller has seen that path names an attribute.
func leafOperator(path, op string) (parser.CompareOperator, error) {
	key := leaf{path, op}
	leaves.RLock()
	got, ok := leaves.known[key]
	leaves.RUnlock()
	if ok {
		return got, nil
	}
	text := path + " " + op
	if !strings.EqualFold(op, string(parser.PR)) {
		text += ` ""`
	}
	e, err := parser.ParseAttrExp([]byte(text))
	if err != nil {
		return "", err
	}
	leaves.Lock()
	defer leaves.Unlock()
	if len(leaves.known) < maxLeaves {
		leaves.known[leaf{strings.Clone(path), strings.Clone(op)}] = e.Operator
	}
	return e.Operator, nil
}

// operand reads the value of a comparison: a JSON string, true, false or null. Numbers
// are read too, but no attribute of ours has one for a value.
func (p *filterParser) operand(leaf *directory.Attribute) (any, error) {
	var v any
	switch p.kind {
	case stringToken:
		d := decoder{text: p.token()}
		text, err := d.string()
		if err != nil {
			return nil, p.fault("a JSON string")
		}
		v = text
	case wordToken:
		d := decoder{text: strings.ToLower(p.token())}
		got, err := d.value()
		if err != nil || d.at < len(d.text) {
			return nil, p.fault("a value in quotes")
		}
		v = got
	default:
		return nil, p.fault("a value in quotes")
	}
	p.next()
	if text, ok := v.(string); ok && leaf != nil && leaf.Type == directory.Boolean {
		if b, ok := booleanText(text); ok && p.notes.may(BooleanOperand) {
			return b, nil
		}
	}
	return v, nil
}

// compare makes the comparison. An eq with a text that looks as if it had been encoded
// once too often, or once too rarely, matches what was meant as well: Entra's validator
// does the one, hand-made clients the other.
func (p *filterParser) compare(path directory.Path, op directory.Op, v any) (directory.Filter, error) {
	c, err := directory.NewCompare(path, op, v)
	if err != nil {
		return nil, badFilter("%s", directoryText(err))
	}
	text, ok := c.Value.(string)
	if !ok || op != directory.Eq || p.about("members", path) {
		return c, nil
	}
	if meant, r, ok := meantText(text); ok && p.notes.may(r) {
		other, err := directory.NewCompare(path, op, meant)
		if err == nil {
			return directory.Or{L: c, R: other}, nil
		}
	}
	return c, nil
}

// about reports whether a comparison looks at the attribute called name.
func (p *filterParser) about(name string, path directory.Path) bool {
	if p.within != nil {
		return p.within.Name == name
	}
	return path.Attr.Name == name
}

func meantText(text string) (string, Rewrite, bool) {
	if strings.Contains(text, "%") {
		meant, err := url.PathUnescape(text)
		odd := err != nil || !utf8.ValidString(meant) || strings.ContainsFunc(meant, unicode.IsControl)
		return meant, DoubleEncoded, !odd && meant != text
	}
	if strings.Contains(text, " ") && strings.Contains(text, "@") {
		return strings.ReplaceAll(text, " ", "+"), PlusForSpace, true
	}
	return "", 0, false
}

func directoryText(err error) string { return wireError(err).Detail }
