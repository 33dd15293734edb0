// Command ldif writes the company that tests read from as LDIF, for a server to load.
//
//	go run ./dev/lab/ldif [-for openldap|389ds|active-directory] PEOPLE GROUPS
//
// The same arguments always give the same output.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"strconv"

	"rollcall/sync/ldap/ldaptest"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "ldif:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	flags := flag.NewFlagSet("ldif", flag.ContinueOnError)
	server := flags.String("for", "openldap", "the make of server that will load it")
	if err := flags.Parse(args); err != nil {
		return err
	}
	people, err := strconv.Atoi(flags.Arg(0))
	groups, err2 := strconv.Atoi(flags.Arg(1))
	if err := errors.Join(err, err2); err != nil {
		return err
	}
	d, err := company(*server, people, groups)
	if err != nil {
		return err
	}
	return d.LDIF(os.Stdout)
}

// company makes the directory as a make of server takes it.
func company(server string, people, groups int) (ldaptest.Directory, error) {
	switch server {
	case "openldap":
		return ldaptest.Company(people, groups), nil
	case "389ds": // makes identifiers and the other end of memberships itself
		return without(ldaptest.Company(people, groups), "entryUUID", "memberOf"), nil
	case "active-directory": // also the categories
		return without(ldaptest.Forest(people, groups), "objectGUID", "objectCategory", "accountExpires"), nil
	}
	return ldaptest.Directory{}, fmt.Errorf("%q is none of openldap, 389ds, active-directory", server)
}

// without drops attributes that a server makes itself.
func without(d ldaptest.Directory, names ...string) ldaptest.Directory {
	for _, entries := range [][]ldaptest.Entry{d.People, d.Groups} {
		for _, e := range entries {
			for _, name := range names {
				delete(e.Attributes, name)
			}
		}
	}
	return d
}
