package storetest

import (
	"context"
	"testing"
	"time"

	"rollcall/directory"
)

func testSources(t *testing.T, open Open) {
	f := newFixture(t, open)
	a := &directory.Source{ID: entra, Kind: directory.SCIMClient, Profile: "entra", Created: day, Version: 1}
	b := &directory.Source{ID: okta, Kind: directory.SCIMClient, MayGrant: []string{"user", "auditor"}, PasswordSync: true,
		Strict: true, Paused: &directory.Switch{By: "ops", At: 1, Reason: "audit"}, Braked: 7, Detached: 8, Definition: "d", Created: day, Version: 3}
	get := func(id directory.SourceID) func(directory.ReadTx, context.Context) (*directory.Source, error) {
		return func(tx directory.ReadTx, ctx context.Context) (*directory.Source, error) { return tx.Source(ctx, id) }
	}
	write := func(s *directory.Source) {
		f.update(func(ctx context.Context, tx directory.WriteTx) error { return tx.PutSource(ctx, s) })
	}
	write(b)
	write(a)
	f.same("one", read(f, get(okta)), b)
	f.same("all", read(f, directory.ReadTx.Sources), []directory.Source{*a, *b})
	missing(f, "unknown", get("ldap"))
	b = b.Clone()
	b.Paused, b.MayGrant, b.Braked, b.Strict, b.Version = nil, nil, 0, false, 4
	write(b)
	f.same("changed", read(f, get(okta)), b)
}

