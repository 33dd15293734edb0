package ldap

import (
	"errors"
	"runtime"
	"runtime/metrics"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-ldap/ldap/v3"
	"github.com/google/go-cmp/cmp"

	"rollcall/dev/need"
	"rollcall/directory"
	bridgesync "rollcall/sync"
	"rollcall/sync/ldap/ldaptest"
)

// reading returns the configuration by which the reader reads a lab.
func reading(l *need.Lab) Config {
	return Config{URLs: []string{l.URL}, BindDN: l.ReaderDN, BindPassword: directory.NewSecret(l.ReaderPassword), Base: l.Base,
		Timeout: 20 * time.Second}
}

func TestSlapdIsReadWhole(t *testing.T) {
	t.Parallel()
	l := need.Slapd(t, 600, 20)
	s := source(t, reading(l))
	all, err := people(t, s)
	if err != nil {
		t.Fatal(err)
	}
	if len(all) != 600 {
		t.Fatalf("got %d people", len(all))
	}
	for i, p := range all {
		if p.Key != ldaptest.PersonKey(i) || p.Fault != nil || !p.User.Wanted || p.User.PrimaryEmail() == "" {
			t.Errorf("person %d is %+v", i, p)
		}
	}
	groups, err := groups(t, s)
	if err != nil {
		t.Fatal(err)
	}
	members := 0
	for _, g := range groups {
		members += len(g.Members)
	}
	if len(groups) != 20 || members != 3*600 {
		t.Errorf("got %d groups with %d members", len(groups), members)
	}
}

// TestSlapdAndLdaptestSayTheSame keeps the server in this process honest.
func TestSlapdAndLdaptestSayTheSame(t *testing.T) {
	t.Parallel()
	l := need.Slapd(t, 300, 20)
	_, config := serve(t, ldaptest.Company(300, 20))
	real, err := people(t, source(t, reading(l)))
	if err != nil {
		t.Fatal(err)
	}
	ours, err := people(t, source(t, config))
	if err != nil || len(real) != len(ours) {
		t.Fatalf("%d and %d people, %v", len(real), len(ours), err)
	}
	for i := range real {
		if real[i].Mark != ours[i].Mark || real[i].Ref != ours[i].Ref {
			t.Errorf("%+v\n%+v", real[i], ours[i])
		}
	}
}

// TestTenThousandPeopleNeedLittleMemory keeps nobody, and looks at how the heap grows.
func TestTenThousandPeopleNeedLittleMemory(t *testing.T) {
	l := need.Slapd(t, 10_000, 500)
	s := source(t, reading(l))
	runtime.GC() // what the lab was made from
	before, most, count := heap(), uint64(0), 0
	began := time.Now()
	err := s.People(t.Context(), func(*bridgesync.Person) error {
		if count++; count%500 == 0 {
			most = max(most, heap()-before)
		}
		return nil
	})
	if err != nil || count != 10_000 {
		t.Fatalf("read %d people: %v", count, err)
	}
	t.Logf("%d people in %v, %d MiB more of heap at most", count, time.Since(began).Round(time.Millisecond), most>>20)
	if most > 24<<20 {
		t.Errorf("the heap grew by %d MiB", most>>20)
	}
}

func heap() uint64 {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}

func TestASizeLimitDoesNotPassForTheEnd(t *testing.T) {
	t.Parallel()
	l := need.Slapd(t, 600, 20)
	s := source(t, reading(l))
	c, err := s.connect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer c.close()
	entries, _, err := c.search(s.people.encode(), 10_000)
	if !hasCode(err, sizeLimitExceeded) || entries == nil {
		t.Errorf("an unpaged search gave %d entries and %v", len(entries), err)
	}
}

// saying returns the one fault that an error must be.
func saying(t *testing.T, err error, kind directory.Kind, option, words string) {
	t.Helper()
	var said *directory.Error
	if !errors.As(err, &said) {
		t.Fatalf("got %v", err)
	}
	t.Logf("%s (%s): %s", said.Attr, said.Kind, said.Detail())
	if said.Kind != kind || said.Attr != option || !strings.Contains(said.Detail(), words) {
		t.Errorf("got %s about %q: %s; want %s about %q with %q", said.Kind, said.Attr, said.Detail(), kind, option, words)
	}
}

func TestWrongSettingsSaySoInOneSentence(t *testing.T) {
	t.Parallel()
	l := need.Slapd(t, 600, 20)
	other, err := ldaptest.NewAuthority()
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name   string
		change func(*Config)
		kind   directory.Kind
		option string
		words  string
	}{
		{"password", func(c *Config) { c.BindPassword = directory.NewSecret("wrong") }, directory.Denied, "bind_password", "wrong name or password"},
		{"base", func(c *Config) { c.Base = "ou=nowhere," + l.Base }, directory.Invalid, "base", "the server has " + l.Base},
		{"filter", func(c *Config) { c.Filter = "(uid=nobody)" }, directory.Invalid, "filter", "nobody below"},
		{"authority", func(c *Config) { c.URLs, c.TLS.CAFile = []string{l.LDAPSURL}, authority(t, other.PEM) }, directory.Unavailable, "ca_file", "not trusted"},
		{"authority with StartTLS", func(c *Config) { c.TLS.StartTLS, c.TLS.CAFile = true, authority(t, other.PEM) }, directory.Unavailable, "ca_file", "not trusted"},
		{"host", func(c *Config) {
			c.URLs, c.TLS.CAFile, c.TLS.ServerName = []string{l.LDAPSURL}, l.CA, "ldap.example.com"
		}, directory.Unavailable, "server_name", "another host: localhost, 127.0.0.1"},
		{"TLS where there is none", func(c *Config) { c.URLs = []string{"ldaps" + strings.TrimPrefix(l.URL, "ldap")} }, directory.Unavailable, "urls", "its port may not be one for TLS"},
		{"none where there is TLS", func(c *Config) { c.URLs = []string{"ldap" + strings.TrimPrefix(l.LDAPSURL, "ldaps")} }, directory.Unavailable, "urls", "closed the connection"},
		{"nobody listens", func(c *Config) { c.URLs = []string{"ldap://127.0.0.1:1"} }, directory.Unavailable, "urls", "nothing listens"},
		{"no such name", func(c *Config) { c.URLs, c.AllowPlaintext = []string{"ldap://ldap.invalid"}, true }, directory.Unavailable, "urls", "cannot be resolved"},
		{"anonymous", func(c *Config) { c.BindDN, c.BindPassword = "", directory.Secret{} }, directory.Denied, "bind_dn", "may not read there"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			config := reading(l)
			tt.change(&config)
			all, err := people(t, source(t, config))
			if len(all) > 0 {
				t.Errorf("%d people all the same", len(all))
			}
			saying(t, err, tt.kind, tt.option, tt.words)
		})
	}
}

