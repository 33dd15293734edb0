package ldap

import (
	"maps"
	"slices"
	"strings"

	"rollcall/directory"
)

// preset is what is the same with every server of one make.
type preset struct {
	name       string
	key        string // attribute with the identifier that outlives renames
	people     string // filter
	attributes map[string][]string
	states     []stateRule
	groups     string // filter
	groupName  string
	members    []string // attributes with members
}

// The presets' names.
const (
	OpenLDAP        = "openldap"
	ActiveDirectory = "active-directory"
	DS389           = "389ds"
	FreeIPA         = "freeipa"
)

var presets = map[string]*preset{
	OpenLDAP: {
		key:        "entryUUID", // RFC 4530
		people:     "(|(objectClass=inetOrgPerson)(objectClass=posixAccount))",
		attributes: inetOrgPerson,
		states:     []stateRule{pwdLockedTime, pwdEndTime, shadowExpire},
		groups:     "(|(objectClass=groupOfNames)(objectClass=groupOfUniqueNames))",
		groupName:  "cn",
		members:    []string{"member", "uniqueMember"},
	},
	ActiveDirectory: {
		key: "objectGUID",
		// neither krbtgt nor whom else every domain has
		people: "(&(objectCategory=person)(objectClass=user)(!(isCriticalSystemObject=TRUE)))",
		attributes: map[string][]string{
			"userName":        {"sAMAccountName"},
			"name.givenName":  {"givenName"},
			"name.familyName": {"sn"},
			"displayName":     {"displayName", "cn"},
			"emails":          {"mail"},
			"phoneNumbers":    {"telephoneNumber"},
			"title":           {"title"},
			"organization":    {"company"},
			"department":      {"department"},
			"employeeNumber":  {"employeeID", "employeeNumber"},
		},
		states: []stateRule{adAccountControl, adAccountExpires},
		// neither those that come with every machine nor those that rule the domain
		groups:    "(&(objectClass=group)(!(groupType:1.2.840.113556.1.4.803:=1))(!(isCriticalSystemObject=TRUE)))",
		groupName: "cn",
		members:   []string{"member"},
	},
	DS389: {
		key:        "nsUniqueId",
		people:     "(|(objectClass=inetOrgPerson)(objectClass=nsPerson)(objectClass=posixAccount))",
		attributes: inetOrgPerson,
		states:     []stateRule{nsAccountLock},
		groups:     "(|(objectClass=groupOfNames)(objectClass=groupOfUniqueNames))",
		groupName:  "cn",
		members:    []string{"member", "uniqueMember"},
	},
	FreeIPA: {
		key:        "ipaUniqueID",
		people:     "(&(objectClass=posixAccount)(ipaUniqueID=*))", // the compat tree has everybody again, without one
		attributes: inetOrgPerson,
		states:     []stateRule{nsAccountLock, krbExpiration},
		groups:     "(&(objectClass=ipaUserGroup)(ipaUniqueID=*))",
		groupName:  "cn",
		members:    []string{"member"},
	},
}

// inetOrgPerson is where the attributes of people are with servers that keep to the
// standard (RFC 2798).
var inetOrgPerson = map[string][]string{
	"userName":          {"uid"},
	"name.givenName":    {"givenName"},
	"name.familyName":   {"sn"},
	"displayName":       {"displayName", "cn"},
	"emails":            {"mail"},
	"phoneNumbers":      {"telephoneNumber"},
	"title":             {"title"},
	"preferredLanguage": {"preferredLanguage"},
	"organization":      {"o"},
	"department":        {"departmentNumber"},
	"employeeNumber":    {"employeeNumber"},
}

func init() {
	for name, p := range presets {
		p.name = name
	}
}

// presetNamed returns a preset; without a name that of OpenLDAP.
func presetNamed(name string) (*preset, *directory.Error) {
	if name == "" {
		name = OpenLDAP
	}
	if p, ok := presets[name]; ok {
		return p, nil
	}
	return nil, directory.Errorf(directory.Invalid, "preset", "there is no preset %q", name).
		Hinted("there are %s", strings.Join(slices.Sorted(maps.Keys(presets)), ", "))
}
