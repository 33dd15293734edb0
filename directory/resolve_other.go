package directory

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"time"
)

// resolveOther builds records that have no rules about people: settings, sources,
// tokens, mappings, conflicts and the log itself.
func (p *passage) resolveOther(ctx context.Context) error {
	switch c := p.c.(type) {
	case PutWorkspace:
		return p.resolveSettings(c)
	case PutSource:
		return p.resolvePutSource(ctx, c)
	case PauseSource:
		return p.editSource(ctx, c.ID, "paused", func(s *Source) (any, any) {
			before := s.Paused
			if s.Paused == nil {
				p.reason = c.Reason
				s.Paused = &Switch{By: p.by.String(), At: p.now.UnixMilli(), Reason: c.Reason}
			}
			return before, s.Paused
		})
	case ResumeSource:
		return p.editSource(ctx, c.ID, "paused", p.resume)
	case DetachSource:
		return p.resolveDetach(ctx, c)
	case IssueToken:
		return p.resolveIssue(ctx, c)
	case RotateTokens:
		return p.resolveRotate(ctx, c)
	case RevokeToken:
		return p.resolveRevoke(ctx, c)
	case PutMapping:
		return p.resolvePutMapping(ctx, c.Mapping)
	case DeleteMapping:
		return p.resolveDeleteMapping(ctx, c)
	case DismissConflict:
		return p.resolveDismiss(ctx, c)
	case LogOut:
		return p.resolveAct(ctx, c.ID, ActLogOut, c.Reason)
	case ResetTOTP:
		return p.resolveAct(ctx, c.ID, ActResetTOTP, c.Reason)
	case ResetE2EE:
		return p.resolveAct(ctx, c.ID, ActResetE2EE, c.Reason)
	case SetTarget:
		return p.resolveTarget(c)
	case ForgetTarget:
		return p.resolveForgetTarget(ctx, c)
	case Redeliver:
		return p.resolveRedeliver(ctx, c)
	case BeginRun:
		return p.resolveBegin(ctx, c)
	case EndRun:
		return p.resolveEnd(ctx, c)
	case AbandonRun:
		return p.resolveAbandon(ctx, c)
	case RejectRun:
		return p.resolveReject(ctx, c)
	case Forget:
		p.always = append(p.always, p.forget)
		return nil
	case EraseAudit:
		p.reason = c.Reason
		p.other = &otherMove{outcome: Deleted, diff: []Diff{{Path: "detail"}},
			write: func(ctx context.Context) error { return p.tx.EraseAudit(ctx, c.Type, c.Record) }}
		return nil
	}
	return Errorf(Internal, "", "nobody knows how to do %s", p.c.Kind())
}

func (p *passage) resolveSettings(c PutWorkspace) error {
	p.what = ref{WorkspaceRecord, string(p.ws.ID), p.ws.Slug}
	if err := validSettings(c.Settings); err != nil {
		return err
	}
	p.other = &otherMove{outcome: Updated, diff: diffFields(p.ws.Settings, c.Settings),
		write: func(ctx context.Context) error { return p.tx.PutWorkspace(ctx, c.Settings) }}
	return nil
}

func validSettings(s Settings) error {
	var faults Faults
	for _, n := range []struct {
		attr string
		v    int64
	}{{"seats.limit", s.Seats}, {"seats.guests", s.Guests}, {"brake", s.Brake}, {"delete_grace", int64(s.DeleteGrace)}} {
		if n.v < 0 {
			faults = append(faults, Errorf(Invalid, n.attr, "%s is below zero", n.attr))
		}
	}
	if !slices.Contains([]WhenFull{"", Hold, Refuse}, s.WhenFull) {
		faults = append(faults, Errorf(Invalid, "seats.when_full", "%q is neither hold nor refuse", s.WhenFull))
	}
	if !slices.Contains([]AdoptPolicy{"", AdoptAsk, AdoptByUserName, AdoptByEmail}, s.Adopt) {
		faults = append(faults, Errorf(Invalid, "adopt", "%q is no policy of adoption", s.Adopt).
			Hinted("use ask, local-by-username or local-by-verified-email"))
	}
	if !slices.Contains([]Erasure{EraseAsTarget, EraseDelete, EraseUnlink, EraseKeep}, s.Erasure) {
		faults = append(faults, Errorf(Invalid, "erasure", "%q is no kind of erasure", s.Erasure).
			Hinted("use delete, unlink or keep"))
	}
	if !slices.Contains([]RehirePolicy{"", RehireLift, RehireAsk}, s.Rehire) {
		faults = append(faults, Errorf(Invalid, "rehire", "%q is neither lift nor ask", s.Rehire))
	}
	return faults.orNil()
}

