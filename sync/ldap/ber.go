package ldap

import "errors"

// The tags that reading people and groups meets (RFC 4511 and X.690). LDAP uses none
// that takes more than one byte.
const (
	tagBoolean    = 0x01
	tagInteger    = 0x02
	tagOctets     = 0x04
	tagEnumerated = 0x0a
	tagSequence   = 0x30
	tagSet        = 0x31
	tagControls   = 0xa0

	opBind              = 0x60
	opBindResponse      = 0x61
	opUnbind            = 0x42
	opSearch            = 0x63
	opSearchEntry       = 0x64
	opSearchDone        = 0x65
	opSearchReference   = 0x73
	opExtended          = 0x77
	opExtendedResponse  = 0x78
	opIntermediate      = 0x79
	tagSimplePassword   = 0x80
	tagSASL             = 0xa3
	tagExtendedName     = 0x80
	tagResponseName     = 0x8a
	maxHeader           = 6 // bytes: a tag and the longest length that is taken
	longestLengthOctets = 4
)

// errMalformed is what every breach of the encoding comes to: whatever follows on that
// connection cannot be trusted.
var errMalformed = errors.New("the server sent something that is not LDAP")

// header reads a tag and a length from the start of b. It returns how many bytes it is
// long, and 0 when b ends before it does.
func header[bytes string | []byte](b bytes) (tag byte, size, length int, err error) {
	if len(b) < 2 {
		return 0, 0, 0, nil
	}
	tag, size = b[0], int(b[1])
	switch {
	case tag&0x1f == 0x1f, size == 0x80, size > 0x80+longestLengthOctets:
		return 0, 0, 0, errMalformed // tags of several bytes, lengths not given or too long
	case size < 0x80:
		return tag, size, 2, nil
	}
	octets := size - 0x80
	if len(b) < 2+octets {
		return 0, 0, 0, nil
	}
	size = 0
	for i := range octets {
		size = size<<8 | int(b[2+i])
	}
	if size < 0 || size > 1<<31-1 {
		return 0, 0, 0, errMalformed
	}
	return tag, size, 2 + octets, nil
}

// cursor walks encoded elements. What it returns are parts of what it walks, not copies.
// After the first breach it is bad, and returns nothing any more, so that callers check
// once.
type cursor struct {
	rest string
	bad  bool
}

// more reports whether there is another element.
func (c *cursor) more() bool { return !c.bad && len(c.rest) > 0 }

// at reports whether the next element has a tag.
func (c *cursor) at(tag byte) bool { return c.more() && c.rest[0] == tag }

// next returns the next element, whatever it is.
func (c *cursor) next() (tag byte, body string) {
	tag, size, length, err := header(c.rest)
	if c.bad || err != nil || length == 0 || size > len(c.rest)-length {
		c.bad, c.rest = true, ""
		return 0, ""
	}
	body = c.rest[length : length+size]
	c.rest = c.rest[length+size:]
	return tag, body
}

// take returns the next element, which has to have a tag.
func (c *cursor) take(tag byte) string {
	got, body := c.next()
	if got != tag {
		c.bad, c.rest = true, ""
		return ""
	}
	return body
}

// enter returns a cursor over the content of the next element.
func (c *cursor) enter(tag byte) cursor {
	body := c.take(tag)
	return cursor{rest: body, bad: c.bad}
}

// number returns the next element as a number that is not negative.
func (c *cursor) number(tag byte) int64 {
	body := c.take(tag)
	if len(body) == 0 || len(body) > 8 || body[0]&0x80 != 0 {
		c.bad, c.rest = true, ""
		return 0
	}
	var n int64
	for i := range len(body) {
		n = n<<8 | int64(body[i])
	}
	return n
}

// element encodes an element from the parts of its content.
func element(tag byte, parts ...[]byte) []byte {
	size := 0
	for _, p := range parts {
		size += len(p)
	}
	b := append(make([]byte, 0, maxHeader+size), tag)
	switch {
	case size < 0x80:
		b = append(b, byte(size))
	case size < 0x100:
		b = append(b, 0x81, byte(size))
	case size < 0x10000:
		b = append(b, 0x82, byte(size>>8), byte(size))
	default:
		b = append(b, 0x84, byte(size>>24), byte(size>>16), byte(size>>8), byte(size))
	}
	for _, p := range parts {
		b = append(b, p...)
	}
	return b
}

// text encodes an octet string.
func text(s string) []byte { return element(tagOctets, []byte(s)) }

// number encodes a number that is not negative.
func number(tag byte, n int64) []byte {
	body := []byte{byte(n)}
	for n >>= 8; n > 0; n >>= 8 {
		body = append([]byte{byte(n)}, body...)
	}
	if body[0]&0x80 != 0 {
		body = append([]byte{0}, body...)
	}
	return element(tag, body)
}

// truth encodes a boolean.
func truth(b bool) []byte {
	if b {
		return element(tagBoolean, []byte{0xff})
	}
	return element(tagBoolean, []byte{0})
}
