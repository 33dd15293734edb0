package ldaptest

import (
	"fmt"
	"strings"
)

// Directory is what a server holds.
type Directory struct {
	Base   string // everything lies below it
	Name   string // of the organization; empty: Lab
	Reader string // who may read, by [Password]; empty: [BindDN]
	People []Entry
	Groups []Entry
}

// Entry is one object. Values are bytes, most of them text.
type Entry struct {
	DN         string
	Attributes map[string][]string
}

// Base is where the company of [Company] lies.
const Base = "dc=lab,dc=test"

// groupsEach is to how many groups everybody belongs.
const groupsEach = 3

var (
	givenNames = strings.Fields("Ana Bruno Carla Daniel Eva Felix Greta Hugo Ines Jonas Klara Luis Mia Nils Olga Paul Rosa Sven Tina Uwe")
	surnames   = strings.Fields("Abel Braun Costa Dias Engel Fuchs Gomes Haas Iversen Jung Keller Lopes Maier Nunes Otto Pinto Reis Silva Torres Vogel")
	titles     = strings.Fields("Engineer Analyst Manager Designer Technician Consultant")
	cities     = strings.Fields("Berlin Lisbon Oslo Porto Vienna Zurich")
)

// Company returns a directory as OpenLDAP keeps it. The same numbers always give the
// same people, keys included.
func Company(people, groups int) Directory {
	d := Directory{Base: Base}
	members := make([][]string, groups)
	for i := range people {
		p := person(i)
		for _, g := range groupsOf(i, groups) {
			members[g] = append(members[g], p.DN)
			p.Attributes["memberOf"] = append(p.Attributes["memberOf"], GroupDN(g))
		}
		d.People = append(d.People, p)
	}
	for g := range groups {
		if len(members[g]) == 0 {
			members[g] = []string{Base} // a groupOfNames cannot be without members
		}
		d.Groups = append(d.Groups, Entry{GroupDN(g), map[string][]string{
			"objectClass": {"groupOfNames"}, "cn": {fmt.Sprintf("group%03d", g)}, "description": {"synthetic group"},
			"entryUUID": {groupKey(g)}, "member": members[g],
		}})
	}
	return d
}

// PersonDN returns the distinguished name of person i of a [Company].
func PersonDN(i int) string { return fmt.Sprintf("uid=u%06d,ou=people,%s", i, Base) }

// GroupDN returns the distinguished name of group g of a [Company].
func GroupDN(g int) string { return fmt.Sprintf("cn=group%03d,ou=groups,%s", g, Base) }

// PersonKey returns the entryUUID of person i of a [Company], or their objectGUID in a
// [Forest].
func PersonKey(i int) string { return fmt.Sprintf("7e57ab1e-0000-4000-8000-%012d", i) }

func groupKey(g int) string { return fmt.Sprintf("7e57ab1e-0000-4000-9000-%012d", g) }

// person returns somebody with the attributes that an inetOrgPerson tends to have.
func person(i int) Entry {
	given, sn := givenNames[i%len(givenNames)], surnames[i/len(givenNames)%len(surnames)]
	return Entry{PersonDN(i), map[string][]string{
		"objectClass":       {"inetOrgPerson"},
		"uid":               {fmt.Sprintf("u%06d", i)},
		"cn":                {given + " " + sn},
		"sn":                {sn},
		"givenName":         {given},
		"displayName":       {fmt.Sprintf("%s %s (%d)", given, sn, i)},
		"mail":              {mail(i, given, sn)},
		"telephoneNumber":   {fmt.Sprintf("+49 30 555 %06d", i)},
		"title":             {titles[i%len(titles)]},
		"employeeNumber":    {fmt.Sprint(100000 + i)},
		"departmentNumber":  {fmt.Sprintf("D%03d", i%97)},
		"l":                 {cities[i%len(cities)]},
		"preferredLanguage": {"en"},
		"description":       {fmt.Sprintf("synthetic account %d", i)},
		"entryUUID":         {PersonKey(i)},
	}}
}

func mail(i int, given, sn string) string {
	return fmt.Sprintf("%s.%s.%d@lab.test", strings.ToLower(given), strings.ToLower(sn), i)
}

// groupsOf spreads people over groups, nobody twice in one.
func groupsOf(i, groups int) []int {
	var in []int
	seen := map[int]bool{}
	for k := range min(groupsEach, groups) {
		if g := (i*7 + k*131) % groups; !seen[g] {
			seen[g] = true
			in = append(in, g)
		}
	}
	return in
}
