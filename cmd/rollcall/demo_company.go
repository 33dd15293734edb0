package main

import (
	"fmt"

	"rollcall/sync/ldap/ldaptest"
)

// Where the company of the demonstration lies in its LDAP server, and who may read it.
const (
	demoDomain = "acme.example"
	demoBase   = "dc=acme,dc=example"
	demoReader = "cn=rollcall,ou=services," + demoBase
)

// demoStaff is how many entries of people there are at the beginning.
const demoStaff = 200

// department is a part of the company, with a share of the people.
type department struct {
	name, city string
	share      int // of the first people; the first of them leads it
	titles     []string
}

var departments = []department{
	{"Executive", "London", 4, []string{"Chief of Staff", "Executive Assistant"}},
	{"Engineering", "Berlin", 60, []string{"Software Engineer", "Senior Software Engineer", "Site Reliability Engineer", "Test Engineer"}},
	{"Sales", "Paris", 38, []string{"Account Executive", "Sales Engineer", "Account Manager"}},
	{"Support", "Kraków", 30, []string{"Support Engineer", "Customer Success Manager"}},
	{"Operations", "Accra", 24, []string{"Operations Analyst", "Logistics Planner", "Buyer"}},
	{"Marketing", "Lisbon", 17, []string{"Content Designer", "Campaign Manager"}},
	{"Finance", "Mumbai", 14, []string{"Accountant", "Controller"}},
	{"People", "London", 9, []string{"People Partner", "Recruiter"}},
	{"Legal", "Madrid", 3, []string{"Counsel"}},
}

// engineering is the department that a bad night takes.
const engineering = 1

// employee is an entry of somebody.
type employee struct {
	n             int // never changes
	given, family string
	department    int
	title         string
	suffix        string // of the user name, where somebody before had the same name
	userName      string
	mail          string // empty: none
	head          bool   // leads the department
	left          int    // the step at which the account was disabled; 0: it is not
	double        bool   // somebody has another entry
}

// demoCompany is the company as its LDAP server has it. The same number of steps always
// leads to the same company, so that a demonstration can go on where it ended.
type demoCompany struct {
	people []*employee
	hired  int
	steps  int
	dark   bool // the people of Engineering are missing
}

// newDemoCompany returns the company after so many steps.
func newDemoCompany(steps int) *demoCompany {
	c := &demoCompany{}
	for d := range departments {
		for i := range departments[d].share {
			e := c.hire(d)
			if i == 0 {
				e.head, e.title = true, "Head of "+departments[d].name
			}
		}
	}
	c.people[0].title = "Chief Executive Officer"
	c.blemish()
	for range steps {
		c.step()
	}
	return c
}

// hire adds somebody to a department.
func (c *demoCompany) hire(d int) *employee {
	given, family := demoName(c.hired)
	titles := departments[d].titles
	e := &employee{n: c.hired, given: given, family: family, department: d, title: titles[c.hired%len(titles)]}
	if c.hired >= demoNames {
		e.suffix = fmt.Sprint(c.hired / demoNames)
	}
	e.name(family)
	c.people = append(c.people, e)
	c.hired++
	return e
}

// name gives somebody a family name, and what is made of it.
func (e *employee) name(family string) {
	e.family = family
	e.userName = userNameOf(e.given, family) + e.suffix
	e.mail = e.userName + "@" + demoDomain
}

// fullName returns the name that others see.
func (e *employee) fullName() string { return e.given + " " + e.family }

// blemish makes the company one that somebody has kept by hand for years: people without
// an address, one whose account is disabled, and one who was entered twice.
func (c *demoCompany) blemish() {
	for _, n := range []int{71, 118, 163} {
		c.people[n].mail = ""
	}
	c.people[140].left = -1
	twin := *c.people[104]
	twin.n, twin.userName, twin.double = c.hired, twin.userName+".2", true
	c.people = append(c.people, &twin)
	c.hired++
}

// directory returns what the LDAP server holds.
func (c *demoCompany) directory() ldaptest.Directory {
	d := ldaptest.Directory{Base: demoBase, Name: "Acme", Reader: demoReader}
	heads := map[int]string{}
	for _, e := range c.people {
		if e.head {
			heads[e.department] = e.dn()
		}
	}
	for _, e := range c.people {
		if !c.dark || e.department != engineering {
			d.People = append(d.People, e.entry(heads))
		}
	}
	d.Groups = c.groups()
	return d
}

func (e *employee) dn() string { return "uid=" + e.userName + ",ou=people," + demoBase }

// entry returns somebody as an inetOrgPerson. The telephone numbers are of those that are
// set aside for films.
func (e *employee) entry(heads map[int]string) ldaptest.Entry {
	at := map[string][]string{
		"objectClass":       {"inetOrgPerson"},
		"uid":               {e.userName},
		"cn":                {e.fullName()},
		"sn":                {e.family},
		"givenName":         {e.given},
		"displayName":       {e.fullName()},
		"title":             {e.title},
		"telephoneNumber":   {fmt.Sprintf("+44 20 7946 0%03d", e.n%1000)},
		"employeeNumber":    {fmt.Sprint(10000 + e.n)},
		"departmentNumber":  {departments[e.department].name},
		"o":                 {"Acme"},
		"l":                 {departments[e.department].city},
		"preferredLanguage": {"en"},
		"entryUUID":         {fmt.Sprintf("ac3e0000-0000-4000-8000-%012d", e.n)},
	}
	if e.mail != "" {
		at["mail"] = []string{e.mail}
	}
	if manager := heads[e.department]; !e.head {
		at["manager"] = []string{manager}
	} else if e.department > 0 {
		at["manager"] = []string{heads[0]}
	}
	if e.left != 0 {
		at["pwdAccountLockedTime"] = []string{"000001010000Z"} // for ever, says OpenLDAP's password policy
	}
	return ldaptest.Entry{DN: e.dn(), Attributes: at}
}

// groups returns one group for each department, one of who leads them, and one of
// everybody. They name people whether the server still has them or not.
func (c *demoCompany) groups() []ldaptest.Entry {
	members := map[string][]string{}
	for _, e := range c.people {
		if e.left != 0 || e.double {
			continue
		}
		names := []string{departments[e.department].name, "Everybody"}
		if e.head {
			names = append(names, "Managers")
		}
		for _, name := range names {
			members[name] = append(members[name], e.dn())
		}
	}
	names := []string{"Everybody", "Managers"}
	for _, d := range departments {
		names = append(names, d.name)
	}
	groups := make([]ldaptest.Entry, len(names))
	for i, name := range names {
		groups[i] = ldaptest.Entry{DN: "cn=" + name + ",ou=groups," + demoBase, Attributes: map[string][]string{
			"objectClass": {"groupOfNames"}, "cn": {name}, "member": members[name],
			"entryUUID": {fmt.Sprintf("ac3e0000-0000-4000-9000-%012d", i)},
		}}
	}
	return groups
}
