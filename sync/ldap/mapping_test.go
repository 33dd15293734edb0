package ldap

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"rollcall/directory"
)

// mapped makes a person of an entry by a map over the preset of OpenLDAP.
func mapped(t *testing.T, attributes map[string][]string, e *entry) (directory.User, *directory.Error) {
	t.Helper()
	rules, faults := mappings(presets[OpenLDAP].attributes, attributes)
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	u, fault := rules.user(e)
	if fault != nil {
		return directory.User{}, fault
	}
	return *u, nil
}

// somebody is an entry with several values.
func somebody() *entry {
	return &entry{dn: "uid=ana,dc=lab", attributes: []attribute{
		{"UID", []string{"ana"}}, {"givenName", []string{" Ana "}}, {"sn", []string{"Abel"}}, {"cn;lang-de", []string{"Anna"}}, {"cn", []string{"Ana Abel"}},
		{"mail", []string{"ana@lab.test", "a.abel@lab.test"}}, {"mobile", []string{"+49 170 1"}}, {"pager", nil}, {"displayName", []string{"  "}},
		{"l", []string{"Berlin"}}, {"street", []string{"Long Street 1"}}, {"isActive", []string{"FALSE"}}, {"userCertificate;binary", []string{"\x30\x82\x00\xff"}},
		{"departmentNumber", []string{"D7"}}, {"manager", []string{"uid=bo,dc=lab"}},
	}}
}

func TestAPersonIsMadeByTheMap(t *testing.T) {
	got, fault := mapped(t, map[string][]string{
		"displayName":                       {"nickName", "{givenName} {initials?} {sn}"},
		"nickName":                          {"{givenName}{initials}", "cn"},
		`phoneNumbers[type eq "mobile"]`:    {"mobile"},
		`emails[type eq "home"].value`:      {"privateMail", "{uid|upper}@home.test"},
		`addresses.locality`:                {"l"},
		`addresses[type eq "work"].country`: {"c", "{missing?}DE"},
		"title":                             {},
		"userType":                          {"{mail|local}"},
		"manager.displayName":               {"manager"},
		"x509Certificates":                  {"userCertificate"},
		"active":                            {"isActive"},
		"EmployeeNumber":                    {"{uid|lower}-1"},
		"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:costCenter": {"departmentNumber"},
		"statusText": {"pager"},
	}, somebody())
	if fault != nil {
		t.Fatal(fault)
	}
	want := directory.User{UserName: "ana", Name: &directory.Name{GivenName: "Ana", FamilyName: "Abel"}, DisplayName: "Ana Abel", NickName: "Ana Abel",
		UserType: "ana", Emails: []directory.MultiValue{{Value: "ana@lab.test", Type: "work", Primary: true}, {Value: "a.abel@lab.test", Type: "work"},
			{Value: "ANA@home.test", Type: "home"}},
		PhoneNumbers:     []directory.MultiValue{{Value: "+49 170 1", Type: "mobile"}},
		Addresses:        []directory.Address{{Locality: "Berlin", Country: "DE", Type: "work"}},
		X509Certificates: []directory.MultiValue{{Value: "MIIA/w=="}},
		Enterprise:       &directory.Enterprise{Department: "D7", CostCenter: "D7", EmployeeNumber: "ana-1", Manager: &directory.Manager{DisplayName: "uid=bo,dc=lab"}},
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Error(diff)
	}
}

func TestAnEntryThatCannotBeUsedSaysWhy(t *testing.T) {
	long := strings.Repeat("x", longestValue+1)
	for name, tt := range map[string]struct {
		attribute string
		values    []string
		option    string
		words     string
	}{
		"no user name":        {"uid", nil, "userName", "nothing from which userName is made"},
		"blank user name":     {"uid", []string{" "}, "userName", "nothing from which userName is made"},
		"not UTF-8":           {"sn", []string{"M\xfcller"}, "name.familyName", `not text: "M\xfcller"`},
		"a line break":        {"mail", []string{"a@b.c\r\nBcc: all@b.c"}, `emails[type eq "work"].value`, "mail has a value that is not text"},
		"a NUL":               {"uid", []string{"ana\x00"}, "userName", "not text"},
		"a line separator":    {"displayName", []string{"a\u2028b"}, "displayName", "not text"},
		"a very long value":   {"title", []string{long}, "title", "a value of 65537 bytes"},
		"very many values":    {"mail", make([]string, 1001), `emails[type eq "work"].value`, "1001 values"},
		"in the second value": {"mail", []string{"a@b.c", "\x00"}, `emails[type eq "work"].value`, "not text"},
	} {
		t.Run(name, func(t *testing.T) {
			e := entryWith(map[string]string{"sn": "Abel"})
			if tt.attribute != "uid" {
				e.attributes = append(e.attributes, attribute{"uid", []string{"ana"}})
			}
			e.attributes = append([]attribute{{tt.attribute, tt.values}}, e.attributes...)
			_, fault := mapped(t, nil, e)
			if fault == nil || fault.Attr != tt.option || !strings.Contains(fault.Detail(), tt.words) || fault.Kind != directory.Invalid {
				t.Errorf("got %v about %q", fault, fault.Attr)
			}
		})
	}
}