func (p *passage) resolvePutSource(ctx context.Context, c PutSource) error {
	s := c.Source.Clone()
	if err := s.Check(); err != nil {
		return err
	}
	before, err := found(p.tx.Source(ctx, s.ID))
	if err != nil {
		return fmt.Errorf("read source %s: %w", s.ID, err)
	}
	was, outcome := Source{}, Created
	s.Created, s.Version = p.now, 1
	if before != nil {
		if err := before.Keeps(s.Kind); err != nil {
			return err
		}
		was, outcome = *before, Updated
		s.Created, s.Version = before.Created, before.Version+1
		s.Paused, s.Braked, s.Resumed = before.Paused, before.Braked, before.Resumed
	}
	p.other = &otherMove{outcome: outcome, diff: diffFields(sourceSettings(&was), sourceSettings(s)),
		write: func(ctx context.Context) error { return p.tx.PutSource(ctx, s) }}
	return nil
}

// sourceSettings is what PutSource may change.
func sourceSettings(s *Source) any {
	return struct {
		ID           SourceID   `json:"name"`
		Kind         SourceKind `json:"kind"`
		Profile      string     `json:"profile"`
		MayGrant     []string   `json:"may_grant"`
		PasswordSync bool       `json:"password_sync"`
		Strict       bool       `json:"strict"`
		Detached     int64      `json:"detached,omitempty"`
		Definition   string     `json:"definition,omitempty"`
	}{s.ID, s.Kind, s.Profile, s.MayGrant, s.PasswordSync, s.Strict, s.Detached, s.Definition}
}

// detach notes that a source is gone from the configuration. PutSource brings it back.
func (p *passage) detach(s *Source) (before, after any) {
	was := s.Detached
	if s.Detached == 0 {
		s.Detached = p.now.UnixMilli()
	}
	return was, s.Detached
}

func (p *passage) editSource(ctx context.Context, id SourceID, path string, edit func(*Source) (before, after any)) error {
	s, err := p.tx.Source(ctx, id)
	if Is(err, NotFound) {
		return Errorf(NotFound, "name", "there is no source %s", id).Hinted("see: rollcall sources list")
	}
	if err != nil {
		return fmt.Errorf("read source %s: %w", id, err)
	}
	before, after := edit(s)
	p.other = &otherMove{outcome: Updated, write: func(ctx context.Context) error {
		s.Version++
		return p.tx.PutSource(ctx, s)
	}}
	if !reflect.DeepEqual(before, after) {
		p.other.diff = []Diff{{Path: path, Before: before, After: after}}
	}
	return nil
}

func (p *passage) resume(s *Source) (before, after any) {
	type halts struct {
		Paused *Switch `json:"paused,omitempty"`
		Braked int64   `json:"braked,omitempty"`
	}
	was := halts{s.Paused, s.Braked}
	if was != (halts{}) {
		s.Paused, s.Braked, s.Resumed = nil, 0, p.now.UnixMilli()
	}
	return was, halts{}
}

func (p *passage) resolveIssue(ctx context.Context, c IssueToken) error {
	s, err := p.tx.Source(ctx, c.Token.Source)
	switch {
	case err != nil:
		return fmt.Errorf("read source %s: %w", c.Token.Source, err)
	case s.Kind != SCIMClient:
		return Errorf(Denied, "name", "the source %s is no SCIM client, and nobody writes for it with a token", s.ID).
			Hinted("give the client a name of its own")
	}
	t := c.Token
	p.other = &otherMove{outcome: Created, diff: tokenDiff(nil, &t),
		write: func(ctx context.Context) error { return p.tx.PutToken(ctx, &t) }}
	return nil
}

