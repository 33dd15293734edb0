package sqlstore

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"rollcall/directory"
)

const (
	sourceFields = `s.id, s.kind, s.profile, s.may_grant, s.password_sync, s.strict, s.paused, s.braked, s.resumed,
			s.detached, s.definition, s.created, s.version`
	sourceColumns = `
		select ` + sourceFields + `
		from sources s`
)

// sourceScan is where a row of sources lands before it is a source.
type sourceScan struct {
	s                directory.Source
	mayGrant, paused string
	created          int64
}

func (c *sourceScan) dest() []any {
	return []any{&c.s.ID, &c.s.Kind, &c.s.Profile, &c.mayGrant, &c.s.PasswordSync, &c.s.Strict, &c.paused, &c.s.Braked,
		&c.s.Resumed, &c.s.Detached, &c.s.Definition, &c.created, &c.s.Version}
}

func (c *sourceScan) source() (*directory.Source, error) {
	c.s.Created = fromMillis(c.created)
	if c.mayGrant != "" {
		if err := json.Unmarshal([]byte(c.mayGrant), &c.s.MayGrant); err != nil {
			return nil, fmt.Errorf("read roles of source %s: %w", c.s.ID, err)
		}
	}
	if c.paused != "" {
		if err := json.Unmarshal([]byte(c.paused), &c.s.Paused); err != nil {
			return nil, fmt.Errorf("read pause of source %s: %w", c.s.ID, err)
		}
	}
	return &c.s, nil
}

func (r *reader) sources(ctx context.Context, text string, args ...any) (all []directory.Source, err error) {
	err = r.q.query(ctx, func(rw row) error {
		var c sourceScan
		if err := rw.Scan(c.dest()...); err != nil {
			return fmt.Errorf("read source: %w", err)
		}
		s, err := c.source()
		if err == nil {
			all = append(all, *s)
		}
		return err
	}, text, args...)
	return all, err
}

// Source implements [directory.SourceReader].
func (r *reader) Source(ctx context.Context, id directory.SourceID) (*directory.Source, error) {
	if r.batch == nil {
		return r.source(ctx, id)
	}
	if s := r.batch.sources[id]; s != nil {
		return s.Clone(), nil
	}
	s, err := r.source(ctx, id)
	if err == nil {
		r.batch.knowSource(s)
	}
	return s, err
}

func (r *reader) source(ctx context.Context, id directory.SourceID) (*directory.Source, error) {
	found, err := r.sources(ctx, sourceColumns+`
		where s.workspace_id = $1
		and s.id = $2`, r.ws, string(id))
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, directory.Errorf(directory.NotFound, "", "there is no source %s", id)
	}
	return &found[0], nil
}

// Sources implements [directory.SourceReader].
func (r *reader) Sources(ctx context.Context) ([]directory.Source, error) {
	return r.sources(ctx, sourceColumns+`
		where s.workspace_id = $1
		order by s.id`, r.ws)
}

// PutSource implements [directory.SourceWriter].
func (w *writer) PutSource(_ context.Context, s *directory.Source) error {
	mayGrant, err := optional(s.MayGrant, len(s.MayGrant) > 0)
	if err != nil {
		return err
	}
	paused, err := optional(s.Paused, s.Paused != nil)
	if err != nil {
		return err
	}
	w.b.sources, w.b.sourcesMove = nil, true
	if err := w.b.exec(`
		insert into sources (workspace_id, id, kind, profile, may_grant, password_sync, strict, paused, braked, resumed,
			detached, definition, created, version, revision)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, 1)
		on conflict (workspace_id, id) do update
		set kind = excluded.kind, profile = excluded.profile, may_grant = excluded.may_grant,
			password_sync = excluded.password_sync, strict = excluded.strict, paused = excluded.paused,
			braked = excluded.braked, resumed = excluded.resumed, detached = excluded.detached,
			definition = excluded.definition, version = excluded.version,
			revision = sources.revision + 1`,
		w.ws, string(s.ID), string(s.Kind), s.Profile, mayGrant, s.PasswordSync, s.Strict, paused, s.Braked,
		s.Resumed, s.Detached, s.Definition, toMillis(s.Created), int64(s.Version)); err != nil {
		return fmt.Errorf("write source %s: %w", s.ID, err)
	}
	return nil
}

// optional returns v as JSON, or nothing at all.
func optional(v any, present bool) (string, error) {
	if !present {
		return "", nil
	}
	text, err := json.Marshal(v)
	if err != nil {
		return "", fmt.Errorf("encode %T: %w", v, err)
	}
	return string(text), nil
}

// DropMembers implements [directory.SourceWriter].
func (w *writer) DropMembers(_ context.Context, source directory.SourceID, group directory.ResourceID, ids []directory.ResourceID, at time.Time) error {
	rows := make([][]any, 0, len(ids))
	noted := make(map[string]bool, len(ids))
	for _, id := range ids {
		// A client may send any text as an id; what is noted is for people to read.
		text := strings.ReplaceAll(strings.ToValidUTF8(string(id), "\uFFFD"), "\x00", "\uFFFD")
		if !noted[text] {
			noted[text] = true
			rows = append(rows, []any{w.ws, string(source), string(group), text, at.UnixMilli()})
		}
	}
	if err := w.b.insertRows(insertDropped, rows); err != nil {
		return fmt.Errorf("note members that were left out: %w", err)
	}
	return nil
}

var insertDropped = manyRows{5, `
		insert into dropped_members (workspace_id, source, group_id, member, dropped_at)
		values `, `
		on conflict (workspace_id, source, group_id, member) do update
		set dropped_at = excluded.dropped_at`}

// forgetDropped removes what its source noted of a group.
func (w *writer) forgetDropped(g *directory.Group) error {
	if err := w.b.exec(`
		delete from dropped_members
		where workspace_id = $1
		and source = $2
		and group_id = $3`, w.ws, string(g.Source), string(g.ID)); err != nil {
		return fmt.Errorf("forget who was left out of %s: %w", g.ID, err)
	}
	return nil
}

// DroppedMembers implements [directory.SourceReader].
func (r *reader) DroppedMembers(ctx context.Context, source directory.SourceID, limit int) (all []directory.Dropped, err error) {
	err = r.q.query(ctx, func(rw row) error {
		d := directory.Dropped{Source: source}
		err := rw.Scan(&d.Group, &d.Member, &d.At)
		all = append(all, d)
		return err
	}, `
		select group_id, member, dropped_at
		from dropped_members
		where workspace_id = $1
		and source = $2
		order by dropped_at desc, group_id, member
		limit $3`, r.ws, string(source), limit)
	return all, err
}
