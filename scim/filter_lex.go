package scim

// tokenKind is a mark itself, or one of the kinds below.
type tokenKind byte

const (
	endToken    tokenKind = 0
	wordToken   tokenKind = 'w' // an attribute, an operator, a literal or a number
	stringToken tokenKind = '"' // with its quotes
	badToken    tokenKind = '?'
)

// lexer splits a filter into marks, words and strings. The present token is
// text[start:at].
type lexer struct {
	text      string
	start, at int
	kind      tokenKind
}

func (l *lexer) token() string { return l.text[l.start:l.at] }

// next goes on to the next token.
func (l *lexer) next() {
	for l.at < len(l.text) && l.text[l.at] == ' ' {
		l.at++
	}
	l.start = l.at
	if l.at == len(l.text) {
		l.kind = endToken
		return
	}
	switch c := l.text[l.at]; {
	case c == '(' || c == ')' || c == '[' || c == ']':
		l.at++
		l.kind = tokenKind(c)
	case c == '"':
		l.kind = l.string()
	case wordByte(c):
		for l.at < len(l.text) && wordByte(l.text[l.at]) {
			l.at++
		}
		l.kind = wordToken
	default:
		l.kind = badToken
	}
}

func (l *lexer) string() tokenKind {
	for l.at++; l.at < len(l.text); l.at++ {
		switch l.text[l.at] {
		case '\\':
			l.at++
		case '"':
			l.at++
			return stringToken
		}
	}
	l.at = len(l.text)
	return badToken
}

// wordByte reports whether c stands in names, URNs, operators or numbers.
func wordByte(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' ||
		c == '.' || c == ':' || c == '-' || c == '_' || c == '$' || c == '+'
}
