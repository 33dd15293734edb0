package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"time"
)

// The parts that a second process of bench plays.
const (
	trivialChild = "trivial" // the server that does nothing but answer
	stormChild   = "storm"   // 64 callers who create people
)

// runChild plays a part until standard input ends, which it does when the process that
// started it is gone.
func runChild(ctx context.Context, o options, stdin io.Reader, stdout io.Writer) error {
	ctx, cancel := context.WithTimeout(ctx, o.limit)
	defer cancel()
	go func() {
		io.Copy(io.Discard, stdin)
		cancel()
	}()
	switch o.child {
	case trivialChild:
		return serveTrivially(ctx, stdout)
	case stormChild:
		return createOn(ctx, o.args, stdout)
	}
	return fmt.Errorf("there is no part called %q", o.child)
}

// startChild starts a part in a process of its own.
func (b *bench) startChild(ctx context.Context, part string, args ...string) (*server, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	return b.startServer(ctx, self, append([]string{"-child", part}, args...)...)
}

// serveTrivially answers every request with the same kilobyte of JSON, and a request for
// /page with a hundred of it.
func serveTrivially(ctx context.Context, stdout io.Writer) error {
	one := []byte(`{"filler":"` + strings.Repeat("x", 1024-13) + `"}`)
	page := []byte("[" + strings.Repeat(string(one)+",", 99) + string(one) + "]")
	answer := func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/scim+json")
		body := one
		if r.URL.Path == "/page" {
			body = page
		}
		w.Write(body)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	s := &http.Server{Handler: http.HandlerFunc(answer), ReadHeaderTimeout: time.Minute}
	go func() {
		<-ctx.Done()
		s.Close()
	}()
	fmt.Fprintln(stdout, "ready http://"+listener.Addr().String())
	if err := s.Serve(listener); err != http.ErrServerClosed {
		return err
	}
	return nil
}
