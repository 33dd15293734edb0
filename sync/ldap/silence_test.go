package ldap

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"rollcall/dev/need"
	"rollcall/directory"
	bridgesync "rollcall/sync"
	"rollcall/sync/ldap/ldaptest"
)

// relay stands between a client and a server, and does something once so many bytes have
// come from the server.
type relay struct {
	url    string
	after  int
	do     func()
	server string
	once   sync.Once
	open   sync.WaitGroup
}

func newRelay(t *testing.T, server string, after int, do func()) *relay {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r := &relay{url: "ldap://" + l.Addr().String(), after: after, do: do, server: strings.TrimPrefix(server, "ldap://")}
	r.open.Go(func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			r.open.Go(func() { r.carry(client) })
		}
	})
	t.Cleanup(func() {
		l.Close()
		r.open.Wait()
	})
	return r
}

// carry carries bytes both ways until either side ends.
func (r *relay) carry(client net.Conn) {
	defer client.Close()
	server, err := net.Dial("tcp", r.server)
	if err != nil {
		return
	}
	defer server.Close()
	r.open.Go(func() {
		_, _ = io.Copy(server, client)
		server.Close()
	})
	if _, err := io.CopyN(client, server, int64(r.after)); err != nil {
		return
	}
	r.once.Do(r.do)
	_, _ = io.Copy(client, server)
}

// within fails the test when something takes much longer than a timeout.
func within(t *testing.T, limit time.Duration, do func()) {
	t.Helper()
	began := time.Now()
	do()
	if took := time.Since(began); took > limit {
		t.Errorf("it took %v", took)
	}
}

const patience = 500 * time.Millisecond

func TestASilentServerIsLeftInTime(t *testing.T) {
	t.Parallel()
	l := need.Slapd(t, 600, 20)
	read := func(t *testing.T, url string) {
		config := reading(l)
		config.URLs, config.Timeout, config.PageSize = []string{url}, patience, 100
		within(t, 20*patience, func() {
			_, err := people(t, source(t, config))
			saying(t, err, directory.Unavailable, "timeout", "fell silent")
		})
	}
	t.Run("before it is dialled", func(t *testing.T) {
		l.Stop()
		defer l.Cont()
		read(t, l.URL)
	})
	t.Run("in a page", func(t *testing.T) {
		r := newRelay(t, l.URL, 150_000, l.Stop)
		defer l.Cont()
		read(t, r.url)
	})
	t.Run("after the bind", func(t *testing.T) {
		config := reading(l)
		config.Timeout = patience
		s := source(t, config)
		c, err := s.connect(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		l.Stop()
		defer l.Cont()
		within(t, 20*patience, func() {
			_, _, err := c.page(s.people.encode(), 100, "")
			saying(t, explain(c.url, err), directory.Unavailable, "timeout", "fell silent")
			c.close()
		})
	})
	t.Run("in StartTLS", func(t *testing.T) {
		silent, config := serve(t, ldaptest.Company(1, 1))
		silent.Behave(ldaptest.Behaviour{SilentTLS: true})
		config.TLS.StartTLS, config.Timeout = true, patience
		within(t, 20*patience, func() {
			_, err := people(t, source(t, config))
			saying(t, err, directory.Unavailable, "timeout", "fell silent")
		})
	})
	t.Run("in the bind", func(t *testing.T) {
		silent, config := serve(t, ldaptest.Company(1, 1))
		silent.Behave(ldaptest.Behaviour{BindHang: true})
		config.Timeout = patience
		within(t, 20*patience, func() {
			_, err := people(t, source(t, config))
			saying(t, err, directory.Unavailable, "timeout", "fell silent")
		})
	})
}

func TestAServerThatDiesInAPageIsNoEnd(t *testing.T) {
	t.Parallel()
	l := need.Slapd(t, 600, 20)
	r := newRelay(t, l.URL, 150_000, l.Kill)
	config := reading(l)
	config.URLs, config.PageSize = []string{r.url}, 100
	all, err := people(t, source(t, config))
	if len(all) >= 600 {
		t.Errorf("read %d people before the end", len(all))
	}
	saying(t, err, directory.Unavailable, "urls", "closed the connection")
}

func TestTheEndOfTheContextEndsARead(t *testing.T) {
	t.Parallel()
	server, config := serve(t, ldaptest.Company(1500, 10))
	s := source(t, config)
	t.Run("between pages", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		count := 0
		err := s.People(ctx, func(*bridgesync.Person) error {
			if count++; count == 700 {
				cancel()
			}
			return nil
		})
		if !errors.Is(err, context.Canceled) || count >= 1500 {
			t.Errorf("got %d people and %v", count, err)
		}
	})
	t.Run("in a silence", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		server.Behave(ldaptest.Behaviour{At: 700, Hang: true, Before: func(n int) {
			if n == 700 {
				time.AfterFunc(50*time.Millisecond, cancel)
			}
		}})
		defer server.Behave(ldaptest.Behaviour{})
		within(t, 5*time.Second, func() {
			err := s.People(ctx, func(*bridgesync.Person) error { return nil })
			if !errors.Is(err, context.Canceled) {
				t.Errorf("got %v", err)
			}
		})
	})
	t.Run("before it began", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := s.People(ctx, func(*bridgesync.Person) error { return nil }); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	})
}

// TestADripDoesNotCountAsLife sends a byte now and then.
func TestADripDoesNotCountAsLife(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	var open sync.WaitGroup
	defer open.Wait()
	open.Go(func() {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		for _, b := range element(tagSequence, make([]byte, 100)) {
			if _, err := conn.Write([]byte{b}); err != nil {
				return
			}
			time.Sleep(patience / 5)
		}
	})
	config := Config{URLs: []string{"ldap://" + l.Addr().String()}, BindDN: "cn=a", BindPassword: directory.NewSecret("b"), Base: "dc=a", Timeout: patience}
	within(t, 20*patience, func() {
		_, err := people(t, source(t, config))
		saying(t, err, directory.Unavailable, "timeout", "fell silent")
	})
}

func TestAnErrorOfTheCallerComesBackAsItIs(t *testing.T) {
	t.Parallel()
	_, config := serve(t, ldaptest.Company(10, 3))
	mine := errors.New("the disk is full")
	if err := source(t, config).People(t.Context(), func(*bridgesync.Person) error { return mine }); err != mine {
		t.Errorf("got %v", err)
	}
	if err := source(t, config).Groups(t.Context(), func(*bridgesync.Group) error { return mine }); err != mine {
		t.Errorf("got %v", err)
	}
}
