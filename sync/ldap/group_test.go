package ldap

import (
	"slices"
	"testing"

	"rollcall/directory"
	"rollcall/sync/ldap/ldaptest"
)

func TestGroupsNameTheirMembersAsPeopleAreNamed(t *testing.T) {
	t.Parallel()
	d := ldaptest.Company(3, 1)
	d.Groups[0].Attributes["member"] = []string{"UID=U000000, OU=People, DC=Lab, DC=Test", `uid=u00000\31,ou=people,dc=lab,dc=test`, ldaptest.PersonDN(0), "cn=somebody else,dc=elsewhere"}
	d.Groups[0].Attributes["uniqueMember"] = []string{ldaptest.PersonDN(2) + "#'01'B"}
	_, config := serve(t, d)
	s := source(t, config)
	all, err := people(t, s)
	if err != nil {
		t.Fatal(err)
	}
	groups, err := groups(t, s)
	if err != nil || len(groups) != 1 {
		t.Fatalf("%d groups, %v", len(groups), err)
	}
	want := []string{"cn=somebody else,dc=elsewhere", all[0].Ref, all[1].Ref, all[2].Ref}
	if got := groups[0]; !slices.Equal(got.Members, want) || got.Group.DisplayName != "group000" || got.Group.ExternalID != got.Key || got.Key == "" {
		t.Errorf("got %+v", got)
	}
}

func TestAGroupsMarkIsOfItsNameAndMembers(t *testing.T) {
	s := source(t, least())
	mark := func(name string, members ...string) string {
		g := s.group(&entry{dn: "cn=g", attributes: []attribute{{"entryUUID", []string{"1"}}, {"cn", []string{name}}, {"member", members}}})
		if g.Fault != nil {
			t.Fatal(g.Fault)
		}
		return string(g.Mark[:])
	}
	if mark("g", "cn=a", "cn=b") != mark("g", "CN=B", "cn=a", "cn=a") {
		t.Error("the order and the spelling of members changed the mark")
	}
	if mark("g", "cn=a") == mark("g", "cn=b") || mark("g", "cn=a") == mark("h", "cn=a") || mark("g") == mark("g", "cn=a") {
		t.Error("a change did not change the mark")
	}
}

func TestAGroupThatCannotBeUsedSaysWhy(t *testing.T) {
	s := source(t, least())
	for name, tt := range map[string]struct {
		attributes []attribute
		option     string
	}{
		"no identifier": {[]attribute{{"cn", []string{"g"}}}, "externalId"},
		"no name":       {[]attribute{{"entryUUID", []string{"1"}}}, "displayName"},
		"a bad name":    {[]attribute{{"entryUUID", []string{"1"}}, {"cn", []string{"a\nb"}}}, "displayName"},
	} {
		g := s.group(&entry{dn: "cn=g", attributes: tt.attributes})
		if g.Fault == nil || g.Fault.Attr != tt.option || g.Entry != "cn=g" {
			t.Errorf("%s: %+v", name, g)
		}
	}
}

func TestGroupsThatAreOffAreNotRead(t *testing.T) {
	t.Parallel()
	server, config := serve(t, ldaptest.Company(3, 2))
	config.Groups.Off = true
	before := server.Binds()
	if got, err := groups(t, source(t, config)); err != nil || len(got) != 0 || server.Binds() != before {
		t.Errorf("%d groups, %v", len(got), err)
	}
}

func TestGroupsHaveABaseAndAFilterOfTheirOwn(t *testing.T) {
	t.Parallel()
	_, config := serve(t, ldaptest.Company(30, 12))
	config.Groups = Groups{Base: "ou=groups," + ldaptest.Base, Filter: "(cn=group00*)"}
	if got, err := groups(t, source(t, config)); err != nil || len(got) != 10 {
		t.Errorf("%d groups, %v", len(got), err)
	}
	config.Groups.Base = "ou=teams," + ldaptest.Base
	_, err := groups(t, source(t, config))
	saying(t, err, directory.Invalid, "groups.base", "ou=teams,dc=lab,dc=test does not exist")
	config.Base, config.Groups.Base = "ou=staff,"+ldaptest.Base, ""
	_, err = groups(t, source(t, config))
	saying(t, err, directory.Invalid, "base", "ou=staff,dc=lab,dc=test does not exist")
}
