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

// report prints an error for the person at the command line.
func report(w io.Writer, err error) {
	if faults, ok := errors.AsType[config.Faults](err); ok {
		fmt.Fprintf(w, "rollcall: %s in the configuration:\n  %s\n", count(len(faults), "fault"), strings.ReplaceAll(faults.Error(), "\n", "\n  "))
		return
	}
	fmt.Fprintf(w, "rollcall: %v\n", err)
	if _, usage := errors.AsType[usageError](err); usage {
		fmt.Fprintln(w, "rollcall --help lists the commands, rollcall COMMAND --help what one takes.")
	}
}

// count returns a number with its noun: 1 fault, 2 faults.
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