func tokenDiff(before, after *Token) []Diff {
	view := func(t *Token) any {
		if t == nil {
			return struct{}{}
		}
		return struct {
			Source  SourceID  `json:"source"`
			Hint    string    `json:"hint"`
			Expires time.Time `json:"expires,omitzero"`
			Revoked time.Time `json:"revoked,omitzero"`
		}{t.Source, t.Hint, t.Expires, t.Revoked}
	}
	return diffFields(view(before), view(after))
}

// resolveRotate lets the tokens before the kept one end after the overlap.
func (p *passage) resolveRotate(ctx context.Context, c RotateTokens) error {
	tokens, err := p.tx.Tokens(ctx, c.Source)
	if err != nil {
		return fmt.Errorf("read tokens of %s: %w", c.Source, err)
	}
	p.other = &otherMove{outcome: Updated}
	var ending []Token
	for _, t := range tokens {
		if t.ID == c.Keep || !t.Live(p.now) || !t.Expires.IsZero() && !c.Until.Before(t.Expires) {
			continue
		}
		p.other.diff = append(p.other.diff, Diff{Path: "tokens." + t.ID + ".expires", After: FormatTime(c.Until)})
		t.Expires = c.Until
		ending = append(ending, t)
	}
	p.other.write = func(ctx context.Context) error {
		for i := range ending {
			if err := p.tx.PutToken(ctx, &ending[i]); err != nil {
				return fmt.Errorf("end token %s: %w", ending[i].ID, err)
			}
		}
		return nil
	}
	return nil
}

func (p *passage) resolveRevoke(ctx context.Context, c RevokeToken) error {
	tokens, err := p.tx.Tokens(ctx, c.Source)
	if err != nil {
		return fmt.Errorf("read tokens of %s: %w", c.Source, err)
	}
	i := slices.IndexFunc(tokens, func(t Token) bool { return t.ID == c.ID })
	if i < 0 {
		return Errorf(NotFound, "token", "%s has no token %s", c.Source, c.ID).Hinted("see: rollcall tokens list")
	}
	before, after := tokens[i], tokens[i]
	if after.Revoked.IsZero() {
		after.Revoked = p.now
	}
	p.other = &otherMove{outcome: Deleted, diff: tokenDiff(&before, &after),
		write: func(ctx context.Context) error { return p.tx.PutToken(ctx, &after) }}
	return nil
}

// How long is kept what was noted for people to read, how much of it is removed in one
// transaction, and how often somebody looks.
const (
	notesKept   = 90 * 24 * time.Hour
	notesAtOnce = 1000
	notesEvery  = 24 * time.Hour
)

// forget removes old notes, if that is due: it has a schedule that is no source's, so that
// any number of processes may ask. That is not on record: nobody would ask who did it.
func (p *passage) forget(ctx context.Context) error {
	s, err := found(p.tx.Schedule(ctx, ""))
	if err != nil {
		return fmt.Errorf("read when old notes are due: %w", err)
	}
	if s != nil && p.now.Before(s.Next) {
		return nil
	}
	if p.receipt.More, err = p.tx.Forget(ctx, p.now.Add(-notesKept), notesAtOnce); err != nil {
		return fmt.Errorf("forget old notes: %w", err)
	}
	if p.receipt.More {
		return nil
	}
	return p.tx.PutSchedule(ctx, &Schedule{Spec: "daily", Next: p.now.Add(notesEvery), Last: p.now})
}

func (p *passage) resolveDismiss(ctx context.Context, c DismissConflict) error {
	k, err := p.tx.Conflict(ctx, c.ID)
	if Is(err, NotFound) {
		return Errorf(NotFound, "conflict", "there is no conflict %s", c.ID).Hinted("see: rollcall conflicts list")
	}
	if err != nil {
		return fmt.Errorf("read conflict %s: %w", c.ID, err)
	}
	p.what.name = k.UserName
	p.other = &otherMove{outcome: Deleted, diff: []Diff{{Path: "conflict", Before: k.Kind}},
		write: func(ctx context.Context) error { return p.tx.DeleteConflict(ctx, c.ID) }}
	return nil
}
