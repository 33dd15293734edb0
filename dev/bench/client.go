package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// client asks one server with one token over connections that are kept.
type client struct {
	base    string
	token   string
	http    *http.Client
	buffers []bytes.Buffer // one for each caller
}

func newClient(base, token string, callers int) *client {
	return &client{base: base, token: token, buffers: make([]bytes.Buffer, callers), http: &http.Client{
		Timeout: 30 * time.Second,
		Transport: &http.Transport{MaxConnsPerHost: callers, MaxIdleConns: callers, MaxIdleConnsPerHost: callers,
			DisableCompression: true},
	}}
}

func (c *client) close() { c.http.CloseIdleConnections() }

// ask sends one request for a caller and returns the answer, which is the caller's until
// the next one. Another status than the one wanted is an error.
func (c *client) ask(ctx context.Context, caller int, method, path string, body []byte, want int) ([]byte, error) {
	r, err := http.NewRequestWithContext(ctx, method, c.base+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	if c.token != "" {
		r.Header.Set("Authorization", "Bearer "+c.token)
	}
	if len(body) > 0 {
		r.Header.Set("Content-Type", "application/scim+json")
	}
	answer, err := c.http.Do(r)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	buf := &c.buffers[caller]
	buf.Reset()
	if _, err := buf.ReadFrom(answer.Body); err != nil && err != io.EOF {
		return nil, err
	}
	if answer.StatusCode != want {
		return nil, fmt.Errorf("%s %s was answered %d, not %d: %s", method, path, answer.StatusCode, want, clipped(buf.String()))
	}
	return buf.Bytes(), nil
}

// get asks for a path and wants a text in the answer: a wrong one that is fast counts
// for nothing.
func (c *client) get(ctx context.Context, caller int, path, want string) error {
	answer, err := c.ask(ctx, caller, http.MethodGet, path, nil, http.StatusOK)
	if err == nil && !bytes.Contains(answer, []byte(want)) {
		err = fmt.Errorf("GET %s: no %s in the answer: %s", path, want, clipped(string(answer)))
	}
	return err
}

func clipped(text string) string { return strings.TrimSpace(text[:min(len(text), 300)]) }
