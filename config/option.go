package config

import (
	"errors"
	"slices"
	"strings"
)

// Option is one row of the table: something that can be configured.
type Option struct {
	Key      string // path in rollcall.yaml, such as workspace.seats.limit
	Variable string // environment variable
	Flag     string // global flag without its dashes, or nothing
	Default  string // as it would be written; commas separate the items of a list
	Takes    string // what a value looks like, for people
	Secret   bool   // never shown
	List     bool   // takes several values
	Doc      string // one sentence

	set setter
}

// setter checks the items of a value and stores them. An option that is no list gets
// exactly one item. Options of a workspace use the workspace, the others the config.
type setter func(*Config, *Workspace, []string) error

// workspacePrefix begins the key of every option that belongs to a workspace.
const workspacePrefix = "workspace."

// Options returns the table, those of the server first and then those of a workspace.
func Options() []Option {
	return slices.Concat(serverOptions, workspaceOptions)
}

// server makes the setter of a server option with one value.
func server[T any](parse func(string) (T, error), field func(*Config) *T) setter {
	return func(c *Config, _ *Workspace, items []string) error {
		return store(field(c), parse, items[0])
	}
}

// serverList makes the setter of a server option with several values.
func serverList[T any](parse func(string) (T, error), field func(*Config) *[]T) setter {
	return func(c *Config, _ *Workspace, items []string) error {
		return storeAll(field(c), parse, items)
	}
}

// workspace makes the setter of a workspace option with one value.
func workspace[T any](parse func(string) (T, error), field func(*Workspace) *T) setter {
	return func(_ *Config, w *Workspace, items []string) error {
		return store(field(w), parse, items[0])
	}
}

// workspaceList makes the setter of a workspace option with several values.
func workspaceList[T any](parse func(string) (T, error), field func(*Workspace) *[]T) setter {
	return func(_ *Config, w *Workspace, items []string) error {
		return storeAll(field(w), parse, items)
	}
}

func store[T any](to *T, parse func(string) (T, error), item string) error {
	parsed, err := parse(item)
	if err != nil {
		return err
	}
	*to = parsed
	return nil
}

func storeAll[T any](to *[]T, parse func(string) (T, error), items []string) error {
	all := make([]T, 0, len(items))
	var wrong []error
	for _, item := range items {
		parsed, err := parse(item)
		all, wrong = append(all, parsed), append(wrong, err)
	}
	if err := errors.Join(wrong...); err != nil {
		return err
	}
	*to = all
	return nil
}

// items splits a value that came as one text: a flag, a variable or a default.
func (o *Option) items(text string) []string {
	if !o.List {
		return []string{text}
	}
	var items []string
	for item := range strings.SplitSeq(text, ",") {
		if item = strings.TrimSpace(item); item != "" {
			items = append(items, item)
		}
	}
	return items
}

// shown returns the value as people may see it.
func (o *Option) shown(items []string) string {
	text := strings.Join(items, ", ")
	if o.Secret && text != "" {
		return mask
	}
	return text
}

// inWorkspace returns the key below its workspace: seats.limit for workspace.seats.limit.
func (o *Option) inWorkspace() string {
	return strings.TrimPrefix(o.Key, workspacePrefix)
}
