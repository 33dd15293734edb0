package ldap

import (
	"net"
	"strings"
	"testing"
	"time"

	"rollcall/dev/need"
	"rollcall/directory"
	"rollcall/sync/ldap/ldaptest"
)

func TestACheckShowsWhatItSaw(t *testing.T) {
	t.Parallel()
	l := need.Slapd(t, 600, 20)
	for name, tt := range map[string]struct {
		change func(*Config)
		secure string
	}{
		"plain":    {func(*Config) {}, "none"},
		"StartTLS": {func(c *Config) { c.TLS.StartTLS, c.TLS.CAFile = true, l.CA }, "StartTLS, TLS 1.3"},
		"LDAPS":    {func(c *Config) { c.URLs, c.TLS.CAFile = []string{l.LDAPSURL}, l.CA }, "TLS 1.3"},
		"certificate": {func(c *Config) {
			c.URLs, c.TLS.CAFile, c.BindDN, c.BindPassword = []string{l.LDAPSURL}, l.CA, "", directory.Secret{}
			c.TLS.CertFile, c.TLS.KeyFile = l.ReaderCertificate()
		}, "TLS 1.3"},
		"not checked": {func(c *Config) { c.URLs, c.TLS.InsecureSkipVerify = []string{l.LDAPSURL}, true }, "TLS 1.3"},
	} {
		t.Run(name, func(t *testing.T) {
			config := reading(l)
			tt.change(&config)
			seen, err := source(t, config).Check(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if seen.Server != config.URLs[0] || seen.Secure != tt.secure || seen.Vendor != "OpenLDAP" || seen.People != 500 || seen.Groups != 20 || len(seen.Sample) != samples {
				t.Errorf("got %+v", seen)
			}
			if warned := len(seen.Notes) > 0; warned != (name == "not checked") {
				t.Errorf("noted %q", seen.Notes)
			}
		})
	}
}

func TestACheckNotesWhatIsOdd(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		directory func() ldaptest.Directory
		change    func(*Config)
		words     string
	}{
		"the wrong preset": {func() ldaptest.Directory { return ldaptest.Company(5, 1) }, func(c *Config) { c.Preset, c.IDAttribute = DS389, "entryUUID" }, ""},
		"a forest for OpenLDAP": {func() ldaptest.Directory {
			d := ldaptest.Forest(5, 1)
			d.People[0].Attributes["objectClass"] = []string{"inetOrgPerson"}
			return d
		}, func(c *Config) { c.Preset = OpenLDAP }, "looks like Active Directory"},
		"no groups": {func() ldaptest.Directory { return ldaptest.Company(5, 0) }, func(*Config) {}, "no groups"},
		"a bad entry": {func() ldaptest.Directory {
			d := ldaptest.Company(5, 1)
			d.People[3].Attributes["mail"] = []string{"a\nb"}
			return d
		}, func(*Config) {}, "1 of the 5 people read cannot be used, the first is uid=u000003,ou=people,dc=lab,dc=test: mail has a value that is not text"},
	} {
		t.Run(name, func(t *testing.T) {
			_, config := serve(t, tt.directory())
			tt.change(&config)
			seen, err := source(t, config).Check(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			notes := strings.Join(seen.Notes, "\n")
			if (tt.words == "") != (notes == "") || !strings.Contains(notes, tt.words) {
				t.Errorf("noted %s", notes)
			}
		})
	}
}

func TestWarningsAreLoud(t *testing.T) {
	config := least()
	if got := source(t, config).Warnings(); len(got) != 0 {
		t.Errorf("warned of nothing: %q", got)
	}
	config.URLs, config.AllowPlaintext, config.TLS.InsecureSkipVerify = []string{"ldap://ldap.example.com"}, true, true
	if got := source(t, config).Warnings(); len(got) != 2 {
		t.Errorf("got %q", got)
	}
	config = Config{URLs: []string{"ldaps://a"}, Base: "dc=a"}
	if got := source(t, config).Warnings(); len(got) != 1 {
		t.Errorf("got %q", got)
	}
}

func TestWhoeverRefusesTheBindSaysWhy(t *testing.T) {
	t.Parallel()
	server, config := serve(t, ldaptest.Forest(5, 1))
	s := source(t, config)
	ad := func(data string) string {
		return "80090308: LdapErr: DSID-0C090447, comment: AcceptSecurityContext error, data " + data + ", v3839\x00"
	}
	for _, tt := range []struct {
		code         int
		text, option string
		words        string
	}{
		{49, "", "bind_password", "refuses cn=reader,dc=lab,dc=test: wrong name or password"},
		{49, ad("52e"), "bind_password", "the password is wrong"},
		{49, ad("525"), "bind_password", "no such account"},
		{49, ad("530"), "bind_password", "time of the day"},
		{49, ad("531"), "bind_password", "from here"},
		{49, ad("532"), "bind_password", "password has expired"},
		{49, ad("533"), "bind_password", "the account is disabled"},
		{49, ad("701"), "bind_password", "the account has expired"},
		{49, ad("773"), "bind_password", "change its password"},
		{49, ad("775"), "bind_password", "locked after wrong passwords"},
		{49, ad("999"), "bind_password", "wrong name or password"},
		{8, "00002028: LdapErr: DSID-0C090259, comment: The server requires binds to turn on integrity checking", "start_tls", "only over an encrypted connection"},
		{13, "TLS required", "start_tls", "only over an encrypted connection"},
		{48, "", "bind_dn", "does not let anybody in this way"},
		{50, "", "bind_dn", "may not read"},
	} {
		server.Behave(ldaptest.Behaviour{BindCode: tt.code, BindText: tt.text})
		_, err := people(t, s)
		saying(t, err, directory.Denied, tt.option, tt.words)
	}
	server.Behave(ldaptest.Behaviour{BindCode: 51})
	_, err := people(t, s)
	saying(t, err, directory.Unavailable, "urls", "will not answer now")
}

func TestCertificatesAreChecked(t *testing.T) {
	t.Parallel()
	server, config := serve(t, ldaptest.Company(5, 1))
	config.TLS.CAFile = authority(t, server.CA())
	for _, url := range []string{server.URL, server.TLSURL} {
		config.URLs, config.TLS.StartTLS = []string{url}, url == server.URL
		s := source(t, config)
		for _, tt := range []struct {
			behaviour     ldaptest.Behaviour
			option, words string
		}{
			{ldaptest.Behaviour{Expired: true}, "urls", "is not valid at this time"},
			{ldaptest.Behaviour{OtherHost: true}, "server_name", "another host: ldap.example.com"},
		} {
			server.Behave(tt.behaviour)
			before := server.Binds()
			_, err := people(t, s)
			saying(t, err, directory.Unavailable, tt.option, tt.words)
			if server.Binds() != before {
				t.Error("a password was sent all the same")
			}
		}
	}
}

// TestStartTLSCannotBeTakenOut plays somebody on the way who wants the password.
func TestStartTLSCannotBeTakenOut(t *testing.T) {
	t.Parallel()
	server, config := serve(t, ldaptest.Company(5, 1))
	config.TLS.StartTLS, config.TLS.CAFile, config.Timeout = true, authority(t, server.CA()), 5*time.Second
	s := source(t, config)
	server.Behave(ldaptest.Behaviour{RefuseTLS: true})
	_, err := people(t, s)
	saying(t, err, directory.Unavailable, "start_tls", "does not do StartTLS")
	server.Behave(ldaptest.Behaviour{InjectTLS: true})
	if _, err := people(t, s); err == nil {
		t.Error("what was said in the clear passed for encrypted")
	}
	if server.Binds() != 0 {
		t.Error("a password was sent all the same")
	}
}

// elsewhere is a connection that turns out to lead to another machine.
type elsewhere struct{ net.Conn }

func (elsewhere) RemoteAddr() net.Addr { return &net.TCPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 389} }

