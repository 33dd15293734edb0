package ldap

import (
	"testing"

	"rollcall/sync/ldap/ldaptest"
)

func TestTheKeyIsCanonicalText(t *testing.T) {
	for _, tt := range []struct{ attribute, value, want string }{
		{"objectGUID", "\x76\x06\x46\x5d\xd9\x84\x8e\x4b\x91\x11\x22\x33\x44\x55\x66\x77", "5d460676-84d9-4b8e-9111-223344556677"},
		{"OBJECTGUID", ldaptest.GUID("5d460676-84d9-4b8e-9111-223344556677"), "5d460676-84d9-4b8e-9111-223344556677"},
		{"objectGUID", "5d460676-84d9-4b8e-9111-223344556677", ""},
		{"objectGUID", "short", ""},
		{"objectGUID", "", ""},
		{"entryUUID", "7E57AB1E-0000-4000-8000-000000000001", "7e57ab1e-0000-4000-8000-000000000001"},
		{"nsUniqueId", "6D1A5A01-3b0d11ee-8ba6c5f2-f1ec2b1e", "6d1a5a01-3b0d11ee-8ba6c5f2-f1ec2b1e"},
		{"ipaUniqueID", "7e57ab1e-0000-11ee-8000-000000000001 ", "7e57ab1e-0000-11ee-8000-000000000001"},
		{"employeeNumber", " E-17a ", "E-17a"},
		{"employeeNumber", " ", ""},
		{"GUID", "\x00\x01\xff", "0001ff"},
	} {
		got, ok := keyText(tt.attribute, tt.value)
		if got != tt.want || ok != (tt.want != "") {
			t.Errorf("%s %q is %q, %v", tt.attribute, tt.value, got, ok)
		}
	}
}

func FuzzGUID(f *testing.F) {
	f.Add("\x76\x06\x46\x5d\xd9\x84\x8e\x4b\x91\x11\x22\x33\x44\x55\x66\x77")
	f.Fuzz(func(t *testing.T, b string) {
		text, ok := guidText(b)
		if ok != (len(b) == 16) {
			t.Errorf("%d bytes: %v", len(b), ok)
		}
		if ok && (len(text) != 36 || ldaptest.GUID(text) != b) {
			t.Errorf("%q is %q", b, text)
		}
	})
}
