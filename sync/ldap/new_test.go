package ldap

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-ldap/ldap/v3"

	"rollcall/config"
	"rollcall/directory"
	"rollcall/sync/ldap/ldaptest"
)

// least is the least that a configuration has to have.
func least() Config {
	return Config{URLs: []string{"ldap://127.0.0.1:3389"}, BindDN: "cn=admin,dc=lab,dc=test", BindPassword: directory.NewSecret("lab-secret"),
		Base: "dc=lab,dc=test", Preset: OpenLDAP}
}

func TestTheLeastConfigurationIsEnough(t *testing.T) {
	s := source(t, least())
	if s.pageSize != 500 || s.timeout != time.Minute || s.keyAttribute != "entryUUID" {
		t.Errorf("got %+v", s)
	}
	for name := range presets {
		config := least()
		config.Preset = name
		source(t, config)
	}
}

// TestEveryFaultOfAConfigurationIsFoundAtOnce wants a fault for each option named.
func TestEveryFaultOfAConfigurationIsFoundAtOnce(t *testing.T) {
	nonsense := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(nonsense, []byte("nonsense"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		change func(*Config)
		want   string // the options at fault
	}{
		"nothing": {func(c *Config) { *c = Config{} }, "urls base"},
		"everything": {func(c *Config) {
			*c = Config{URLs: []string{"http://a", "ldap://a/dc=b", "ldap://u:p@a", "ldap://", "ldaps://a"}, TLS: TLS{StartTLS: true, CAFile: "absent", CertFile: "absent", KeyFile: "absent"},
				BindDN: "cn=a", Base: "nowhere", Scope: "everywhere", Filter: "(cn=a", IDAttribute: "no name", Preset: "novell",
				Groups:   Groups{Base: "=", Filter: "cn=a", NameAttr: "{cn}", MemberAttrs: []string{"member;", "memberUid"}},
				PageSize: 100_000, Timeout: 24 * time.Hour, Attributes: map[string][]string{"userName": {"{"}}}
		}, "preset page_size timeout scope urls urls urls urls start_tls bind_password ca_file cert_file attributes.userName id_attribute groups.name_attribute groups.member_attributes groups.member_attributes base filter groups.base groups.filter"},
		"plaintext":                 {func(c *Config) { c.URLs = []string{"ldap://ldap.example.com"} }, "urls"},
		"plaintext that is allowed": {func(c *Config) { c.URLs, c.AllowPlaintext = []string{"ldap://ldap.example.com"}, true }, ""},
		"plaintext to this machine": {func(c *Config) { c.URLs = []string{"ldap://localhost", "ldap://[::1]", "ldap://127.9.9.9:389"} }, ""},
		"StartTLS":                  {func(c *Config) { c.URLs, c.TLS.StartTLS = []string{"ldap://ldap.example.com"}, true }, ""},
		"nobody in particular":      {func(c *Config) { c.BindDN, c.BindPassword = "", directory.Secret{} }, ""},
		"a password of nobody":      {func(c *Config) { c.BindDN = "" }, "bind_dn"},
		"half a certificate":        {func(c *Config) { c.TLS.CertFile = "cert.pem" }, "cert_file"},
		"the other half":            {func(c *Config) { c.TLS.KeyFile = "key.pem" }, "key_file"},
		"no certificate":            {func(c *Config) { c.TLS.CAFile = nonsense }, "ca_file"},
		"a reader by another name":  {func(c *Config) { c.BindDN = `LAB\reader` }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			config := least()
			tt.change(&config)
			_, err := New(config)
			var faults directory.Faults
			errors.As(err, &faults)
			var got []string
			for _, f := range faults {
				got = append(got, f.Attr)
				if f.Kind != directory.Invalid || strings.Contains(f.Detail(), "lab-secret") || strings.Contains(f.Detail(), "u:p") {
					t.Errorf("%+v", f)
				}
			}
			if strings.Join(got, " ") != tt.want || (err == nil) != (tt.want == "") {
				t.Errorf("got  %s\nwant %s\n%v", strings.Join(got, " "), tt.want, err)
			}
		})
	}
}

// FuzzFilter narrows the filter of each preset: what comes out has to be the preset's and
// ours side by side, whatever ours looks like.
func FuzzFilter(f *testing.F) {
	for _, seed := range []string{"(cn=a)", "(|(cn=a)(cn=b*))", "(!(cn=a))", ")(uid=*", "(cn=a))(|(uid=*)", `(cn=\2a)`, "(cn:dn:2.5.13.5:=a)", "(cn=*)", "(a=b", "()"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, filter string) {
		for name, p := range presets {
			b := &builder{source: &Source{}}
			encoded := b.filter("filter", p.people, filter)
			if (encoded == nil) != (len(b.faults) > 0) {
				t.Fatalf("%s: %q: %v", name, filter, b.faults)
			}
			if encoded == nil || filter == "" {
				continue
			}
			c := cursor{rest: string(encoded)}
			both := c.enter(0xa0)
			tag, first := both.next()
			both.next()
			if c.bad || both.bad || c.more() || both.more() {
				t.Errorf("%s: %q is %x", name, filter, encoded)
			}
			if preset, err := ldap.CompileFilter(p.people); err != nil || string(preset.Bytes()) != string(element(tag, []byte(first))) {
				t.Errorf("%s: %q changed the preset's filter", name, filter)
			}
		}
	})
}

