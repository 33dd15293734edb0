package need

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"rollcall/sync/ldap/ldaptest"
)

// Lab is an OpenLDAP server that belongs to one test. It holds the people and groups of
// [ldaptest.Company], identifiers included.
type Lab struct {
	URL            string // ldap://127.0.0.1:port, with StartTLS
	LDAPSURL       string
	CA             string // file with the authority of its certificate
	Base           string
	BindDN         string // who may do everything
	BindPassword   string
	ReaderDN       string // who may read, 500 entries in a search without pages
	ReaderPassword string

	t       testing.TB // nil for one that no test started
	dir     string
	process *exec.Cmd
	ended   chan struct{}
	output  bytes.Buffer
}

// Slapd starts an OpenLDAP server with so many people and groups, and ends it with the
// test. Where slapd is not installed the test skips, or fails if skipping is forbidden.
func Slapd(t testing.TB, people, groups int) *Lab {
	t.Helper()
	if !HasSlapd() {
		lacking(t, "this test needs slapd and ldapmodify: dev/services start installs them on Debian, or install OpenLDAP's server and clients")
		return nil
	}
	l, err := StartSlapd(t.TempDir(), people, groups)
	if err != nil {
		t.Fatal(err)
	}
	l.t = t
	t.Cleanup(l.Kill)
	return l
}

// Source returns the beginning of a source called corp that reads the server, as a
// configuration has it; further keys of its ldap section may follow.
func (l *Lab) Source() string {
	return fmt.Sprintf(`sources:
  - name: corp
    ldap:
      urls: [%q]
      bind_dn: %q
      bind_password: %q
      base: %q
      preset: openldap
`, l.URL, l.BindDN, l.BindPassword, l.Base)
}

// HasSlapd reports whether there is a server that can be started.
func HasSlapd() bool { return program("slapd") != "" && program("ldapmodify") != "" }

// StartSlapd starts an OpenLDAP server for somebody who is no test. Its files lie in an
// empty folder; who started it kills it.
func StartSlapd(dir string, people, groups int) (*Lab, error) {
	l := &Lab{
		dir: dir, Base: ldaptest.Base, ended: make(chan struct{}),
		BindDN: "cn=admin," + ldaptest.Base, BindPassword: "lab-secret",
		ReaderDN: ldaptest.BindDN, ReaderPassword: ldaptest.Password,
	}
	slapd := program("slapd")
	if err := l.prepare(slapd, people, groups); err != nil {
		return nil, err
	}
	return l, l.run(slapd)
}

// run launches the server, anew where somebody else took its ports.
func (l *Lab) run(slapd string) error {
	for attempt := 1; ; attempt++ {
		err := l.launch(slapd)
		if err == nil || attempt == 3 {
			return err
		}
	}
}

// rootsFolders are where servers lie that are not on everybody's path.
var rootsFolders = []string{"/usr/sbin", "/usr/local/sbin", "/usr/libexec", "/usr/local/libexec"}

// program returns where a program is, or nothing.
func program(name string) string {
	if found, err := exec.LookPath(name); err == nil {
		return found
	}
	for _, dir := range rootsFolders {
		if found, err := exec.LookPath(filepath.Join(dir, name)); err == nil {
			return found
		}
	}
	return ""
}

// launch starts the server on free ports and waits until it takes connections.
func (l *Lab) launch(slapd string) error {
	plain, secure, err := freePorts()
	if err != nil {
		return err
	}
	l.URL, l.LDAPSURL = "ldap://"+plain, "ldaps://"+secure
	l.process = exec.Command(slapd, "-d", "0", "-h", l.URL+" "+l.LDAPSURL, "-f", filepath.Join(l.dir, "slapd.conf"))
	l.process.Stdout, l.process.Stderr = &l.output, &l.output
	if err := l.process.Start(); err != nil {
		return fmt.Errorf("start slapd: %w", err)
	}
	l.ended = make(chan struct{})
	go func(p *exec.Cmd, ended chan struct{}) {
		defer close(ended)
		_ = p.Wait() // it is killed in the end, which is no failure
	}(l.process, l.ended)
	return l.await(plain)
}

// await dials until somebody answers.
func (l *Lab) await(address string) error {
	for range 600 {
		select {
		case <-l.ended:
			return fmt.Errorf("slapd ended at once: %s", l.output.String())
		default:
		}
		if conn, err := net.Dial("tcp", address); err == nil {
			return conn.Close()
		}
		time.Sleep(20 * time.Millisecond) // there is nothing else to wait for
	}
	l.Kill()
	return fmt.Errorf("slapd does not listen at %s", address)
}

// freePorts returns two addresses on loopback that nobody listened on a moment ago.
func freePorts() (a, b string, err error) {
	first, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", "", fmt.Errorf("find a port: %w", err)
	}
	defer first.Close()
	second, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", "", fmt.Errorf("find a port: %w", err)
	}
	defer second.Close()
	return first.Addr().String(), second.Addr().String(), nil
}

// Stop makes the server stand still, connections and all, until Cont. It waits until
// no thread runs any more, where that can be seen.
func (l *Lab) Stop() {
	l.signal(syscall.SIGSTOP)
	for range 500 {
		if l.standsStill() {
			return
		}
		time.Sleep(time.Millisecond) // there is nothing else to wait for
	}
}

// standsStill reports whether all threads of the server are stopped. It is always so
// where there is no /proc.
func (l *Lab) standsStill() bool {
	threads, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/stat", l.process.Process.Pid))
	if err != nil {
		return true
	}
	for _, thread := range threads {
		stat, err := os.ReadFile(thread)
		_, state, _ := strings.Cut(string(stat), ") ")
		if err == nil && !strings.HasPrefix(state, "T") {
			return false
		}
	}
	return true
}

// Cont lets a server go on that stands still.
func (l *Lab) Cont() { l.signal(syscall.SIGCONT) }

// Kill ends the server as a crash would, and waits until it is gone.
func (l *Lab) Kill() {
	l.signal(syscall.SIGKILL)
	<-l.ended
}

func (l *Lab) signal(s syscall.Signal) {
	select {
	case <-l.ended:
	default:
		_ = l.process.Process.Signal(s) // it may end at this very moment
	}
}

// Modify changes entries as the administrator, by LDIF with changetype lines.
func (l *Lab) Modify(ldif string) {
	l.t.Helper()
	c := exec.Command(program("ldapmodify"), "-x", "-H", l.URL, "-D", l.BindDN, "-w", l.BindPassword)
	c.Stdin = strings.NewReader(ldif)
	c.Env = append(os.Environ(), "LDAPNOINIT=1")
	if text, err := c.CombinedOutput(); err != nil {
		l.t.Fatalf("ldapmodify: %v\n%s", err, text)
	}
}
