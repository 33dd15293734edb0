package ldap

import (
	"strings"
	"testing"

	"github.com/go-ldap/ldap/v3"
)

func TestNamesThatAreEqualHaveOneForm(t *testing.T) {
	for _, equal := range [][]string{
		{"uid=ana,ou=people,dc=lab,dc=test", "UID=Ana, OU=People, DC=lab, DC=test", "uid = ana , ou=people,dc=LAB,dc=test",
			"userid=ana,organizationalUnitName=people,domainComponent=lab,DC=test", "0.9.2342.19200300.100.1.1=ana,2.5.4.11=people,dc=lab,dc=test",
			`uid=\61na,ou=people,dc=lab,dc=test`, "uid=ana;ou=people;dc=lab;dc=test"},
		{`CN=Doe\, John,OU=Staff`, `cn=doe\2c john,ou=staff`, `CN=Doe\, John, OU=Staff`, `cn=doe\, \6aohn,ou=staff`},
		{"cn=two  blanks,dc=a", "cn=two blanks,dc=a", `cn=two\20 blanks,dc=a`},
		{"cn=Straße,dc=a", `cn=strasse,dc=a`, `cn=STRASSE,dc=a`, `cn=Stra\c3\9fe,dc=a`},
		{"cn=André,dc=a", "cn=ANDRE\u0301,dc=a"},
		{"cn=a+uid=b,dc=c", "UID=B + CN=A,dc=c"},
		{`cn=a\+b,dc=c`, `cn=A\2bB,dc=c`},
		{`cn=a=b,dc=c`, `cn=a\=b,dc=c`},
		{"", " "},
	} {
		for _, other := range equal[1:] {
			if NormalDN(equal[0]) != NormalDN(other) {
				t.Errorf("%q is %q, %q is %q", equal[0], NormalDN(equal[0]), other, NormalDN(other))
			}
		}
	}
}

func TestNamesThatDifferHaveDifferentForms(t *testing.T) {
	seen := map[string]string{}
	for _, dn := range []string{
		"cn=a,dc=b", "cn=a+dc=b", `cn=a\,dc\=b`, `cn=a\2cdc=b`, "cn=a,dc=b,dc=c", "dc=b,cn=a", "sn=a,dc=b", `cn=a\\,dc=b`, `cn=\#a,dc=b`,
		"cn=ab,dc=b", `cn=a\00,dc=b`, "cn=,dc=b", "cn", "cn=a,", "=a", `cn=a\`, ",", "cn=é,dc=b", `cn=a\2bb=c`, "cn=a+b=c", `cn="a",dc=b`,
	} {
		normal := NormalDN(dn)
		if other, ok := seen[normal]; ok && !(dn == `cn=a\2cdc=b` && other == `cn=a\,dc\=b`) {
			t.Errorf("%q and %q are both %q", dn, other, normal)
		}
		seen[normal] = dn
	}
}

func FuzzNormalDN(f *testing.F) {
	for _, seed := range []string{"uid=ana,ou=people,dc=lab,dc=test", `CN=Doe\, John,OU=Staff`, "cn=a+uid=b", `cn=\e4\bd\a0,dc=x`, "cn=#04026869", ",", `\`, "cn=ß,dc=İ"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, dn string) {
		normal := NormalDN(dn)
		if strings.HasPrefix(normal, "\x00") {
			return // no distinguished name
		}
		if again := NormalDN(normal); again != normal {
			t.Errorf("%q is %q, and that is %q", dn, normal, again)
		}
		short, ok := plainDN(dn)
		if long, isDN := anyDN(dn); ok && (!isDN || long != short) {
			t.Errorf("%q: %q by the short way, %q by the long one", dn, short, long)
		}
		before, errBefore := ldap.ParseDN(dn)
		after, errAfter := ldap.ParseDN(normal)
		if errBefore != nil || errAfter != nil || len(before.RDNs) != len(after.RDNs) {
			t.Errorf("%q became %q: %v, %v", dn, normal, errBefore, errAfter)
		}
	})
}

func TestBitsBehindAUniqueMemberAreNoPartOfTheName(t *testing.T) {
	for with, without := range map[string]string{"cn=a,dc=b#'0101'B": "cn=a,dc=b", "cn=a,dc=b": "cn=a,dc=b", "cn=a'B": "cn=a'B"} {
		if got := withoutBits(with); got != without {
			t.Errorf("%q is %q", with, got)
		}
	}
}

func BenchmarkNormalDN(b *testing.B) {
	for b.Loop() {
		NormalDN("uid=u000007,ou=people,dc=lab,dc=test")
	}
}
