package ldap

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"rollcall/directory"
	bridgesync "rollcall/sync"
)

// samples is how many people a check shows.
const samples = 5

// Check connects, binds and reads one page of people and of groups.
func (s *Source) Check(ctx context.Context) (bridgesync.Checked, error) {
	c, err := s.connect(ctx)
	if err != nil {
		return bridgesync.Checked{}, err
	}
	defer c.close()
	seen := bridgesync.Checked{Server: c.url.text, Secure: c.secure, Notes: s.Warnings()}
	if err := s.lookAtPeople(c, &seen); err != nil {
		return seen, told(c, s.people, err)
	}
	return seen, told(c, s.groups, s.lookAtGroups(c, &seen))
}

// lookAtPeople reads what a check shows of the server and the people.
func (s *Source) lookAtPeople(c *conn, seen *bridgesync.Checked) error {
	root, err := c.root()
	if err != nil {
		return err
	}
	seen.Vendor = root.vendor()
	seen.Notes = append(seen.Notes, s.oddities(root)...)
	people, _, err := c.page(s.people.encode(), s.pageSize, "")
	if err != nil {
		return err
	}
	if err := s.identify(c, people); err != nil {
		return err
	}
	if seen.People = len(people); seen.People == 0 {
		return s.nobody()
	}
	s.sample(people, seen)
	return nil
}

// sample maps the people of a page, and counts those it cannot.
func (s *Source) sample(people []*entry, seen *bridgesync.Checked) {
	var first *bridgesync.Person
	faults := 0
	for _, e := range people {
		p := s.person(e)
		if p.Mapped() != nil {
			faults++
			if first == nil {
				first = p
			}
		}
		if len(seen.Sample) < samples {
			seen.Sample = append(seen.Sample, *p)
		}
	}
	if faults > 0 {
		seen.Notes = append(seen.Notes, fmt.Sprintf("%d of the %d people read cannot be used, the first is %s: %s", faults, len(people),
			first.Entry, first.Fault.Detail()))
	}
}

func (s *Source) lookAtGroups(c *conn, seen *bridgesync.Checked) error {
	if s.config.Groups.Off {
		return nil
	}
	c.limits = ofGroups
	groups, _, err := c.page(s.groups.encode(), min(s.pageSize, groupPage), "")
	if seen.Groups = len(groups); err == nil && seen.Groups == 0 {
		seen.Notes = append(seen.Notes, "there are no groups; set groups.base and groups.filter if there should be, or groups.enabled: false")
	}
	return err
}

// Warnings returns what the configuration leaves unsafe, each a sentence, to be logged
// whenever the source comes into use.
func (s *Source) Warnings() []string {
	var warnings []string
	plain := !s.config.TLS.StartTLS && slices.ContainsFunc(s.endpoints, func(e *endpoint) bool { return !e.tls && !e.loopback() })
	if s.config.TLS.InsecureSkipVerify {
		warnings = append(warnings, "the server's certificate is not checked, so anybody on the way can pass for it and learn the password: remove insecure_skip_verify")
	}
	if plain && s.config.AllowPlaintext {
		warnings = append(warnings, "the password and everything that is read travel unencrypted: use ldaps:// or start_tls")
	}
	if s.config.BindDN == "" && s.config.TLS.CertFile == "" {
		warnings = append(warnings, "nobody in particular reads, and sees what everybody may see: set bind_dn and bind_password for more")
	}
	return warnings
}

// nobody is a read that succeeded and found nobody. A directory without people is rarer
// than a filter without sense, so it is an error.
func (s *Source) nobody() error {
	hint := "check base and preset, and that the bind account may see people there"
	option := "base"
	if s.config.Filter != "" {
		option, hint = "filter", "check filter, base and preset, and that the bind account may see people there"
	}
	return directory.Errorf(directory.Invalid, option, "there is nobody below %s whom the filter matches", s.config.Base).Hinted("%s", hint)
}

// root is the entry in which a server describes itself (RFC 4512 §5.1).
type root struct{ *entry }

// root reads it. A server that shows nothing of itself is taken as it is.
func (c *conn) root() (root, error) {
	e, err := c.lookUp("", "namingContexts", "defaultNamingContext", "vendorName", "vendorVersion", "supportedCapabilities",
		"supportedControl", "objectClass", "structuralObjectClass")
	if e == nil {
		e = &entry{}
	}
	return root{e}, err
}

// has reports whether an attribute has a value.
func (r root) has(attribute, value string) bool {
	return slices.ContainsFunc(r.values(attribute), func(v string) bool { return strings.EqualFold(v, value) })
}

// vendor returns what the server says it is.
func (r root) vendor() string {
	switch {
	case r.has("supportedCapabilities", oidADServer) && r.value("vendorName") == "":
		return "Active Directory"
	case r.has("objectClass", "OpenLDAProotDSE"), r.has("structuralObjectClass", "OpenLDAProotDSE"):
		return "OpenLDAP"
	}
	return printable(strings.TrimSpace(r.value("vendorName") + " " + r.value("vendorVersion")))
}

// oddities compares what the server says of itself with the configuration.
func (s *Source) oddities(r root) []string {
	var notes []string
	if ad := r.has("supportedCapabilities", oidADServer); ad != (s.preset.name == ActiveDirectory) && len(r.attributes) > 0 {
		if ad {
			notes = append(notes, "the server looks like Active Directory, and the preset is "+s.preset.name)
		} else {
			notes = append(notes, "the server does not look like Active Directory, and the preset is "+s.preset.name)
		}
	}
	if controls := r.values("supportedControl"); len(controls) > 0 && !r.has("supportedControl", oidPages) {
		notes = append(notes, "the server does not say that it can send pages, without which a read cannot be proven complete")
	}
	return notes
}
