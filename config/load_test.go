package config

import (
	"flag"
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite golden files")

// file writes a configuration and returns its name.
func file(t *testing.T, text string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "rollcall.yaml")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// load returns a configuration that has to be without fault.
func load(t *testing.T, in Input) *Config {
	t.Helper()
	c, faults := Load(in)
	if err := faults.Err(); err != nil {
		t.Fatalf("unexpected faults:\n%v", err)
	}
	return c
}

// loadFaults returns the faults of a configuration, with the file called rollcall.yaml.
func loadFaults(in Input) string {
	_, faults := Load(in)
	if in.File == "" {
		return faults.Error()
	}
	return strings.ReplaceAll(faults.Error(), in.File, "rollcall.yaml")
}

func TestNothingConfigured(t *testing.T) {
	t.Chdir(t.TempDir())
	c := load(t, Input{})
	if c.Data != "./rollcall-data" || c.Listen != "127.0.0.1:8080" || c.MaxBody != 1<<20 || c.LogLevel != slog.LevelInfo {
		t.Errorf("unexpected defaults: %+v", c)
	}
	if c.File != "" || c.SealingKey() != nil {
		t.Errorf("file %q, key %v", c.File, c.SealingKey())
	}
	w, err := c.Workspace("")
	if err != nil {
		t.Fatal(err)
	}
	want := Workspace{Slug: "default", Name: "default", Seats: Seats{WhenFull: Hold}, Adopt: AdoptAsk,
		DeleteGrace: 30 * 24 * time.Hour, Rehire: RehireLift}
	if diff := cmp.Diff(want, *w, cmp.FilterPath(unexported, cmp.Ignore())); diff != "" {
		t.Error(diff)
	}
}

func unexported(p cmp.Path) bool {
	f, ok := p.Last().(cmp.StructField)
	return ok && slices.Contains([]string{"path", "settled", "passwordFile", "tokenFile"}, f.Name())
}

func TestEverythingConfigured(t *testing.T) {
	c := load(t, Input{File: file(t, `
data: /srv/rollcall
database: postgres://rollcall:secret@db:5432/rollcall
listen: "[::]:8443"
public_url: https://chat.example.com/rollcall/
tls_cert: cert.pem
tls_key: key.pem
trusted_proxies: [10.0.0.0/8, 192.0.2.1, "2001:db8::/32"]
log_level: debug
log_format: json
secret_key: MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=
max_body: 512KiB
workspace:
  slug: main
  name: |
    Example Chat
  seats: {limit: 50, when_full: refuse, guests: 7}
  adopt: local-by-username
  delete_grace: 1w12h
  default_domain: Example.com
  allowed_domains:
    - example.com
    - example.org
  protected_users: root
  rehire: ask
`)})
	if c.PublicURL != "https://chat.example.com/rollcall" || c.MaxBody != 512<<10 || c.LogLevel != slog.LevelDebug {
		t.Errorf("unexpected values: %+v", c)
	}
	if c.Database.Reveal() != "postgres://rollcall:secret@db:5432/rollcall" || string(c.SealingKey()) != "01234567890123456789012345678901" {
		t.Errorf("secrets were not kept: %q %q", c.Database.Reveal(), c.SealingKey())
	}
	proxies := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("192.0.2.1/32"), netip.MustParsePrefix("2001:db8::/32")}
	if fmt.Sprint(c.TrustedProxies) != fmt.Sprint(proxies) {
		t.Errorf("got proxies %v", c.TrustedProxies)
	}
	want := Workspace{Slug: "main", Name: "Example Chat",
		Seats: Seats{Limit: 50, Guests: 7, WhenFull: Refuse},
		Adopt: AdoptByUserName, DeleteGrace: 7*24*time.Hour + 12*time.Hour, DefaultDomain: "example.com",
		AllowedDomains: []string{"example.com", "example.org"}, ProtectedUsers: []string{"root"}, Rehire: RehireAsk}
	if diff := cmp.Diff(want, *c.Workspaces[0], cmp.FilterPath(unexported, cmp.Ignore())); diff != "" {
		t.Error(diff)
	}
}

