package main

import (
	"crypto/rand"
	"errors"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"rollcall/config"
	"rollcall/directory"
)

// instanceHeader proves in answers to /healthz and /readyz which data folder a server
// uses. It is a random name that opens nothing, so anybody may read it.
const instanceHeader = "Rollcall-Instance"

// unnamed is the instance of a data folder that has no name, for it cannot be written to
// or no server has used it yet.
const unnamed = "none"

// instanceFile keeps the random name of a data folder, for health and doctor: another
// server may answer where this one would.
func instanceFile(c *config.Config) string { return filepath.Join(c.Data, "server.id") }

// instanceOf returns the name of the data folder.
func instanceOf(c *config.Config) (string, error) {
	text, err := os.ReadFile(instanceFile(c))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return unnamed, nil
	case err != nil:
		return "", directory.Errorf(directory.Unavailable, "", "%s cannot be read: %v", instanceFile(c), pathless(err)).
			Hinted("run it as the account that owns the folder")
	}
	return strings.TrimSpace(string(text)), nil
}

// nameInstance returns the name of the data folder, and gives it one if it has none. What
// a server that was killed while it wrote left half done is written anew.
func nameInstance(c *config.Config) (string, error) {
	name, err := instanceOf(c)
	if err != nil || name != unnamed && name != "" {
		return name, err
	}
	name = rand.Text()
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return unnamed, err
	}
	if err := os.WriteFile(instanceFile(c), []byte(name+"\n"), 0o600); err != nil {
		return unnamed, err
	}
	return name, nil
}

// foreign is a server that answers and uses another data folder.
func foreign(at string, c *config.Config) *directory.Error {
	return directory.Errorf(directory.Unavailable, "", "a server answers at %s, but it does not use %s", at, c.Data).
		Hinted("--data names the folder of that server; to start one on this folder: rollcall serve --listen HOST:PORT")
}

// uses reports whether a server's answer comes from this data folder.
func uses(answer http.Header, instance string) bool { return answer.Get(instanceHeader) == instance }

// pathless is what the operating system said about a file, without its name again.
func pathless(err error) error {
	if p, ok := errors.AsType[*fs.PathError](err); ok {
		return p.Err
	}
	return err
}
