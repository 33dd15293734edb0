package main

import (
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"
)

// TestARequestInABodyIsNotAnswered sends bytes of which some servers say that they are
// one request and others that they are two.
func TestARequestInABodyIsNotAnswered(t *testing.T) {
	t.Parallel()
	s := startServer(t, nil)
	hidden := "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
	whole := "0\r\n\r\n" + hidden
	chunk := fmt.Sprintf("%x\r\n%s\r\n0\r\n\r\n", len(ada), ada) + hidden
	for name, first := range map[string]string{
		"length and chunks":      fmt.Sprintf("POST /scim/v2/Users HTTP/1.1\r\nContent-Length: %d\r\nTransfer-Encoding: chunked\r\n", len(whole)),
		"chunks and length":      fmt.Sprintf("POST /scim/v2/Users HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: %d\r\n", len(whole)),
		"nothing by length":      "GET /scim/v2/Users HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 0\r\n",
		"chunks in HTTP/1.0":     "GET /scim/v2/Users HTTP/1.0\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n",
		"a coding nobody knows":  "GET /scim/v2/Users HTTP/1.1\r\nTransfer-Encoding: xchunked\r\n",
		"two codings":            "GET /scim/v2/Users HTTP/1.1\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
		"two lengths":            "GET /scim/v2/Users HTTP/1.1\r\nContent-Length: 0\r\nContent-Length: 5\r\n",
		"a length with a sign":   "GET /scim/v2/Users HTTP/1.1\r\nContent-Length: +5\r\n",
		"a blank before a colon": "GET /scim/v2/Users HTTP/1.1\r\nTransfer-Encoding : chunked\r\n",
	} {
		for _, body := range []string{whole, chunk} {
			answers := raw(t, s, first+"Host: x\r\nAuthorization: Bearer "+s.token+"\r\n\r\n"+body)
			if n := strings.Count(answers, "HTTP/1."); n != 1 || strings.Contains(answers, "alive\n") {
				t.Errorf("%s: %d answers:\n%s", name, n, answers)
			}
		}
	}
	if answers := raw(t, s, hidden+strings.Replace(hidden, "Host", "Connection: close\r\nHost", 1)); strings.Count(answers, "alive\n") != 2 {
		t.Errorf("two honest requests were answered with:\n%s", answers)
	}
}

// raw sends bytes over a connection and returns all that comes back until it is closed.
func raw(t *testing.T, s *served, request string) string {
	t.Helper()
	conn, err := net.Dial("tcp", s.addr())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, request); err != nil {
		t.Fatal(err)
	}
	conn.SetReadDeadline(time.Now().Add(10 * time.Second))
	answers, err := io.ReadAll(conn)
	if err != nil && !strings.Contains(err.Error(), "reset") {
		t.Errorf("the connection is still open: %v", err)
	}
	return string(answers)
}