func TestFlagsWinOverVariablesOverFileOverDefaults(t *testing.T) {
	name := file(t, "data: from-file\nlisten: 127.0.0.1:1\nlog_format: json\n")
	c := load(t, Input{
		File:  name,
		Flags: map[string]string{"data": "from-flag"},
		Env:   map[string]string{"ROLLCALL_DATA": "from-variable", "ROLLCALL_LISTEN": "127.0.0.1:2", "ROLLCALL_LOG_FORMAT": ""},
	})
	origins := map[string]string{}
	for _, s := range c.Settings() {
		origins[s.Key] = fmt.Sprintf("%s from %s", s.Value, s.Origin)
	}
	for key, want := range map[string]string{
		"data":       "from-flag from --data",
		"listen":     "127.0.0.1:2 from ROLLCALL_LISTEN",
		"log_format": "json from " + name + ":3",
		"log_level":  "info from default",
	} {
		if origins[key] != want {
			t.Errorf("%s is %s, want %s", key, origins[key], want)
		}
	}
	if !c.Locked("data") || !c.Locked("log_format") || c.Locked("log_level") {
		t.Error("locked is what somebody fixed, and nothing else")
	}
}

func TestTheFileIsFoundByVariableAndByName(t *testing.T) {
	if c := load(t, Input{Env: map[string]string{"ROLLCALL_CONFIG": file(t, "data: here")}}); c.Data != "here" {
		t.Errorf("got %q", c.Data)
	}
	t.Chdir(filepath.Dir(file(t, "data: there")))
	if c := load(t, Input{}); c.Data != "there" || c.File != DefaultFile {
		t.Errorf("got %q from %q", c.Data, c.File)
	}
	if got := loadFaults(Input{File: "absent.yaml"}); !strings.HasPrefix(got, "--config: cannot read") {
		t.Errorf("got %q", got)
	}
}

func TestAVariableNamesAFile(t *testing.T) {
	t.Chdir(t.TempDir())
	secret := file(t, "postgres://u:p@h/d\n")
	c := load(t, Input{Env: map[string]string{"ROLLCALL_DATABASE_FILE": secret}})
	if c.Database.Reveal() != "postgres://u:p@h/d" {
		t.Errorf("got %q", c.Database.Reveal())
	}
	if got := c.Settings()[1]; got.Origin.Name != "ROLLCALL_DATABASE_FILE" || got.Value != mask {
		t.Errorf("got %+v", got)
	}
	twice := loadFaults(Input{Env: map[string]string{"ROLLCALL_DATA": "x", "ROLLCALL_DATA_FILE": secret}})
	if twice != "ROLLCALL_DATA_FILE: data: ROLLCALL_DATA is set as well (keep one of the two)" {
		t.Errorf("got %q", twice)
	}
	if got := loadFaults(Input{Env: map[string]string{"ROLLCALL_DATA_FILE": "absent"}}); !strings.Contains(got, "cannot read the value") {
		t.Errorf("got %q", got)
	}
}

func TestVariablesThatMeanNothingAreFound(t *testing.T) {
	t.Chdir(t.TempDir())
	for name, want := range map[string]string{
		"ROLLCALL_LISTN":       "did you mean ROLLCALL_LISTEN?",
		"ROLLCALL_SEATS_LIMIT": "did you mean ROLLCALL_WORKSPACE_SEATS_LIMIT?",
		"ROLLCALL_PUBLICURL":   "did you mean ROLLCALL_PUBLIC_URL?",
		"ROLLCALL_PORT":        "docs/configuration.md has the variables; remove one that is not for Rollcall",
		"ROLLCALL_":            "docs/configuration.md has the variables; remove one that is not for Rollcall",
	} {
		if got := loadFaults(Input{Env: map[string]string{name: "8080"}}); got != name+": no such variable ("+want+")" {
			t.Errorf("got %q", got)
		}
	}
}

