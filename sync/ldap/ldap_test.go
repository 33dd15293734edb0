package ldap

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"go.uber.org/goleak"

	"rollcall/directory"
	bridgesync "rollcall/sync"
	"rollcall/sync/ldap/ldaptest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// serve starts a server in this process and returns it with the configuration that reads it.
func serve(t testing.TB, d ldaptest.Directory) (*ldaptest.Server, Config) {
	t.Helper()
	s, err := ldaptest.Start(context.Background(), d)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	config := Config{URLs: []string{s.URL}, BindDN: ldaptest.BindDN, BindPassword: directory.NewSecret(ldaptest.Password),
		Base: s.Base, Timeout: 10 * time.Second}
	if s.Base == ldaptest.ForestBase {
		config.Preset = ActiveDirectory
	}
	return s, config
}

// authority writes the certificate of a server's authority to a file.
func authority(t testing.TB, pem []byte) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(name, pem, 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// source makes a source of a configuration that has to be right.
func source(t testing.TB, config Config) *Source {
	t.Helper()
	s, err := New(config)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// people reads everybody, and maps them.
func people(t testing.TB, s *Source) ([]*bridgesync.Person, error) {
	t.Helper()
	var all []*bridgesync.Person
	err := s.People(t.Context(), func(p *bridgesync.Person) error {
		p.Mapped()
		all = append(all, p)
		return nil
	})
	return all, err
}

// groups reads all groups.
func groups(t testing.TB, s *Source) ([]*bridgesync.Group, error) {
	t.Helper()
	var all []*bridgesync.Group
	err := s.Groups(t.Context(), func(g *bridgesync.Group) error {
		all = append(all, g)
		return nil
	})
	return all, err
}
