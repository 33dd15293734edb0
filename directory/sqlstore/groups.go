package sqlstore

import (
	"context"
	"fmt"

	"rollcall/directory"
)

const selectGroup = `
		select ` + groupColumns + `
		from groups t`

func (r *reader) storedGroup(ctx context.Context, sought, text string, args ...any) (st *directory.Stored, err error) {
	err = r.q.query(ctx, func(rw row) (err error) {
		st, err = scanStoredGroup(rw)
		return err
	}, text, args...)
	if err == nil && st == nil {
		err = directory.Errorf(directory.NotFound, "", "there is no group %s", sought)
	}
	return st, err
}

func (r *reader) group(ctx context.Context, sought, text string, args ...any) (*directory.Group, error) {
	st, err := r.storedGroup(ctx, sought, text, args...)
	if err != nil {
		return nil, err
	}
	return decodeGroup(st)
}

// StoredGroup implements [directory.GroupReader].
func (r *reader) StoredGroup(ctx context.Context, id directory.ResourceID) (*directory.Stored, error) {
	return r.storedGroup(ctx, string(id), selectGroup+`
		where workspace_id = $1
		and id = $2`, r.ws, string(id))
}

// Group implements [directory.GroupReader].
func (r *reader) Group(ctx context.Context, id directory.ResourceID) (*directory.Group, error) {
	st, err := r.StoredGroup(ctx, id)
	if err != nil {
		return nil, err
	}
	return decodeGroup(st)
}

// GroupByName implements [directory.GroupReader].
func (r *reader) GroupByName(ctx context.Context, source directory.SourceID, key string) (*directory.Group, error) {
	return r.group(ctx, fmt.Sprintf("called %q", key), selectGroup+`
		where workspace_id = $1
		and source = $2
		and display_key = $3`, r.ws, string(source), key)
}

// GroupByExternalID implements [directory.GroupReader].
func (r *reader) GroupByExternalID(ctx context.Context, source directory.SourceID, externalID string) (*directory.Group, error) {
	return r.group(ctx, fmt.Sprintf("with externalId %q", externalID), selectGroup+`
		where workspace_id = $1
		and external_id = $2
		and external_id <> ''
		and source = $3`, r.ws, externalID, string(source))
}

// groupRow returns the columns that follow from g.
func groupRow(g *directory.Group, doc []byte) []column {
	return []column{
		{"source", string(g.Source)},
		{"shelf", g.Shelf()},
		{"external_id", g.ExternalID},
		{"display", g.DisplayName},
		{"display_key", directory.Fold(g.DisplayName)},
		{"created", g.Meta.Created.UnixMilli()},
		{"modified", g.Meta.Modified.UnixMilli()},
		{"version", int64(g.Meta.Version)},
		{"doc", string(doc)},
	}
}

// PutGroup implements [directory.GroupWriter].
func (w *writer) PutGroup(_ context.Context, before, after *directory.Group, doc []byte) error {
	var err error
	switch {
	case before == nil && after == nil:
		return nil
	case before == nil:
		err = w.insertGroup(after, doc)
	case after == nil:
		err = w.deleteGroup(before)
	default:
		err = w.updateRow("groups", after.ID, groupRow(before, nil), groupRow(after, doc))
	}
	if err == nil {
		w.b.top().replace(directory.GroupRecord, shelvedGroup(before), shelvedGroup(after))
	}
	return err
}

func shelvedGroup(g *directory.Group) place {
	if g == nil {
		return place{}
	}
	return place{g.Shelf(), string(g.ID)}
}

func (w *writer) insertGroup(g *directory.Group, doc []byte) error {
	row := groupRow(g, doc)
	args := []any{w.ws, string(g.ID)}
	for _, c := range row {
		args = append(args, c.value)
	}
	if err := w.b.insert(insertOf("groups", row), args...); err != nil {
		return fmt.Errorf("insert group %s: %w", g.ID, err)
	}
	return nil
}

func (w *writer) deleteGroup(g *directory.Group) error {
	for _, text := range []string{`
		delete from members
		where workspace_id = $1
		and group_id = $2`, `
		delete from mappings
		where workspace_id = $1
		and group_id = $2`, `
		delete from groups
		where workspace_id = $1
		and id = $2`} {
		if err := w.b.exec(text, w.ws, string(g.ID)); err != nil {
			return fmt.Errorf("delete group %s: %w", g.ID, err)
		}
	}
	return w.forgetDropped(g)
}
