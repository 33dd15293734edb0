package ldap

import (
	"bufio"
	"context"
	"crypto/tls"
	"net"
	"time"
)

// limits is what the answer to a search may cost, in bytes.
type limits struct {
	entry int // a larger one is skipped and reported
	page  int // a larger one ends the read
}

// The limits. A group of half a million members is taken in.
var (
	ofPeople = limits{entry: 1 << 20, page: 64 << 20}
	ofGroups = limits{entry: 64 << 20, page: 256 << 20}
)

// Other bounds, in bytes.
const (
	readBuffer  = 32 << 10
	largestEver = 256 << 20 // is not even skipped
	nameWithin  = 8 << 10   // where the name of an entry that is skipped has to be
	slowest     = 32 << 10  // in a second, below which a server counts as silent
)

// conn is a connection to one server. It is used by one goroutine, and does one thing at
// a time: it sends a request and reads until the answer is whole. There is no background
// reader that could lose anything.
type conn struct {
	url     *endpoint
	raw     net.Conn
	net     net.Conn // raw, or the encryption over it
	in      *bufio.Reader
	buf     []byte
	lastID  int64
	timeout time.Duration
	limits  limits
	stop    func() bool // ends the watch over the context
	secure  string      // how the connection is protected, in words
	ctx     context.Context
}

// newConn takes over a connection that has just been made. When the context ends, so do
// reads and writes under way.
func newConn(ctx context.Context, url *endpoint, raw net.Conn, timeout time.Duration) *conn {
	c := &conn{
		url: url, raw: raw, net: raw, in: bufio.NewReaderSize(raw, readBuffer), timeout: timeout, limits: ofPeople, secure: "none", ctx: ctx,
	}
	c.stop = context.AfterFunc(ctx, func() { _ = raw.SetDeadline(time.Unix(1, 0)) })
	return c
}

// close says goodbye and closes the connection. It never waits for the other side.
func (c *conn) close() {
	c.stop()
	if c.net.SetDeadline(time.Now().Add(time.Second)) == nil {
		_, _ = c.net.Write(encodeMessage(c.lastID+1, element(opUnbind))) // whether it is heard does not matter
	}
	c.raw.Close()
}

// send sends a request and returns its number.
func (c *conn) send(op []byte, controls ...[]byte) (int64, error) {
	c.lastID++
	if err := c.allow(0); err != nil {
		return 0, err
	}
	if _, err := c.net.Write(encodeMessage(c.lastID, op, controls...)); err != nil {
		return 0, c.lost(err)
	}
	return c.lastID, nil
}

// allow gives the server its time to take or send so many bytes. That a byte came every
// now and then does not extend it.
func (c *conn) allow(bytes int) error {
	limit := c.timeout + time.Duration(bytes/slowest)*time.Second
	if err := c.net.SetDeadline(time.Now().Add(limit)); err != nil {
		return c.lost(err)
	}
	if c.ctx.Err() != nil { // the deadline of the watch may just have been overwritten
		return c.lost(c.ctx.Err())
	}
	return nil
}

// receive reads the next message of the answer to a request.
func (c *conn) receive(id int64) (message, error) {
	m, err := c.read()
	if err != nil {
		return message{}, err
	}
	if m.id == id {
		return m, nil
	}
	if r, err := parseResult(m.body); m.id == 0 && m.op == opExtendedResponse && err == nil && r.name == oidDisconnection {
		return message{}, refusal(r)
	}
	return message{}, errMalformed
}

// read reads one message whole.
func (c *conn) read() (message, error) {
	size, err := c.readHeader()
	if err != nil {
		return message{}, err
	}
	switch {
	case size > largestEver:
		return message{}, errMalformed
	case size > c.limits.entry:
		return c.skip(size)
	}
	if cap(c.buf) < size || cap(c.buf) > 16*max(size, readBuffer) {
		c.buf = make([]byte, max(size, readBuffer))
	}
	c.buf = c.buf[:size]
	if err := c.fill(c.buf); err != nil {
		return message{}, err
	}
	return parseMessage(string(c.buf))
}

// readHeader reads where a message begins, and returns its size.
func (c *conn) readHeader() (int, error) {
	if c.in.Buffered() < maxHeader {
		if err := c.allow(0); err != nil {
			return 0, err
		}
	}
	for want := 2; ; want++ {
		start, err := c.in.Peek(want)
		if err != nil {
			return 0, c.lost(err)
		}
		tag, size, length, err := header(start)
		switch {
		case err != nil || tag != tagSequence && length > 0:
			return 0, errMalformed
		case length > 0:
			_, err := c.in.Discard(length)
			return size, err
		}
	}
}

// fill reads until b is full.
func (c *conn) fill(b []byte) error {
	if c.in.Buffered() < len(b) {
		if err := c.allow(len(b)); err != nil {
			return err
		}
	}
	for len(b) > 0 {
		n, err := c.in.Read(b)
		if err != nil {
			return c.lost(err)
		}
		b = b[n:]
	}
	return nil
}

// skip passes over a message that is too large, keeping only whose entry it is. The page
// goes on behind it.
func (c *conn) skip(size int) (message, error) {
	start := make([]byte, nameWithin)
	if err := c.fill(start); err != nil {
		return message{}, err
	}
	if err := c.allow(size); err != nil {
		return message{}, err
	}
	if _, err := c.in.Discard(size - len(start)); err != nil {
		return message{}, c.lost(err)
	}
	return parseStart(string(start))
}

// secureWith goes on encrypted; how begins the words in which a check tells of it.
func (c *conn) secureWith(config *tls.Config, how string) error {
	if c.in.Buffered() > 0 { // something was sent in the clear that would pass for encrypted
		return errMalformed
	}
	if err := c.allow(0); err != nil {
		return err
	}
	encrypted := tls.Client(c.net, config)
	if err := encrypted.HandshakeContext(c.ctx); err != nil {
		return c.lost(err)
	}
	c.net = encrypted
	c.in.Reset(encrypted)
	c.secure = how + tls.VersionName(encrypted.ConnectionState().Version)
	return nil
}

// lost returns why nothing more can come: the end of the caller's context before all.
func (c *conn) lost(err error) error {
	if ended := c.ctx.Err(); ended != nil {
		return ended
	}
	return err
}
