package scim

import (
	"net/http"
	"strings"

	"rollcall/directory"
)

const listSchema = "urn:ietf:params:scim:api:messages:2.0:ListResponse"

// listing is a list that a client asks for, read from its query.
type listing struct {
	directory.Query
	projection
}

func (x *exchange) listing(rt *directory.ResourceType) (*listing, error) {
	q, err := parseQuery(x.r.URL.RawQuery)
	if err != nil {
		return nil, err
	}
	l := &listing{projection: q.projection(rt)}
	if l.Start, l.Count, err = q.page(x.s.PageSize, x.s.MaxPage); err != nil {
		return nil, err
	}
	if strings.TrimSpace(q.filter) != "" {
		l.Filter, err = x.notes.query(rt, q.filter)
	}
	return l, err
}

// query parses a filter, once more decoded if it makes no sense as it came.
func (n *notes) query(rt *directory.ResourceType, text string) (directory.Filter, error) {
	f, err := n.filter(rt, text)
	if err == nil {
		return f, nil
	}
	if plain := unescape(text); plain != text {
		if f, errPlain := n.filter(rt, plain); errPlain == nil && n.may(DoubleEncoded) {
			return f, nil
		}
	}
	return nil, err
}

// beginList and endList frame the resources of a list. The totals stand at the end, for
// they are only known there.
func (x *exchange) beginList() {
	x.buf = append(x.buf, `{"schemas":["`+listSchema+`"],"Resources":[`...)
}

func (x *exchange) endList(total, start int64, returned int) {
	b := append(x.buf, `],"totalResults":`...)
	b = appendInt(b, total)
	b = append(b, `,"startIndex":`...)
	b = appendInt(b, start)
	b = append(b, `,"itemsPerPage":`...)
	b = appendInt(b, int64(returned))
	x.buf = append(b, '}')
}

func (s *Server) listUsers(x *exchange) error {
	l, err := x.listing(directory.Users)
	if err != nil {
		return err
	}
	x.beginList()
	returned := 0
	total, err := s.Directory.Users(x.r.Context(), x.by, l.Query, func(u *directory.Stored) error {
		x.between(returned)
		returned++
		err := x.appendUser(&l.projection, u)
		x.grown(http.StatusOK)
		return err
	})
	if err != nil {
		return err
	}
	x.endList(total, l.Start, returned)
	x.send(http.StatusOK)
	return nil
}

// listGroups first reads the page and then each group's members, for a reader must not
// wait for another one inside it.
func (s *Server) listGroups(x *exchange) error {
	l, err := x.listing(directory.Groups)
	if err != nil {
		return err
	}
	var page []*directory.Stored
	total, err := s.Directory.Groups(x.r.Context(), x.by, l.Query, func(g *directory.Stored) error {
		page = append(page, g)
		return nil
	})
	if err != nil {
		return err
	}
	x.beginList()
	for i, g := range page {
		x.between(i)
		err := x.appendGroup(&l.projection, g, http.StatusOK)
		if directory.Is(err, directory.NotFound) { // deleted meanwhile: nobody is in it
			x.buf = append(x.buf, '}')
		} else if err != nil {
			return err
		}
		x.grown(http.StatusOK)
	}
	x.endList(total, l.Start, len(page))
	x.send(http.StatusOK)
	return nil
}

// between separates the resource at position i from the one before it.
func (x *exchange) between(i int) {
	if i > 0 {
		x.buf = append(x.buf, ',')
	}
}
