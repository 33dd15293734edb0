package config

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestTheSmallestSource(t *testing.T) {
	c := load(t, Input{File: file(t, `
workspace: {name: Acme, seats: {limit: 20000, when_full: hold}}
sources:
  - name: corp
    ldap:
      urls: ["ldap://127.0.0.1:3389"]
      bind_dn: cn=admin,dc=lab,dc=test
      bind_password: lab-secret
      base: dc=lab,dc=test
      preset: openldap
    schedule: "@every 15m"
`)})
	got, err := c.Workspaces[0].Source("corp")
	if err != nil {
		t.Fatal(err)
	}
	want := Source{Name: "corp", Schedule: "@every 15m", MayGrant: []string{"user", "guest"},
		Missing: Missing{AfterRuns: 2, Apart: time.Hour, Action: MissingDeactivate},
		LDAP: LDAP{URLs: []string{"ldap://127.0.0.1:3389"}, BindDN: "cn=admin,dc=lab,dc=test", BindPassword: "lab-secret", Base: "dc=lab,dc=test",
			Preset: "openldap", Scope: "sub", PageSize: 500, Timeout: time.Minute, Attributes: map[string][]string{}, Groups: LDAPGroups{Enabled: true}}}
	if diff := cmp.Diff(want, *got, cmp.FilterPath(unexported, cmp.Ignore())); diff != "" {
		t.Error(diff)
	}
	if _, err := c.Workspaces[0].Source("other"); err == nil || err.Error() != `no source has the name "other" (there is corp)` {
		t.Errorf("got %v", err)
	}
}

func TestNoSourceIsAListAsWell(t *testing.T) {
	if c := load(t, Input{File: file(t, "sources: []")}); len(c.Workspaces[0].Sources) != 0 {
		t.Errorf("got %+v", c.Workspaces[0].Sources)
	}
	if got := loadFaults(Input{File: file(t, "workspaces: []")}); !strings.Contains(got, "there should be a list here") {
		t.Errorf("got %q", got)
	}
}

func TestEverythingOfASource(t *testing.T) {
	password := file(t, "from a file\n")
	c := load(t, Input{File: file(t, `
workspaces:
  - slug: north
  - slug: south
    sources:
      - name: corp
        ldap:
          urls: [ldap://a.example.com, ldap://b.example.com]
          start_tls: true
          ca_file: ca.pem
          server_name: ldap.example.com
          cert_file: cert.pem
          key_file: key.pem
          insecure_skip_verify: true
          allow_plaintext: true
          bind_dn: reader@example.com
          bind_password_file: `+password+`
          base: dc=example,dc=com
          scope: one
          filter: (department=IT)
          preset: active-directory
          id_attribute: employeeID
          attributes:
            userName: [sAMAccountName, "{mail|local}"]
            name.givenName: givenName
            phoneNumbers[type eq "mobile"]: [mobile]
            title: []
          groups:
            enabled: false
            base: ou=groups,dc=example,dc=com
            filter: (cn=chat-*)
            name_attribute: displayName
            member_attributes: [member, uniqueMember]
          page_size: 1000
          timeout: 30s
        schedule: "CRON_TZ=Europe/Paris 0 5 * * *"
        guard: {removals: 5, disables: 6, enables: 11, members: 7, groups: 8, names: 9, values: 10}
        missing: {after_runs: 3, apart: 30m, action: keep, delete_after: 90d}
        may_grant: [user]
`)})
	want := Source{Name: "corp", Schedule: "CRON_TZ=Europe/Paris 0 5 * * *", MayGrant: []string{"user"}, Guard: Guard{5, 6, 11, 7, 8, 9, 10},
		Missing: Missing{AfterRuns: 3, Apart: 30 * time.Minute, Action: MissingKeep, DeleteAfter: 90 * 24 * time.Hour},
		LDAP: LDAP{URLs: []string{"ldap://a.example.com", "ldap://b.example.com"}, StartTLS: true, CAFile: "ca.pem", ServerName: "ldap.example.com",
			CertFile: "cert.pem", KeyFile: "key.pem", InsecureSkipVerify: true, AllowPlaintext: true, BindDN: "reader@example.com", BindPassword: "from a file",
			Base: "dc=example,dc=com", Scope: "one", Filter: "(department=IT)", Preset: "active-directory", IDAttribute: "employeeID",
			Attributes: map[string][]string{"userName": {"sAMAccountName", "{mail|local}"}, "name.givenName": {"givenName"},
				`phoneNumbers[type eq "mobile"]`: {"mobile"}, "title": {}},
			Groups:   LDAPGroups{Base: "ou=groups,dc=example,dc=com", Filter: "(cn=chat-*)", NameAttribute: "displayName", MemberAttributes: []string{"member", "uniqueMember"}},
			PageSize: 1000, Timeout: 30 * time.Second}}
	if len(c.Workspaces[0].Sources) != 0 || len(c.Workspaces[1].Sources) != 1 {
		t.Fatalf("got %d and %d sources", len(c.Workspaces[0].Sources), len(c.Workspaces[1].Sources))
	}
	got := c.Workspaces[1].Sources[0]
	if diff := cmp.Diff(want, *got, cmp.FilterPath(unexported, cmp.Ignore())); diff != "" {
		t.Error(diff)
	}
	placed := c.Fault(got.Path("ldap.attributes.phoneNumbers[type eq \"mobile\"]"), "wrong", "")
	if placed.Line != 26 {
		t.Errorf("the fault is placed at line %d", placed.Line)
	}
	var shown []string
	for _, s := range c.Settings() {
		if strings.HasPrefix(s.Key, got.Path("ldap.attributes")) || strings.HasPrefix(s.Key, got.Path("ldap.bind_password")) {
			shown = append(shown, strings.TrimPrefix(s.Key, got.Path(""))+" "+s.Value)
		}
	}
	if diff := cmp.Diff([]string{"ldap.bind_password ", "ldap.bind_password_file " + password, "ldap.attributes.name.givenName givenName",
		`ldap.attributes.phoneNumbers[type eq "mobile"] mobile`, "ldap.attributes.title ", "ldap.attributes.userName sAMAccountName, {mail|local}"}, shown); diff != "" {
		t.Error(diff)
	}
}
