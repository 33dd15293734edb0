package main

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"rollcall/config"
	"rollcall/directory"
)

// Exit codes, which scripts rely on.
const (
	exitDone     = 0
	exitFailed   = 1 // failed, or unavailable for now
	exitUsage    = 2 // the command line or the configuration is wrong
	exitHeld     = 3 // done, and waiting for a seat or for somebody's approval
	exitRefused  = 4 // understood, and a rule forbids it
	exitNotFound = 5
)

// usageError is a command line that makes no sense.
type usageError struct{ error }

// Unwrap returns what is wrong with it.
func (e usageError) Unwrap() error { return e.error }

// heldError reports that a command did its part and the rest waits.
type heldError struct{ error }

// Unwrap returns what it waits for.
func (e heldError) Unwrap() error { return e.error }

// exitCode returns the code for how a command ended.
func exitCode(err error) int {
	if err == nil {
		return exitDone
	}
	if _, held := errors.AsType[heldError](err); held {
		return exitHeld
	}
	if isUsage(err) {
		return exitUsage
	}
	return kindCode(directory.KindOf(err))
}

// isUsage reports whether the person at the command line has to write something else.
func isUsage(err error) bool {
	_, usage := errors.AsType[usageError](err)
	_, faults := errors.AsType[config.Faults](err)
	return usage || faults
}

// kindCode returns the exit code for a kind of error.
func kindCode(kind directory.Kind) int {
	switch kind {
	case directory.Invalid:
		return exitUsage
	case directory.NotFound:
		return exitNotFound
	case directory.Exists, directory.Stale, directory.Denied, directory.ReadOnly, directory.Full:
		return exitRefused
	default:
		return exitFailed
	}
}

// complaint is an error as programs read it on standard error.
type complaint struct {
	Kind      string        `json:"kind"`
	Attribute string        `json:"attribute,omitempty"`
	Message   string        `json:"message"`
	Hint      string        `json:"hint,omitempty"`
	Faults    config.Faults `json:"faults,omitempty"`
}

// complaintOf takes an error apart. Who sits at the command line may know the cause.
func complaintOf(err error) complaint {
	if faults, ok := errors.AsType[config.Faults](err); ok {
		return complaint{Kind: "configuration", Message: count(len(faults), "fault") + " in the configuration", Faults: faults}
	}
	c := complaint{Kind: directory.KindOf(err).String(), Message: err.Error()}
	_, several := errors.AsType[directory.Faults](err)
	if e, ok := errors.AsType[*directory.Error](err); ok && !several {
		c.Attribute, c.Hint = e.Attr, e.Hint
		if e.Hint != "" {
			c.Message = strings.Replace(c.Message, e.Detail(), e.Msg, 1)
		}
	}
	if _, usage := errors.AsType[usageError](err); usage {
		c.Kind, c.Hint = "usage", "rollcall --help lists the commands, rollcall COMMAND --help what one takes"
	}
	if _, held := errors.AsType[heldError](err); held {
		c.Kind = "held"
	}
	return c
}

// report prints an error: for a person, or with asJSON for a program.
func report(w io.Writer, err error, asJSON bool) {
	c := complaintOf(err)
	if asJSON {
		if err := encode(w, map[string]complaint{"error": c}); err == nil {
			return
		}
	}
	if len(c.Faults) > 0 {
		fmt.Fprintf(w, "rollcall: %s:\n  %s\n", c.Message, strings.ReplaceAll(c.Faults.Error(), "\n", "\n  "))
		return
	}
	for line := range strings.Lines(c.Message) {
		fmt.Fprintf(w, "rollcall: %s\n", clean(strings.TrimRight(line, "\n")))
	}
	if c.Hint != "" {
		fmt.Fprintln(w, clean(c.Hint))
	}
}

// count returns a number with its noun: 1 fault, 2 faults.
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