func TestATruthIsReadOrAFault(t *testing.T) {
	for value, want := range map[string]bool{"TRUE": true, "true": true, "1": true, "yes": true, "FALSE": false, "0": false, "No": false} {
		e := entryWith(map[string]string{"uid": "ana", "on": value})
		if u, fault := mapped(t, map[string][]string{"active": {"on"}}, e); fault != nil || u.Wanted != want {
			t.Errorf("%q: %v, %v", value, u.Wanted, fault)
		}
		if u, fault := mapped(t, map[string][]string{"active": {"{on|not}"}}, e); fault != nil || u.Wanted == want {
			t.Errorf("not %q: %v, %v", value, u.Wanted, fault)
		}
	}
	if u, fault := mapped(t, map[string][]string{"active": {"on"}}, entryWith(map[string]string{"uid": "ana"})); fault != nil || !u.Wanted {
		t.Errorf("nothing said: %v, %v", u.Wanted, fault)
	}
	if _, fault := mapped(t, map[string][]string{"active": {"on"}}, entryWith(map[string]string{"uid": "ana", "on": "maybe"})); fault == nil {
		t.Error("maybe was taken for a truth")
	}
}

func TestEveryFaultOfAMapIsFoundAtOnce(t *testing.T) {
	_, faults := mappings(presets[OpenLDAP].attributes, map[string][]string{
		"userName": {"{uid", "u id", "{u id}", "uid}", "{uid|reverse}", "{}"}, "shoeSize": {"x"}, "id": {"x"}, "externalId": {"x"}, "password": {"userPassword"}, "groups": {"memberOf"}, "name": {"cn"},
		"addresses": {"street"}, "emails.type": {"x"}, `title[type eq "work"]`: {"x"}, "meta": {"x"}, "emails.domain": {"x"}, "state": {"x"}, "": {"x"},
		"nickName": {"x"}, "nickname": {"y"}, "emails": {"mail"}, `emails[type eq "work"].value`: {"mail"},
	})
	got := map[string]int{}
	for _, f := range faults {
		got[f.Attr]++
		if f.Kind != directory.Invalid || f.Hint == "" {
			t.Errorf("%+v", f)
		}
	}
	want := map[string]int{"attributes.userName": 6, "attributes.shoeSize": 1, "attributes.id": 1, "attributes.externalId": 1, "attributes.password": 1,
		"attributes.groups": 1, "attributes.name": 1, "attributes.addresses": 1, "attributes.emails.type": 1, `attributes.title[type eq "work"]`: 1,
		"attributes.meta": 1, "attributes.emails.domain": 1, "attributes.state": 1, "attributes.": 1,
		"attributes.nickname": 1, `attributes.emails[type eq "work"].value`: 1}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if _, faults := mappings(presets[OpenLDAP].attributes, map[string][]string{"userName": {}}); len(faults) != 1 {
		t.Errorf("a map without userName: %v", faults)
	}
}

func FuzzTemplate(f *testing.F) {
	for _, seed := range []string{"uid", "{givenName} {sn}", "{mail|local}@x", "{a?}{b|not}", "{", "}", "{{a}}", "{a|}", "cn;lang-de", "2.5.4.3"} {
		f.Add(seed, "value", "\x00\xff")
	}
	f.Add("uid", "blank ", "none")
	f.Fuzz(func(t *testing.T, text, one, two string) {
		made, err := parseTemplate(text)
		if err != nil {
			var said *directory.Error
			if !errors.As(err, &said) || said.Hint == "" {
				t.Errorf("%q: %v", text, err)
			}
			return
		}
		e := &entry{}
		for i, name := range made.attributes() {
			e.attributes = append(e.attributes, attribute{name, []string{one, two}[i%2:]})
		}
		values, fault := made.values(e, false)
		for _, v := range values {
			if fault != nil || isText(text) && !isText(v) || v != strings.TrimSpace(v) || v == "" {
				t.Errorf("%q made %q, %v", text, v, fault)
			}
		}
	})
}
