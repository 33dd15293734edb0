package vault

import (
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"rollcall/directory"
)

func TestTheKeyFileIsMadeOnceAndPrivate(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	rings := make([]*Ring, 8)
	var all sync.WaitGroup
	for i := range rings {
		all.Go(func() {
			r, err := Load(dir, nil)
			if err != nil {
				t.Error(err)
			}
			rings[i] = r
		})
	}
	all.Wait()
	if t.Failed() {
		return
	}
	sealed := rings[0].Seal("p", directory.NewSecret("hunter2"))
	for _, r := range rings {
		if got, err := r.Open("p", sealed); err != nil || got.Reveal() != "hunter2" {
			t.Fatalf("two that started together have different keys: %v", err)
		}
	}
	info, err := os.Stat(filepath.Join(dir, KeyFile))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the key file is %v: %v", info.Mode(), err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*")); len(left) != 1 {
		t.Errorf("drafts were left: %v", left)
	}
}

func TestAGivenKeySealsAndTheFileStillOpens(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	before, err := Load(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	sealed := before.Seal("p", directory.NewSecret("hunter2"))
	given, err := Load(dir, make([]byte, KeySize))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := given.Open("p", sealed); err != nil || got.Reveal() != "hunter2" {
		t.Errorf("what the file sealed: %q, %v", got.Reveal(), err)
	}
	if given.Current(sealed) {
		t.Error("the file's key seals although one was given")
	}
}

func TestAGivenKeyNeedsNoFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if _, err := Load(dir, make([]byte, KeySize)); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, KeyFile)); err == nil {
		t.Error("a key file was made although a key was given")
	}
}

func TestABadKeyFileIsRefused(t *testing.T) {
	t.Parallel()
	good := base64.StdEncoding.EncodeToString(make([]byte, KeySize))
	tests := []struct {
		what, text string
		mode       os.FileMode
		says       string
	}{
		{"readable by everybody", good, 0o644, "chmod 600"},
		{"empty", "", 0o600, "damaged"},
		{"half a key", "aGFsZg==", 0o600, "damaged"},
		{"no base64", good + "\n!", 0o600, "damaged"},
	}
	for _, tt := range tests {
		dir := t.TempDir()
		path := filepath.Join(dir, KeyFile)
		if err := os.WriteFile(path, []byte(tt.text), tt.mode); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, tt.mode); err != nil {
			t.Fatal(err)
		}
		_, err := Load(dir, nil)
		if err == nil || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: %v", tt.what, err)
		}
		if CheckKeyFile(dir) == nil {
			t.Errorf("%s: the check finds nothing", tt.what)
		}
	}
	if err := CheckKeyFile(t.TempDir()); err != nil {
		t.Errorf("no file at all: %v", err)
	}
}
