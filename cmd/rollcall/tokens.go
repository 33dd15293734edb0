package main

import (
	"context"
	"encoding"
	"fmt"
	"time"

	"rollcall/config"
	"rollcall/directory"
)

// tokensCommands are rollcall tokens ….
type tokensCommands struct {
	Create tokensCreate `cmd:"" help:"Make a bearer token for a SCIM client, and the client if it is new; the token is printed once."`
	List   tokensList   `cmd:"" help:"List tokens by their first characters."`
	Rotate tokensRotate `cmd:"" help:"Make a new token; the ones before it end after an overlap."`
	Revoke tokensRevoke `cmd:"" help:"End a token at once."`
}

// span is a duration as the configuration writes one: 30d, 12h or 1d12h.
type span time.Duration

var _ encoding.TextUnmarshaler = (*span)(nil)

// UnmarshalText reads the duration.
func (s *span) UnmarshalText(text []byte) error {
	d, err := config.ParseDuration(string(text))
	*s = span(d)
	return err
}

// lifetime is a span that is longer than nothing: a token of no time at all is a slip, and
// must not be taken for one without an end.
type lifetime span

var _ encoding.TextUnmarshaler = (*lifetime)(nil)

// UnmarshalText reads the duration.
func (l *lifetime) UnmarshalText(text []byte) error {
	if err := (*span)(l).UnmarshalText(text); err != nil {
		return err
	}
	if *l <= 0 {
		return fmt.Errorf("%q is no time at all; leave the flag out for a token without an end", text)
	}
	return nil
}

// issued is a token with its text, which is nowhere else.
type issued struct {
	Client  directory.SourceID `json:"client"`
	ID      string             `json:"id"`
	Token   string             `json:"token"`
	Expires time.Time          `json:"expires,omitzero"`
}

// tokensCreate is rollcall tokens create.
type tokensCreate struct {
	Name    directory.SourceID `arg:"" help:"Name of the SCIM client, such as okta."`
	Expires lifetime           `placeholder:"DURATION" help:"How long the token opens the door, such as 180d; without it, until it is revoked."`
	Profile string             `placeholder:"NAME" help:"What the client is: ${profiles}. Without it that is told by its requests."`
}

// Run makes the client if it is new, then the token.
func (c tokensCreate) Run(ctx context.Context, a *app) error {
	if err := checkProfile(c.Profile); err != nil {
		return err
	}
	a.foresees = true // it is what a new user begins with
	return a.work(ctx, func(s *session) error {
		if err := s.ensureClient(ctx, c.Name, c.Profile); err != nil {
			return err
		}
		got, err := s.issue(ctx, c.Name, time.Duration(c.Expires))
		if err != nil {
			return err
		}
		return a.say(got, "%s", got.Token)
	})
}

// ensureClient makes a SCIM client if it is new. Of one that is there, it refuses to be
// told another profile: what its requests mean would change for all its tokens. The name
// of a source of the configuration is not given to a client, or no server would start.
func (s *session) ensureClient(ctx context.Context, name directory.SourceID, profile string) error {
	if _, err := s.configured.Source(string(name)); err == nil {
		return directory.Errorf(directory.Denied, "name", "the name %q is that of an LDAP source of the configuration", name).
			Hinted("give the client another name, or the source in the configuration")
	}
	client, err := s.client(ctx, name)
	switch {
	case directory.Is(err, directory.NotFound):
		_, err = s.Apply(ctx, s.by, directory.PutSource{Source: directory.Source{ID: name, Kind: directory.SCIMClient, Profile: profile}})
		return err
	case err != nil || profile == "" || profile == client.Profile:
		return err
	}
	has := "no profile"
	if client.Profile != "" {
		has = "the profile " + client.Profile
	}
	return directory.Errorf(directory.Denied, "profile", "the client %s has %s, not %s", name, has, profile).
		Hinted("to change it: rollcall clients update %s --profile %s", name, profile)
}

// issue makes a token and returns it with its text.
func (s *session) issue(ctx context.Context, client directory.SourceID, lasts time.Duration) (issued, error) {
	now := time.Now().UTC().Truncate(time.Millisecond)
	text, token := directory.NewToken(client, s.by.String(), now)
	if lasts > 0 {
		token.Expires = now.Add(lasts)
	}
	if _, err := s.Apply(ctx, s.by, directory.IssueToken{Token: token}); err != nil {
		return issued{}, err
	}
	return issued{Client: client, ID: token.ID, Token: text.Reveal(), Expires: token.Expires}, nil
}

