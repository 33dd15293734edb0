package main

import (
	"fmt"
	"net/url"
	"sync/atomic"

	"rollcall/directory"
)

// counter numbers people, so that no two of one run have a name in common.
type counter struct{ atomic.Int64 }

func (c *counter) next() int { return int(c.Add(1)) }

var (
	givenNames  = []string{"Ada", "Barbara", "Edsger", "Frances", "Grace", "John", "Karen", "Niklaus", "Radia", "Tony"}
	familyNames = []string{"Allen", "Dijkstra", "Hoare", "Hopper", "Jones", "Liskov", "Lovelace", "McCarthy", "Perlman", "Wirth"}
	departments = []string{"Engineering", "Finance", "Human Resources", "Legal", "Operations", "Sales", "Support"}
)

func userName(n int) string { return fmt.Sprintf("person.%07d@example.com", n) }

// person returns somebody as an identity provider describes people: some 700 bytes.
func person(n int) directory.User {
	given, family := givenNames[n%len(givenNames)], familyNames[n/10%len(familyNames)]
	return directory.User{
		UserName:    userName(n),
		ExternalID:  fmt.Sprintf("00u%017d", n),
		Name:        &directory.Name{GivenName: given, FamilyName: family, Formatted: given + " " + family},
		DisplayName: given + " " + family,
		Title:       "Specialist",
		Wanted:      true,
		Emails:      []directory.MultiValue{{Value: userName(n), Type: "work", Primary: true}},
		PhoneNumbers: []directory.MultiValue{
			{Value: fmt.Sprintf("+1 555 %07d", n), Type: "work"}},
		Locale:   "en-US",
		Timezone: "Europe/Vienna",
		Enterprise: &directory.Enterprise{EmployeeNumber: fmt.Sprintf("%07d", n), Department: departments[n%len(departments)],
			Organization: "Example"},
	}
}

// personBody is the same person as the body of a POST.
func personBody(n int) []byte {
	u := person(n)
	return fmt.Appendf(nil, `{"schemas":[%q,%q],"userName":%q,"externalId":%q,`+
		`"name":{"givenName":%q,"familyName":%q,"formatted":%q},"displayName":%q,"title":%q,"active":true,`+
		`"emails":[{"value":%q,"type":"work","primary":true}],"phoneNumbers":[{"value":%q,"type":"work"}],`+
		`"locale":%q,"timezone":%q,%q:{"employeeNumber":%q,"department":%q,"organization":%q}}`,
		directory.UserSchema, directory.EnterpriseSchema, u.UserName, u.ExternalID,
		u.Name.GivenName, u.Name.FamilyName, u.Name.Formatted, u.DisplayName, u.Title,
		u.Emails[0].Value, u.PhoneNumbers[0].Value, u.Locale, u.Timezone, directory.EnterpriseSchema,
		u.Enterprise.EmployeeNumber, u.Enterprise.Department, u.Enterprise.Organization)
}

// nameFilter is the path of a list that is filtered for one user name.
func nameFilter(n int) string {
	return "/Users?filter=" + url.QueryEscape(fmt.Sprintf("userName eq %q", userName(n)))
}
