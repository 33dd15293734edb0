package scim

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// string reads a string in quotes.
func (d *decoder) string() (string, error) {
	d.at++
	start := d.at
	for d.at < len(d.text) {
		switch c := d.text[d.at]; {
		case c == '"':
			d.at++
			return d.text[start : d.at-1], nil
		case c == '\\':
			return d.escaped(start)
		case c < ' ':
			return "", d.fault("a control character must be escaped")
		}
		d.at++
	}
	return "", d.fault("a string has no end")
}

// escaped reads on from the first backslash of a string that began at start.
func (d *decoder) escaped(start int) (string, error) {
	var b strings.Builder
	b.WriteString(d.text[start:d.at])
	for d.at < len(d.text) {
		c := d.text[d.at]
		d.at++
		switch {
		case c == '"':
			return b.String(), nil
		case c == '\\':
			r, err := d.escape()
			if err != nil {
				return "", err
			}
			b.WriteRune(r)
		case c < ' ':
			return "", d.fault("a control character must be escaped")
		default:
			b.WriteByte(c)
		}
	}
	return "", d.fault("a string has no end")
}

// escapes are the short forms of RFC 8259 §7.
var escapes = map[byte]rune{'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}

// escape reads what follows a backslash.
func (d *decoder) escape() (rune, error) {
	if d.at == len(d.text) {
		return 0, d.fault("a string has no end")
	}
	c := d.text[d.at]
	d.at++
	if r, ok := escapes[c]; ok {
		return r, nil
	}
	if c != 'u' {
		return 0, d.fault("%q is not an escape", "\\"+string(rune(c)))
	}
	r, err := d.hex()
	switch {
	case err != nil:
		return 0, err
	case r == 0:
		return 0, d.fault("NUL is in no text")
	case utf16.IsSurrogate(r):
		return d.pair(r)
	}
	return r, nil
}

// pair reads the second half of a surrogate pair. Half a pair is no character, and
// readers differ in what they make of it.
func (d *decoder) pair(high rune) (rune, error) {
	if !strings.HasPrefix(d.text[d.at:], `\u`) {
		return 0, d.fault("a surrogate stands alone")
	}
	d.at += 2
	low, err := d.hex()
	if err != nil {
		return 0, err
	}
	r := utf16.DecodeRune(high, low)
	if r == utf8.RuneError {
		return 0, d.fault("a surrogate stands alone")
	}
	return r, nil
}

func (d *decoder) hex() (rune, error) {
	if len(d.text)-d.at < 4 {
		return 0, d.fault("four hexadecimal digits are expected")
	}
	n, err := strconv.ParseUint(d.text[d.at:d.at+4], 16, 16)
	if err != nil {
		return 0, d.fault("four hexadecimal digits are expected")
	}
	d.at += 4
	return rune(n), nil
}

// names are those of one object. Few are compared one by one, many by a map, so that
// a body made of names alone costs no more than it is long.
type names struct {
	few  [12]string
	n    int
	many map[string]struct{}
}

// add reports whether name is new without regard to case.
func (s *names) add(name string) bool {
	if s.n < len(s.few) {
		for _, have := range s.few[:s.n] {
			if strings.EqualFold(have, name) {
				return false
			}
		}
		s.few[s.n] = name
		s.n++
		return true
	}
	if s.many == nil {
		s.many = make(map[string]struct{}, 2*len(s.few))
		for _, have := range s.few {
			s.many[foldName(have)] = struct{}{}
		}
	}
	key := foldName(name)
	_, known := s.many[key]
	s.many[key] = struct{}{}
	return !known
}

// foldName returns the same text for names that strings.EqualFold, by which the
// attribute table finds its rows, takes for equal. Lower case alone would not do: a
// long s equals an s.
func foldName(name string) string {
	return strings.Map(func(r rune) rune {
		least := r
		for next := unicode.SimpleFold(r); next != r; next = unicode.SimpleFold(next) {
			least = min(least, next)
		}
		return least
	}, name)
}