// tokenRow is a bearer token as lists show it.
type tokenRow struct {
	ID        string             `json:"id"`
	Client    directory.SourceID `json:"client"`
	Hint      string             `json:"hint"` // its first characters
	Live      bool               `json:"live"`
	Created   time.Time          `json:"created"`
	CreatedBy string             `json:"createdBy"`
	Expires   time.Time          `json:"expires,omitzero"`
	Revoked   time.Time          `json:"revoked,omitzero"`
}

func tokenOf(t directory.Token) tokenRow {
	return tokenRow{ID: t.ID, Client: t.Source, Hint: t.Hint, Live: t.Live(time.Now()), Created: t.Created,
		CreatedBy: t.CreatedBy, Expires: t.Expires, Revoked: t.Revoked}
}

// state says in words whether a token opens the door.
func (t tokenRow) state() string {
	switch {
	case !t.Revoked.IsZero():
		return "revoked at " + shownTime(t.Revoked)
	case !t.Live:
		return "expired at " + shownTime(t.Expires)
	case !t.Expires.IsZero():
		return "until " + shownTime(t.Expires)
	}
	return "live"
}

// tokensList is rollcall tokens list.
type tokensList struct {
	Name directory.SourceID `arg:"" optional:"" help:"Name of a SCIM client; without it those of all."`
}

// Run lists tokens.
func (c tokensList) Run(ctx context.Context, a *app) error {
	return a.work(ctx, func(s *session) error {
		tokens, err := s.tokens(ctx, c.Name)
		if err != nil {
			return err
		}
		l := a.list("tokens", int64(len(tokens)), "CLIENT", "BEGINS", "STATE", "CREATED", "BY", "ID")
		for _, t := range tokens {
			if err := l.add(t, string(t.Client), t.Hint, t.state(), shownTime(t.Created), t.CreatedBy, t.ID); err != nil {
				return err
			}
		}
		return l.end("There are no tokens. To make one: rollcall tokens create NAME")
	})
}

// tokens reads the tokens of a client, or all with "".
func (s *session) tokens(ctx context.Context, client directory.SourceID) ([]tokenRow, error) {
	if client != "" {
		if _, err := s.client(ctx, client); err != nil {
			return nil, err
		}
	}
	var all []tokenRow
	err := s.Read(ctx, s.by, func(ctx context.Context, tx directory.ReadTx) error {
		kept, err := tx.Tokens(ctx, client)
		all = nil
		for _, t := range kept {
			all = append(all, tokenOf(t))
		}
		return err
	})
	return all, err
}

// tokensRotate is rollcall tokens rotate.
type tokensRotate struct {
	Name    directory.SourceID `arg:"" help:"Name of the SCIM client."`
	Overlap span               `default:"24h" placeholder:"DURATION" help:"How long the tokens before it still open the door (${default})."`
	Expires lifetime           `placeholder:"DURATION" help:"How long the new token opens the door; without it, until it is revoked."`
}

// Run makes a new token and lets the others end. Both work during the overlap, for an
// identity provider whose token has ended stops provisioning.
func (c tokensRotate) Run(ctx context.Context, a *app) error {
	return a.work(ctx, func(s *session) error {
		if _, err := s.client(ctx, c.Name); err != nil {
			return err
		}
		got, err := s.issue(ctx, c.Name, time.Duration(c.Expires))
		if err != nil {
			return err
		}
		until := time.Now().UTC().Add(time.Duration(c.Overlap)).Truncate(time.Millisecond)
		if _, err := s.Apply(ctx, s.by, directory.RotateTokens{Source: c.Name, Keep: got.ID, Until: until}); err != nil {
			return fmt.Errorf("the token %s was made, but the others were left alone: %w", got.ID, err)
		}
		return a.say(got, "%s", got.Token)
	})
}

// tokensRevoke is rollcall tokens revoke.
type tokensRevoke struct {
	Name directory.SourceID `arg:"" help:"Name of the SCIM client."`
	ID   string             `arg:"" optional:"" name:"token-id" help:"Id of the token, as tokens list shows it."`
}

// Run ends a token.
func (c tokensRevoke) Run(ctx context.Context, a *app) error {
	if c.ID == "" {
		return usageError{fmt.Errorf("which token of %s? rollcall tokens list shows their ids", c.Name)}
	}
	return a.work(ctx, func(s *session) error {
		if _, err := s.client(ctx, c.Name); err != nil {
			return err
		}
		got, err := s.Apply(ctx, s.by, directory.RevokeToken{Source: c.Name, ID: c.ID})
		if err != nil {
			return err
		}
		result := map[string]any{"client": c.Name, "id": c.ID, "outcome": got.Outcome}
		if got.Outcome == directory.Unchanged {
			return a.say(result, "the token was revoked before")
		}
		return a.say(result, "the token was revoked")
	})
}
