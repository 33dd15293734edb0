package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"rollcall/directory"
)

// demoFolder is where a demonstration keeps everything. Only a folder with the mark in it
// is one.
type demoFolder struct {
	dir       string
	temporary bool
	Steps     int `json:"steps"` // of the company, to go on with
}

const (
	demoMark  = "demo.json"
	demoToken = "okta.token"
)

// openDemoFolder makes a folder that is removed at the end, or opens the one that was
// named. A folder with anything but a demonstration in it is refused.
func openDemoFolder(named string) (*demoFolder, error) {
	if named == "" {
		dir, err := os.MkdirTemp("", "rollcall-demo-")
		if err != nil {
			return nil, directory.Errorf(directory.Unavailable, "", "no temporary folder can be made: %v", err).
				Hinted("--data names a folder to keep the demonstration in")
		}
		f := &demoFolder{dir: dir, temporary: true}
		return f, f.save()
	}
	dir, err := filepath.Abs(named)
	if err != nil {
		return nil, fmt.Errorf("find %s: %w", named, err)
	}
	f := &demoFolder{dir: dir}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, directory.Errorf(directory.Unavailable, "", "%s cannot be made: %v", dir, pathless(err)).
			Hinted("--data names a folder, leave it out for one that is removed at the end")
	}
	return f, f.load()
}

// load reads the mark, or sets it in a folder that is empty.
func (f *demoFolder) load() error {
	text, err := os.ReadFile(f.path(demoMark))
	switch {
	case err == nil:
		if err := json.Unmarshal(text, f); err != nil || f.Steps < 0 {
			return directory.Errorf(directory.Denied, "", "%s is damaged", f.path(demoMark)).
				Hinted("remove the folder, and the demonstration begins anew")
		}
		return nil
	case !errors.Is(err, fs.ErrNotExist):
		return closedTo(f.path(demoMark), err)
	}
	present, err := os.ReadDir(f.dir)
	if err != nil {
		return closedTo(f.dir, err)
	}
	if len(present) > 0 {
		return directory.Errorf(directory.Denied, "", "%s is in use, and not by a demonstration, which would mix people who are made up with what is there", f.dir).
			Hinted("name an empty folder, or leave out --data for one that is removed at the end")
	}
	return f.save()
}

func closedTo(name string, err error) error {
	return directory.Errorf(directory.Unavailable, "", "%s cannot be read: %v", name, pathless(err)).
		Hinted("run it as the account that owns the folder, or leave out --data for one that is removed at the end")
}

// save notes how far the company is.
func (f *demoFolder) save() error {
	text, err := json.Marshal(f)
	if err != nil {
		return err
	}
	return replaceFile(f.path(demoMark), string(text)+"\n")
}

// token returns the bearer token of the identity provider, which is kept so that it can
// be tried with curl. One that was revoked is replaced when the demonstration starts.
func (f *demoFolder) token(ctx context.Context, s *session) (string, error) {
	if kept, err := os.ReadFile(f.path(demoToken)); err == nil {
		token := strings.TrimSpace(string(kept))
		if _, _, refusal := s.Authenticate(ctx, token); !directory.Is(refusal, directory.Denied) {
			return token, nil
		}
	}
	if err := s.ensureClient(ctx, "okta", "okta"); err != nil {
		return "", err
	}
	got, err := s.issue(ctx, "okta", 0)
	if err != nil {
		return "", err
	}
	return got.Token, replaceFile(f.path(demoToken), got.Token+"\n")
}

func (f *demoFolder) path(name string) string { return filepath.Join(f.dir, name) }

// close removes a folder that nobody named.
func (f *demoFolder) close() {
	if f.temporary {
		_ = os.RemoveAll(f.dir) // what cannot be removed lies among the temporary files
	}
}

// replaceFile writes a file that only its owner can read, whole or not at all.
func replaceFile(name, text string) error {
	fresh := name + ".new"
	err := os.WriteFile(fresh, []byte(text), 0o600)
	if err == nil {
		err = os.Rename(fresh, name)
	}
	if err != nil {
		return directory.Errorf(directory.Unavailable, "", "%s cannot be written: %v", name, pathless(err)).
			Hinted("is there space left on its disk, and does the folder belong to the account that runs this?")
	}
	return nil
}
