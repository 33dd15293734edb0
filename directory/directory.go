package directory

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"log/slog"
	"time"
)

// Directory decides. It is safe for concurrent use, and any number of processes may
// have one on the same store.
type Directory struct {
	store  Store
	now    func() time.Time
	log    *slog.Logger
	hash   Hasher
	sealer Sealer

	searches chan struct{} // one for each search that is under way
}

// mostSearches is how many filters that may have to look at many records are worked on
// at a time: fewer than a store reads at a time, so that none of them keeps those
// waiting who ask for one person.
const mostSearches = 2

// Hasher hashes a password for the built-in workspace. Package vault has one.
type Hasher interface {
	Hash(Secret) (string, error)
}

// Option changes how a [Directory] works.
type Option func(*Directory)

// WithClock takes the time from now instead of the system.
func WithClock(now func() time.Time) Option { return func(d *Directory) { d.now = now } }

// WithLogger logs to l instead of nowhere.
func WithLogger(l *slog.Logger) Option { return func(d *Directory) { d.log = l } }

// WithHasher hashes passwords with h. Without one, passwords are refused.
func WithHasher(h Hasher) Option { return func(d *Directory) { d.hash = h } }

// New returns a directory on s.
func New(s Store, options ...Option) *Directory {
	d := &Directory{store: s, now: time.Now, log: slog.New(slog.DiscardHandler),
		searches: make(chan struct{}, mostSearches)}
	for _, o := range options {
		o(d)
	}
	return d
}

// clock returns the present time as it is stored.
func (d *Directory) clock() time.Time { return d.now().UTC().Truncate(time.Millisecond) }

// Store returns the store, for those who only read.
func (d *Directory) Store() Store { return d.store }

// Authenticate returns the actor that a bearer token speaks for. What is wrong with
// a token is not said: every refusal is the same. A paused source is Unavailable.
func (d *Directory) Authenticate(ctx context.Context, token string) (Actor, *Source, error) {
	if !WellFormedToken(token) {
		return Actor{}, nil, badToken()
	}
	b, err := d.store.TokenByHash(ctx, HashToken(token))
	if Is(err, NotFound) || err == nil && (!b.Token.Live(d.clock()) || b.Workspace == "" || b.Source == nil) {
		return Actor{}, nil, badToken()
	}
	if err != nil {
		return Actor{}, nil, fmt.Errorf("look up token: %w", err)
	}
	if b.Source.Paused != nil {
		return Actor{}, nil, paused(b.Source)
	}
	id := b.Source.ID
	return Actor{Kind: ClientActor, ID: b.Token.ID, Name: string(id), Workspace: b.Workspace, Source: id,
		presented: true, adopt: b.Adopt}, b.Source, nil
}

func badToken() *Error {
	return Errorf(Denied, "", "the bearer token is missing, wrong, expired or revoked")
}

// HashToken returns the digest under which a token is kept.
func HashToken(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}
