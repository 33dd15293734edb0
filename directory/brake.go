package directory

import (
	"context"
	"fmt"
	"time"
)

// brake notices a source that takes away the access of unusually many people within an
// hour. It is obeyed, but from then on nothing irreversible follows: nobody whom it
// deleted is purged until an administrator resumes the source.
func (p *passage) brake(ctx context.Context, m *move) error {
	if p.by.Kind != ClientActor || !departs(m) || p.source.Braked != 0 {
		return nil
	}
	since := p.now.Add(-time.Hour)
	if resumed := time.UnixMilli(p.source.Resumed); resumed.After(since) {
		since = resumed
	}
	gone, err := p.tx.Leavers(ctx, p.by.Source, since)
	if err != nil {
		return fmt.Errorf("count leavers: %w", err)
	}
	limit, err := p.brakeLimit(ctx)
	if err != nil || gone+1 <= limit {
		return err
	}
	braked := p.source.Clone()
	braked.Braked = p.now.UnixMilli()
	p.notice = fmt.Sprintf("%d people of the source lost their access within an hour", gone+1)
	p.then = append(p.then, func(ctx context.Context) error {
		if err := p.tx.PutSource(ctx, braked); err != nil {
			return err
		}
		return p.note(ctx, "Brake", ref{SourceRecord, string(braked.ID), string(braked.ID)}, Updated, AuditDetail{
			Name:    string(braked.ID),
			Message: fmt.Sprintf("%d people lost their access within an hour; more than %d", gone+1, limit),
			Diff:    []Diff{{Path: "braked", After: braked.Braked}}})
	})
	return nil
}

// departs reports whether m ends what the source wanted for somebody.
func departs(m *move) bool {
	if m.before == nil || !m.before.Wanted || m.before.Facts.Deleted != nil {
		return false
	}
	return m.after == nil || !m.after.Wanted || m.after.Facts.Deleted != nil
}

// brakeLimit is how many people may lose their access within an hour: what the
// workspace says, else a twentieth of the source's people, at least 5, at most 500.
func (p *passage) brakeLimit(ctx context.Context) (int64, error) {
	if n := p.ws.Settings.Brake; n > 0 {
		return n, nil
	}
	total, err := p.tx.ListUsers(ctx, Listing{Shelves: []string{string(p.by.Source)}}, nil)
	if err != nil {
		return 0, fmt.Errorf("count people of %s: %w", p.by.Source, err)
	}
	return max(5, min(total/20, 500)), nil
}
