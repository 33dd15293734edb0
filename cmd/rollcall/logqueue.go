package main

import (
	"bytes"
	"io"
	"log/slog"
	"sync/atomic"
	"time"
)

// logQueue hands the lines of a server's log on, one after the other, on a goroutine of
// its own. Whoever reads the log and stops reading must not stop the server: lines that
// find the queue full are dropped and counted.
type logQueue struct {
	to      io.Writer
	notice  *slog.Logger // writes to the same, past the queue
	lines   chan []byte
	dropped atomic.Int64
	closing chan struct{}
	closed  chan struct{}
}

const (
	queuedLines = 4096
	piece       = 32 << 10    // bytes that are written at a time
	lastLines   = time.Second // how long a reader has for what is left when the server ends
)

// newLogQueue starts a queue; close it.
func newLogQueue(to io.Writer, notice *slog.Logger) *logQueue {
	q := &logQueue{to: to, notice: notice, lines: make(chan []byte, queuedLines),
		closing: make(chan struct{}), closed: make(chan struct{})}
	go q.run()
	return q
}

// Write takes a line, or drops it; it never waits.
func (q *logQueue) Write(line []byte) (int, error) {
	select {
	case q.lines <- bytes.Clone(line):
	default:
		q.dropped.Add(1)
	}
	return len(line), nil
}

// run hands lines on until the queue is closed and empty.
func (q *logQueue) run() {
	defer close(q.closed)
	var text []byte
	for {
		text = q.gather(text[:0])
		if len(text) > 0 {
			q.pass(text)
			continue
		}
		select {
		case line := <-q.lines:
			q.pass(q.gather(line))
		case <-q.closing:
			for text = q.gather(text[:0]); len(text) > 0; text = q.gather(text[:0]) {
				q.pass(text) // what came together with the end
			}
			q.pass(nil)
			return
		}
	}
}

// gather appends the lines that are queued, up to a fair piece.
func (q *logQueue) gather(text []byte) []byte {
	for len(text) < piece {
		select {
		case line := <-q.lines:
			text = append(text, line...)
		default:
			return text
		}
	}
	return text
}

// pass hands lines on, and before them says how many are missing. Whoever reads the log
// is gone if it cannot be written, and nobody is left to tell.
func (q *logQueue) pass(text []byte) {
	if n := q.dropped.Swap(0); n > 0 {
		q.notice.Warn("lines of the log were dropped, nobody read them", "event", "log", "count", n)
	}
	if len(text) > 0 {
		_, _ = q.to.Write(text)
	}
}

// close hands on what is left, if somebody reads it.
func (q *logQueue) close() {
	close(q.closing)
	select {
	case <-q.closed:
	case <-time.After(lastLines):
	}
}