// TestTheLibraryReadsTheSame compares every value of every entry with what go-ldap reads.
func TestTheLibraryReadsTheSame(t *testing.T) {
	t.Parallel()
	l := need.Slapd(t, 600, 20)
	s := source(t, reading(l))
	c, err := s.connect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer c.close()
	ours := map[string]map[string][]string{}
	err = c.pages(s.people, 77, func(page []*entry) error {
		for _, e := range page {
			ours[e.dn] = map[string][]string{}
			for _, a := range e.attributes {
				ours[e.dn][a.name] = a.values
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(byLibrary(t, l, s), ours); diff != "" {
		t.Error(diff)
	}
}

func byLibrary(t *testing.T, l *need.Lab, s *Source) map[string]map[string][]string {
	t.Helper()
	conn, err := ldap.DialURL(l.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.Bind(l.ReaderDN, l.ReaderPassword); err != nil {
		t.Fatal(err)
	}
	request := ldap.NewSearchRequest(l.Base, ldap.ScopeWholeSubtree, ldap.NeverDerefAliases, 0, 0, false, s.preset.people, s.people.attributes, nil)
	found, err := conn.SearchWithPaging(request, 100)
	if err != nil {
		t.Fatal(err)
	}
	theirs := map[string]map[string][]string{}
	for _, e := range found.Entries {
		theirs[e.DN] = map[string][]string{}
		for _, a := range e.Attributes {
			theirs[e.DN][a.Name] = a.Values
		}
	}
	return theirs
}

// changing describes a change of a person as LDIF.
func changing(i int, lines ...string) string {
	return "dn: " + ldaptest.PersonDN(i) + "\n" + strings.Join(lines, "\n") + "\n\n"
}

func TestWhatHappensToPeopleOnARealServer(t *testing.T) {
	t.Parallel()
	l := need.Slapd(t, 600, 20)
	s := source(t, reading(l))
	before, err := people(t, s)
	if err != nil {
		t.Fatal(err)
	}
	l.Modify(changing(1, "changetype: modrdn", "newrdn: uid=newname", "deleteoldrdn: 1") +
		changing(2, "changetype: modify", "replace: mail", "mail:: YQpi") +
		changing(3, "changetype: modify", "replace: pwdAccountLockedTime", "pwdAccountLockedTime: 000001010000Z") +
		changing(4, "changetype: delete") +
		changing(5, "changetype: modify", "replace: userPassword", "userPassword: theirs") +
		changing(6, "changetype: modify", "add: objectClass", "objectClass: shadowAccount", "-", "replace: shadowExpire", "shadowExpire: 30000") +
		changing(7, "changetype: modify", "replace: description", "description: nothing that is mapped"))
	guess := source(t, Config{URLs: []string{l.URL}, BindDN: ldaptest.PersonDN(5), BindPassword: directory.NewSecret("guess"), Base: l.Base})
	for range 4 {
		if _, err := people(t, guess); !directory.Is(err, directory.Denied) {
			t.Fatal(err)
		}
	}
	after, err := people(t, s)
	if err != nil || len(after) != 599 {
		t.Fatalf("%d people, %v", len(after), err)
	}
	now := map[string]*bridgesync.Person{}
	for _, p := range after {
		now[p.Key] = p
	}
	for i, p := range before {
		q := now[p.Key]
		switch i {
		case 1:
			if q == nil || q.User.UserName != "newname" || q.Ref != "uid=newname,ou=people,dc=lab,dc=test" {
				t.Errorf("renamed: %+v", q)
			}
		case 2:
			if q == nil || q.Fault == nil || q.Fault.Attr != `emails[type eq "work"].value` {
				t.Errorf("bad mail: %+v", q)
			}
		case 3:
			if q == nil || q.User.Wanted {
				t.Errorf("locked for good: %+v", q)
			}
		case 4:
			if q != nil {
				t.Errorf("deleted: %+v", q)
			}
		case 6:
			if q == nil || q.Until.Format(time.DateOnly) != "2052-02-20" {
				t.Errorf("ends: %+v", q)
			}
		default: // 5, whose password was guessed at, among them
			if q == nil || q.Mark != p.Mark || !q.User.Wanted {
				t.Errorf("person %d: %+v", i, q)
			}
		}
	}
	groups, err := groups(t, s)
	if err != nil {
		t.Fatal(err)
	}
	renamed := 0
	for _, g := range groups {
		if slices.Contains(g.Members, now[before[1].Key].Ref) {
			renamed++
		}
	}
	if renamed != 3 {
		t.Errorf("the renamed person is in %d groups", renamed)
	}
}
