package ldaptest

import (
	"bufio"
	"cmp"
	"encoding/base64"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// LDIF writes the directory for a server to load (RFC 2849): the entries that everything
// lies below, the people, the groups.
func (d Directory) LDIF(w io.Writer) error {
	b := bufio.NewWriter(w)
	for _, e := range slices.Concat(d.containers(), d.People, d.Groups) {
		writeEntry(b, e)
	}
	return b.Flush()
}

// containers are the entries above the people and the groups. Those of a forest are
// there when the domain is.
func (d Directory) containers() []Entry {
	if d.Base == ForestBase {
		return []Entry{container("OU=Staff", d.Base)}
	}
	dc, _, _ := strings.Cut(strings.TrimPrefix(d.Base, "dc="), ",")
	return []Entry{
		{d.Base, map[string][]string{"objectClass": {"organization", "dcObject"}, "dc": {dc}, "o": {cmp.Or(d.Name, "Lab")}}},
		container("ou=people", d.Base), container("ou=groups", d.Base),
	}
}

func container(rdn, base string) Entry {
	_, name, _ := strings.Cut(rdn, "=")
	return Entry{rdn + "," + base, map[string][]string{"objectClass": {"organizationalUnit"}, "ou": {name}}}
}

// writeEntry leaves out the identifiers of Active Directory, which are not for others to
// give.
func writeEntry(b *bufio.Writer, e Entry) {
	writeLine(b, "dn", e.DN)
	for _, name := range slices.Sorted(maps.Keys(e.Attributes)) {
		if name == "objectGUID" || name == "objectCategory" {
			continue
		}
		for _, v := range e.Attributes[name] {
			writeLine(b, name, v)
		}
	}
	b.WriteByte('\n')
}

func writeLine(b *bufio.Writer, name, value string) {
	if plain(value) {
		fmt.Fprintf(b, "%s: %s\n", name, value)
		return
	}
	fmt.Fprintf(b, "%s:: %s\n", name, base64.StdEncoding.EncodeToString([]byte(value)))
}

// plain reports whether a value may stand as it is.
func plain(s string) bool {
	if s == "" || strings.ContainsAny(s[:1], " :<") || s[len(s)-1] == ' ' {
		return false
	}
	return !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r > '~' })
}
