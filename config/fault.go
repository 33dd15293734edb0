package config

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Fault is one thing wrong with a configuration.
type Fault struct {
	Path    string `json:"path,omitempty"` // of the key, such as workspaces[1].seats.limit
	From    string `json:"from,omitempty"` // file, variable or flag it comes from
	Line    int    `json:"line,omitempty"` // in that file, counted from 1
	Message string `json:"message"`        // what is wrong, as the end of a sentence
	Hint    string `json:"hint,omitempty"` // what would be right
}

// String returns the fault in one line: where, what, and in parentheses a hint.
func (f Fault) String() string {
	var b strings.Builder
	switch {
	case f.From != "" && f.Line > 0:
		fmt.Fprintf(&b, "%s:%d: ", f.From, f.Line)
	case f.From != "":
		fmt.Fprintf(&b, "%s: ", f.From)
	}
	if f.Path != "" {
		fmt.Fprintf(&b, "%s: ", f.Path)
	}
	b.WriteString(f.Message)
	if f.Hint != "" {
		fmt.Fprintf(&b, " (%s)", f.Hint)
	}
	return b.String()
}

// Faults is everything wrong with a configuration. It is an error when it is not empty,
// see Err.
type Faults []Fault

// Error returns all faults, one in a line.
func (f Faults) Error() string {
	lines := make([]string, 0, len(f))
	for _, fault := range f {
		lines = append(lines, fault.String())
	}
	return strings.Join(lines, "\n")
}

// Err returns the faults as an error, or nil when there are none.
func (f Faults) Err() error {
	if len(f) == 0 {
		return nil
	}
	return f
}

// Sorted returns the faults in the order of the file's lines, and after them those that
// come from variables and flags, in the order they were found.
func (f Faults) Sorted() Faults {
	sorted := slices.Clone(f)
	slices.SortStableFunc(sorted, func(a, b Fault) int {
		if (a.Line == 0) != (b.Line == 0) {
			return cmp.Compare(b.Line, a.Line)
		}
		return cmp.Compare(a.Line, b.Line)
	})
	return sorted
}

// complaint is what a check says about a value. The caller knows where the value came
// from and makes a Fault of it.
type complaint struct {
	message, hint string
}

// Error returns the message and, in parentheses, the hint.
func (c complaint) Error() string {
	return Fault{Message: c.message, Hint: c.hint}.String()
}

// complain makes a complaint with a hint, which may be empty.
func complain(hint, format string, args ...any) error {
	return complaint{message: fmt.Sprintf(format, args...), hint: hint}
}
