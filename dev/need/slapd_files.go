package need

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// SlapdOn starts an OpenLDAP server on the slapd.conf and the people.ldif of a folder,
// which are written for Debian, and ends it with the test. Only where schemas, modules
// and the database lie is put right for this machine. Where slapd is not installed the
// test skips, or fails if skipping is forbidden.
func SlapdOn(t testing.TB, folder string) *Lab {
	t.Helper()
	slapd := program("slapd")
	if slapd == "" {
		lacking(t, "this test needs slapd: dev/services start installs it on Debian, or install OpenLDAP's server")
		return nil
	}
	l := &Lab{t: t, dir: t.TempDir(), ended: make(chan struct{})}
	if err := l.take(slapd, folder); err != nil {
		t.Fatal(err)
	}
	if err := l.run(slapd); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Kill)
	return l
}

// take copies a configuration and loads the people.
func (l *Lab) take(slapd, folder string) error {
	text, err := os.ReadFile(filepath.Join(folder, "slapd.conf"))
	if err != nil {
		return err
	}
	data := filepath.Join(l.dir, "data")
	if err := os.Mkdir(data, 0o700); err != nil {
		return err
	}
	if err := l.write("slapd.conf", []byte(localized(string(text), data))); err != nil {
		return err
	}
	c := exec.Command(slapd, "-Ta", "-q", "-f", filepath.Join(l.dir, "slapd.conf"), "-l", filepath.Join(folder, "people.ldif"))
	if said, err := c.CombinedOutput(); err != nil {
		return fmt.Errorf("slapadd: %w\n%s", err, strings.TrimSpace(string(said)))
	}
	return nil
}

// localized puts this machine's folders in the place of Debian's.
func localized(conf, data string) string {
	var lines []string
	for line := range strings.Lines(conf) {
		key, _, _ := strings.Cut(strings.TrimSpace(line), " ")
		switch {
		case key == "directory":
			line = "directory " + data + "\n"
		case key == "modulepath" && modules() != "":
			line = "modulepath " + modules() + "\n"
		case (key == "modulepath" || key == "moduleload") && modules() == "": // they are built in
			continue
		}
		lines = append(lines, strings.ReplaceAll(line, "/etc/ldap/schema", schemas()))
	}
	return strings.Join(lines, "")
}
