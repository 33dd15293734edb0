package ldap

import (
	"slices"
	"strings"

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
	parsed, err := ldap.ParseDN(dn)
	if err != nil {
		return "\x00" + dn
	}
	rdns := make([]string, len(parsed.RDNs))
	for i, rdn := range parsed.RDNs {
		parts := make([]string, len(rdn.Attributes))
		for j, a := range rdn.Attributes {
			parts[j] = normalType(a.Type) + "=" + escapeValue(normalValue(a.Value))
		}
		slices.Sort(parts)
		rdns[i] = strings.Join(parts, "+")
	}
	return strings.Join(rdns, ",")
}

// plainDN does what NormalDN does for the names that most directories have: ASCII, with
// nothing in them that wants an escape. It saves nine tenths of the time.
func plainDN(dn string) (string, bool) {
	var b strings.Builder
	b.Grow(len(dn))
	for dn != "" {
		rdn, rest, more := strings.Cut(dn, ",")
		name, value, ok := strings.Cut(rdn, "=")
		name, value = strings.Trim(name, " "), strings.Trim(value, " ")
		if !ok || name == "" || value == "" || !isPlain(rdn) || more && rest == "" {
			return "", false
		}
		if b.Len() > 0 {
			b.WriteByte(',')
		}
		b.WriteString(normalType(name))
		b.WriteByte('=')
		b.WriteString(collapse(strings.ToLower(value)))
		dn = rest
	}
	return b.String(), true
}

// isPlain reports whether a relative name can be read without a parser.
func isPlain(rdn string) bool {
	for i := range len(rdn) {
		switch c := rdn[i]; {
		case c < ' ' || c > '~':
			return false
		case c == '\\' || c == '"' || c == '+' || c == ';' || c == '<' || c == '>' || c == '#':
			return false
		}
	}
	return strings.Count(rdn, "=") == 1
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

func normalType(name string) string {
	name = strings.ToLower(strings.TrimPrefix(strings.ToLower(name), "oid."))
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
	if !strings.ContainsAny(s, "\\,+\"<>;=#\x00") {
		return s
	}
	var b strings.Builder
	for i := range len(s) {
		if strings.IndexByte("\\,+\"<>;=#\x00", s[i]) >= 0 {
			b.WriteByte('\\')
		}
		b.WriteByte(s[i])
	}
	return b.String()
}
