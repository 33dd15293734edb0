package main

import (
	"errors"
	"fmt"
	"io"
	"log/slog"

	"rollcall/config"
)

// configCommands are rollcall config ….
type configCommands struct {
	Check configCheck `cmd:"" help:"List everything that is wrong with the configuration."`
	Show  configShow  `cmd:"" help:"List every option, its value and where that comes from; secrets are masked."`
}

// configCheck is rollcall config check.
type configCheck struct{}

// Run prints that all is well, or returns every fault.
func (configCheck) Run(a *app) error {
	c, faults := a.load(nil)
	faults = append(config.Faults{}, faults...) // an empty list, not null, in JSON
	if _, err := loadKeyPair(c, slog.New(slog.DiscardHandler)); err != nil && c.TLSKey != "" {
		if more, ok := errors.AsType[config.Faults](err); ok {
			faults = append(faults, more...)
		}
	}
	result := map[string]any{"file": c.File, "faults": faults}
	err := a.print(result, func(w io.Writer) {
		if len(faults) == 0 {
			fmt.Fprintf(w, "%s: no faults\n", orNone(c.File))
		}
	})
	if err != nil {
		return err
	}
	return faults.Err()
}

// configShow is rollcall config show.
type configShow struct{}

// Run prints what is in force.
func (configShow) Run(a *app) error {
	c, err := a.config(nil)
	if err != nil {
		return err
	}
	settings := c.Settings()
	return a.print(map[string]any{"file": c.File, "settings": settings}, func(w io.Writer) {
		var rows [][]string
		for _, s := range settings {
			rows = append(rows, []string{s.Key, s.Value, s.Origin.String()})
		}
		table(w, []string{"KEY", "VALUE", "FROM"}, rows)
	})
}

// orNone names the file that was read.
func orNone(file string) string {
	if file == "" {
		return "no file"
	}
	return file
}
