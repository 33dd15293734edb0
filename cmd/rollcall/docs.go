package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"rollcall/config"
)

// documents are made from code, by their names below the root of the sources.
var documents = map[string]func() string{
	"docs/configuration.md": config.Markdown,
}

// docsCommand is rollcall docs, for developers.
type docsCommand struct {
	Check bool   `help:"Write nothing; fail when a document differs from the code."`
	Root  string `default:"." placeholder:"DIR" help:"Root of the sources."`
}

// Run writes or compares every document.
func (c docsCommand) Run() error {
	var errs []error
	for name, render := range documents {
		path := filepath.Join(c.Root, filepath.FromSlash(name))
		if c.Check {
			errs = append(errs, compare(path, render()))
			continue
		}
		errs = append(errs, os.WriteFile(path, []byte(render()), 0o644))
	}
	return errors.Join(errs...)
}

// compare returns an error that names the first line in which a file differs from text.
func compare(path, text string) error {
	written, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if string(written) == text {
		return nil
	}
	have, want := strings.Split(string(written), "\n"), strings.Split(text, "\n")
	line := 0
	for line < len(have) && line < len(want) && have[line] == want[line] {
		line++
	}
	return fmt.Errorf("%s differs from the code in line %d: run make docs", path, line+1)
}