// TestForeignVariablesAreLeftAlone has those that an orchestrator makes of the names of
// services, those of tests, and what only begins alike.
func TestForeignVariablesAreLeftAlone(t *testing.T) {
	t.Chdir(t.TempDir())
	load(t, Input{Env: map[string]string{
		"ROLLCALL_SERVICE_HOST":                "10.0.0.1",
		"ROLLCALL_SERVICE_PORT":                "80",
		"ROLLCALL_SERVICE_PORT_HTTP":           "80",
		"ROLLCALL_PORT":                        "tcp://10.0.0.1:80",
		"ROLLCALL_PORT_80_TCP":                 "tcp://10.0.0.1:80",
		"ROLLCALL_PORT_80_TCP_PROTO":           "tcp",
		"ROLLCALL_PORT_80_TCP_PORT":            "80",
		"ROLLCALL_PORT_80_TCP_ADDR":            "10.0.0.1",
		"ROLLCALL_POSTGRES_SERVICE_HOST":       "10.0.0.2",
		"ROLLCALL_POSTGRES_PORT":               "tcp://10.0.0.2:5432",
		"ROLLCALL_POSTGRES_PORT_5432_TCP_ADDR": "10.0.0.2",
		"ROLLCALL_TEST_POSTGRES":               "x",
		"ROLLCALL_NO_SKIP":                     "1",
		"ROLLCALL_SERVICES_DIR":                "/srv",
		"ROLLCALL_BENCH_USERS":                 "1000",
		"ROLLCALLER":                           "x",
		"ROLLCALL_WORKSPACE_SLUG":              "x",
	}})
}

func TestSeveralWorkspaces(t *testing.T) {
	c := load(t, Input{File: file(t, `
workspaces:
  - slug: north
    seats: {limit: 10}
  - slug: south
`)})
	north, err := c.Workspace("north")
	if err != nil || north.Seats.Limit != 10 {
		t.Errorf("got %+v, %v", north, err)
	}
	if !north.Locked("seats.limit") || c.Workspaces[1].Locked("seats.limit") {
		t.Error("a key is locked in the workspace that sets it, and only there")
	}
	if got := c.Workspaces[1].Path("seats.limit"); got != "workspaces[1].seats.limit" {
		t.Errorf("got %q", got)
	}
	for slug, want := range map[string]string{
		"":     "there are 2 workspaces, say which with --workspace (they are north and south)",
		"west": `no workspace has the slug "west" (there is north and south)`,
	} {
		if _, err := c.Workspace(slug); err == nil || err.Error() != want {
			t.Errorf("got %v", err)
		}
	}
}

func TestVariablesCannotMeanSeveralWorkspaces(t *testing.T) {
	got := loadFaults(Input{File: file(t, "workspaces: [{slug: a}]"), Env: map[string]string{"ROLLCALL_WORKSPACE_NAME": "x"}})
	if !strings.Contains(got, "ROLLCALL_WORKSPACE_NAME: workspace.name: the file lists workspaces") {
		t.Errorf("got %q", got)
	}
}

func TestTheExampleOfTheManualIsRight(t *testing.T) {
	load(t, Input{File: file(t, example)})
	load(t, Input{File: file(t, exampleSource)})
}

// TestEveryFaultAtOnce reads each testdata/*.yaml and compares what is wrong with it.
func TestEveryFaultAtOnce(t *testing.T) {
	names, err := filepath.Glob("testdata/*.yaml")
	if err != nil || len(names) == 0 {
		t.Fatalf("no examples: %v", err)
	}
	for _, name := range names {
		t.Run(filepath.Base(name), func(t *testing.T) {
			got := strings.ReplaceAll(loadFaults(Input{File: name}), name, "rollcall.yaml") + "\n"
			golden := strings.TrimSuffix(name, ".yaml") + ".golden"
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Error(diff)
			}
		})
	}
}
