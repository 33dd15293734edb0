package main

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"rollcall/config"
	"rollcall/dev/need"
)

// composeFile is as much of a compose file as can be checked without a container engine.
type composeFile struct {
	Services map[string]struct {
		Build       string
		Ports       []string
		Volumes     []string
		Environment map[string]string
		Depends     map[string]any `yaml:"depends_on"`
	}
	Volumes map[string]any
}

func readCompose(t *testing.T) composeFile {
	t.Helper()
	var f composeFile
	if err := yaml.Unmarshal([]byte(read(t, "docker-compose.yml")), &f); err != nil {
		t.Fatal(err)
	}
	return f
}

func TestTheComposeFileNamesOnlyWhatThereIs(t *testing.T) {
	f := readCompose(t)
	var variables []string
	for _, o := range config.Options() {
		variables = append(variables, o.Variable)
	}
	published := map[string]string{}
	for name, s := range f.Services {
		if s.Build != "" && !isFile(filepath.Join(root, s.Build, "Dockerfile")) {
			t.Errorf("%s is built from %s, where there is no Dockerfile", name, s.Build)
		}
		for _, v := range s.Volumes {
			from, _, _ := strings.Cut(v, ":")
			if _, known := f.Volumes[from]; !known && !isFile(filepath.Join(root, from)) {
				t.Errorf("%s mounts %s, which is neither a volume nor a file", name, from)
			}
		}
		for other := range s.Depends {
			if _, known := f.Services[other]; !known {
				t.Errorf("%s waits for %s, which is no service", name, other)
			}
		}
		for variable := range maps.Keys(s.Environment) {
			if strings.HasPrefix(variable, "ROLLCALL_") && variable != "ROLLCALL_CONFIG" && !slices.Contains(variables, variable) {
				t.Errorf("%s sets %s, which nobody reads", name, variable)
			}
		}
		for _, port := range s.Ports {
			if published[port] != "" {
				t.Errorf("%s and %s both publish %s", name, published[port], port)
			}
			published[port] = name
		}
	}
}

// composeConfig returns the file on this machine that a service reads its configuration
// from.
func composeConfig(t *testing.T, service string) string {
	t.Helper()
	s := readCompose(t).Services[service]
	for _, v := range s.Volumes {
		from, to, _ := strings.Cut(v, ":")
		if strings.TrimSuffix(to, ":ro") == s.Environment["ROLLCALL_CONFIG"] {
			return filepath.Join(root, from)
		}
	}
	t.Fatalf("%s mounts no configuration", service)
	return ""
}

// TestTheComposeDirectoryIsRead loads what the container would load into a real server,
// and reads it with the configuration that the other container would read.
func TestTheComposeDirectoryIsRead(t *testing.T) {
	file := composeConfig(t, "rollcall-ldap")
	s := shell{T: t, config: file, data: filepath.Join(t.TempDir(), "data")}
	s.exits(0, "config", "check")
	lab := need.SlapdOn(t, filepath.Dir(file))

	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	const there = "ldap://openldap:1389"
	if !strings.Contains(string(text), there) || !strings.Contains(read(t, "dev/compose/ldap/Dockerfile"), "ldap://:1389/") {
		t.Fatalf("the two containers do not agree on %s", there)
	}
	s.config = filepath.Join(t.TempDir(), "rollcall.yaml")
	if err := os.WriteFile(s.config, []byte(strings.Replace(string(text), there, lab.URL, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	s.exits(0, "sources", "check", "corp")
	r := s.ran(0, "sync", "run", "corp")
	if r.State != "done" || r.Read != 7 || r.Created != 7 || r.Groups.Created != 2 || r.Groups.MembersAdded != 9 || len(r.Errors) != 0 {
		t.Errorf("the run did %s %+v, %v", r.State, r.RunCounts, r.Errors)
	}
	if out := s.exits(0, "seats", "--json"); !strings.Contains(out, `"limit":5,"used":5,"available":0,"held":1`) {
		t.Errorf("the seats are %s", out)
	}
	if out := s.exits(0, "users", "show", "olena.bondar"); !strings.Contains(out, "inactive") {
		t.Errorf("somebody who left is %s", out)
	}
}
