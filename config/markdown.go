package config

import (
	_ "embed"
	"fmt"
	"strings"
)

// manual is the part of docs/configuration.md that people write. The lines {{server}},
// {{workspace}}, {{source}} and {{target}} stand for the tables.
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

// exampleTarget is the target that the manual shows.
//
//go:embed target.yaml
var exampleTarget string

// Markdown renders docs/configuration.md: the manual with the table of options.
func Markdown() string {
	return strings.NewReplacer(
		"{{server}}", table(serverOptions),
		"{{workspace}}", table(workspaceOptions),
		"{{source}}", partTable(sourceOptions, (*Option).inSource),
		"{{target}}", partTable(targetOptions, (*Option).inTarget),
		"{{target example}}", strings.TrimRight(exampleTarget, "\n"),
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

// partTable renders the options of a part of a workspace, which have no variables, by their
// keys within it.
func partTable(options []Option, within func(*Option) string) string {
	var b strings.Builder
	b.WriteString("| key | default | takes | what it is |\n|---|---|---|---|\n")
	for _, o := range options {
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", within(&o), o.shownDefault(), o.Takes, o.described())
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
