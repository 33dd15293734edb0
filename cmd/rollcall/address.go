package main

import (
	"os"
	"path/filepath"
	"strings"

	"rollcall/config"
)

// addressFile is where a server says at which address it is reached on this machine:
// a flag, or a free port, may have made it another one than the configuration has.
func addressFile(c *config.Config) string { return filepath.Join(c.Data, "server.url") }

// publishAddress writes the address, for health and doctor. Servers that share a PostgreSQL
// database and a data folder as well overwrite each other's.
func publishAddress(c *config.Config, url string) error {
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(c.Data, "server.url.*") // nobody else may read it
	if err != nil {
		return err
	}
	_, err = f.WriteString(url + "\n")
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Rename(f.Name(), addressFile(c))
	}
	if err != nil {
		os.Remove(f.Name())
	}
	return err
}

// withdraw removes the address, unless it is another server's by now.
func withdraw(c *config.Config, url string) {
	if announced(c) == url {
		os.Remove(addressFile(c))
	}
}

// announced returns the address of the server that was started last, or nothing. A
// server that was killed leaves its address behind.
func announced(c *config.Config) string {
	text, err := os.ReadFile(addressFile(c))
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(text))
}

// addresses lists where a server may be: where it says that it is, then where this
// configuration would have it.
func addresses(c *config.Config) []string {
	var all []string
	if at := announced(c); at != "" {
		all = append(all, at)
	}
	if at := localURL(c, ""); !strings.HasSuffix(at, ":0") && (len(all) == 0 || at != all[0]) {
		all = append(all, at)
	}
	return all
}
