package scim

import (
	"encoding/json"
	"strings"
	"unicode/utf8"

	"rollcall/directory"
)

// maxDepth is how deep objects and lists may lie within each other, in a body and in
// a filter alike. SCIM itself needs five.
const maxDepth = 32

// decode reads a JSON text into a tree of directory.Object, []any, string, bool, nil
// and json.Number. It is stricter than encoding/json, which takes the last of several
// equal names: whatever another reader could understand differently is refused. That is
// names that differ only in case (RFC 7643 §2.1: they are the same name), text after the
// value, a byte order mark, bytes that are not UTF-8, unpaired surrogates and NUL.
func decode(text string) (any, error) {
	switch {
	case strings.HasPrefix(text, "\ufeff"):
		return nil, badSyntax("the body starts with a byte order mark")
	case !utf8.ValidString(text):
		return nil, badSyntax("the body is not UTF-8")
	}
	d := decoder{text: text}
	v, err := d.value()
	if err != nil {
		return nil, err
	}
	d.space()
	if d.at < len(d.text) {
		return nil, d.fault("there is something after the end of the value")
	}
	return v, nil
}

// decodeObject decodes text, which must be an object.
func decodeObject(text string) (directory.Object, error) {
	v, err := decode(text)
	if err != nil {
		return nil, err
	}
	o, ok := v.(directory.Object)
	if !ok {
		return nil, badSyntax("the body must be a JSON object")
	}
	return o, nil
}

// decoder is a single pass over a text. Strings without escapes share its memory.
type decoder struct {
	text  string
	at    int
	depth int
}

func (d *decoder) fault(format string, args ...any) *refusal {
	f := badSyntax(format, args...)
	return f.hinted("see byte %d of the body", d.at)
}

func (d *decoder) space() {
	for d.at < len(d.text) {
		switch d.text[d.at] {
		case ' ', '\t', '\n', '\r':
			d.at++
		default:
			return
		}
	}
}

// next skips space and returns the byte that follows, 0 at the end.
func (d *decoder) next() byte {
	d.space()
	if d.at == len(d.text) {
		return 0
	}
	return d.text[d.at]
}

func (d *decoder) value() (any, error) {
	switch c := d.next(); c {
	case '{':
		return d.nested((*decoder).object)
	case '[':
		return d.nested((*decoder).list)
	case '"':
		return d.string()
	case 't':
		return true, d.word("true")
	case 'f':
		return false, d.word("false")
	case 'n':
		return nil, d.word("null")
	case 0:
		return nil, d.fault("the body ends too early")
	default:
		return d.number()
	}
}

func (d *decoder) nested(read func(*decoder) (any, error)) (any, error) {
	d.at++
	d.depth++
	if d.depth > maxDepth {
		return nil, d.fault("objects and lists lie more than %d deep", maxDepth)
	}
	v, err := read(d)
	d.depth--
	return v, err
}

func (d *decoder) object() (any, error) {
	o := make(directory.Object)
	if d.next() == '}' {
		d.at++
		return o, nil
	}
	var seen names
	for {
		name, err := d.name(&seen)
		if err != nil {
			return nil, err
		}
		if o[name], err = d.value(); err != nil {
			return nil, err
		}
		if more, err := d.more('}'); !more {
			return o, err
		}
	}
}

// name reads a member's name and the colon.
func (d *decoder) name(seen *names) (string, error) {
	if d.next() != '"' {
		return "", d.fault("a name in quotes is expected")
	}
	name, err := d.string()
	if err != nil {
		return "", err
	}
	if !seen.add(name) {
		return "", d.fault("%q is given twice", name)
	}
	if d.next() != ':' {
		return "", d.fault("a colon is expected after %q", name)
	}
	d.at++
	return name, nil
}

func (d *decoder) list() (any, error) {
	list := []any{}
	if d.next() == ']' {
		d.at++
		return list, nil
	}
	for {
		v, err := d.value()
		if err != nil {
			return nil, err
		}
		list = append(list, v)
		if more, err := d.more(']'); !more {
			return list, err
		}
	}
}

// more reads a comma, or the closing byte, after which there is nothing more.
func (d *decoder) more(closing byte) (bool, error) {
	switch d.next() {
	case ',':
		d.at++
		return true, nil
	case closing:
		d.at++
		return false, nil
	}
	return false, d.fault("a comma or %q is expected", closing)
}

func (d *decoder) word(w string) error {
	if !strings.HasPrefix(d.text[d.at:], w) {
		return d.fault("a value is expected")
	}
	d.at += len(w)
	return nil
}

// number reads a number by the grammar of RFC 8259 §6 and keeps its text: a number too
// large for any type is still only text.
func (d *decoder) number() (any, error) {
	start := d.at
	if d.text[d.at] == '-' {
		d.at++
	}
	whole := d.digits()
	if whole == 0 || whole > 1 && d.text[d.at-whole] == '0' {
		return nil, d.fault("a value is expected")
	}
	if d.skip(".") && d.digits() == 0 {
		return nil, d.fault("a digit is expected")
	}
	if d.skip("eE") {
		d.skip("+-")
		if d.digits() == 0 {
			return nil, d.fault("a digit is expected")
		}
	}
	return json.Number(d.text[start:d.at]), nil
}

func (d *decoder) digits() int {
	start := d.at
	for d.at < len(d.text) && d.text[d.at] >= '0' && d.text[d.at] <= '9' {
		d.at++
	}
	return d.at - start
}

// skip passes over one byte if it is one of set.
func (d *decoder) skip(set string) bool {
	if d.at < len(d.text) && strings.IndexByte(set, d.text[d.at]) >= 0 {
		d.at++
		return true
	}
	return false
}
