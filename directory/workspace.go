package directory

import "time"

// Workspace is what is provisioned; everything belongs to one. Its row is the lock
// of every writer, and so the place of everything that is counted.
type Workspace struct {
	ID       WorkspaceID
	Slug     string
	Settings Settings
	Target   string // what is provisioned; empty: the built-in workspace
	Pause    Pause
	Counts   Counts
	Version  Version
	Audit    AuditHead
	Created  time.Time
}

// Settings are the rules that a workspace may choose. The zero value is usable: no
// seat limit, everybody adopted only by an administrator, thirty days of grace.
type Settings struct {
	Name           string        `json:"name,omitempty"`
	Seats          int64         `json:"seats,omitempty"`  // effectively active people; 0: no limit
	Guests         int64         `json:"guests,omitempty"` // effectively active guests; 0: no limit
	WhenFull       WhenFull      `json:"whenFull,omitempty"`
	Adopt          AdoptPolicy   `json:"adopt,omitempty"`
	DeleteGrace    time.Duration `json:"deleteGrace,omitempty"`    // 0: 30 days
	DefaultDomain  string        `json:"defaultDomain,omitempty"`  // builds missing e-mail addresses
	AllowedDomains []string      `json:"allowedDomains,omitempty"` // of e-mail addresses; none: all
	Protected      []string      `json:"protected,omitempty"`      // user names nobody may deactivate, delete or demote
	Rehire         RehirePolicy  `json:"rehire,omitempty"`
	Erasure        Erasure       `json:"erasure,omitempty"`
	Brake          int64         `json:"brake,omitempty"` // a source's deactivations an hour before it is braked; 0: by the size of the source
}

// Grace returns how long a deletion can be undone.
func (s Settings) Grace() time.Duration {
	if s.DeleteGrace == 0 {
		return 30 * 24 * time.Hour
	}
	return s.DeleteGrace
}

// WhenFull says what happens to a person for whom no seat is left.
type WhenFull string

// The zero value means Hold.
const (
	Hold   WhenFull = "hold"   // keep the person, inactive, until a seat frees
	Refuse WhenFull = "refuse" // refuse the change
)

// AdoptPolicy says which local people a source may take over by itself.
type AdoptPolicy string

// The zero value means AdoptAsk.
const (
	AdoptAsk        AdoptPolicy = "ask"
	AdoptByUserName AdoptPolicy = "local-by-username"
	AdoptByEmail    AdoptPolicy = "local-by-verified-email"
)

// RehirePolicy says what active false followed by active true does to a switch-off.
type RehirePolicy string

// The zero value means RehireLift.
const (
	RehireLift RehirePolicy = "lift"
	RehireAsk  RehirePolicy = "ask"
)

// Counts are kept in the workspace's row and changed by every writer.
type Counts struct {
	Seats       int64 // effectively active people who are not guests
	Guests      int64 // effectively active guests
	Held        int64 // people waiting for a seat of either sort
	Pending     int64 // by registration status
	Active      int64
	Deactivated int64
}

// Add returns the sum of c and d.
func (c Counts) Add(d Counts) Counts {
	return Counts{c.Seats + d.Seats, c.Guests + d.Guests, c.Held + d.Held,
		c.Pending + d.Pending, c.Active + d.Active, c.Deactivated + d.Deactivated}
}

// Sub returns c less d.
func (c Counts) Sub(d Counts) Counts {
	return c.Add(Counts{-d.Seats, -d.Guests, -d.Held, -d.Pending, -d.Active, -d.Deactivated})
}

// CountsOf returns what u adds to the counts of its workspace; nil and deleted
// records add nothing.
func CountsOf(u *User) Counts {
	var c Counts
	if u == nil || u.Facts.Deleted != nil || u.Kind() != Person {
		return c
	}
	if u.EffectivelyActive() {
		if u.IsGuest() {
			c.Guests = 1
		} else {
			c.Seats = 1
		}
	}
	if u.State() == HeldBack {
		c.Held = 1
	}
	switch u.Status() {
	case StatusPending:
		c.Pending = 1
	case StatusActive:
		c.Active = 1
	case StatusDeactivated:
		c.Deactivated = 1
	}
	return c
}
