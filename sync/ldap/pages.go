package ldap

import (
	"crypto/sha256"

	"rollcall/directory"
)

// Bounds of a read that a server cannot push, so that one gone wild ends.
const (
	mostEntries    = 5_000_000
	mostEmptyPages = 1_000 // one after another
)

// pages searches page by page and gives each to the caller, when it is whole and nothing
// is under way on the connection. It returns nil if, and only if, the server said itself
// that this was all: a last page that ended well, with the paged results control and an
// empty cookie in it. Anything else is an error, whatever came before.
func (c *conn) pages(s search, size int, each func([]*entry) error) error {
	var w watch
	request := s.encode()
	for cookie := ""; ; {
		page, next, err := c.page(request, size, cookie)
		if err != nil {
			return err
		}
		if err := w.over(page); err != nil {
			return err
		}
		if err := each(page); err != nil {
			return err
		}
		if next == "" {
			return nil
		}
		cookie = next
	}
}

// page asks for one page and reads it whole. It returns the cookie of the next.
func (c *conn) page(request []byte, size int, cookie string) ([]*entry, string, error) {
	entries, done, err := c.search(request, size, pageControl(size, cookie))
	if err != nil {
		return nil, "", err
	}
	next, found, err := parsePages(done.controls)
	if err != nil {
		return nil, "", err
	}
	if !found {
		return nil, "", incomplete("the server ended a page without saying whether more follow").
			Hinted("switch paged results on at the server")
	}
	return entries, next, nil
}

// search sends a search and reads everything up to its end, which has to be a success.
// References to other servers are passed over: they are not followed. More entries than
// were asked for are not taken.
func (c *conn) search(request []byte, most int, controls ...[]byte) ([]*entry, message, error) {
	id, err := c.send(request, controls...)
	if err != nil {
		return nil, message{}, err
	}
	var entries []*entry
	for bytes := 0; ; {
		m, err := c.receive(id)
		if err != nil {
			return nil, message{}, err
		}
		switch m.op {
		case opSearchEntry:
			e, err := m.entry()
			if err != nil {
				return nil, message{}, err
			}
			entries = append(entries, e)
			if bytes += len(m.body); len(entries) > most || bytes > c.limits.page {
				return nil, message{}, incomplete("the server sends larger pages than it was asked for").
					Hinted("if its groups are very large, lower page_size")
			}
		case opSearchReference, opIntermediate:
		case opSearchDone:
			return entries, m, m.failure()
		default:
			return nil, message{}, errMalformed
		}
	}
}

// entry returns the entry that a message brings.
func (m message) entry() (*entry, error) {
	if !m.cut {
		return parseEntry(m.body)
	}
	name, ok := parseName(m.body)
	if !ok {
		return nil, errMalformed
	}
	return &entry{dn: name, cut: true}, nil
}

// failure returns what a final message says went wrong.
func (m message) failure() error {
	r, err := parseResult(m.body)
	switch {
	case err != nil:
		return err
	case r.code != success:
		return refusal(r)
	}
	return nil
}

func incomplete(format string, args ...any) *directory.Error {
	return unavailable("urls", format, args...)
}

// watch sees to it that a search gets on. Cookies do not show that: Samba and 389
// Directory Server give every page of a search the same one.
type watch struct {
	seen    map[[sha256.Size]byte]bool // digests of pages, by the names on them
	entries int
	empty   int
}

// over looks over one more page.
func (w *watch) over(page []*entry) error {
	if len(page) == 0 {
		if w.empty++; w.empty > mostEmptyPages {
			return incomplete("the server sends empty pages without end")
		}
		return nil
	}
	if w.entries += len(page); w.entries > mostEntries {
		return incomplete("the server sends more than %d entries", mostEntries)
	}
	w.empty = 0
	names := sha256.New()
	for _, e := range page {
		names.Write([]byte(e.dn))
		names.Write([]byte{0})
	}
	digest := [sha256.Size]byte(names.Sum(nil))
	if w.seen[digest] {
		return incomplete("the server sends the same page again and again")
	}
	if w.seen == nil {
		w.seen = map[[sha256.Size]byte]bool{}
	}
	w.seen[digest] = true
	return nil
}
