package directory

import "time"

// Delivery says how far the target is behind a record. A change raises Generation; what
// has been carried outward is Synced. Correctness rests on these rows alone: a job is
// only a reason to look at them.
type Delivery struct {
	Type       RecordType
	Record     string
	Generation int64
	Synced     int64
	Lane       Lane // in which it waits; 0: nothing to do
	Claim      string
	ClaimUntil time.Time
	Attempts   int64     // that failed since the last success; those before the last change count as one
	Next       time.Time // when it is due
	Cause      string    // of the last failure, or of the wait
	Parked     time.Time // refused for good, since when: nobody tries again until it changes or somebody asks
	Behind     time.Time // since when
	WaitsFor   string    // the record whose delivery has to come first; of what is parked: that has its name
	Walked     string    // of a fan-out: the last id that it reached
	Target     string    // of one that was taken: where its worker carries it; it is not stored
}

// ClockSkew is by how much the clocks of two machines may differ before what one raises
// waits for the clock of another. What is raised is due so much earlier, so its order stays.
const ClockSkew = time.Minute

// Claimed reports whether somebody is working on d at now.
func (d *Delivery) Claimed(now time.Time) bool { return now.Before(d.ClaimUntil) }

// MayHaveAccess reports whether the target refused to take access away, so that somebody who
// left may still have it. Such a delivery is parked, and due now and then all the same.
func (d *Delivery) MayHaveAccess() bool { return !d.Parked.IsZero() && d.Lane == UrgentLane }

// Link is what is known of a record's counterpart in the target. It is written with the
// result of a delivery, and before one that takes a name; a link whose record is gone is
// a tombstone, which stays until the target confirms.
type Link struct {
	Type        RecordType
	Record      string
	Counterpart string // the target's id; empty: perhaps none was made
	Origin      Origin
	Names       Names  // that the counterpart has
	Facts       []byte // JSON, learned from the target
	AskedBy     string // who deleted the record for good
	Erasure     Erasure
	Delivered   time.Time // the last time; without a counterpart: looked for in vain
}

// Origin says how a counterpart came to be linked.
type Origin string

// The origins.
const (
	OriginUnknown Origin = ""        // nothing was confirmed yet
	OriginCreated Origin = "created" // made by us
	OriginLinked  Origin = "linked"  // was there before
)

// Erasure says what becomes of the messages of somebody who is deleted for good.
type Erasure string

// The kinds of erasure; the zero value leaves it to the target.
const (
	EraseAsTarget Erasure = ""
	EraseDelete   Erasure = "delete"
	EraseUnlink   Erasure = "unlink"
	EraseKeep     Erasure = "keep"
)

// Names are what a counterpart is called, each unique in a target.
type Names struct {
	Username string
	Email    string // empty: none
}

// keys are the names as they are compared.
func (n Names) keys() []string {
	var keys []string
	if n.Username != "" {
		keys = append(keys, "username:"+Fold(n.Username))
	}
	if n.Email != "" {
		keys = append(keys, "email:"+Fold(n.Email))
	}
	return keys
}

// NamesOf returns what the counterpart of u shall be called. Somebody who is deleted
// keeps no address, for it may belong to somebody else by now.
func NamesOf(u *User) Names {
	n := Names{Username: DerivedName(u), Email: u.PrimaryEmail()}
	if u.Facts.Deleted != nil {
		n.Email = ""
	}
	return n
}

// Desired is what shall be true of a record in the target, read at one moment.
type Desired struct {
	Delivery Delivery
	User     *User   // nil: gone for good
	Grants   []Grant // from everybody who grants, sorted, each once
	Link     *Link   // nil: nothing was ever delivered
	Actions  []Action
}

// OnlyFind reports whether a counterpart is looked for, to take its access away, and none
// is made: for somebody without access of whom nobody knows whether they have one.
func (w *Desired) OnlyFind() bool {
	return w.User != nil && !w.User.EffectivelyActive() && (w.Link == nil || w.Link.Counterpart == "")
}

// Action is an act and not a state: it is done once, after the state of its record.
type Action struct {
	ID         string
	Type       RecordType
	Record     string
	Kind       ActionKind
	State      ActionState
	Payload    string // sealed for this action
	Idempotent bool   // doing it twice does no harm
	AskedBy    string
	Asked      time.Time
	Changed    time.Time
	Cause      string
}

// ActionKind names an act.
type ActionKind string

// The acts.
const (
	ActPassword  ActionKind = "password"
	ActLogOut    ActionKind = "logOut"
	ActResetTOTP ActionKind = "resetTOTP"
	ActResetE2EE ActionKind = "resetE2EE"
)

// idempotent reports whether an act may be repeated when nobody knows whether it was
// done. A reset may not: it would undo what the person set up in between.
func (k ActionKind) idempotent() bool { return k == ActPassword || k == ActLogOut }

// ActionState says how far an action is.
type ActionState string

// The states of an action. Sending means that it may have been done.
const (
	ActWaiting   ActionState = "waiting"
	ActSending   ActionState = "sending"
	ActDone      ActionState = "done"
	ActCancelled ActionState = "cancelled"
	ActUnknown   ActionState = "unknown" // sent, and nobody knows what came of it
	ActFailed    ActionState = "failed"  // refused
)

// purpose is what an action's payload is sealed for.
func (a *Action) purpose() string { return "action " + a.ID }
