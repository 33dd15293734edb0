package config

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestFilesAreReadUpToALimit(t *testing.T) {
	big := filepath.Join(t.TempDir(), "big")
	if err := os.WriteFile(big, bytes.Repeat([]byte("#"), maxFile+1), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := loadFaults(Input{File: big}); !strings.Contains(got, "rollcall.yaml is larger than 1024 KiB") {
		t.Errorf("a huge configuration: %s", got)
	}
	if got := loadFaults(Input{Env: map[string]string{"ROLLCALL_DATA_FILE": big}}); !strings.Contains(got, "big is larger than 64 KiB") {
		t.Errorf("a huge value: %s", got)
	}
	load(t, Input{File: file(t, strings.Repeat("#", maxFile))})
}

// TestAValueMayComeThroughAPipe reads what a shell's <(…) is.
func TestAValueMayComeThroughAPipe(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if _, err := w.WriteString("./there\n"); err != nil {
		t.Fatal(err)
	}
	name := fmt.Sprintf("/dev/fd/%d", r.Fd())
	if _, err := os.Stat(name); err != nil {
		t.Skip("this system has no names for open files")
	}
	w.Close()
	if c := load(t, Input{Env: map[string]string{"ROLLCALL_DATA_FILE": name}}); c.Data != "./there" {
		t.Errorf("data is %q", c.Data)
	}
}

// TestAFileMayBeginWithAMark has what editors of Windows write.
func TestAFileMayBeginWithAMark(t *testing.T) {
	if c := load(t, Input{File: file(t, "\ufeffdata: there\n")}); c.Data != "there" {
		t.Errorf("data is %q", c.Data)
	}
	for _, mark := range []string{"\xff\xfed\x00", "\xfe\xff\x00d"} {
		if got := loadFaults(Input{File: file(t, mark)}); got != "rollcall.yaml:1: this is UTF-16 (save the file as UTF-8)" {
			t.Errorf("got %s", got)
		}
	}
}
