package sqlstore

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"sync"

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

// TokenByHash implements [directory.Store]. Every request begins with it, so what was
// read once is kept, and asked for is only whether it still holds: a source has another
// revision after every write, and of a token nothing else changes than when it ends.
func (s *Store) TokenByHash(ctx context.Context, hash string) (*directory.Bearer, error) {
	var k knownToken
	err := s.withSession(ctx, func(r *session) error {
		// What is read after its stamp may be newer, and is then read again next time.
		r.apart = true
		stamp, err := readStamp(ctx, r, hash)
		if err != nil || s.tokens.get(hash, stamp, &k) {
			return err
		}
		if k, err = readToken(ctx, r, hash); err == nil {
			k.stamp = stamp
			s.tokens.put(hash, k)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	b := k.Bearer
	b.Source = b.Source.Clone()
	return &b, nil
}

// readStamp reads what tells whether a token, its source and the settings of their
// workspace are still as they were.
func readStamp(ctx context.Context, r *session, hash string) (stamp string, err error) {
	found, err := one(ctx, r, []any{&stamp}, `
			select t.expires || ' ' || t.revoked || ' ' || s.revision || ' ' || w.version as stamp
			from tokens t
			join sources s on s.workspace_id = t.workspace_id and s.id = t.source
			join workspaces w on w.workspace_id = t.workspace_id
			where t.hash = $1`, hash)
	if err == nil && !found {
		err = noToken()
	}
	return stamp, err
}

func readToken(ctx context.Context, r *session, hash string) (k knownToken, err error) {
	var t tokenScan
	var c sourceScan
	var text []byte
	found, err := one(ctx, r, append(append([]any{&k.Workspace, &text}, t.dest()...), c.dest()...), `
			select t.workspace_id, w.settings, t.id, t.source, t.hash, t.hint, t.created_by, t.created, t.expires, t.revoked,
				`+sourceFields+`
			from tokens t
			join sources s on s.workspace_id = t.workspace_id and s.id = t.source
			join workspaces w on w.workspace_id = t.workspace_id
			where t.hash = $1`, hash)
	if err != nil || !found {
		return k, cmp.Or(err, error(noToken()))
	}
	var settings directory.Settings
	if err := json.Unmarshal(text, &settings); err != nil {
		return k, fmt.Errorf("read settings of workspace %s: %w", k.Workspace, err)
	}
	k.Token, k.Adopt = *t.token(), settings.Adopt
	k.Source, err = c.source()
	return k, err
}

func noToken() *directory.Error {
	return directory.Errorf(directory.NotFound, "", "there is no such token")
}

// knownToken is a token with its source and workspace as they were at the stamp.
type knownToken struct {
	stamp string
	directory.Bearer
}

// knownTokens keeps tokens by their digests.
type knownTokens struct {
	mu     sync.RWMutex
	tokens map[string]knownToken
}

// maxKnownTokens bounds the memory for tokens; who has more reads some of them again.
const maxKnownTokens = 4096

func (t *knownTokens) get(hash, stamp string, k *knownToken) bool {
	t.mu.RLock()
	defer t.mu.RUnlock()
	known, ok := t.tokens[hash]
	if ok && known.stamp == stamp {
		*k = known
		return true
	}
	return false
}

func (t *knownTokens) put(hash string, k knownToken) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.tokens == nil || len(t.tokens) >= maxKnownTokens {
		t.tokens = make(map[string]knownToken)
	}
	t.tokens[hash] = k
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
