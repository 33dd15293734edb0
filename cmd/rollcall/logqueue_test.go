package main

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
)

func TestTheLogKeepsItsOrderToTheLastLine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		q := newLogQueue(&out, slog.New(slog.DiscardHandler))
		var want strings.Builder
		for i := range 1000 {
			fmt.Fprintf(q, "line %d\n", i)
			fmt.Fprintf(&want, "line %d\n", i)
		}
		q.close()
		if out.String() != want.String() {
			t.Errorf("%d bytes arrived of %d", out.Len(), want.Len())
		}
	})
}

// TestALogThatNobodyReadsStopsNothing writes more than the queue holds to a pipe from
// which nothing is taken, then reads it after all.
func TestALogThatNobodyReadsStopsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		read, write := io.Pipe()
		q := newLogQueue(write, slog.New(slog.NewTextHandler(write, nil)))
		for i := range 2 * queuedLines {
			fmt.Fprintf(q, "line %d\n", i)
		}
		q.close() // gives up on the reader after a second of the bubble
		var lines []string
		all := make(chan []byte)
		go func() {
			text, _ := io.ReadAll(read)
			all <- text
		}()
		synctest.Wait()
		write.Close()
		for line := range strings.Lines(string(<-all)) {
			lines = append(lines, line)
		}
		told := func(line string) bool { return strings.Contains(line, "lines of the log were dropped") }
		if !slices.ContainsFunc(lines, told) {
			t.Error("nobody is told that lines are missing")
		}
		lines = slices.DeleteFunc(lines, told)
		if len(lines) < queuedLines || lines[0] != "line 0\n" {
			t.Errorf("%d lines arrived, the first is %q", len(lines), lines[0])
		}
	})
}
