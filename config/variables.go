package config

import (
	"fmt"
	"strings"
)

// fileSuffix ends the name of a variable that holds the name of a file with the value.
const fileSuffix = "_FILE"

// variable returns the value that the environment gives an option: its own variable, or
// the content of the file named by the one that ends in _FILE. An empty variable counts
// as absent, for that is what a compose file makes of one that is not set.
func (l *loader) variable(o *Option) (string, Origin, bool) {
	if o.Variable == "" {
		return "", Origin{}, false
	}
	if value := l.in.Env[o.Variable]; value != "" {
		return value, Origin{Kind: Variable, Name: o.Variable}, true
	}
	name := o.Variable + fileSuffix
	if l.in.Env[name] == "" {
		return "", Origin{}, false
	}
	content, err := l.readValue(l.in.Env[name])
	if err != nil {
		return "", Origin{}, false // checkVariables has reported it
	}
	return content.Reveal(), Origin{Kind: Variable, Name: name}, true
}

// value is what a file with one value holds, or why it cannot be read.
type value struct {
	text Secret
	err  error
}

// readValue reads a value from a file, once: a pipe says what it says only one time. The
// last line may end.
func (l *loader) readValue(file string) (Secret, error) {
	v, known := l.values[file]
	if !known {
		content, err := readBounded(file, maxValue, patience)
		if err != nil {
			v.err = fmt.Errorf("cannot read the value: %w", err)
		}
		v.text = Secret(strings.TrimRight(string(content), "\r\n"))
		l.values[file] = v
	}
	return v.text, v.err
}

// checkVariables finds what is wrong with the environment apart from the values.
func (l *loader) checkVariables() {
	for _, o := range Options() {
		l.checkFileVariable(&o)
		if strings.HasPrefix(o.Key, workspacePrefix) {
			l.checkWorkspaceVariable(&o)
		}
	}
	l.faults = append(l.faults, Misnamed(l.in.Env)...)
}

// checkFileVariable reports a file that cannot be read, and a value given twice.
func (l *loader) checkFileVariable(o *Option) {
	name := o.Variable + fileSuffix
	file := l.in.Env[name]
	if file == "" {
		return
	}
	if l.in.Env[o.Variable] != "" {
		l.faults = append(l.faults, Fault{Path: o.Key, From: name, Message: o.Variable + " is set as well", Hint: "keep one of the two"})
		return
	}
	if _, err := l.readValue(file); err != nil {
		l.faults = append(l.faults, Fault{Path: o.Key, From: name, Message: err.Error()})
	}
}

// checkWorkspaceVariable reports a variable that would have to mean several workspaces.
func (l *loader) checkWorkspaceVariable(o *Option) {
	if l.lists["workspaces"] == 0 {
		return
	}
	for _, name := range []string{o.Variable, o.Variable + fileSuffix} {
		if l.in.Env[name] != "" {
			l.faults = append(l.faults, Fault{Path: o.Key, From: name, Message: "the file lists workspaces, a variable cannot say which it means",
				Hint: "write it in the file"})
		}
	}
}
