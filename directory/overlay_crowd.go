package directory

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"slices"
)

// Room is where a plan lays down the people whom it would have written. A plan may write
// a whole company, of which it looks at few again.
type Room interface {
	io.Writer
	io.ReaderAt
}

// memory is a Room for small plans.
type memory []byte

// Write implements Room.
func (m *memory) Write(b []byte) (int, error) {
	*m = append(*m, b...)
	return len(b), nil
}

// ReadAt implements Room.
func (m *memory) ReadAt(b []byte, at int64) (int, error) { return bytes.NewReader(*m).ReadAt(b, at) }

// crowd holds the people whom a plan has written: their names and where they stand, and in
// a room the whole of each. What rules count is counted as people are written, for what
// walks over all of them at each change takes forever for many.
type crowd struct {
	room  Room
	size  int64 // of what lies in the room
	now   map[ResourceID]written
	names map[string]ResourceID

	shelves  map[string]int64      // how many more stand on each than in the snapshot
	left     map[leaving]int64     // likewise, of those whose access ended
	waiting  map[ResourceID]waiter // for a seat, of those who were written
	waited   int                   // of those who were written, in the snapshot
	vanished int                   // deleted or removed, of those who were written
}

// written is a person who was written. One without shelf was removed.
type written struct {
	shelf  string
	source SourceID
	at     int64 // in the room
	length int
}

func (w written) live() bool { return w.shelf != "" && w.shelf != ShelfDeleted }

type leaving struct {
	source SourceID
	at     int64
}

type waiter struct {
	since  int64
	guests bool
}

func newCrowd(room Room) crowd {
	return crowd{room: room, now: map[ResourceID]written{}, names: map[string]ResourceID{}, shelves: map[string]int64{},
		left: map[leaving]int64{}, waiting: map[ResourceID]waiter{}}
}

// laidDown is the whole of a person as it lies in a room.
type laidDown struct {
	*User
	Source SourceID `json:"#source"`
	Meta   Meta     `json:"#meta"`
	Facts  Facts    `json:"#facts"`
}

// lay puts a person into the room.
func (c *crowd) lay(u *User) (written, error) {
	facts := u.Facts
	facts.Password = "" // no rule reads it, and a room may be a file
	text, err := json.Marshal(laidDown{u, u.Source, u.Meta, facts})
	if err == nil {
		_, err = c.room.Write(text)
	}
	if err != nil {
		return written{}, fmt.Errorf("keep %s for the plan: %w", u.ID, err)
	}
	at := c.size
	c.size += int64(len(text))
	return written{u.Shelf(), u.Source, at, len(text)}, nil
}

// find returns a person who was written, and was not removed.
func (c *crowd) find(id ResourceID) (*User, error) {
	w := c.now[id]
	text := make([]byte, w.length)
	if n, err := c.room.ReadAt(text, w.at); n < len(text) {
		return nil, fmt.Errorf("read %s from the plan: %w", id, err)
	}
	var kept laidDown
	if err := json.Unmarshal(text, &kept); err != nil {
		return nil, fmt.Errorf("read %s from the plan: %w", id, err)
	}
	kept.User.Source, kept.User.Meta, kept.User.Facts = kept.Source, kept.Meta, kept.Facts
	return kept.User, nil
}

// put notes that before, as plan or snapshot have it, became after, and how to take that
// back.
func (c *crowd) put(before, after *User) (undo func(), err error) {
	id := idOf(before, after)
	old, had := c.now[id]
	var fresh written
	if after != nil {
		if fresh, err = c.lay(after); err != nil {
			return nil, err
		}
	}
	from, to := markOf(before), markOf(after)
	c.move(id, from, to)
	c.now[id] = fresh
	c.count(had, from, old, fresh, 1)
	return func() {
		c.move(id, to, from)
		c.count(had, from, old, fresh, -1)
		if c.now[id] = old; !had {
			delete(c.now, id)
			delete(c.waiting, id)
			c.forget(id, from)
		}
	}, nil
}

// mark is what a person adds to names and counts.
type mark struct {
	names   []string
	shelf   string
	left    leaving
	waits   bool
	waiting waiter
}

func markOf(u *User) mark {
	if u == nil {
		return mark{}
	}
	return mark{userNames(u), u.Shelf(), leaving{u.Source, u.Facts.Left}, u.State() == HeldBack, waiter{u.Facts.HeldSince, u.IsGuest()}}
}

// move takes a person from one mark to another.
func (c *crowd) move(id ResourceID, from, to mark) {
	c.forget(id, from)
	for _, n := range to.names {
		c.names[n] = id
	}
	c.shelves[from.shelf]--
	c.shelves[to.shelf]++
	c.left[from.left]--
	c.left[to.left]++
	delete(c.waiting, id)
	if to.waits {
		c.waiting[id] = to.waiting
	}
}

func (c *crowd) forget(id ResourceID, m mark) {
	for _, n := range m.names {
		if c.names[n] == id {
			delete(c.names, n)
		}
	}
}

// count keeps count of those by whom lists of the snapshot become shorter.
func (c *crowd) count(had bool, from mark, old, fresh written, by int) {
	if !had && from.waits {
		c.waited += by
	}
	if had && !old.live() {
		c.vanished -= by
	}
	if !fresh.live() {
		c.vanished += by
	}
}

// longest lists who waits for a seat, of the guests or of the others, who has waited
// longest first.
func (c *crowd) longest(guests bool) []ResourceID {
	var ids []ResourceID
	for id, w := range c.waiting {
		if w.guests == guests {
			ids = append(ids, id)
		}
	}
	slices.SortFunc(ids, func(a, b ResourceID) int {
		return cmp.Or(cmp.Compare(c.waiting[a].since, c.waiting[b].since), cmp.Compare(a, b))
	})
	return ids
}
