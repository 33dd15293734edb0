package ldap

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/go-ldap/ldap/v3"

	"rollcall/directory"
	bridgesync "rollcall/sync"
)

// lab returns the configuration that reads a server of dev/lab, started by hand with 1,200
// people and 20 groups. These servers take too long to start for every run of the tests.
func lab(t *testing.T, variable, script string) Config {
	t.Helper()
	url := os.Getenv(variable)
	if url == "" {
		t.Skipf("%s is not set: start dev/lab/%s start /tmp/lab 1200 20, and set it to the URL", variable, script)
	}
	return Config{URLs: []string{url}, BindPassword: directory.NewSecret("Lab-Secret-1")}
}

// readLab reads everything and checks what is the same with every server.
func readLab(t *testing.T, config Config) (*Source, []*bridgesync.Person, map[string]*bridgesync.Group) {
	t.Helper()
	s := source(t, config)
	all, err := people(t, s)
	if err != nil {
		t.Fatal(err)
	}
	list, err := groups(t, s)
	if err != nil {
		t.Fatal(err)
	}
	byName := map[string]*bridgesync.Group{}
	for _, g := range list {
		byName[g.Group.DisplayName] = g
	}
	seen, err := s.Check(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%s, %s: %d people, %d groups, %q", seen.Vendor, seen.Secure, len(all), len(list), seen.Notes)
	return s, all, byName
}

// named finds people by the beginning of their user names.
func named(all []*bridgesync.Person, prefix string) []*bridgesync.Person {
	return slices.DeleteFunc(slices.Clone(all), func(p *bridgesync.Person) bool { return !strings.HasPrefix(p.User.UserName, prefix) })
}

// modify changes one entry as the administrator of a lab.
func modify(t *testing.T, config Config, dn string, attribute, value string) {
	t.Helper()
	conn, err := ldap.DialURL(config.URLs[0])
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.Bind(config.BindDN, config.BindPassword.Reveal()); err != nil {
		t.Fatal(err)
	}
	request := ldap.NewModifyRequest(dn, nil)
	request.Replace(attribute, []string{value})
	if err := conn.Modify(request); err != nil {
		t.Fatal(err)
	}
}

func TestSambaIsReadWhole(t *testing.T) {
	config := lab(t, "ROLLCALL_TEST_SAMBA", "samba")
	config.Preset, config.BindDN, config.Base, config.PageSize = ActiveDirectory, "Administrator@ad.lab.test", "DC=ad,DC=lab,DC=test", 100
	_, all, groups := readLab(t, config)
	users := named(all, "ad0")
	if len(users) != 1200 || len(groups["All"].Members) != 1200 {
		t.Fatalf("%d people, %d members of All", len(users), len(groups["All"].Members))
	}
	for _, p := range users {
		if p.Fault != nil || !p.User.Wanted || !p.Until.IsZero() || !slices.Contains(groups["All"].Members, p.Ref) {
			t.Errorf("%+v", p)
		}
	}
	modify(t, config, users[7].Entry, "userAccountControl", "514")
	modify(t, config, users[8].Entry, "accountExpires", "133485408000000000")
	_, again, _ := readLab(t, config)
	for i, p := range named(again, "ad0") {
		if p.User.Wanted != (i != 7) || p.Until.IsZero() != (i != 8) || (p.Mark == users[i].Mark) != (i != 7 && i != 8) {
			t.Errorf("%+v", p)
		}
	}
	modify(t, config, users[7].Entry, "userAccountControl", "544")
	modify(t, config, users[8].Entry, "accountExpires", "9223372036854775807")

	config.BindPassword = directory.NewSecret("wrong")
	_, err := people(t, source(t, config))
	saying(t, err, directory.Denied, "bind_password", "the password is wrong")
}

func TestDS389IsReadWhole(t *testing.T) {
	config := lab(t, "ROLLCALL_TEST_DS389", "ds389")
	config.Preset, config.BindDN, config.Base, config.PageSize = DS389, "cn=Directory Manager", "dc=lab,dc=test", 100
	_, all, groups := readLab(t, config)
	if len(all) != 1200 || len(groups) != 20 {
		t.Fatalf("%d people, %d groups", len(all), len(groups))
	}
	for _, p := range all {
		if p.Fault != nil || !p.User.Wanted || len(p.Key) != 35 {
			t.Errorf("%+v", p)
		}
	}
	modify(t, config, all[7].Entry, "nsAccountLock", "true")
	_, again, _ := readLab(t, config)
	for i, p := range again {
		if p.User.Wanted != (i != 7) || (p.Mark == all[i].Mark) != (i != 7) {
			t.Errorf("%+v", p)
		}
	}
	modify(t, config, all[7].Entry, "nsAccountLock", "false")
}