// digests returns the digest of the map of each changed configuration.
func digestWith(t *testing.T, change func(*Config)) string {
	config := least()
	change(&config)
	return source(t, config).MappingDigest()
}

func TestAChangeOfTheMapChangesItsDigest(t *testing.T) {
	usual := digestWith(t, func(*Config) {})
	seen := map[string]string{usual: "nothing"}
	for name, change := range map[string]func(*Config){
		"preset":     func(c *Config) { c.Preset = DS389 },
		"identifier": func(c *Config) { c.IDAttribute = "uid" },
		"path":       func(c *Config) { c.Attributes = map[string][]string{"title": {}} },
		"template":   func(c *Config) { c.Attributes = map[string][]string{"displayName": {"cn", "displayName"}} },
		"kind": func(c *Config) {
			c.Attributes = map[string][]string{`phoneNumbers[type eq "mobile"]`: {"telephoneNumber"}}
		},
		"group's name":  func(c *Config) { c.Groups.NameAttr = "description" },
		"group members": func(c *Config) { c.Groups.MemberAttrs = []string{"member"} },
	} {
		digest := digestWith(t, change)
		if other, ok := seen[digest]; ok {
			t.Errorf("%s has the digest of %s", name, other)
		}
		seen[digest] = name
	}
	for name, change := range map[string]func(*Config){
		"the same again":  func(c *Config) { c.Attributes = map[string][]string{"displayname": {"displayName", "cn"}} },
		"another base":    func(c *Config) { c.Base = "dc=other" },
		"another server":  func(c *Config) { c.URLs = []string{"ldaps://other"} },
		"case of the key": func(c *Config) { c.IDAttribute = "ENTRYUUID" },
	} {
		if digestWith(t, change) != usual {
			t.Errorf("%s changed the digest", name)
		}
	}
}

func TestMarksTellWhatChanged(t *testing.T) {
	base := ldaptest.Company(1, 1).People[0]
	mark := func(change func(map[string][]string), config Config) string {
		a := map[string][]string{}
		for name, values := range base.Attributes {
			a[name] = values
		}
		change(a)
		e := &entry{dn: base.DN}
		for name, values := range a { // in any order
			e.attributes = append(e.attributes, attribute{name, values})
		}
		p := source(t, config).person(e)
		if p.Fault != nil {
			t.Fatal(p.Fault)
		}
		return string(p.Mark[:])
	}
	set := func(name string, values ...string) func(map[string][]string) {
		return func(a map[string][]string) { a[name] = values }
	}
	nothing := func(map[string][]string) {}
	usual := mark(nothing, least())
	for name, change := range map[string]func(map[string][]string){
		"nothing":               nothing,
		"an unmapped attribute": set("description", "new"),
		"a group":               set("memberOf", "cn=other"),
		"a lock for a while":    set("pwdAccountLockedTime", "20261124090000Z"),
		"case of an identifier": set("entryUUID", strings.ToUpper(ldaptest.PersonKey(0))),
	} {
		if mark(change, least()) != usual {
			t.Errorf("%s changed the mark", name)
		}
	}
	if mark(set("mail", "a@b.c", "d@e.f"), least()) != mark(set("mail", "d@e.f", "a@b.c"), least()) {
		t.Error("the order of values changed the mark")
	}
	seen := map[string]string{usual: "nothing"}
	for name, change := range map[string]func(map[string][]string){
		"a value":            set("title", "Boss"),
		"a value more":       set("mail", "ana.abel.0@lab.test", "a@lab.test"),
		"a value less":       set("title"),
		"a value elsewhere":  func(a map[string][]string) { a["o"], a["title"] = a["title"], nil },
		"a lock for good":    set("pwdAccountLockedTime", "000001010000Z"),
		"an end":             set("shadowExpire", "30000"),
		"another end":        set("shadowExpire", "30001"),
		"another identifier": set("entryUUID", ldaptest.PersonKey(1)),
	} {
		got := mark(change, least())
		if other, ok := seen[got]; ok {
			t.Errorf("%s has the mark of %s", name, other)
		}
		seen[got] = name
	}
	other := least()
	other.Attributes = map[string][]string{"nickName": {"nothing"}}
	if mark(nothing, other) == usual {
		t.Error("another map did not change the mark")
	}
}

func TestTheConfigurationOffersEveryPreset(t *testing.T) {
	for _, o := range config.SourceOptions() {
		if o.Key != "sources.ldap.preset" {
			continue
		}
		for name := range presets {
			if !strings.Contains(o.Takes, "`"+name+"`") {
				t.Errorf("%s is not offered", name)
			}
		}
		if strings.Count(o.Takes, "`") != 2*len(presets) {
			t.Errorf("more is offered than there is: %s", o.Takes)
		}
	}
}
