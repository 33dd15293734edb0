package main

import (
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"

	"rollcall/config"
	"rollcall/directory"
)

func TestExitCodes(t *testing.T) {
	kind := func(k directory.Kind) error {
		return fmt.Errorf("wrapped: %w", directory.Errorf(k, "", "something"))
	}
	tests := []struct {
		err  error
		want int
	}{
		{nil, 0},
		{errors.New("disk on fire"), 1},
		{kind(directory.Internal), 1},
		{kind(directory.Unavailable), 1},
		{usageError{errors.New("no such flag")}, 2},
		{fmt.Errorf("load: %w", config.Faults{{Message: "wrong"}}), 2},
		{kind(directory.Invalid), 2},
		{heldError{errors.New("no seat is free")}, 3},
		{heldError{kind(directory.Full)}, 3},
		{kind(directory.Full), 4},
		{kind(directory.Exists), 4},
		{kind(directory.Stale), 4},
		{kind(directory.Denied), 4},
		{kind(directory.ReadOnly), 4},
		{kind(directory.NotFound), 5},
	}
	for _, tt := range tests {
		if got := exitCode(tt.err); got != tt.want {
			t.Errorf("%v exits with %d, want %d", tt.err, got, tt.want)
		}
	}
}

func TestReportNamesTheFaults(t *testing.T) {
	var b strings.Builder
	report(&b, config.Faults{{From: "rollcall.yaml", Line: 3, Message: "wrong"}}, false)
	if got := b.String(); got != "rollcall: 1 fault in the configuration:\n  rollcall.yaml:3: wrong\n" {
		t.Errorf("got %q", got)
	}
}

func TestListeningSaysWhatIsInTheWay(t *testing.T) {
	t.Parallel()
	refused := &net.OpError{Op: "listen", Err: os.NewSyscallError("bind", syscall.EACCES)}
	if got := listenHint(refused); !strings.Contains(got, "CAP_NET_BIND_SERVICE") {
		t.Errorf("without permission it says %q", got)
	}
	taken := &net.OpError{Op: "listen", Err: os.NewSyscallError("bind", syscall.EADDRINUSE)}
	if got := listenHint(taken); !strings.Contains(got, "another server") {
		t.Errorf("of an address that is taken it says %q", got)
	}
}

func TestWhoHasToWaitForARunFailedForNow(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	begin := directory.BeginRun{Source: "corp", For: directory.ApplyRun, Owner: "here"}
	d.must(d.by, begin)
	if _, err := d.Apply(t.Context(), d.by, begin); exitCode(err) != exitFailed {
		t.Errorf("%v exits with %d", err, exitCode(err))
	}
}
