package ldap

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/go-ldap/ldap/v3"

	"rollcall/directory"
)

// New checks a configuration whole and makes a source of it. It connects to nobody. Its
// error is directory.Faults with everything that is wrong, each with the option at fault.
func New(config Config) (*Source, error) {
	b := &builder{config: config, source: &Source{config: config}}
	b.preset()
	b.limits()
	b.addresses()
	b.credentials()
	b.trust()
	b.mapping()
	b.searches()
	if len(b.faults) > 0 {
		return nil, b.faults
	}
	b.source.digest = b.source.digestOf()
	return b.source, nil
}

// builder is one New under way.
type builder struct {
	config Config
	source *Source
	faults directory.Faults
}

// fault notes something wrong with an option.
func (b *builder) fault(option, format string, args ...any) *directory.Error {
	e := directory.Errorf(directory.Invalid, option, format, args...)
	b.faults = append(b.faults, e)
	return e
}

// preset chooses the preset. An unknown one lets the rest be checked with another.
func (b *builder) preset() {
	p, wrong := presetNamed(b.config.Preset)
	if wrong != nil {
		b.faults = append(b.faults, wrong)
		p = presets[OpenLDAP]
	}
	b.source.preset = p
}

func (b *builder) limits() {
	s := b.source
	s.pageSize, s.timeout = b.config.PageSize, b.config.Timeout
	if s.pageSize == 0 {
		s.pageSize = usualPage
	}
	if s.timeout == 0 {
		s.timeout = usualTimeout
	}
	if s.pageSize < 1 || s.pageSize > mostPage {
		b.fault("page_size", "pages of %d entries make no sense", s.pageSize).Hinted("write a number from 1 to %d", mostPage)
	}
	if s.timeout < time.Millisecond || s.timeout > time.Hour {
		b.fault("timeout", "%s is no time to wait", s.timeout).Hinted("something from 1s to 1h makes sense")
	}
	if b.config.Scope != "" && b.config.Scope != Subtree && b.config.Scope != OneDeep {
		b.fault("scope", "%q is not a scope", b.config.Scope).Hinted("write sub or one")
	}
}

// addresses reads the URLs, and wants nobody's password to travel in the clear.
func (b *builder) addresses() {
	if len(b.config.URLs) == 0 {
		b.fault("urls", "there is no server to read").Hinted("write something like ldaps://ldap.example.com")
	}
	for _, text := range b.config.URLs {
		e, wrong := parseEndpoint(text)
		if wrong != nil {
			b.faults = append(b.faults, wrong)
			continue
		}
		b.source.endpoints = append(b.source.endpoints, e)
		switch {
		case e.tls && b.config.TLS.StartTLS:
			b.fault("start_tls", "%s is encrypted from the start", text).Hinted("leave start_tls out, or write ldap://")
		case !e.tls && !b.config.TLS.StartTLS && b.config.BindDN != "" && !b.config.AllowPlaintext && !e.loopback():
			b.fault("urls", "the password would travel to %s unencrypted", e.host).Hinted(plaintextHint)
		}
	}
}

func (b *builder) credentials() {
	name, password := b.config.BindDN != "", !b.config.BindPassword.IsZero()
	switch {
	case name && !password:
		b.fault("bind_password", "there is no password for %s", b.config.BindDN).Hinted("set bind_password or bind_password_file")
	case password && !name:
		b.fault("bind_dn", "there is a password, and nobody whose it is").Hinted("set bind_dn")
	}
}

// trust reads the files of certificates.
func (b *builder) trust() {
	t := b.config.TLS
	b.source.tls = &tls.Config{MinVersion: tls.VersionTLS12, ServerName: t.ServerName, InsecureSkipVerify: t.InsecureSkipVerify}
	if t.CAFile != "" {
		b.source.tls.RootCAs = x509.NewCertPool()
		switch text, err := os.ReadFile(t.CAFile); {
		case err != nil:
			b.fault("ca_file", "it cannot be read: %v", reason(err))
		case !b.source.tls.RootCAs.AppendCertsFromPEM(text):
			b.fault("ca_file", "%s holds no certificate", t.CAFile).Hinted("it has to be in PEM: -----BEGIN CERTIFICATE-----")
		}
	}
	switch {
	case t.CertFile == "" && t.KeyFile == "":
	case t.CertFile == "":
		b.fault("key_file", "a key is of no use without its certificate").Hinted("set cert_file as well")
	case t.KeyFile == "":
		b.fault("cert_file", "a certificate is of no use without its key").Hinted("set key_file as well")
	default:
		pair, err := tls.LoadX509KeyPair(t.CertFile, t.KeyFile)
		if err != nil {
			b.fault("cert_file", "certificate and key cannot be used: %v", reason(err)).Hinted("both have to be in PEM, and belong together")
		}
		b.source.tls.Certificates = []tls.Certificate{pair}
	}
}

