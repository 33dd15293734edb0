package scim

import (
	"net/http"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"time"

	"rollcall/directory"
)

// exchange is one request and its answer. It collects the answer in memory, so that an
// error half way still becomes an error, and only streams what grows beyond that.
type exchange struct {
	http.ResponseWriter
	r       *http.Request
	s       *Server
	began   time.Time
	by      directory.Actor
	source  *directory.Source
	profile profile
	base    string // the URL below which the resources lie
	notes   notes

	buf     []byte
	pooled  *[]byte
	status  int
	flushed bool // the head of the answer is on its way
}

// standardBuffer is how much of an answer is kept back. A page of a hundred people has
// a twentieth of it.
const standardBuffer = 1 << 20

// buffers are kept for the next request unless they grew out of proportion.
var buffers = sync.Pool{New: func() any { return new([]byte) }}

func (s *Server) open(w http.ResponseWriter, r *http.Request) *exchange {
	x := &exchange{ResponseWriter: w, r: r, s: s, began: time.Now()}
	x.pooled = buffers.Get().(*[]byte)
	x.buf = (*x.pooled)[:0]
	x.by.RequestID = requestID(r)
	x.base = s.baseURL(r)
	w.Header().Set("X-Request-Id", x.by.RequestID)
	return x
}

// baseURL returns scheme and host. A request's own idea of them counts only where
// nobody has configured any.
func (s *Server) baseURL(r *http.Request) string {
	switch {
	case s.public != "":
		return s.public
	case r.TLS != nil:
		return "https://" + r.Host
	}
	return "http://" + r.Host
}

// requestID takes over the client's id of the request if it is one that can be logged,
// else makes one.
func requestID(r *http.Request) string {
	id := r.Header.Get("X-Request-Id")
	harmless := func(c rune) bool {
		return c < 0x80 && wordByte(byte(c))
	}
	if id == "" || len(id) > 64 || strings.IndexFunc(id, func(c rune) bool { return !harmless(c) }) >= 0 {
		return string(directory.NewID(time.Now()))
	}
	return id
}

// send answers with what is in the buffer.
func (x *exchange) send(status int) {
	if !x.flushed {
		x.head(status)
		if len(x.buf) > 0 || status == http.StatusOK {
			x.Header().Set("Content-Length", strconv.Itoa(len(x.buf)))
		}
		x.WriteHeader(status)
	}
	x.flush()
}

// grown sends on what has been collected if it is too much to keep.
func (x *exchange) grown(status int) {
	if len(x.buf) < x.s.streamAbove {
		return
	}
	if !x.flushed {
		x.head(status)
		x.WriteHeader(status)
	}
	x.flush()
}

func (x *exchange) head(status int) {
	h := x.Header()
	h["Cache-Control"], h["X-Content-Type-Options"] = noStore, noSniff
	if status != http.StatusNoContent && status != http.StatusNotModified {
		h["Content-Type"] = answerType(x.r)
	}
	x.flushed = true
}

// Header values that never change, shared by all answers.
var (
	noStore = []string{"no-store"}
	noSniff = []string{"nosniff"}
)

func (x *exchange) flush() {
	if x.r.Method != http.MethodHead {
		x.Write(x.buf) // whoever hung up gets nothing, and nobody else cares
	}
	x.buf = x.buf[:0]
}

// WriteHeader notes the status for the log.
func (x *exchange) WriteHeader(status int) {
	x.status = status
	x.ResponseWriter.WriteHeader(status)
}

// Unwrap lets http.ResponseController find the connection.
func (x *exchange) Unwrap() http.ResponseWriter { return x.ResponseWriter }

// fail answers with an error. If part of an answer is out already the connection is cut,
// which is the only way left to say so.
func (x *exchange) fail(err error) {
	if x.flushed {
		x.s.Logger.Error("answer broke off", "request", x.by.RequestID, "err", err)
		panic(http.ErrAbortHandler)
	}
	wire := wireError(err)
	switch wire.Status {
	case http.StatusInternalServerError:
		x.s.Logger.Error("request failed", "request", x.by.RequestID, "err", err)
	case http.StatusServiceUnavailable:
		x.Header().Set("Retry-After", retryAfter)
		x.s.Logger.Warn("request could not be served", "request", x.by.RequestID, "err", err)
	}
	body, err := wire.MarshalJSON()
	if err != nil {
		panic(err) // three strings always encode
	}
	x.buf = append(x.buf[:0], body...)
	x.send(wire.Status)
}

// recover turns a panic into a 500, for one odd request must not end the process.
func (x *exchange) recover() {
	v := recover()
	if v == nil {
		return
	}
	if v == http.ErrAbortHandler || x.flushed {
		panic(http.ErrAbortHandler)
	}
	x.s.Logger.Error("handler panicked", "request", x.by.RequestID, "panic", v, "stack", string(debug.Stack()))
	x.fail(directory.Errorf(directory.Internal, "", "panic"))
}

// close writes the log line and gives the buffer back.
func (x *exchange) close() {
	if cap(x.buf) <= 2*x.s.streamAbove {
		*x.pooled = x.buf
		buffers.Put(x.pooled)
	}
	x.s.rewrites.add(&x.notes)
	x.log()
}
