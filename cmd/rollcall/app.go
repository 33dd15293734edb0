package main

import (
	"io"
	"maps"

	"rollcall/config"
)

// app is what a command works with: the world outside, the global flags, and the parts
// of the program, each opened when a command first asks for it.
type app struct {
	globals
	env            map[string]string
	stdin          io.Reader
	stdout, stderr io.Writer
	foresees       bool // the command is one that sets up a new database as a matter of course
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
	return c, append(faults, sourceFaults(c)...)
}

// config returns a configuration that is without fault.
func (a *app) config(flags map[string]string) (*config.Config, error) {
	c, faults := a.load(flags)
	if err := faults.Err(); err != nil {
		return nil, err
	}
	return c, nil
}
