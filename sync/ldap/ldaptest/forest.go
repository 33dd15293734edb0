package ldaptest

import (
	"encoding/hex"
	"fmt"
	"strings"
)

// ForestBase is where the company of [Forest] lies.
const ForestBase = "DC=ad,DC=lab,DC=test"

// Forest returns the people of a [Company] as Active Directory keeps them: other names
// for everything, binary identifiers, and a group All that has everybody.
func Forest(people, groups int) Directory {
	d := Directory{Base: ForestBase}
	members := make([][]string, groups)
	var all []string
	for i := range people {
		p := account(i)
		all = append(all, p.DN)
		for _, g := range groupsOf(i, groups) {
			members[g] = append(members[g], p.DN)
		}
		d.People = append(d.People, p)
	}
	for g := range groups {
		d.Groups = append(d.Groups, team(g, fmt.Sprintf("team%d", g), members[g]))
	}
	if groups > 0 {
		d.Groups = append(d.Groups, team(groups, "All", all))
	}
	return d
}

func account(i int) Entry {
	given, sn := givenNames[i%len(givenNames)], surnames[i/len(givenNames)%len(surnames)]
	name := fmt.Sprintf("ad%05d", i)
	return Entry{fmt.Sprintf("CN=User %05d,OU=Staff,%s", i, ForestBase), map[string][]string{
		"objectClass":        {"top", "person", "organizationalPerson", "user"},
		"objectCategory":     {"person"},
		"objectGUID":         {GUID(PersonKey(i))},
		"cn":                 {fmt.Sprintf("User %05d", i)},
		"sAMAccountName":     {name},
		"userPrincipalName":  {name + "@ad.lab.test"},
		"givenName":          {given},
		"sn":                 {sn},
		"displayName":        {given + " " + sn},
		"mail":               {mail(i, given, sn)},
		"title":              {titles[i%len(titles)]},
		"department":         {fmt.Sprintf("D%02d", i%37)},
		"l":                  {cities[i%len(cities)]},
		"employeeID":         {fmt.Sprint(100000 + i)},
		"userAccountControl": {"512"},
		"accountExpires":     {"9223372036854775807"},
	}}
}

func team(g int, name string, members []string) Entry {
	e := Entry{fmt.Sprintf("CN=%s,OU=Staff,%s", name, ForestBase), map[string][]string{
		"objectClass": {"top", "group"}, "cn": {name}, "sAMAccountName": {name}, "groupType": {"-2147483646"},
		"objectGUID": {GUID(groupKey(g))},
	}}
	if len(members) > 0 {
		e.Attributes["member"] = members
	}
	return e
}

// GUID returns the sixteen bytes that Active Directory keeps of an identifier: the first
// three groups of digits end first.
func GUID(text string) string {
	b, err := hex.DecodeString(strings.ReplaceAll(text, "-", ""))
	if err != nil || len(b) != 16 {
		panic("ldaptest: no identifier: " + text)
	}
	b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7] = b[3], b[2], b[1], b[0], b[5], b[4], b[7], b[6]
	return string(b)
}
