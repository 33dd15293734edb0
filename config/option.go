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
	Open     bool   // a mapping whose keys are the operator's own, each with a value
	Doc      string // one sentence

	set  setter
	each func(to into, key string, items []string) error // of an open one, in place of set
}

// into is where values go: the configuration, and the workspace, source and target at hand.
type into struct {
	config     *Config
	workspace  *Workspace
	source     *Source
	rocketchat *RocketChat
}

// setter checks the items of a value and stores them. An option that is no list gets
// exactly one item.
type setter func(into, []string) error

// workspacePrefix begins the key of every option that belongs to a workspace.
const workspacePrefix = "workspace."

// Options returns the rows of the table that a process has once: those of the server
// first and then those of a workspace. See [SourceOptions] and
// [TargetOptions] for the others.
func Options() []Option {
	return slices.Concat(serverOptions, workspaceOptions)
}

// allOptions returns the whole table.
func allOptions() []Option {
	return slices.Concat(serverOptions, workspaceOptions, sourceOptions, targetOptions)
}

// server makes the setter of a server option with one value.
func server[T any](parse func(string) (T, error), field func(*Config) *T) setter {
	return func(to into, items []string) error {
		return store(field(to.config), parse, items[0])
	}
}

// serverList makes the setter of a server option with several values.
func serverList[T any](parse func(string) (T, error), field func(*Config) *[]T) setter {
	return func(to into, items []string) error {
		return storeAll(field(to.config), parse, items)
	}
}

// workspace makes the setter of a workspace option with one value.
func workspace[T any](parse func(string) (T, error), field func(*Workspace) *T) setter {
	return func(to into, items []string) error {
		return store(field(to.workspace), parse, items[0])
	}
}

// workspaceList makes the setter of a workspace option with several values.
func workspaceList[T any](parse func(string) (T, error), field func(*Workspace) *[]T) setter {
	return func(to into, items []string) error {
		return storeAll(field(to.workspace), parse, items)
	}
}

// source makes the setter of an option of a source with one value.
func source[T any](parse func(string) (T, error), field func(*Source) *T) setter {
	return func(to into, items []string) error {
		return store(field(to.source), parse, items[0])
	}
}

// sourceList makes the setter of an option of a source with several values.
func sourceList[T any](parse func(string) (T, error), field func(*Source) *[]T) setter {
	return func(to into, items []string) error {
		return storeAll(field(to.source), parse, items)
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

// inSource returns the key below its source: ldap.urls for sources.ldap.urls.
func (o *Option) inSource() string {
	return strings.TrimPrefix(o.Key, sourcePrefix)
}

// inTarget returns the key below its target: url for target.rocketchat.url.
func (o *Option) inTarget() string {
	return strings.TrimPrefix(o.Key, targetPrefix)
}
