package config

import (
	"encoding/base64"
	"log/slog"
	"net/netip"
	"time"
)

// Config is the checked configuration of one process.
type Config struct {
	Data           string         // folder for what is kept
	Database       Secret         // PostgreSQL URL; empty means SQLite in Data
	Listen         string         // host:port
	PublicURL      string         // without a trailing slash; empty means: by the request
	TLSCert        string         // file; set together with TLSKey
	TLSKey         string         // file
	TrustedProxies []netip.Prefix // whose forwarding headers are believed
	AllowPlainHTTP bool
	LogLevel       slog.Level
	LogFormat      string // text or json
	SecretKey      Secret // base64 of 32 bytes, see SealingKey
	MaxBody        int64  // bytes

	Workspaces []*Workspace // at least one

	File    string // the file that was read, or nothing
	lines   map[string]int
	settled map[string]Setting
}

// Workspace is the configuration of one workspace.
type Workspace struct {
	Slug           string
	Name           string // never empty: the slug when nothing was given
	Seats          Seats
	Adopt          Adopt
	DeleteGrace    time.Duration
	DefaultDomain  string
	AllowedDomains []string
	ProtectedUsers []string
	Rehire         Rehire
	Sources        []*Source
	RocketChat     *RocketChat // what is provisioned; nil: the built-in workspace

	path    string // workspace, or workspaces[2]
	settled map[string]Setting
}

// Seats is how many people a workspace has room for and what happens when it is full.
type Seats struct {
	Limit    int64 // effectively active people; 0 means no limit
	Guests   int64 // effectively active guests; 0 means no limit
	WhenFull WhenFull
}

// WhenFull says what becomes of a person who finds no seat.
type WhenFull string

// What can become of a person who finds no seat.
const (
	Hold   WhenFull = "hold"
	Refuse WhenFull = "refuse"
)

// Adopt says when a SCIM client takes over a local record.
type Adopt string

// When a SCIM client takes over a local record.
const (
	AdoptAsk             Adopt = "ask"
	AdoptByUserName      Adopt = "local-by-username"
	AdoptByVerifiedEmail Adopt = "local-by-verified-email"
)

// Rehire says what a source's deactivation and later activation do to a switch-off.
type Rehire string

// What re-hiring does to an administrator's switch-off.
const (
	RehireLift Rehire = "lift"
	RehireAsk  Rehire = "ask"
)

// Workspace returns the workspace with the slug. Without one it returns the only
// workspace there is; among several a slug is required.
func (c *Config) Workspace(slug string) (*Workspace, error) {
	if slug == "" && len(c.Workspaces) == 1 {
		return c.Workspaces[0], nil
	}
	for _, w := range c.Workspaces {
		if w.Slug == slug {
			return w, nil
		}
	}
	if slug == "" {
		return nil, complain("they are "+list(c.slugs(), "and"), "there are %d workspaces, say which with --workspace", len(c.Workspaces))
	}
	return nil, complain("there is "+list(c.slugs(), "and"), "no workspace has the slug %q", slug)
}

// SealingKey returns the 32 bytes of secret_key, or nil when it is not set.
func (c *Config) SealingKey() []byte {
	if c.SecretKey == "" {
		return nil
	}
	key, err := base64.StdEncoding.DecodeString(c.SecretKey.Reveal())
	if err != nil {
		panic("config: a secret_key that passed its check does not decode")
	}
	return key
}

// Path returns the full path of a key of this workspace, such as workspaces[1].seats.limit
// for seats.limit.
func (w *Workspace) Path(key string) string {
	return w.path + "." + key
}

// Locked reports whether an operator has fixed the key, such as seats.limit, so that the
// console may show but not change it.
func (w *Workspace) Locked(key string) bool {
	return w.settled[w.Path(key)].Origin.Locked()
}

func (c *Config) slugs() []string {
	slugs := make([]string, 0, len(c.Workspaces))
	for _, w := range c.Workspaces {
		slugs = append(slugs, w.Slug)
	}
	return slugs
}
