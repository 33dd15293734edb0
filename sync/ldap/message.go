package ldap

// The names of what we ask for beside the operations themselves.
const (
	oidStartTLS      = "1.3.6.1.4.1.1466.20037" // RFC 4511 §4.14
	oidDisconnection = "1.3.6.1.4.1.1466.20036" // RFC 4511 §4.4.1
	oidPages         = "1.2.840.113556.1.4.319" // RFC 2696
	oidADServer      = "1.2.840.113556.1.4.800" // the capability that every domain controller has
	protocolVersion  = 3
)

// message is what arrives: an operation and its controls, as parts of one copy of
// what was read.
type message struct {
	id       int64
	op       byte
	body     string
	controls string
	cut      bool // too large to be taken in: the body is its beginning
}

// parseMessage reads the content of an LDAPMessage (RFC 4511 §4.1.1).
func parseMessage(b string) (message, error) {
	c := cursor{rest: b}
	m := message{id: c.number(tagInteger)}
	m.op, m.body = c.next()
	if c.at(tagControls) {
		m.controls = c.take(tagControls)
	}
	if c.bad {
		return message{}, errMalformed
	}
	return m, nil
}

// parseStart reads what can be known of a message of which only the beginning is there:
// that it is an entry, and its name.
func parseStart(b string) (message, error) {
	c := cursor{rest: b}
	m := message{id: c.number(tagInteger), cut: true}
	tag, _, length, err := header(c.rest)
	if c.bad || err != nil || length == 0 || tag != opSearchEntry {
		return message{}, errMalformed
	}
	m.op, m.body = tag, c.rest[length:]
	return m, nil
}

// result is how an operation ended (RFC 4511 §4.1.9).
type result struct {
	code    int
	matched string
	text    string
	name    string // of an extended response
}

// parseResult reads the content of a response.
func parseResult(b string) (result, error) {
	c := cursor{rest: b}
	r := result{code: int(c.number(tagEnumerated))}
	r.matched, r.text = c.take(tagOctets), c.take(tagOctets)
	for c.more() {
		if tag, body := c.next(); tag == tagResponseName {
			r.name = body
		}
	}
	if c.bad {
		return result{}, errMalformed
	}
	return r, nil
}

// parsePages finds the answer to the paged results control: the cookie of the next page,
// empty after the last. Without the control nothing is proven.
func parsePages(controls string) (cookie string, found bool, err error) {
	c := cursor{rest: controls}
	for c.more() {
		control := c.enter(tagSequence)
		name := control.take(tagOctets)
		if control.at(tagBoolean) {
			control.take(tagBoolean)
		}
		if name == oidPages {
			return parsePageValue(control.take(tagOctets))
		}
		c.bad = c.bad || control.bad
	}
	if c.bad {
		return "", false, errMalformed
	}
	return "", false, nil
}

func parsePageValue(value string) (cookie string, found bool, err error) {
	c := cursor{rest: value}
	page := c.enter(tagSequence)
	page.take(tagInteger) // the server's guess at how many there are
	cookie = page.take(tagOctets)
	if page.bad {
		return "", false, errMalformed
	}
	return cookie, true, nil
}

// encodeMessage wraps an operation to be sent.
func encodeMessage(id int64, op []byte, controls ...[]byte) []byte {
	parts := [][]byte{number(tagInteger, id), op}
	if len(controls) > 0 {
		parts = append(parts, element(tagControls, controls...))
	}
	return element(tagSequence, parts...)
}

// simpleBind asks to be let in by name and password (RFC 4511 §4.2).
func simpleBind(name, password string) []byte {
	return element(opBind, number(tagInteger, protocolVersion), text(name), element(tagSimplePassword, []byte(password)))
}

// externalBind asks to be let in as whom the client certificate says (RFC 4422, appendix A).
func externalBind() []byte {
	return element(opBind, number(tagInteger, protocolVersion), text(""), element(tagSASL, text("EXTERNAL"), text("")))
}

// startTLSRequest asks to go on encrypted.
func startTLSRequest() []byte {
	return element(opExtended, element(tagExtendedName, []byte(oidStartTLS)))
}

// search is what is looked for.
type search struct {
	base       string
	scope      int64
	filter     []byte // encoded
	attributes []string
	options    searchOptions
}

// searchOptions are the options that a search was made from, to name the one at fault.
type searchOptions struct{ base, filter string }

// encode makes a SearchRequest (RFC 4511 §4.5.1). Aliases are not followed, and the
// server sets its own limits.
func (s search) encode() []byte {
	names := make([][]byte, len(s.attributes))
	for i, name := range s.attributes {
		names[i] = text(name)
	}
	return element(opSearch, text(s.base), number(tagEnumerated, s.scope), number(tagEnumerated, 0),
		number(tagInteger, 0), number(tagInteger, 0), truth(false), s.filter, element(tagSequence, names...))
}

// pageControl asks for a page. It is critical: a server that does not know it has to say so.
func pageControl(size int, cookie string) []byte {
	value := element(tagSequence, number(tagInteger, int64(size)), text(cookie))
	return element(tagSequence, text(oidPages), truth(true), element(tagOctets, value))
}
