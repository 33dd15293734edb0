package main

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	databasesql "database/sql"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"rollcall/config"
)

// keep NAME [PATTERN] sets a variable to what the last command printed, or to the first
// group of a pattern in it.
func keep(ts *testscript.TestScript, negated bool, args []string) {
	if negated || len(args) < 1 || len(args) > 2 {
		ts.Fatalf("usage: keep NAME [PATTERN]")
	}
	text := strings.TrimSpace(ts.ReadFile("stdout"))
	if len(args) == 2 {
		found := regexp.MustCompile(args[1]).FindStringSubmatch(text)
		if len(found) < 2 {
			ts.Fatalf("%q is not in %q", args[1], text)
		}
		text = found[1]
	}
	ts.Setenv(args[0], text)
}

// patience is how long scripts wait for what happens by itself.
const patience = time.Minute

// eventually repeats something until it is so.
func eventually(ts *testscript.TestScript, what string, so func() bool) {
	for end := time.Now().Add(patience); !so(); {
		if time.Now().After(end) {
			ts.Fatalf("%s: not within %v", what, patience)
		}
		time.Sleep(50 * time.Millisecond) // another process is at work, which tells nobody
	}
}

// await PATTERN COMMAND… repeats a command until what it prints matches.
func await(ts *testscript.TestScript, negated bool, args []string) {
	if negated || len(args) < 2 {
		ts.Fatalf("usage: await PATTERN COMMAND...")
	}
	pattern := regexp.MustCompile("(?m)" + args[0])
	eventually(ts, strings.Join(args, " "), func() bool {
		return ts.Exec(args[1], args[2:]...) == nil && pattern.MatchString(ts.ReadFile("stdout"))
	})
}

// running is a server that a script has started.
type running struct {
	*exec.Cmd
	lines  *bufio.Reader // of its standard output
	errors *os.File
}

// serve [FLAG…] starts a server on a free port, waits until it is ready, and sets $URL
// to its SCIM base URL and $HOST to what stands before the path. Its log is in serve.err.
func serve(ts *testscript.TestScript, negated bool, args []string) {
	if negated {
		ts.Fatalf("a server that does not start is run with exits")
	}
	program, err := lookPath(ts.Getenv("PATH"), "rollcall")
	ts.Check(err)
	s := &running{Cmd: exec.Command(program, append([]string{"serve", "--listen", "127.0.0.1:0"}, args...)...)}
	s.Dir, s.Env = ts.MkAbs("."), environ(ts)
	s.errors, err = os.Create(ts.MkAbs("serve.err"))
	ts.Check(err)
	s.Stderr = s.errors
	out, err := s.StdoutPipe()
	ts.Check(err)
	s.lines = bufio.NewReader(out)
	ts.Check(s.Start())
	ts.Defer(func() {
		s.Process.Kill() // does nothing to one that was stopped
		s.errors.Close()
	})
	line, err := s.lines.ReadString('\n')
	base, ready := strings.CutPrefix(strings.TrimSpace(line), "ready ")
	if err != nil || !ready {
		s.Wait()
		ts.Fatalf("the server said %q instead of being ready: %v\n%s", line, err, ts.ReadFile("serve.err"))
	}
	fmt.Fprint(ts.Stdout(), line)
	ts.Setenv("URL", base)
	ts.Setenv("HOST", strings.TrimSuffix(base, scimPath))
	*ts.Value(serverKey{}).(**running) = s
}

// serverKey finds the server of a script, which has one at a time.
type serverKey struct{}

// shutdown [CODE] sends SIGTERM and checks how the server ends. It may have printed nothing
// after the line that it is ready.
func shutdown(ts *testscript.TestScript, negated bool, args []string) {
	s := *ts.Value(serverKey{}).(**running)
	if negated || s == nil || len(args) > 1 {
		ts.Fatalf("usage: shutdown [CODE], after serve")
	}
	want := 0
	if len(args) == 1 {
		var err error
		want, err = strconv.Atoi(args[0])
		ts.Check(err)
	}
	ts.Check(s.Process.Signal(syscall.SIGTERM))
	rest, err := io.ReadAll(s.lines)
	ts.Check(err)
	began := time.Now()
	_ = s.Wait()
	if took := time.Since(began); took > 10*time.Second {
		ts.Fatalf("the server took %v to stop", took)
	}
	fmt.Fprint(ts.Stderr(), ts.ReadFile("serve.err"))
	if got := s.ProcessState.ExitCode(); got != want || len(rest) > 0 {
		ts.Fatalf("the server exited with %d and printed %q\n%s", got, rest, ts.ReadFile("serve.err"))
	}
}

