package main

import (
	"io"
	"maps"
	"os"
	"slices"
	"strings"

	"rollcall/config"
)

// app is what a command works with: the world outside, the global flags, and the parts
// of the program, each opened when a command first asks for it.
type app struct {
	globals
	env            map[string]string
	stdin          io.Reader
	stdout, stderr io.Writer
	foresees       bool           // the command is one that sets up a new database as a matter of course
	configured     *config.Config // once it was read: what lies on a pipe can be read once
}

// load reads the configuration and returns it with all its faults. A command that has
// flags of its own for options names them by their keys.
func (a *app) load(flags map[string]string) (*config.Config, config.Faults) {
	given := map[string]string{}
	maps.Copy(given, flags)
	for key, value := range map[string]string{"data": a.Data, "database": a.Database} {
		if value != "" {
			given[key] = value
		}
	}
	c, faults := config.Load(config.Input{File: a.File, Flags: given, Env: a.env})
	return c, slices.Concat(faults, misnamed(c), sourceFaults(c), targetFaults(c))
}

// misnamed is the fault of a file that is meant to be the configuration and is not read.
func misnamed(c *config.Config) config.Faults {
	name := strings.TrimSuffix(config.DefaultFile, "yaml") + "yml"
	if _, err := os.Stat(name); c.File != "" || err != nil {
		return nil
	}
	return config.Faults{{From: name, Message: "it is not read, the configuration is called " + config.DefaultFile,
		Hint: "give it that name, or name it with --config " + name}}
}

// config returns a configuration that is without fault. Without flags it is the same for
// as long as the command lasts.
func (a *app) config(flags map[string]string) (*config.Config, error) {
	if flags == nil && a.configured != nil {
		return a.configured, nil
	}
	c, faults := a.load(flags)
	if err := faults.Err(); err != nil {
		return nil, err
	}
	if flags == nil {
		a.configured = c
	}
	return c, nil
}
