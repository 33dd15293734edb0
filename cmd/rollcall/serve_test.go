package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"rollcall/config"
	"rollcall/directory"
)

// served is a server that runs within the test, and how it ended.
type served struct {
	*server
	stop  context.CancelFunc // what SIGTERM does
	ended chan error
	token string
}

// startServer runs a server on a folder of its own, with a SCIM client.
func startServer(t *testing.T, prepare func(*server)) *served {
	t.Helper()
	a := &app{env: map[string]string{"ROLLCALL_DATA": t.TempDir(), "ROLLCALL_LISTEN": "127.0.0.1:0"}, stderr: io.Discard}
	c, err := a.config(nil)
	if err != nil {
		t.Fatal(err)
	}
	s := &served{server: &server{config: c, log: serverLogger(io.Discard, c)}, ended: make(chan error, 1)}
	if err := s.open(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.token = s.client(t, "okta")
	if prepare != nil {
		prepare(s.server)
	}
	ctx, stop := context.WithCancel(context.Background())
	s.stop = stop
	ready := make(chan struct{})
	go func() {
		err := s.run(ctx, &onFirstWrite{ready: ready})
		s.close()
		s.ended <- err
	}()
	<-ready
	t.Cleanup(func() {
		stop()
		select {
		case <-s.ended:
		case <-time.After(20 * time.Second):
			t.Error("the server did not end")
		}
	})
	return s
}

// onFirstWrite tells when something is written.
type onFirstWrite struct{ ready chan struct{} }

func (w *onFirstWrite) Write(p []byte) (int, error) {
	close(w.ready)
	return len(p), nil
}

// client makes a SCIM client and returns its token.
func (s *served) client(t *testing.T, name directory.SourceID) string {
	t.Helper()
	id, err := s.store.EnsureWorkspace(t.Context(), "default")
	if err != nil {
		t.Fatal(err)
	}
	shell := &session{Directory: s.directory, by: commandLineActor(id), configured: new(config.Workspace)}
	if err := shell.ensureClient(t.Context(), name, ""); err != nil {
		t.Fatal(err)
	}
	got, err := shell.issue(t.Context(), name, 0)
	if err != nil {
		t.Fatal(err)
	}
	return got.Token
}

func (s *served) addr() string { return s.listener.Addr().String() }

// end waits for the server to end and returns how.
func (s *served) end(t *testing.T) error {
	t.Helper()
	select {
	case err := <-s.ended:
		s.ended <- err
		return err
	case <-time.After(20 * time.Second):
		t.Fatal("the server did not end")
		return nil
	}
}

const ada = `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"ada","active":true}`

// TestDrainingFinishesWhatIsUnderWay sends half a request, tells the server to stop, and
// sends the rest.
func TestDrainingFinishesWhatIsUnderWay(t *testing.T) {
	t.Parallel()
	s := startServer(t, nil)
	conn, err := net.Dial("tcp", s.addr())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintf(conn, "POST /scim/v2/Users HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n"+
		"Content-Type: application/scim+json\r\nContent-Length: %d\r\nExpect: 100-continue\r\n\r\n", s.token, len(ada))
	answer := bufio.NewReader(conn)
	if line, err := answer.ReadString('\n'); err != nil || !strings.Contains(line, "100 Continue") {
		t.Fatalf("the server does not read on: %q, %v", line, err)
	}
	s.stop()
	refused := func() bool {
		c, err := net.Dial("tcp", s.addr())
		if err == nil {
			c.Close()
		}
		return err != nil
	}
	for !refused() {
		select {
		case <-t.Context().Done():
			t.Fatal("the server still takes connections")
		default:
		}
	}
	if _, err := io.WriteString(conn, ada); err != nil {
		t.Fatal(err)
	}
	if _, err := answer.ReadString('\n'); err != nil { // the line after 100 Continue
		t.Fatal(err)
	}
	got, err := http.ReadResponse(answer, nil)
	if err != nil || got.StatusCode != http.StatusCreated {
		t.Fatalf("the request under way was answered with %v: %v", got, err)
	}
	if err := s.end(t); err != nil {
		t.Errorf("the server ended with %v", err)
	}
}

func TestAFailedDiskEndsTheServer(t *testing.T) {
	t.Parallel()
	broken := make(chan struct{})
	s := startServer(t, func(s *server) { s.broken = broken })
	close(broken)
	if err := s.end(t); exitCode(err) != exitFailed {
		t.Errorf("the server ended with %v", err)
	}
}

func TestNotReadySaysWhatIsMissing(t *testing.T) {
	t.Parallel()
	s := startServer(t, nil)
	ask := func() (int, string) {
		answer, err := http.Get("http://" + s.addr() + "/readyz")
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		body, err := io.ReadAll(answer.Body)
		if err != nil {
			t.Fatal(err)
		}
		return answer.StatusCode, string(body)
	}
	if status, body := ask(); status != http.StatusOK || !strings.Contains(body, `"ready":true`) {
		t.Errorf("%d %s", status, body)
	}
	if err := s.store.Close(); err != nil {
		t.Fatal(err)
	}
	s.draining.Store(true)
	status, body := ask()
	var answer struct {
		Ready      bool
		Conditions []condition
	}
	if err := json.Unmarshal([]byte(body), &answer); err != nil {
		t.Fatal(err)
	}
	if status != http.StatusServiceUnavailable || answer.Ready || len(answer.Conditions) != 2 ||
		answer.Conditions[0].OK || answer.Conditions[1].OK {
		t.Errorf("%d %s", status, body)
	}
	if strings.Contains(body, s.config.Data) {
		t.Errorf("a stranger learns where the database is: %s", body)
	}
	a := &app{env: map[string]string{"ROLLCALL_DATA": s.config.Data, "ROLLCALL_LISTEN": s.addr()}, stdout: io.Discard}
	for _, err := range []error{healthCommand{}.Run(t.Context(), a), examineServer(t.Context(), a, s.config)} {
		e, ok := errors.AsType[*directory.Error](err)
		if !ok || !strings.Contains(e.Msg, "not ready: the server is stopping; ") || e.Hint == "" {
			t.Errorf("got %v", err)
		}
	}
}

func TestAHugeHeaderIsRefused(t *testing.T) {
	t.Parallel()
	s := startServer(t, nil)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+s.addr()+"/healthz", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("X-Padding", strings.Repeat("x", 2*maxHeader))
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("answered with %s", answer.Status)
	}
}

