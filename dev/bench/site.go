package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"path/filepath"

	"rollcall/directory"
)

// site is the real program at work on a folder of its own.
type site struct {
	*server
	data  string
	token string
	ids   []directory.ResourceID // of the people who were there from the beginning
}

// newSite fills a folder with people and starts the program on it.
func (b *bench) newSite(ctx context.Context, name string, people int) (*site, error) {
	s := &site{data: filepath.Join(b.dir, name)}
	var err error
	if s.ids, err = furnish(ctx, s.data, people); err != nil {
		return nil, fmt.Errorf("fill the folder %s: %w", name, err)
	}
	return s, b.launch(ctx, s)
}

// launch starts the program on the site's folder.
func (b *bench) launch(ctx context.Context, s *site) (err error) {
	if s.token, err = b.newToken(ctx, s.data); err != nil {
		return err
	}
	s.server, err = b.serve(ctx, s.data)
	return err
}

func (s *site) close() error {
	if s == nil || s.server == nil {
		return nil
	}
	return s.stop()
}

// client returns a client of the site for a number of callers.
func (s *site) client(callers int) *client { return newClient(s.url, s.token, callers) }

// offices returns the site that reads and writes are measured on, the same for all
// chapters.
func (b *bench) offices(ctx context.Context) (s *site, err error) {
	if b.staff == nil {
		b.staff, err = b.newSite(ctx, "staff", b.clerks)
	}
	return b.staff, err
}

// reading is a lane that gets people by id.
func (s *site) reading(name string, callers int) *lane {
	c := s.client(callers)
	return &lane{name: name, callers: callers, server: s.process, do: func(ctx context.Context, caller int) error {
		id := string(s.ids[rand.IntN(len(s.ids))])
		return c.get(ctx, caller, "/Users/"+id, id)
	}}
}

// finding is a lane that looks for people by user name.
func (s *site) finding(name string, callers int) *lane {
	c := s.client(callers)
	return &lane{name: name, callers: callers, server: s.process, do: func(ctx context.Context, caller int) error {
		n := rand.IntN(len(s.ids))
		return c.get(ctx, caller, nameFilter(n), string(s.ids[n]))
	}}
}

// creating is a lane that posts new people.
func (s *site) creating(name string, callers int, people *counter) *lane {
	c := s.client(callers)
	return &lane{name: name, callers: callers, server: s.process, do: func(ctx context.Context, caller int) error {
		_, err := c.ask(ctx, caller, http.MethodPost, "/Users", personBody(people.next()), http.StatusCreated)
		return err
	}}
}

// paging is a lane that asks for a page of a hundred people, who begin with a certain one.
func (s *site) paging(name string, callers, start int) *lane {
	c := s.client(callers)
	path := fmt.Sprintf("/Users?startIndex=%d&count=%d", start, pageSize)
	return &lane{name: name, callers: callers, server: s.process, do: func(ctx context.Context, caller int) error {
		return c.get(ctx, caller, path, string(s.ids[start-1]))
	}}
}

const pageSize = 100

// trivially is a lane on the server that does nothing.
func trivially(s *server, name string, callers int, method, path string, body []byte) *lane {
	c := newClient(s.url, "", callers)
	return &lane{name: name, callers: callers, server: s.process, do: func(ctx context.Context, caller int) error {
		_, err := c.ask(ctx, caller, method, path, body, http.StatusOK)
		return err
	}}
}

// closing joins what the end of a server brings to an error.
func closing(err *error, s interface{ stop() error }) { *err = errors.Join(*err, s.stop()) }
