package sqlstore

import (
	"context"
	"fmt"

	"rollcall/directory"
)

// tokenScan is where a row of tokens lands before it is a token.
type tokenScan struct {
	t                         directory.Token
	created, expires, revoked int64
}

func (c *tokenScan) dest() []any {
	return []any{&c.t.ID, &c.t.Source, &c.t.Hash, &c.t.Hint, &c.t.CreatedBy, &c.created, &c.expires, &c.revoked}
}

func (c *tokenScan) token() *directory.Token {
	c.t.Created, c.t.Expires, c.t.Revoked = fromMillis(c.created), fromMillis(c.expires), fromMillis(c.revoked)
	return &c.t
}

// TokenByHash implements [directory.Store]. It is one statement, for every request
// begins with it.
func (s *Store) TokenByHash(ctx context.Context, hash string) (directory.WorkspaceID, *directory.Token, *directory.Source, error) {
	var workspace directory.WorkspaceID
	var t tokenScan
	var c sourceScan
	found := false
	err := s.withSession(ctx, func(r *session) (err error) {
		found, err = one(ctx, r, append(append([]any{&workspace}, t.dest()...), c.dest()...), `
			select t.workspace_id, t.id, t.source, t.hash, t.hint, t.created_by, t.created, t.expires, t.revoked,
				`+sourceFields+`
			from tokens t
			join sources s on s.workspace_id = t.workspace_id and s.id = t.source
			where t.hash = $1`, hash)
		return err
	})
	if err != nil {
		return "", nil, nil, err
	}
	if !found {
		return "", nil, nil, directory.Errorf(directory.NotFound, "", "there is no such token")
	}
	source, err := c.source()
	if err != nil {
		return "", nil, nil, err
	}
	return workspace, t.token(), source, nil
}

// Tokens implements [directory.SourceReader].
func (r *reader) Tokens(ctx context.Context, source directory.SourceID) (all []directory.Token, err error) {
	err = r.q.query(ctx, func(rw row) error {
		var c tokenScan
		if err := rw.Scan(c.dest()...); err != nil {
			return fmt.Errorf("read token: %w", err)
		}
		if source == "" || c.t.Source == source {
			all = append(all, *c.token())
		}
		return nil
	}, `
		select id, source, hash, hint, created_by, created, expires, revoked
		from tokens
		where workspace_id = $1
		order by id`, r.ws)
	return all, err
}

// PutToken implements [directory.SourceWriter].
func (w *writer) PutToken(_ context.Context, t *directory.Token) error {
	if err := w.b.exec(`
		insert into tokens (workspace_id, id, source, hash, hint, created_by, created, expires, revoked)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
		on conflict (workspace_id, id) do update
		set expires = excluded.expires, revoked = excluded.revoked`,
		w.ws, t.ID, string(t.Source), t.Hash, t.Hint, t.CreatedBy, toMillis(t.Created), toMillis(t.Expires),
		toMillis(t.Revoked)); err != nil {
		return fmt.Errorf("write token %s: %w", t.ID, err)
	}
	return nil
}
