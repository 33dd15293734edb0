package config

import (
	_ "embed"
	"fmt"
	"strings"
)

// manual is the part of docs/configuration.md that people write. The lines {{server}},
// {{workspace}} and {{source}} stand for the tables.
//
//go:embed manual.md
var manual string

// example is the file that the manual shows.
//
//go:embed example.yaml
var example string

// exampleSource is the source that the manual shows.
//
//go:embed source.yaml
var exampleSource string

// Markdown renders docs/configuration.md: the manual with the table of options.
func Markdown() string {
	return strings.NewReplacer(
		"{{server}}", table(serverOptions),
		"{{workspace}}", table(workspaceOptions),
		"{{source}}", sourceTable(),
		"{{source example}}", strings.TrimRight(exampleSource, "\n"),
		"{{example}}", strings.TrimRight(example, "\n"),
	).Replace(manual)
}

// table renders options, one in a row.
func table(options []Option) string {
	var b strings.Builder
	b.WriteString("| key | variable | default | takes | what it is |\n|---|---|---|---|---|\n")
	for _, o := range options {
		fmt.Fprintf(&b, "| `%s` | `%s` | %s | %s | %s |\n", o.Key, o.Variable, o.shownDefault(), o.Takes, o.described())
	}
	return strings.TrimRight(b.String(), "\n")
}

// sourceTable renders the options of a source, which have no variables.
func sourceTable() string {
	var b strings.Builder
	b.WriteString("| key | default | takes | what it is |\n|---|---|---|---|\n")
	for _, o := range sourceOptions {
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", o.inSource(), o.shownDefault(), o.Takes, o.described())
	}
	return strings.TrimRight(b.String(), "\n")
}

func (o *Option) shownDefault() string {
	if o.Default == "" {
		return ""
	}
	return "`" + o.Default + "`"
}

// described returns the sentence about the option and how else it can be given.
func (o *Option) described() string {
	text := o.Doc
	if o.Flag != "" {
		text += " Flag: `--" + o.Flag + "`."
	}
	if o.Secret {
		text += " A secret: never shown."
	}
	return text
}