func testTokens(t *testing.T, open Open) {
	f := newFixture(t, open)
	source := &directory.Source{ID: okta, Kind: directory.SCIMClient, Created: day, MayGrant: []string{"user"}}
	secret, token := directory.NewToken(okta, "ops", day)
	_, second := directory.NewToken(entra, "ops", day)
	second.Expires = day.Add(time.Hour)
	f.update(func(ctx context.Context, tx directory.WriteTx) error {
		if err := tx.PutSource(ctx, source); err != nil {
			return err
		}
		if err := tx.PutToken(ctx, &second); err != nil {
			return err
		}
		return tx.PutToken(ctx, &token)
	})
	bearer := func() *directory.Bearer {
		t.Helper()
		b, err := f.store.TokenByHash(t.Context(), directory.HashToken(secret.Reveal()))
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	got := bearer()
	f.same("token", got, &directory.Bearer{Workspace: f.ws, Token: token, Source: source})
	if _, err := f.store.TokenByHash(t.Context(), "nothing"); !directory.Is(err, directory.NotFound) {
		t.Errorf("unknown token: %v", err)
	}
	tokens := func(s directory.SourceID) []directory.Token {
		return read(f, func(tx directory.ReadTx, ctx context.Context) ([]directory.Token, error) { return tx.Tokens(ctx, s) })
	}
	f.same("of a source", tokens(entra), []directory.Token{second})
	f.same("all", tokens(""), []directory.Token{token, second})
	source.Paused, source.MayGrant = &directory.Switch{By: "ops"}, nil
	f.update(func(ctx context.Context, tx directory.WriteTx) error { return tx.PutSource(ctx, source) })
	got.Source.Paused = nil // what was handed out is the caller's
	f.same("its source after a change", bearer().Source, source)
	f.update(func(ctx context.Context, tx directory.WriteTx) error {
		return tx.PutWorkspace(ctx, directory.Settings{Adopt: directory.AdoptByEmail})
	})
	f.same("its workspace after a change", bearer().Adopt, directory.AdoptByEmail)
	token.Revoked = day
	f.update(func(ctx context.Context, tx directory.WriteTx) error { return tx.PutToken(ctx, &token) })
	f.same("revoked", tokens(okta), []directory.Token{token})
	f.same("found revoked", bearer().Token, token)
}

func testConflicts(t *testing.T, open Open) {
	f := newFixture(t, open)
	c := directory.Conflict{ID: "c2", Kind: directory.AdoptConflict, Source: okta, UserName: "ada", ExternalID: "x",
		Candidates: []directory.ResourceID{"u1", "u2"}, Reason: "which one", First: 5, Last: 5, Times: 1}
	older := directory.Conflict{ID: "c3", Kind: directory.RehireConflict, First: 1, Last: 1, Times: 1}
	write := func(c directory.Conflict) {
		f.update(func(ctx context.Context, tx directory.WriteTx) error { return tx.PutConflict(ctx, &c) })
	}
	get := func(tx directory.ReadTx, ctx context.Context) (*directory.Conflict, error) {
		return tx.Conflict(ctx, "c2")
	}
	write(c)
	write(older)
	f.same("one", read(f, get), &c)
	again := c
	again.First, again.Last, again.Candidates = 9, 9, []directory.ResourceID{"u3"}
	write(again)
	c.Last, c.Times, c.Candidates = 9, 2, again.Candidates
	f.same("once more", read(f, get), &c)
	f.same("all", read(f, directory.ReadTx.Conflicts), []directory.Conflict{older, c})
	f.update(func(ctx context.Context, tx directory.WriteTx) error { return tx.DeleteConflict(ctx, "c2") })
	missing(f, "deleted", get)
}

func testBlocks(t *testing.T, open Open) {
	f := newFixture(t, open)
	b := directory.Block{Source: okta, ExternalID: "x", UserName: "ada", User: "u1", By: "ops", At: 5}
	nameless := directory.Block{Source: okta, UserName: "bob", User: "u2", By: "ops", At: 6}
	f.update(func(ctx context.Context, tx directory.WriteTx) error {
		if err := tx.PutBlock(ctx, nameless); err != nil {
			return err
		}
		return tx.PutBlock(ctx, b)
	})
	get := func(s directory.SourceID, externalID, name string) func(directory.ReadTx, context.Context) (*directory.Block, error) {
		return func(tx directory.ReadTx, ctx context.Context) (*directory.Block, error) {
			return tx.Block(ctx, s, externalID, name)
		}
	}
	f.same("by external id", read(f, get(okta, "x", "")), &b)
	f.same("by name", read(f, get(okta, "", "ada")), &b)
	f.same("by name beside another external id", read(f, get(okta, "y", "ada")), &b)
	f.same("of one without external id", read(f, get(okta, "", "bob")), &nameless)
	missing(f, "another source", get(entra, "x", "ada"))
	missing(f, "another name", get(okta, "", "eve"))
	f.update(func(ctx context.Context, tx directory.WriteTx) error { return tx.DeleteBlocks(ctx, "u1") })
	missing(f, "lifted", get(okta, "x", "ada"))
}

func testDropped(t *testing.T, open Open) {
	f := newFixture(t, open)
	drop := func(g directory.ResourceID, minute int, ids ...directory.ResourceID) {
		f.update(func(ctx context.Context, tx directory.WriteTx) error {
			return tx.DropMembers(ctx, okta, g, ids, day.Add(time.Duration(minute)*time.Minute))
		})
	}
	drop("g1", 1, "a", "b")
	drop("g2", 2, "a", "a")
	drop("g1", 3, "b")
	dropped := func(limit int) []directory.Dropped {
		return read(f, func(tx directory.ReadTx, ctx context.Context) ([]directory.Dropped, error) {
			return tx.DroppedMembers(ctx, okta, limit)
		})
	}
	at := func(minute int) int64 { return day.Add(time.Duration(minute) * time.Minute).UnixMilli() }
	want := []directory.Dropped{{Source: okta, Group: "g1", Member: "b", At: at(3)}, {Source: okta, Group: "g2", Member: "a", At: at(2)},
		{Source: okta, Group: "g1", Member: "a", At: at(1)}}
	f.same("newest first", dropped(9), want)
	f.same("limited", dropped(2), want[:2])
	drop("g3", 4, "nul\x00", "\xff") // what a client sends
	f.same("of odd ids", len(dropped(9)), 5)
}
