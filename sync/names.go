package sync

import (
	"context"
	"fmt"
	"slices"
	"time"

	"rollcall/directory"
)

// reportMissing names the people who are absent, and when each is taken to be gone.
func (p *pass) reportMissing(ctx context.Context) error {
	for some := range slices.Chunk(p.missing, carryBatch) {
		err := p.Directory.Read(ctx, p.system(), func(ctx context.Context, tx directory.ReadTx) error {
			changes := make([]directory.PlannedChange, len(some))
			for n, k := range some {
				name, err := nameOfRecord(ctx, tx, k.Record)
				if err != nil {
					return err
				}
				changes[n] = directory.PlannedChange{Action: actMissing, Type: directory.UserRecord, ID: string(k.Record),
					Entry: k.DN, Key: k.Key, Name: name, Attributes: []directory.Diff{}, Reason: p.patience(k)}
			}
			p.found.Changes = changes
			return nil
		})
		if err != nil {
			return fmt.Errorf("name who is missing: %w", err)
		}
		if err := p.flush(ctx); err != nil {
			return err
		}
	}
	return nil
}

// patience says why somebody who is absent is not taken to be gone yet.
func (p *pass) patience(k *known) string {
	m := p.c.Missing
	switch {
	case m.Keep:
		return "people who are missing are kept"
	case p.doubts:
		return "an entry could not be told apart, so nobody is taken to be gone"
	}
	said := fmt.Sprintf("%d of %d runs", k.Missing, m.runs())
	earliest := time.UnixMilli(k.Since).Add(time.Duration(m.runs()-1) * m.apart())
	if p.began.Before(earliest) {
		said += "; not before " + earliest.UTC().Format(time.RFC3339)
	}
	return said
}

// nameOfRecord returns the user name of a record; nothing if it is not there.
func nameOfRecord(ctx context.Context, tx directory.ReadTx, id directory.ResourceID) (string, error) {
	u, err := tx.User(ctx, id)
	if directory.Is(err, directory.NotFound) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("read user %s: %w", id, err)
	}
	return u.UserName, nil
}

// move is who joins and leaves a group, by the place of its line in the report.
type move struct {
	at           int
	joined, left []directory.ResourceID
}

// mostNamed is how many members a report names of those who join a group, and of those
// who leave it.
const mostNamed = 10

// nameMembers writes into the report who joins and leaves groups.
func (b *batch) nameMembers(ctx context.Context) error {
	moves := b.moves
	b.moves = nil
	if len(moves) == 0 {
		return nil
	}
	err := b.p.Directory.Read(ctx, b.p.system(), func(ctx context.Context, tx directory.ReadTx) error {
		for _, m := range moves {
			left, err := b.p.names(ctx, tx, m.left)
			if err != nil {
				return err
			}
			joined, err := b.p.names(ctx, tx, m.joined)
			if err != nil {
				return err
			}
			c := &b.p.found.Changes[m.at]
			c.Attributes = append(slices.Clone(c.Attributes), directory.Diff{Path: "members", Before: left, After: joined})
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("name members: %w", err)
	}
	return nil
}

// names returns the names of the first of some people, and how many more there are.
func (p *pass) names(ctx context.Context, tx directory.ReadTx, ids []directory.ResourceID) ([]string, error) {
	all := []string{}
	for n, id := range ids {
		if n == mostNamed {
			return append(all, fmt.Sprintf("and %d more", len(ids)-n)), nil
		}
		name, err := nameOfRecord(ctx, tx, id)
		if err != nil {
			return nil, err
		}
		if name == "" {
			name = p.entryOfRecord(id)
		}
		all = append(all, name)
	}
	return all, nil
}

// entryOfRecord names somebody whom a plan would make by their entry, for they are not in
// the directory.
func (p *pass) entryOfRecord(id directory.ResourceID) string {
	if p.byRecord == nil {
		p.byRecord = make(map[directory.ResourceID]*known, len(p.people.known))
		for _, k := range p.people.known {
			p.byRecord[k.Record] = k
		}
	}
	if k := p.byRecord[id]; k != nil {
		return k.DN
	}
	return string(id)
}
