package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestEveryDependencyIsAccountedFor wants a row in docs/dependencies.md for each module
// that go.mod requires directly.
func TestEveryDependencyIsAccountedFor(t *testing.T) {
	document := read(t, "docs/dependencies.md")
	for line := range strings.Lines(read(t, "go.mod")) {
		module, version, _ := strings.Cut(strings.TrimPrefix(strings.TrimSpace(line), "require "), " ")
		if !strings.HasPrefix(version, "v") || strings.Contains(version, "// indirect") {
			continue
		}
		if !strings.Contains(document, "| "+module+" |") {
			t.Errorf("%s has no row in docs/dependencies.md", module)
		}
	}
}

// read returns the text of a file below the root of the sources.
func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
