package sqlstore

import (
	"context"
	"fmt"

	"rollcall/directory"
)

const mappingColumns = `
		select id, group_id, kind, name
		from mappings`

func (r *reader) mappings(ctx context.Context, text string, args ...any) (all []directory.Mapping, err error) {
	err = r.q.query(ctx, func(rw row) error {
		var m directory.Mapping
		err := rw.Scan(&m.ID, &m.Group, &m.Kind, &m.Name)
		all = append(all, m)
		return err
	}, text, args...)
	return all, err
}

// Mapping implements [directory.GroupReader].
func (r *reader) Mapping(ctx context.Context, id string) (*directory.Mapping, error) {
	found, err := r.mappings(ctx, mappingColumns+`
		where workspace_id = $1
		and id = $2`, r.ws, id)
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, directory.Errorf(directory.NotFound, "", "there is no mapping %s", id)
	}
	return &found[0], nil
}

// Mappings implements [directory.GroupReader].
func (r *reader) Mappings(ctx context.Context, group directory.ResourceID) ([]directory.Mapping, error) {
	if group == "" {
		return r.mappings(ctx, mappingColumns+`
		where workspace_id = $1
		order by id`, r.ws)
	}
	return r.mappings(ctx, mappingColumns+`
		where workspace_id = $1
		and group_id = $2
		order by id`, r.ws, string(group))
}

// PutMapping implements [directory.GroupWriter].
func (w *writer) PutMapping(_ context.Context, m directory.Mapping) error {
	if err := w.b.exec(`
		insert into mappings (workspace_id, id, group_id, kind, name)
		values ($1, $2, $3, $4, $5)
		on conflict (workspace_id, id) do update
		set group_id = excluded.group_id, kind = excluded.kind, name = excluded.name`,
		w.ws, m.ID, string(m.Group), string(m.Kind), m.Name); err != nil {
		return fmt.Errorf("write mapping %s: %w", m.ID, err)
	}
	return nil
}

// DeleteMapping implements [directory.GroupWriter].
func (w *writer) DeleteMapping(_ context.Context, id string) error {
	if err := w.b.exec(`
		delete from mappings
		where workspace_id = $1
		and id = $2`, w.ws, id); err != nil {
		return fmt.Errorf("delete mapping %s: %w", id, err)
	}
	return nil
}
