package sync

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"rollcall/directory"
)

// rewordings counts for the guard who would be known by something else than before, and
// who would lose what. Whoever is or will be without access does not count: it is usual to
// clear the entries of leavers.
func (p *pass) rewordings(ctx context.Context, tx directory.ReadTx) error {
	ws, err := tx.Workspace(ctx)
	if err != nil {
		return fmt.Errorf("read workspace: %w", err)
	}
	err = p.people.changed.each(func(e *Person) error {
		k := p.people.known[e.Key]
		if k.isNew() || !p.wanted(e) || !p.mayDo(directory.UserRecord, e.Key, "") {
			return nil
		}
		before, err := tx.User(ctx, k.Record)
		if directory.Is(err, directory.NotFound) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read user %s: %w", k.Record, err)
		}
		if before.Source == p.c.Name && before.Facts.Deleted == nil && before.Wanted {
			p.reword(k, directory.Restated(before, &e.User, ws.Settings))
		}
		return nil
	})
	if err != nil {
		return err
	}
	return p.countHolders(ctx, tx)
}

func (p *pass) reword(k *known, r directory.Restatement) {
	t := &p.tally
	if r.Renamed || r.Readdressed {
		t.Names++
	}
	if r.Renamed {
		t.Renamed++
	}
	if r.Readdressed {
		t.Readdressed++
	}
	if r.Unreachable {
		t.Unreachable++
	}
	for _, path := range r.Lost {
		p.lost[path]++
	}
	if k.Mark != "" && !strings.HasPrefix(k.Mark, p.c.Digest+":") {
		t.Remapped = true
	}
}

// countHolders counts who has what unusually many would lose. Everybody of the source is
// looked at, which is worth it only then.
func (p *pass) countHolders(ctx context.Context, tx directory.ReadTx) error {
	had := map[string]int64{}
	for path, n := range p.lost {
		if n > allowed(p.c.Limits.Values, usualLosses, 0) {
			had[path] = 0
		}
	}
	if len(had) == 0 {
		return nil
	}
	_, err := tx.ListUsers(ctx, directory.Listing{Shelves: []string{string(p.c.Name)}, Start: 1, Count: directory.NoLimit}, func(s *directory.Stored) error {
		u, err := directory.DecodeUser(s.Doc)
		if err != nil || !u.Wanted {
			return err
		}
		for _, path := range u.Paths() {
			if _, asked := had[path]; asked {
				had[path]++
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("count who has what: %w", err)
	}
	for path, n := range had {
		p.tally.Lost = append(p.tally.Lost, Loss{path, p.lost[path], n})
	}
	slices.SortFunc(p.tally.Lost, func(a, b Loss) int {
		return cmp.Or(-cmp.Compare(a.People, b.People), cmp.Compare(a.Path, b.Path))
	})
	return nil
}
