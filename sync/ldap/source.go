package ldap

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"strings"
	"time"

	"rollcall/directory"
	bridgesync "rollcall/sync"
)

// Source reads one LDAP server, or several with the same content of which one is enough.
// Each read connects anew and stays with the server it found. A Source may be used by
// several goroutines.
type Source struct {
	config       Config
	endpoints    []*endpoint
	tls          *tls.Config
	preset       *preset
	keyAttribute string
	rules        mapping
	active       mapping  // the rules by which an account is enabled
	mapped       []string // attributes that the rules read
	people       search
	groups       search
	groupName    string
	members      []string // attributes
	pageSize     int
	timeout      time.Duration
	digest       string
}

var _ bridgesync.Source = (*Source)(nil)

// People sends every person to each, in the server's order.
func (s *Source) People(ctx context.Context, each func(*bridgesync.Person) error) error {
	c, err := s.connect(ctx)
	if err != nil {
		return err
	}
	defer c.close()
	count := 0
	err = c.pages(s.people, s.pageSize, func(page []*entry) error {
		if err := s.identify(c, page); err != nil {
			return err
		}
		count += len(page)
		for _, e := range page {
			if err := each(s.person(e)); err != nil {
				return callers{err}
			}
		}
		return ctx.Err()
	})
	if err == nil && count == 0 {
		err = s.nobody()
	}
	return told(c, s.people, err)
}

// Groups sends every group with its members to each. Where groups are off there are none.
func (s *Source) Groups(ctx context.Context, each func(*bridgesync.Group) error) error {
	if s.config.Groups.Off {
		return nil
	}
	c, err := s.connect(ctx)
	if err != nil {
		return err
	}
	defer c.close()
	c.limits = ofGroups
	err = c.pages(s.groups, min(s.pageSize, groupPage), func(page []*entry) error {
		if err := s.complete(c, page); err != nil {
			return err
		}
		for _, e := range page {
			if err := each(s.group(e)); err != nil {
				return callers{err}
			}
		}
		return ctx.Err()
	})
	return told(c, s.groups, err)
}

// callers is an error of whoever is given the entries. It goes back as it came.
type callers struct{ error }

// told makes a sentence of what ended a search.
func told(c *conn, of search, err error) error {
	if theirs, ok := err.(callers); ok {
		return theirs.error
	}
	err = explain(c.url, err)
	var said *directory.Error
	if !errors.As(err, &said) {
		return err
	}
	if hasCode(err, noSuchObject) {
		said.Msg = fmt.Sprintf("%s does not exist on %s", of.base, c.url.address())
		said.Hint = c.whatExists()
	}
	switch said.Attr {
	case "base":
		said.Attr = of.options.base
	case "filter":
		said.Attr = of.options.filter
	}
	return err
}

// whatExists returns advice to somebody who named a base that does not.
func (c *conn) whatExists() string {
	root, err := c.root()
	if contexts := root.values("namingContexts"); err == nil && len(contexts) > 0 {
		return "the server has " + printable(strings.Join(contexts, " and "))
	}
	return "check it, and that the bind account may see it"
}