// TestASlowClientIsCutOff sends a header that never ends.
func TestASlowClientIsCutOff(t *testing.T) {
	t.Parallel()
	s := startServer(t, func(s *server) {
		if s.http.ReadHeaderTimeout != headerTimeout || s.http.ReadTimeout == 0 || s.http.WriteTimeout == 0 || s.http.IdleTimeout == 0 {
			t.Error("a slow client may keep a connection for ever")
		}
		if s.http.ReadTimeout >= 15*time.Second {
			t.Errorf("a slow body keeps a connection for %v", s.http.ReadTimeout)
		}
		s.http.ReadHeaderTimeout = 50 * time.Millisecond
	})
	conn, err := net.Dial("tcp", s.addr())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	io.WriteString(conn, "GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: ")
	conn.SetReadDeadline(time.Now().Add(10 * time.Second))
	rest, err := io.ReadAll(conn)
	if err != nil && !strings.Contains(err.Error(), "reset") {
		t.Errorf("the connection is still open: %v", err)
	}
	if bytes.Contains(rest, []byte("200 OK")) {
		t.Errorf("half a request was answered: %s", rest)
	}
}

// TestASlowBodyIsCutOff sends a body that never ends.
func TestASlowBodyIsCutOff(t *testing.T) {
	t.Parallel()
	s := startServer(t, func(s *server) { s.http.ReadTimeout = 50 * time.Millisecond })
	answer := raw(t, s, "POST /scim/v2/Users HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "+s.token+
		"\r\nContent-Type: application/scim+json\r\nContent-Length: 1000\r\n\r\n{")
	if !strings.HasPrefix(answer, "HTTP/1.1 400 ") {
		t.Errorf("half a request was answered with: %s", answer)
	}
}

// TestWhatNobodyFixedStays puts the configuration into force over settings that the
// store has.
func TestWhatNobodyFixedStays(t *testing.T) {
	t.Parallel()
	c, faults := config.Load(config.Input{Env: map[string]string{
		"ROLLCALL_WORKSPACE_SEATS_LIMIT": "50", "ROLLCALL_WORKSPACE_PROTECTED_USERS": "root,ops"}})
	if err := faults.Err(); err != nil {
		t.Fatal(err)
	}
	before := directory.Settings{Seats: 10, Guests: 5, WhenFull: directory.Refuse, DefaultDomain: "example.com"}
	got := settings(before, c.Workspaces[0])
	if got.Seats != 50 || strings.Join(got.Protected, ",") != "root,ops" {
		t.Errorf("what was fixed is not in force: %+v", got)
	}
	if got.Guests != 5 || got.WhenFull != directory.Refuse || got.DefaultDomain != "example.com" {
		t.Errorf("what nobody fixed has changed: %+v", got)
	}
}
