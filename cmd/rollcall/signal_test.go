package main

import (
	"bufio"
	"fmt"
	"net"
	"os/exec"
	"strings"
	"syscall"
	"testing"
)

// TestTheSecondSignalEndsAtOnce has a request under way when the server is told to stop,
// and tells it again.
func TestTheSecondSignalEndsAtOnce(t *testing.T) {
	v := newVictim(t)
	v.start(t)
	token := strings.TrimSpace(v.command(t, "tokens", "create", "okta"))
	conn, err := net.Dial("tcp", strings.TrimSuffix(strings.TrimPrefix(v.base, "http://"), scimPath))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintf(conn, "POST /scim/v2/Users HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n"+
		"Content-Type: application/scim+json\r\nContent-Length: %d\r\nExpect: 100-continue\r\n\r\n", token, len(ada))
	if line, err := bufio.NewReader(conn).ReadString('\n'); err != nil || !strings.Contains(line, "100 Continue") {
		t.Fatalf("the server does not read on: %q, %v", line, err)
	}
	ended := make(chan error, 1)
	process := v.process
	v.process = nil
	defer process.Process.Kill()
	go func() { ended <- process.Wait() }()
	for {
		process.Process.Signal(syscall.SIGTERM) // in vain once it has ended
		select {
		case err := <-ended:
			status, ok := err.(*exec.ExitError)
			if !ok || status.Sys().(syscall.WaitStatus).Signal() != syscall.SIGTERM {
				t.Errorf("it ended with %v: %s", err, v.log)
			}
			return
		default:
		}
	}
}
