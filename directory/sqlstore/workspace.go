package sqlstore

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"rollcall/directory"
)

const workspaceColumns = `
		select workspace_id, slug, settings, seats, guests, held, pending, active, deactivated, audit_seq, audit_hash,
			created, version, target, paused_until, urgent_paused_until, awake
		from workspaces`

const selectWorkspace = workspaceColumns + `
		where workspace_id = $1`

func scanWorkspace(rw row) (*directory.Workspace, laneSet, error) {
	var w directory.Workspace
	var created, pushes, urgent int64
	var awake laneSet
	var settings []byte
	c := &w.Counts
	if err := rw.Scan(&w.ID, &w.Slug, &settings, &c.Seats, &c.Guests, &c.Held, &c.Pending, &c.Active, &c.Deactivated,
		&w.Audit.Seq, &w.Audit.Hash, &created, &w.Version, &w.Target, &pushes, &urgent, &awake); err != nil {
		return nil, 0, fmt.Errorf("read workspace: %w", err)
	}
	w.Created = fromMillis(created)
	w.Pause = directory.Pause{Pushes: fromMillis(pushes), Urgent: fromMillis(urgent)}
	if err := json.Unmarshal(settings, &w.Settings); err != nil {
		return nil, 0, fmt.Errorf("read settings of workspace %s: %w", w.Slug, err)
	}
	return &w, awake, nil
}

func readWorkspace(ctx context.Context, q querier, text, id string) (w *directory.Workspace, awake laneSet, err error) {
	err = q.query(ctx, func(rw row) (err error) {
		w, awake, err = scanWorkspace(rw)
		return err
	}, text, id)
	if err == nil && w == nil {
		err = noWorkspace(id)
	}
	return w, awake, err
}

func noWorkspace(id string) error {
	return directory.Errorf(directory.NotFound, "", "there is no workspace %q", id)
}

// Workspaces implements [directory.Store].
func (s *Store) Workspaces(ctx context.Context) ([]directory.Workspace, error) {
	var all []directory.Workspace
	err := s.withSession(ctx, func(r *session) error {
		return r.query(ctx, func(rw row) error {
			w, _, err := scanWorkspace(rw)
			if err == nil {
				all = append(all, *w)
			}
			return err
		}, workspaceColumns+`
		order by slug`)
	})
	return all, err
}

// EnsureWorkspace implements [directory.Store].
func (s *Store) EnsureWorkspace(ctx context.Context, slug string) (directory.WorkspaceID, error) {
	const tries = 10 // against others who make workspaces at the same moment
	for range tries {
		id, found, err := s.findWorkspace(ctx, slug)
		if err != nil || found {
			return id, err
		}
		_, err = s.write.ExecContext(ctx, `
			insert into workspaces (workspace_id, slug, settings, seats, guests, held, pending, active, deactivated,
				audit_seq, audit_hash, created, version)
			select cast(coalesce(max(cast(workspace_id as bigint)), 0) + 1 as text), $1, '{}', 0, 0, 0, 0, 0, 0, 0, '', $2, 1
			from workspaces`, slug, time.Now().UnixMilli())
		if err != nil && s.dialect.faultOf(err) != faultUnique {
			return "", s.explain("make workspace", err)
		}
	}
	return "", directory.Errorf(directory.Unavailable, "", "the workspace %q could not be made", slug)
}

func (s *Store) findWorkspace(ctx context.Context, slug string) (id directory.WorkspaceID, found bool, err error) {
	err = s.withSession(ctx, func(r *session) error {
		found, err = one(ctx, r, []any{&id}, `
			select workspace_id
			from workspaces
			where slug = $1`, slug)
		return err
	})
	return id, found, err
}

// PutWorkspace implements [directory.WriteTx].
func (w *writer) PutWorkspace(ctx context.Context, s directory.Settings) error {
	text, err := json.Marshal(s)
	if err != nil {
		return fmt.Errorf("encode settings: %w", err)
	}
	if err := w.b.exec(`
		update workspaces
		set settings = $2, version = version + 1
		where workspace_id = $1`, w.ws, string(text)); err != nil {
		return fmt.Errorf("write settings: %w", err)
	}
	p := w.b.top()
	s = cloneSettings(s)
	p.settings = &s
	p.versions++
	return nil
}

func cloneSettings(s directory.Settings) directory.Settings {
	s.AllowedDomains, s.Protected = slices.Clone(s.AllowedDomains), slices.Clone(s.Protected)
	return s
}

// fromMillis returns the time that the tables write as ms; 0 is the zero time.
func fromMillis(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

// toMillis is the reverse of fromMillis.
func toMillis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}
