package directory

import "time"

// Run is one pass over an LDAP source: a plan that only looks, or a run that applies
// what it found.
type Run struct {
	ID       string
	Source   SourceID
	Kind     RunKind
	State    RunState
	By       string // who asked, as the audit log names them
	Approves string // the held run whose plan this one carries out, or empty
	Owner    string // the process that works on it
	Started  time.Time
	Beat     time.Time // when the owner last said that it is alive
	Ended    time.Time // zero while it is under way
	Counts   RunCounts
	Removed  int64 // people whom it took to be gone, because they were absent
	Guard    GuardReport
	Error    string // why it failed, a sentence with what to do; empty otherwise
}

// RunKind says what a run is for.
type RunKind string

// The kinds of runs.
const (
	PlanRun  RunKind = "plan"
	ApplyRun RunKind = "run"
)

// RunState says how far a run is.
type RunState string

// The states of a run. Running and Held are the only ones that can still change.
const (
	RunRunning    RunState = "running"
	RunPlanned    RunState = "planned"    // a plan that is complete
	RunDone       RunState = "done"       // applied, entry by entry
	RunHeld       RunState = "held"       // the guard stopped it before anything was applied
	RunFailed     RunState = "failed"     // the read was not complete, or the process died
	RunApproved   RunState = "approved"   // was held, and another run carries out its plan
	RunRejected   RunState = "rejected"   // was held, and an administrator said no
	RunSuperseded RunState = "superseded" // was held, and a later run found nothing unusual
	RunCancelled  RunState = "cancelled"
)

// LeaseTime is how long a run stays its owner's without a beat. Owners beat three
// times as often.
const LeaseTime = 30 * time.Second

// Live reports whether r is under way and its owner gave a sign of life.
func (r *Run) Live(now time.Time) bool {
	return r.State == RunRunning && now.Before(r.Beat.Add(LeaseTime))
}

// RunCounts counts people, and what came of them.
type RunCounts struct {
	Read        int64       `json:"read"`
	Created     int64       `json:"created"`
	Updated     int64       `json:"updated"`
	Deactivated int64       `json:"deactivated"`
	Reactivated int64       `json:"reactivated"`
	Deleted     int64       `json:"deleted"`
	Unchanged   int64       `json:"unchanged"`
	Missing     int64       `json:"missing"` // not read, and not yet taken to be gone
	Conflicts   int64       `json:"conflicts"`
	Refused     int64       `json:"refused"`
	Held        int64       `json:"held"`      // without a seat
	Recreated   int64       `json:"recreated"` // read under another identifier than the one that is known
	Groups      GroupCounts `json:"groups"`
}

// GroupCounts counts groups and memberships.
type GroupCounts struct {
	Created        int64 `json:"created"`
	Updated        int64 `json:"updated"`
	Deleted        int64 `json:"deleted"`
	MembersAdded   int64 `json:"members_added"`
	MembersRemoved int64 `json:"members_removed"`
	Recreated      int64 `json:"recreated"`
	Conflicts      int64 `json:"conflicts"`
	Refused        int64 `json:"refused"`
}

// GuardReport says whether a run would do too much, and why it was thought so.
type GuardReport struct {
	Tripped bool   `json:"tripped"`
	Why     string `json:"why"`
	// Foretold is what the plan of a run that is held would do; nil for any other.
	Foretold *Foretold `json:"foretold,omitempty"`
}

// Foretold is what the plan of a held run would do, as far as the guard counts it. An
// approval may do as much.
type Foretold struct {
	Absent    int64            `json:"absent"`
	Recreated int64            `json:"recreated"`
	Removals  int64            `json:"removals"`
	Disables  int64            `json:"disables"`
	Enables   int64            `json:"enables"`
	Members   int64            `json:"members"`
	Groups    int64            `json:"groups"`
	Names     int64            `json:"names"`
	Lost      map[string]int64 `json:"lost,omitempty"` // people who would lose what they have, by path
}

// PlannedChange is what a run does, or would do, to one person or group.
type PlannedChange struct {
	Action     string     `json:"action"` // create, update, deactivate, reactivate, delete, missing, recreated, conflict, hold, refuse
	Type       RecordType `json:"type"`
	ID         string     `json:"id"`    // of the record; empty for one that is to be made
	Entry      string     `json:"entry"` // the distinguished name
	Key        string     `json:"key"`   // the entry's immutable identifier
	Name       string     `json:"name"`
	Attributes []Diff     `json:"attributes"`
	Reason     string     `json:"reason"`
}

// RunError is what was wrong with one entry.
type RunError struct {
	Entry     string `json:"entry"`
	Attribute string `json:"attribute"`
	Reason    string `json:"reason"`
}

// Entry is what is remembered of an entry of an LDAP source between runs.
type Entry struct {
	Source  SourceID
	Type    RecordType
	Key     string     // the entry's immutable identifier
	DN      string     // as last read
	Mark    string     // digest of what was last applied in full; empty: apply again
	Record  ResourceID // whom it belongs to
	Missing int        // complete runs that did not find it
	Since   int64      // Unix milliseconds of the first of those
	Until   int64      // Unix milliseconds when the account expires by itself; 0: never
}

// Schedule is when a source is to be run.
type Schedule struct {
	Source SourceID  // none: when old notes are to be forgotten
	Spec   string    // as the configuration has it
	Next   time.Time // when it is due
	Last   time.Time // when it last was; zero: never
}
