package config

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Kind is the sort of place that a value comes from.
type Kind int

// The sorts of places, a later one wins over an earlier.
const (
	Default Kind = iota
	File
	Variable
	Flag
)

// Origin is where a value comes from.
type Origin struct {
	Kind Kind
	Name string // the file, the variable, or the flag with its dashes
	Line int    // in the file
}

// String returns the origin as people look for it: rollcall.yaml:3, ROLLCALL_DATA,
// --data or default.
func (o Origin) String() string {
	switch o.Kind {
	case File:
		return fmt.Sprintf("%s:%d", o.Name, o.Line)
	case Variable, Flag:
		return o.Name
	default:
		return "default"
	}
}

// Locked reports whether somebody has fixed the value, as opposed to its being a default.
func (o Origin) Locked() bool { return o.Kind != Default }

// MarshalText returns what String does.
func (o Origin) MarshalText() ([]byte, error) { return []byte(o.String()), nil }

// Setting is a value as people may see it, and where it comes from.
type Setting struct {
	Key    string `json:"key"`
	Value  string `json:"value"` // asterisks for a secret
	Origin Origin `json:"origin"`
	Locked bool   `json:"locked"`
}

// Settings lists every option with its present value, in the order of the table.
func (c *Config) Settings() []Setting {
	var all []Setting
	for _, o := range serverOptions {
		all = append(all, c.settled[o.Key])
	}
	for _, w := range c.Workspaces {
		for _, o := range workspaceOptions {
			all = append(all, c.settled[w.Path(o.inWorkspace())])
		}
		for _, s := range w.Sources {
			all = append(all, c.settingsOf(s)...)
		}
		if w.RocketChat == nil {
			continue
		}
		for _, o := range targetOptions {
			all = append(all, c.settled[w.RocketChat.Path(o.inTarget())])
		}
	}
	return all
}

// settingsOf lists the options of a source, and each key of its open ones.
func (c *Config) settingsOf(s *Source) []Setting {
	var all []Setting
	for _, o := range sourceOptions {
		path := s.Path(o.inSource())
		if !o.Open {
			all = append(all, c.settled[path])
			continue
		}
		for _, at := range slices.Sorted(maps.Keys(c.settled)) {
			if strings.HasPrefix(at, path+".") {
				all = append(all, c.settled[at])
			}
		}
	}
	return all
}

// Locked reports whether an operator has fixed the server option with the key.
func (c *Config) Locked(key string) bool {
	return c.settled[key].Origin.Locked()
}

// Fault describes something wrong with the value at a path that another package found,
// such as workspace.seats.limit. It is placed where the value comes from; a path without
// a value is placed at the nearest key around it that the file has.
func (c *Config) Fault(path, message, hint string) Fault {
	fault := Fault{Path: path, Message: message, Hint: hint}
	if s, ok := c.settled[path]; ok && s.Origin.Locked() {
		fault.From, fault.Line = s.Origin.Name, s.Origin.Line
		return fault
	}
	for at := path; at != ""; at = parent(at) {
		if line, ok := c.lines[at]; ok {
			fault.From, fault.Line = c.File, line
			return fault
		}
	}
	return fault
}

// parent returns the path around a path: workspaces[1] for workspaces[1].seats, and
// workspaces for that.
func parent(path string) string {
	return path[:max(0, strings.LastIndexAny(path, ".["))]
}
