package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// build makes the real program, once, as a release is made.
func (b *bench) build(ctx context.Context) error {
	if b.program != "" {
		return nil
	}
	program := filepath.Join(b.dir, "rollcall")
	c := exec.CommandContext(ctx, "go", "build", "-trimpath", "-buildvcs=false", "-ldflags", "-s -w -buildid=",
		"-o", program, "rollcall/cmd/rollcall")
	c.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := c.CombinedOutput(); err != nil {
		return fmt.Errorf("build the program: %w\n%s", err, out)
	}
	b.program = program
	return nil
}

// serve starts the real program on a data folder.
func (b *bench) serve(ctx context.Context, data string) (*server, error) {
	if err := b.build(ctx); err != nil {
		return nil, err
	}
	return b.startServer(ctx, b.program, "serve", "--data", data, "--listen", "127.0.0.1:0")
}

// token makes a SCIM client in a data folder, if there is none, and a token for it.
func (b *bench) newToken(ctx context.Context, data string) (string, error) {
	if err := b.build(ctx); err != nil {
		return "", err
	}
	out, err := exec.CommandContext(ctx, b.program, "tokens", "create", clientName, "--data", data).Output()
	if err != nil {
		return "", fmt.Errorf("create a token: %w", err)
	}
	return strings.TrimSpace(string(out)), nil
}

// measureProgram measures the program itself: how large it is, and how long it takes to
// answer for the first time on an empty folder.
func (b *bench) measureProgram(ctx context.Context) error {
	if err := b.build(ctx); err != nil {
		return err
	}
	info, err := os.Stat(b.program)
	if err != nil {
		return err
	}
	b.table.add(row{what: "stripped static program", measured: inMegabytes(info.Size()), goal: noMore(40, megabytes)})
	var n int
	took, err := b.starts(ctx, func() string {
		n++
		return filepath.Join(b.dir, fmt.Sprintf("empty-%d", n))
	}, "/readyz", "")
	if err != nil {
		return err
	}
	b.table.add(row{what: "start to first answer, empty folder", measured: took, goal: noMore(500, millis)})
	return nil
}

// starts measures how long the program takes from its start to its first right answer,
// several times, on the folders that data names.
func (b *bench) starts(ctx context.Context, data func() string, path, want string) (figure, error) {
	var took []float64
	for range max(b.rounds, 3) {
		one, err := b.start(ctx, data(), path, want)
		if err != nil {
			return figure{}, err
		}
		took = append(took, inMillis(one).value)
	}
	return figure{median(took), millis}, nil
}

func (b *bench) start(ctx context.Context, data, path, want string) (took time.Duration, err error) {
	var token string
	if want != "" {
		if token, err = b.newToken(ctx, data); err != nil {
			return 0, err
		}
	}
	s, err := b.serve(ctx, data)
	if err != nil {
		return 0, err
	}
	base := s.url
	if strings.HasSuffix(path, "z") { // health lies beside SCIM, not in it
		base = strings.TrimSuffix(base, "/scim/v2")
	}
	c := newClient(base, token, 1)
	defer c.close()
	if want == "" {
		_, err = c.ask(ctx, 0, http.MethodGet, path, nil, http.StatusOK)
	} else {
		err = c.get(ctx, 0, path, want)
	}
	took = time.Since(s.began)
	if stopped := s.stop(); err == nil {
		err = stopped
	}
	return took, err
}
