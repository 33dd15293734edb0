package ldaptest

import (
	"slices"
	"strconv"
	"strings"

	ber "github.com/go-asn1-ber/asn1-ber"
	"github.com/go-ldap/ldap/v3"
)

// bitAnd is the matching rule by which Active Directory compares flags.
const bitAnd = "1.2.840.113556.1.4.803"

// matches reports whether a filter matches an object (RFC 4511 §4.5.1.7). Everything is
// compared without case, and order is not known.
func matches(f *ber.Packet, o *object) bool {
	is := func(child *ber.Packet) bool { return matches(child, o) }
	switch f.Tag {
	case ldap.FilterAnd:
		return !slices.ContainsFunc(f.Children, func(c *ber.Packet) bool { return !is(c) })
	case ldap.FilterOr:
		return slices.ContainsFunc(f.Children, is)
	case ldap.FilterNot:
		return len(f.Children) == 1 && !is(f.Children[0])
	case ldap.FilterPresent:
		return o.values[strings.ToLower(f.Data.String())] != nil
	case ldap.FilterEqualityMatch, ldap.FilterApproxMatch:
		return len(f.Children) == 2 && o.equals(f.Children[0].Data.String(), f.Children[1].Data.String())
	case ldap.FilterSubstrings:
		return len(f.Children) == 2 && o.contains(f.Children[0].Data.String(), f.Children[1].Children)
	case ldap.FilterExtensibleMatch:
		return o.extended(f.Children)
	}
	return false
}

func (o *object) any(name string, test func(string) bool) bool {
	return slices.ContainsFunc(o.values[strings.ToLower(name)], test)
}

func (o *object) equals(name, value string) bool {
	return o.any(name, func(v string) bool { return strings.EqualFold(v, value) })
}

// contains matches the parts of a substring filter, one after another.
func (o *object) contains(name string, parts []*ber.Packet) bool {
	return o.any(name, func(v string) bool {
		rest := strings.ToLower(v)
		for _, p := range parts {
			part := strings.ToLower(p.Data.String())
			at := strings.Index(rest, part)
			switch {
			case at < 0, p.Tag == ldap.FilterSubstringsInitial && at > 0:
				return false
			case p.Tag == ldap.FilterSubstringsFinal:
				return strings.HasSuffix(rest, part)
			}
			rest = rest[at+len(part):]
		}
		return true
	})
}

// extended knows one matching rule.
func (o *object) extended(parts []*ber.Packet) bool {
	var rule, name, value string
	for _, p := range parts {
		switch p.Tag {
		case ldap.MatchingRuleAssertionMatchingRule:
			rule = p.Data.String()
		case ldap.MatchingRuleAssertionType:
			name = p.Data.String()
		case ldap.MatchingRuleAssertionMatchValue:
			value = p.Data.String()
		}
	}
	bits, err := strconv.ParseInt(value, 10, 64)
	return rule == bitAnd && err == nil && o.any(name, func(v string) bool {
		n, err := strconv.ParseInt(v, 10, 64)
		return err == nil && n&bits == bits
	})
}