// lookPath finds a program on the path of a script.
func lookPath(path, name string) (string, error) {
	for _, dir := range filepath.SplitList(path) {
		if at := filepath.Join(dir, name); isFile(at) {
			return at, nil
		}
	}
	return "", fmt.Errorf("there is no %s on the path %s", name, path)
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

// environ passes on what a script has set.
func environ(ts *testscript.TestScript) []string {
	var env []string
	names := []string{"PATH", "HOME", "TMPDIR", "TZ", "GORACE", "GOCOVERDIR", "FAKE_TARGET"}
	for _, o := range config.Options() {
		names = append(names, o.Variable)
	}
	for _, name := range names {
		env = append(env, name+"="+ts.Getenv(name))
	}
	return env
}

// visitor trusts every certificate, and connects anew each time.
var visitor = &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{
	DisableKeepAlives: true, TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}

// scim STATUS METHOD PATH [FILE] sends a request below $URL with the token in $TOKEN and
// checks the status. The answer goes to standard output, its id becomes $ID.
func request(ts *testscript.TestScript, negated bool, args []string) {
	if negated || len(args) < 3 || len(args) > 4 {
		ts.Fatalf("usage: scim STATUS METHOD PATH [FILE]")
	}
	body := ""
	if len(args) == 4 {
		body = os.Expand(ts.ReadFile(args[3]), ts.Getenv)
	}
	r, err := http.NewRequest(args[1], ts.Getenv("URL")+args[2], strings.NewReader(body))
	ts.Check(err)
	r.Header.Set("Authorization", "Bearer "+ts.Getenv("TOKEN"))
	r.Header.Set("Content-Type", "application/scim+json")
	answer := send(ts, r, args[0])
	var resource struct{ ID string }
	if json.Unmarshal(answer, &resource) == nil && resource.ID != "" {
		ts.Setenv("ID", resource.ID)
	}
}

// get STATUS PATH [HEADER…] reads an address below $HOST and prints headers and body.
func get(ts *testscript.TestScript, negated bool, args []string) {
	if negated || len(args) < 2 {
		ts.Fatalf("usage: get STATUS PATH [HEADER...]")
	}
	r, err := http.NewRequest(http.MethodGet, ts.Getenv("HOST")+args[1], nil)
	ts.Check(err)
	for _, header := range args[2:] {
		name, value, _ := strings.Cut(header, ": ")
		r.Header.Add(name, value)
		if name == "Host" {
			r.Host = value
		}
	}
	send(ts, r, args[0])
}

// send sends a request, checks the status and prints the answer with its headers.
func send(ts *testscript.TestScript, r *http.Request, status string) []byte {
	answer, err := visitor.Do(r)
	ts.Check(err)
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	ts.Check(err)
	var headers strings.Builder
	ts.Check(answer.Header.Write(&headers))
	fmt.Fprintf(ts.Stdout(), "%s\n%s\n", strings.ReplaceAll(headers.String(), "\r\n", "\n"), body)
	if got := strconv.Itoa(answer.StatusCode); got != status {
		ts.Fatalf("%s %s was answered with %s:\n%s", r.Method, r.URL.Path, got, body)
	}
	return body
}

// sql STATEMENT changes the database in rollcall-data.
func sql(ts *testscript.TestScript, negated bool, args []string) {
	if negated || len(args) != 1 {
		ts.Fatalf("usage: sql STATEMENT")
	}
	db, err := databasesql.Open("sqlite", ts.MkAbs("rollcall-data/rollcall.db"))
	ts.Check(err)
	defer db.Close()
	_, err = db.Exec(args[0])
	ts.Check(err)
}

// cert NAME DURATION writes a certificate of its own making for localhost, which begins
// an hour ago and lasts so long from now, to NAME.crt and its key to NAME.key.
func cert(ts *testscript.TestScript, negated bool, args []string) {
	if negated || len(args) != 2 {
		ts.Fatalf("usage: cert NAME DURATION")
	}
	lasts, err := time.ParseDuration(args[1])
	ts.Check(err)
	certificate, key, err := selfSigned(args[0], lasts)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]+".crt"), certificate, 0o600))
	ts.Check(os.WriteFile(ts.MkAbs(args[0]+".key"), key, 0o600))
}

// selfSigned makes a certificate for localhost and its key, in PEM.
func selfSigned(name string, lasts time.Duration) (certificate, key []byte, err error) {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(lasts), DNSNames: []string{"localhost"}}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		return nil, nil, err
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return nil, nil, err
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}),
		pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8}), nil
}
