package ldap

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/go-ldap/ldap/v3"

	"rollcall/directory"
)

// NormalDN returns the form of a distinguished name by which two are compared: case,
// spacing, the way of escaping and the order within a relative name do not count (RFC
// 4514, RFC 4518). What is no distinguished name comes back in a form that no name has.
func NormalDN(dn string) string {
	if normal, ok := plainDN(dn); ok {
		return normal
	}
	if normal, ok := anyDN(dn); ok {
		return normal
	}
	return "\x00" + dn
}

// anyDN does what NormalDN does for every name.
func anyDN(dn string) (string, bool) {
	parsed, err := ldap.ParseDN(dn)
	if err != nil || !utf8.ValidString(dn) {
		return "", false
	}
	rdns := make([]string, len(parsed.RDNs))
	for i, rdn := range parsed.RDNs {
		parts := make([]string, len(rdn.Attributes))
		for j, a := range rdn.Attributes {
			if !attributeName.MatchString(a.Type) {
				return "", false
			}
			parts[j] = shortType(strings.ToLower(a.Type)) + "=" + escapeValue(normalValue(a.Value))
		}
		slices.Sort(parts)
		rdns[i] = strings.Join(parts, "+")
	}
	return strings.Join(rdns, ","), true
}

// plainDN does what NormalDN does for the names that most directories have: ASCII, with
// nothing in them that wants an escape. It saves nine tenths of the time.
func plainDN(dn string) (string, bool) {
	if !isPlain(dn) {
		return "", false
	}
	var b strings.Builder
	b.Grow(len(dn))
	for rest := strings.ToLower(dn); rest != ""; {
		rdn, after, more := strings.Cut(rest, ",")
		name, value, ok := strings.Cut(rdn, "=")
		name, value = strings.Trim(name, " "), strings.Trim(value, " ")
		if !ok || !isType(name) || value == "" || strings.Contains(value, "=") || more && after == "" {
			return "", false
		}
		if b.Len() > 0 {
			b.WriteByte(',')
		}
		b.WriteString(shortType(name))
		b.WriteByte('=')
		b.WriteString(collapse(value))
		rest = after
	}
	return b.String(), true
}

// isPlain reports whether a name can be read without a parser.
func isPlain(dn string) bool {
	for i := range len(dn) {
		switch c := dn[i]; {
		case c < ' ' || c > '~':
			return false
		case c == '\\' || c == '"' || c == '+' || c == ';' || c == '<' || c == '>' || c == '#':
			return false
		}
	}
	return true
}

// isType reports whether s, in lower case, is how a type of attribute may be called.
func isType(s string) bool {
	for i := range len(s) {
		c := s[i]
		if (c < 'a' || c > 'z') && (i == 0 || c != '-' && (c < '0' || c > '9')) {
			return attributeName.MatchString(s)
		}
	}
	return s != ""
}

// typeNames are other names of the types that names are made of (RFC 4519).
var typeNames = map[string]string{
	"commonname": "cn", "2.5.4.3": "cn", "surname": "sn", "2.5.4.4": "sn",
	"countryname": "c", "2.5.4.6": "c", "localityname": "l", "2.5.4.7": "l",
	"stateorprovincename": "st", "2.5.4.8": "st", "streetaddress": "street", "2.5.4.9": "street",
	"organizationname": "o", "2.5.4.10": "o", "organizationalunitname": "ou", "2.5.4.11": "ou",
	"userid": "uid", "0.9.2342.19200300.100.1.1": "uid",
	"domaincomponent": "dc", "0.9.2342.19200300.100.1.25": "dc",
}

// shortType returns the usual name of a type, in lower case.
func shortType(name string) string {
	if len(name) <= 2 {
		return name
	}
	if short, ok := typeNames[name]; ok {
		return short
	}
	return name
}

// normalValue folds a value as directories compare them (RFC 4518 §2.6.1).
func normalValue(s string) string { return collapse(directory.Fold(s)) }

// collapse makes one space of several and trims them.
func collapse(s string) string {
	if !strings.Contains(s, "  ") {
		return strings.Trim(s, " ")
	}
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r == ' ' }), " ")
}

// escapeValue writes a value so that it can be told from what stands around it.
func escapeValue(s string) string {
	const special = "\\,+\"<>;=#"
	bytes := !utf8.ValidString(s)
	if !bytes && !strings.ContainsAny(s, special+"\x00") {
		return s
	}
	var b strings.Builder
	for i := range len(s) {
		switch c := s[i]; {
		case c == 0 || bytes && c >= utf8.RuneSelf:
			fmt.Fprintf(&b, "\\%02x", c)
		case strings.IndexByte(special, c) >= 0:
			b.WriteByte('\\')
			b.WriteByte(c)
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}
