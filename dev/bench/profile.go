package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"time"

	"rollcall/directory"
	"rollcall/directory/sqlstore"
	"rollcall/scim"
)

// writeProfiles runs the hot paths in this process, without a network, and writes where
// their time goes. The table then shows what an operation costs and allocates.
func (b *bench) writeProfiles(ctx context.Context) (err error) {
	if err := os.MkdirAll(b.profile, 0o755); err != nil {
		return err
	}
	h, err := open(ctx, sqlstore.Config{Dir: filepath.Join(b.dir, "profile")})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, h.close()) }()
	ids, err := h.seed(ctx, 0, b.clerks)
	if err != nil {
		return err
	}
	desk, err := newDesk(ctx, h)
	if err != nil {
		return err
	}
	one := func() string { return "/Users/" + string(ids[rand.IntN(len(ids))]) }
	named := func() string { return nameFilter(rand.IntN(len(ids))) }
	page := func() string { return fmt.Sprintf("/Users?startIndex=%d&count=100", 1+rand.IntN(len(ids)-pageSize)) }
	return errors.Join(
		b.writeProfile(ctx, "get", readers, desk.getting(one)),
		b.writeProfile(ctx, "filter", readers, desk.getting(named)),
		b.writeProfile(ctx, "page", readers, desk.getting(page)),
		b.writeProfile(ctx, "post", writers, desk.posting(&b.people)),
		b.writeProfile(ctx, "apply", writers, func(ctx context.Context, _ int) error { return h.hire(ctx, b.people.next()) }),
	)
}

// desk answers SCIM requests in this process.
type desk struct {
	handler http.Handler
	token   string
}

func newDesk(ctx context.Context, h *house) (*desk, error) {
	s, err := scim.NewServer(scim.Config{Directory: h.Directory})
	if err != nil {
		return nil, err
	}
	text, token := directory.NewToken(clientName, "bench", time.Now())
	operator := directory.Actor{Kind: directory.CommandLine, Name: "bench", Workspace: h.by.Workspace}
	_, err = h.Apply(ctx, operator, directory.IssueToken{Token: token})
	return &desk{s.Handler(), text.Reveal()}, err
}

func (d *desk) getting(path func() string) op {
	return func(ctx context.Context, _ int) error {
		return d.serve(ctx, http.MethodGet, path(), nil, http.StatusOK)
	}
}

func (d *desk) posting(people *counter) op {
	return func(ctx context.Context, _ int) error {
		return d.serve(ctx, http.MethodPost, "/Users", personBody(people.next()), http.StatusCreated)
	}
}

func (d *desk) serve(ctx context.Context, method, path string, body []byte, want int) error {
	r, err := http.NewRequestWithContext(ctx, method, "http://bench/scim/v2"+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.RequestURI = r.URL.RequestURI()
	r.Header.Set("Authorization", "Bearer "+d.token)
	r.Header.Set("Content-Type", "application/scim+json")
	var w sink
	if d.handler.ServeHTTP(&w, r); w.status != want {
		return fmt.Errorf("%s %s was answered %d: %s", method, path, w.status, w.body)
	}
	return nil
}

// sink takes an answer and keeps only the beginning.
type sink struct {
	header http.Header
	status int
	body   []byte
}

// Header implements [http.ResponseWriter].
func (s *sink) Header() http.Header {
	if s.header == nil {
		s.header = make(http.Header, 8)
	}
	return s.header
}

// WriteHeader implements [http.ResponseWriter].
func (s *sink) WriteHeader(status int) { s.status = status }

// Write implements [http.ResponseWriter].
func (s *sink) Write(p []byte) (int, error) {
	if s.status == 0 {
		s.status = http.StatusOK
	}
	if s.status >= 300 {
		s.body = append(s.body, p...)
	}
	return len(p), nil
}

// writeProfile profiles one path and adds what it costs to the table.
func (b *bench) writeProfile(ctx context.Context, name string, callers int, do op) (err error) {
	b.say("profile %s", name)
	if _, err := storm(ctx, callers, b.slice/2, 0, do); err != nil {
		return err
	}
	f, err := os.Create(filepath.Join(b.profile, name+".pprof"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	me := process(os.Getpid())
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if err := pprof.StartCPUProfile(f); err != nil {
		return err
	}
	l := lane{name: name, callers: callers, do: do, server: me}
	t, err := l.turn(ctx, b.slice*time.Duration(b.rounds))
	pprof.StopCPUProfile()
	runtime.ReadMemStats(&after)
	if err != nil {
		return err
	}
	each := float64(after.Mallocs-before.Mallocs) / float64(t.ops)
	b.table.add(row{what: name + " without a network", measured: figure{t.rate(), perSecond}})
	b.table.add(row{what: name + ", CPU each", measured: figure{t.cpuEach(), micros}})
	b.table.add(row{what: name + ", allocations each", measured: figure{each, ""}})
	return nil
}
