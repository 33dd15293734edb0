package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"path/filepath"
	"time"

	"rollcall/directory"
	"rollcall/directory/sqlstore"
)

// stormLimit bounds what nobody stops.
const stormLimit = 10 * time.Minute

// million is the large folder and what is in it beside people.
type million struct {
	site
	crowd directory.ResourceID   // the large group
	empty []directory.ResourceID // groups without members
}

// measureMillion measures what must not depend on how many people are stored.
func (b *bench) measureMillion(ctx context.Context) (err error) {
	m, err := b.newMillion(ctx)
	if err != nil {
		return err
	}
	if err := b.measureDisk(m); err != nil {
		return err
	}
	if err := b.measureLargeStart(ctx, m); err != nil {
		return err
	}
	if err := b.launch(ctx, &m.site); err != nil {
		return err
	}
	defer closing(&err, m.server)
	for _, measure := range []func(context.Context, *million) error{
		b.measureWalk, b.measurePages, b.measureNames, b.measureMembers, b.measureMemory,
	} {
		if err := measure(ctx, m); err != nil {
			return err
		}
	}
	return nil
}

// newMillion fills the large folder.
func (b *bench) newMillion(ctx context.Context) (m *million, err error) {
	m = &million{site: site{data: filepath.Join(b.dir, "million")}}
	h, err := open(ctx, sqlstore.Config{Dir: m.data})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, h.close()) }()
	m.ids, err = h.stock(ctx, b.users, func(done int) {
		if done%(100*seedSlice) == 0 {
			b.say("stored %d people", done)
		}
	})
	if err != nil {
		return nil, err
	}
	return m, b.found(ctx, h, m)
}

// found makes the groups.
func (b *bench) found(ctx context.Context, h *house, m *million) (err error) {
	began := time.Now()
	if m.crowd, err = h.gather(ctx, "everybody", m.ids[:b.members]); err != nil {
		return err
	}
	rate := float64(b.members) / time.Since(began).Seconds()
	b.table.add(row{what: fmt.Sprintf("adding %d members, %d at a time", b.members, seedSlice), measured: figure{rate, perSecond},
		goal: goal{true, figure{10_000, perSecond}}})
	for n := range (b.rounds + 1) * memberTurns {
		id, err := h.gather(ctx, fmt.Sprintf("nobody %d", n), nil)
		if err != nil {
			return err
		}
		m.empty = append(m.empty, id)
	}
	return nil
}

func (b *bench) measureDisk(m *million) error {
	var size int64
	err := filepath.WalkDir(m.data, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		size += info.Size()
		return err
	})
	b.table.add(row{what: "disk a person, audit and groups included", measured: figure{float64(size) / float64(b.users), bytesEach}})
	return err
}

func (b *bench) measureLargeStart(ctx context.Context, m *million) error {
	last := b.users - 1
	took, err := b.starts(ctx, func() string { return m.data }, nameFilter(last), string(m.ids[last]))
	if err != nil {
		return err
	}
	b.table.add(row{what: fmt.Sprintf("start to first answer, %d people", b.users), measured: took, goal: noMore(100, millis)})
	return nil
}

// measureWalk reads everybody in pages and checks that each comes once and in order.
func (b *bench) measureWalk(ctx context.Context, m *million) error {
	b.say("walk over everybody")
	c := m.client(1)
	defer c.close()
	began := time.Now()
	for start := 0; start < len(m.ids); start += pageSize {
		path := fmt.Sprintf("/Users?startIndex=%d&count=%d", start+1, pageSize)
		answer, err := c.ask(ctx, 0, http.MethodGet, path, nil, http.StatusOK)
		if err != nil {
			return err
		}
		if err := holds(answer, m.ids[start:min(start+pageSize, len(m.ids))]); err != nil {
			return fmt.Errorf("page at %d: %w", start+1, err)
		}
	}
	took := time.Since(began)
	b.table.add(row{what: "walk over everybody, pages of 100", measured: inMillis(took), goal: noMore(30_000*float64(b.users)/1e6, millis)})
	return nil
}

// holds checks that a page has just these people, in this order.
func holds(page []byte, ids []directory.ResourceID) error {
	if n := bytes.Count(page, []byte(`"userName"`)); n != len(ids) {
		return fmt.Errorf("%d people instead of %d", n, len(ids))
	}
	for _, id := range ids {
		at := bytes.Index(page, []byte(`"id":"`+string(id)+`"`))
		if at < 0 {
			return fmt.Errorf("%s is missing or in the wrong place", id)
		}
		page = page[at:]
	}
	return nil
}