// TestThePasswordGoesOnlyWhereItMay looks at where a connection really goes, whatever the
// name in the configuration promised.
func TestThePasswordGoesOnlyWhereItMay(t *testing.T) {
	server, config := serve(t, ldaptest.Company(1, 1))
	s := source(t, config)
	c, err := s.connect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer c.close()
	if !s.mayHear(c) {
		t.Error("not even this machine may hear it")
	}
	before := server.Binds()
	c.raw, c.net = elsewhere{c.raw}, elsewhere{c.raw}
	saying(t, s.bind(c), directory.Denied, "urls", "would get the password unencrypted")
	if server.Binds() != before {
		t.Error("the password was sent all the same")
	}
	s.config.BindPassword = directory.Secret{}
	if err := s.bind(c); directory.KindOf(err) != directory.Invalid {
		t.Errorf("a bind without a password: %v", err)
	}
}

func TestTheNextServerIsTriedWhenOneIsNotThere(t *testing.T) {
	t.Parallel()
	first, config := serve(t, ldaptest.Company(5, 1))
	second, _ := serve(t, ldaptest.Company(7, 1))
	config.URLs = []string{"ldap://127.0.0.1:1", first.URL, second.URL}
	s := source(t, config)
	count := func(want int) {
		t.Helper()
		if all, err := people(t, s); err != nil || len(all) != want {
			t.Errorf("%d people, %v; want %d", len(all), err, want)
		}
	}
	count(5)
	first.Behave(ldaptest.Behaviour{BindCode: 52})
	count(7)
	first.Behave(ldaptest.Behaviour{BindCode: 49})
	before := second.Binds()
	_, err := people(t, s)
	saying(t, err, directory.Denied, "bind_password", "wrong name or password")
	if second.Binds() != before {
		t.Error("a refused password was tried on the next server")
	}
	first.Close()
	second.Close()
	_, err = people(t, s)
	saying(t, err, directory.Unavailable, "urls", "nothing listens at 127.0.0.1:1")
}
