package ldaptest

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"strings"
	"testing"

	"github.com/go-ldap/ldap/v3"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// visit starts a server and binds to it with go-ldap.
func visit(t *testing.T, d Directory) (*Server, *ldap.Conn) {
	t.Helper()
	s, err := Start(context.Background(), d)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	conn, err := ldap.DialURL(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(s.CA())
	if err := conn.StartTLS(&tls.Config{RootCAs: roots, ServerName: "127.0.0.1"}); err != nil {
		t.Fatal(err)
	}
	if err := conn.Bind(BindDN, Password); err != nil {
		t.Fatal(err)
	}
	return s, conn
}

func request(base, filter string, attributes ...string) *ldap.SearchRequest {
	return ldap.NewSearchRequest(base, ldap.ScopeWholeSubtree, ldap.NeverDerefAliases, 0, 0, false, filter, attributes, nil)
}

func TestALibraryReadsTheCompany(t *testing.T) {
	_, conn := visit(t, Company(250, 5))
	got, err := conn.SearchWithPaging(request(Base, "(objectClass=inetOrgPerson)"), 100)
	if err != nil || len(got.Entries) != 250 || got.Entries[249].GetAttributeValue("entryUUID") != PersonKey(249) {
		t.Fatalf("%v, %v", got, err)
	}
	for filter, want := range map[string]int{
		"(uid=u000007)": 1, "(UID=U000007)": 1, "(uid=u00000*)": 10, "(uid=*7)": 25, "(uid=*0*1*2*)": 21, "(cn=group*)": 5, "(nothing=*)": 0, "(!(objectClass=*))": 0,
		"(&(objectClass=inetOrgPerson)(|(givenName=Ana)(givenName=Uwe)))": 25, "(&(objectClass=inetOrgPerson)(!(givenName=Ana)))": 237,
	} {
		if got, err := conn.Search(request(Base, filter, "1.1")); err != nil || len(got.Entries) != want {
			t.Errorf("%s: %d entries, %v; want %d", filter, len(got.Entries), err, want)
		}
	}
	if _, err := conn.Search(request("ou=x,"+Base, "(objectClass=*)")); !ldap.IsErrorWithCode(err, ldap.LDAPResultNoSuchObject) {
		t.Errorf("got %v", err)
	}
	if err := conn.Bind(BindDN, "wrong"); !ldap.IsErrorWithCode(err, ldap.LDAPResultInvalidCredentials) {
		t.Errorf("got %v", err)
	}
}

func TestLimitsAreThoseOfServers(t *testing.T) {
	s, conn := visit(t, Forest(40, 2))
	s.Behave(Behaviour{SizeLimit: 10, RangeCap: 15})
	got, err := conn.Search(request(ForestBase, "(objectClass=user)"))
	if !ldap.IsErrorWithCode(err, ldap.LDAPResultSizeLimitExceeded) || len(got.Entries) != 10 {
		t.Errorf("got %v, %v", got, err)
	}
	for asked, want := range map[string]string{"member": "member;range=0-14", "member;range=15-*": "member;range=15-29", "member;range=30-*": "member;range=30-*"} {
		got, err := conn.Search(request(ForestBase, "(cn=All)", asked))
		if err != nil || len(got.Entries) != 1 {
			t.Fatalf("%v, %v", got, err)
		}
		if a := got.Entries[0].Attributes; a[len(a)-1].Name != want {
			t.Errorf("asked for %s, got %s", asked, a[len(a)-1].Name)
		}
	}
	if got, err := conn.Search(request(ForestBase, "(userAccountControl:1.2.840.113556.1.4.803:=512)")); len(got.Entries) != 10 {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestAnotherCompanyHasItsOwnReader(t *testing.T) {
	d := Company(3, 1)
	d.Name, d.Reader = "Acme", "cn=acme reader,dc=lab,dc=test"
	s, conn := visit(t, Company(3, 1))
	s.Replace(d)
	if err := conn.Bind(BindDN, Password); !ldap.IsErrorWithCode(err, ldap.LDAPResultInvalidCredentials) {
		t.Errorf("the reader of another company may read: %v", err)
	}
	if err := conn.Bind(d.Reader, Password); err != nil {
		t.Error(err)
	}
	if got, err := conn.Search(request(Base, "(o=Acme)")); err != nil || len(got.Entries) != 1 {
		t.Errorf("the company is %v, %v", got, err)
	}
}

func TestTheServerEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	s, err := Start(ctx, Company(1, 1))
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	s.Close()
	if _, err := ldap.DialURL(s.URL); err == nil {
		t.Error("it still answers")
	}
}

func TestLDIFIsTheSameEveryTime(t *testing.T) {
	var first, second bytes.Buffer
	d := Company(20, 3)
	d.People[3].Attributes["description"] = []string{" blank", "line\nbreak", "Größe", ":colon"}
	for _, b := range []*bytes.Buffer{&first, &second} {
		if err := d.LDIF(b); err != nil {
			t.Fatal(err)
		}
	}
	if first.String() != second.String() {
		t.Error("two times are two things")
	}
	for _, want := range []string{"dn: " + Base + "\n", "dn: " + PersonDN(19) + "\n", "description:: IGJsYW5r\n", "description:: bGluZQpicmVhaw==\n", "description:: OmNvbG9u\n"} {
		if !strings.Contains(first.String(), want) {
			t.Errorf("there is no %q", want)
		}
	}
}