// reason returns the end of an error about a file, which names it.
func reason(err error) error {
	var path *os.PathError
	if errors.As(err, &path) {
		return path
	}
	return err
}

func (b *builder) mapping() {
	s := b.source
	var faults directory.Faults
	s.rules, faults = mappings(s.preset.attributes, b.config.Attributes)
	b.faults = append(b.faults, faults...)
	s.mapped = s.rules.attributes()
	s.active = s.rules.of("active")
	s.keyAttribute = b.name("id_attribute", b.config.IDAttribute, s.preset.key)
	s.groupName = b.name("groups.name_attribute", b.config.Groups.NameAttr, s.preset.groupName)
	s.members = s.preset.members
	if len(b.config.Groups.MemberAttrs) > 0 {
		s.members = b.config.Groups.MemberAttrs
	}
	for _, m := range s.members {
		b.name("groups.member_attributes", m, "")
		if strings.EqualFold(m, "memberUid") {
			b.fault("groups.member_attributes", "memberUid has user names, not distinguished names").
				Hinted("use groups whose members are entries, such as groupOfNames")
		}
	}
}

// name checks the name of an attribute; without one the preset's is taken.
func (b *builder) name(option, configured, preset string) string {
	if configured == "" {
		return preset
	}
	if !attributeName.MatchString(configured) {
		b.fault(option, "%q is not the name of an attribute", configured)
	}
	return configured
}

// searches makes the two searches of a read.
func (b *builder) searches() {
	s := b.source
	attributes := append([]string{s.keyAttribute}, s.mapped...)
	for _, rule := range s.preset.states {
		attributes = append(attributes, rule.attribute)
	}
	base := b.base("base", b.config.Base)
	if b.config.Base == "" {
		b.fault("base", "there is nothing to read below").Hinted("write something like dc=example,dc=com")
	}
	s.people = search{
		base: base, scope: b.config.Scope.number(), attributes: unique(attributes),
		filter: b.filter("filter", s.preset.people, b.config.Filter), options: searchOptions{"base", "filter"},
	}
	options := searchOptions{"base", "groups.filter"}
	if below := b.base("groups.base", b.config.Groups.Base); below != "" {
		base, options.base = below, "groups.base"
	}
	s.groups = search{
		base: base, scope: b.config.Scope.number(), attributes: unique(append([]string{s.keyAttribute, s.groupName}, s.members...)),
		filter: b.filter("groups.filter", s.preset.groups, b.config.Groups.Filter), options: options,
	}
}

// unique drops names that are there twice, which some servers take amiss.
func unique(names []string) []string {
	var once []string
	for _, name := range names {
		if !slices.ContainsFunc(once, func(n string) bool { return strings.EqualFold(n, name) }) {
			once = append(once, name)
		}
	}
	return once
}

func (b *builder) base(option, dn string) string {
	if _, err := ldap.ParseDN(dn); err != nil {
		b.fault(option, "%q is not a distinguished name", dn).Hinted("write something like dc=example,dc=com")
	}
	return dn
}

// filter encodes the preset's filter, narrowed by the configured one.
func (b *builder) filter(option, preset, configured string) []byte {
	if configured != "" {
		if _, err := ldap.CompileFilter(configured); err != nil {
			hint := "write something like (memberOf=cn=staff,ou=groups,dc=example,dc=com)"
			if !strings.HasPrefix(configured, "(") {
				hint = "a filter stands in parentheses: (" + configured + ")"
			}
			b.fault(option, "%q is not a filter", configured).Hinted("%s", hint)
			return nil
		}
		preset = "(&" + preset + configured + ")"
	}
	packet, err := ldap.CompileFilter(preset)
	if err != nil {
		b.fault(option, "the filter cannot be used: %v", err)
		return nil
	}
	return packet.Bytes()
}
