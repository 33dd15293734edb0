package main

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestTwoBuildsAreTheSameFile builds the program in two folders with the flags of the
// Dockerfile. Whoever builds a release again can so compare it with the one published.
func TestTwoBuildsAreTheSameFile(t *testing.T) {
	if testing.Short() {
		t.Skip("links the program twice")
	}
	first, second := buildCopy(t, "one"), buildCopy(t, "a/second")
	if first != second {
		t.Errorf("the same sources became %s and %s", first, second)
	}
}

// buildCopy copies the sources into a folder, builds them there and returns the digest of
// the program. The toolchain's cache is shared, so only the linking costs.
func buildCopy(t *testing.T, name string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), filepath.FromSlash(name))
	copySources(t, dir)
	program := filepath.Join(dir, "rollcall.bin")
	build := exec.Command("go", append(buildFlags(t), "-o", program, "./cmd/rollcall")...)
	build.Dir = dir
	build.Env = append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=", "GOWORK=off")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build in %s: %v\n%s", dir, err, out)
	}
	content, err := os.ReadFile(program)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(content, []byte(dir)) {
		t.Errorf("the program knows the folder %s that it was built in", dir)
	}
	return fmt.Sprintf("%x", sha256.Sum256(content))
}

// buildFlags returns the arguments of go that the Dockerfile builds with, apart from the
// version and the output.
func buildFlags(t *testing.T) []string {
	t.Helper()
	text := read(t, "Dockerfile")
	flags := []string{"build", "-trimpath", "-buildvcs=false", "-ldflags", "-s -w -buildid= -X main.version="}
	for _, flag := range append(flags, "CGO_ENABLED=0") {
		if !strings.Contains(text, flag) {
			t.Errorf("the Dockerfile builds without %s", flag)
		}
	}
	return flags
}

// copySources copies what the program is built from.
func copySources(t *testing.T, dir string) {
	t.Helper()
	walk(t, func(name string, _ fs.DirEntry) {
		if strings.HasSuffix(name, "_test.go") || strings.HasPrefix(name, "dev/") {
			return
		}
		content, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			t.Fatal(err)
		}
		to := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(to, content, 0o600); err != nil {
			t.Fatal(err)
		}
	})
}
