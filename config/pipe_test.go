//go:build unix

package config

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestAPipeDoesNotHangForEver reads pipes that nobody writes to, or that never end.
func TestAPipeDoesNotHangForEver(t *testing.T) {
	name := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(name, 0o600); err != nil {
		t.Fatal(err)
	}
	if got := loadFaults(Input{File: name}); !strings.Contains(got, "rollcall.yaml is a pipe, and nobody writes to it") {
		t.Errorf("of nobody: %s", got)
	}
	silent, err := os.OpenFile(name, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	if _, err := readBounded(name, maxValue, time.Millisecond); err == nil || !strings.Contains(err.Error(), "did not end within 1ms") {
		t.Errorf("of somebody who says nothing: %v", err)
	}
	if _, err := readBounded("/dev/zero", maxValue, time.Hour); err == nil || !strings.Contains(err.Error(), "larger than 64 KiB") {
		t.Errorf("of a file without an end: %v", err)
	}
}
