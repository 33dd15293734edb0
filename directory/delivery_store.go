package directory

import (
	"context"
	"time"
)

// DeliveryReader finds what has to be carried outward, and what is known of the target.
type DeliveryReader interface {
	Delivery(ctx context.Context, t RecordType, record string) (*Delivery, error)
	// DueDeliveries lists up to limit deliveries of a lane that are due at now and nobody's
	// claim, who is due longest first.
	DueDeliveries(ctx context.Context, lane Lane, now time.Time, limit int) ([]Delivery, error)
	// OpenDeliveries sends what is behind or parked to each: people who may have access still
	// first, then what is most urgent, at last what is parked and not due.
	OpenDeliveries(ctx context.Context, each func(*Delivery) error) error
	// ParkedDeliveries lists up to limit parked deliveries.
	ParkedDeliveries(ctx context.Context, limit int) ([]Delivery, error)
	// FanOut lists up to limit users with ids after the given one whom a fan-out reaches:
	// who is or was in a group, or everybody of the workspace and whoever else has a link in
	// its target.
	FanOut(ctx context.Context, t RecordType, record, after string, limit int) ([]ResourceID, error)
	// MappedGrants lists what mappings give a user, in any order.
	MappedGrants(ctx context.Context, user ResourceID) ([]Mapping, error)
	// Link finds a record's link in a target.
	Link(ctx context.Context, target string, t RecordType, record string) (*Link, error)
	// LinkedTargets lists the targets in which anybody has a link, sorted.
	LinkedTargets(ctx context.Context) ([]string, error)
	// NameHolders tells of each of the names that a counterpart has, or may have, which
	// record's it is.
	NameHolders(ctx context.Context, target string, names []string) (map[string]string, error)
	Action(ctx context.Context, id string) (*Action, error)
	// OpenActions lists the actions of a record that are waiting or sending, in order.
	OpenActions(ctx context.Context, t RecordType, record string) ([]Action, error)
	// ActionsOf lists the actions of a record that are waiting, sending, unknown or failed,
	// in order.
	ActionsOf(ctx context.Context, t RecordType, record string) ([]Action, error)
	// ShownActions lists the actions that are unknown or failed, in order.
	ShownActions(ctx context.Context) ([]Action, error)
}

// DeliveryWriter writes the same. Only what somebody decided is audited.
type DeliveryWriter interface {
	// PutDelivery writes everything of d but its generation, which only Raise changes.
	PutDelivery(ctx context.Context, d *Delivery) error
	DeleteDelivery(ctx context.Context, t RecordType, record string) error
	// EndClaims makes everything due that somebody claimed.
	EndClaims(ctx context.Context) error
	// EndWaiting makes everything due that waits for a record; what is parked for it goes
	// into the push lane.
	EndWaiting(ctx context.Context, record string, now time.Time) error
	// Wake inserts a job for a lane unless one is waiting, with the commit; Started notes
	// that the waiting one has begun.
	Wake(ctx context.Context, lane Lane) error
	Started(ctx context.Context, lane Lane) error
	// PutTarget names what the workspace provisions; PutPause stops deliveries until then.
	PutTarget(ctx context.Context, target string) error
	PutPause(ctx context.Context, p Pause) error
	PutLink(ctx context.Context, target string, l *Link) error
	DeleteLink(ctx context.Context, target string, t RecordType, record string) error
	// ForgetLinks removes up to limit links of a target with the names that they hold, and
	// reports whether there are more.
	ForgetLinks(ctx context.Context, target string, limit int) (more bool, err error)
	// HoldNames gives names that no other record holds to a record, beside those it has or,
	// with only, in their place.
	HoldNames(ctx context.Context, target string, t RecordType, record string, names []string, only bool) error
	PutAction(ctx context.Context, a *Action) error
	// EndActions puts every action of a state into another, without what it carries.
	EndActions(ctx context.Context, from, to ActionState, cause string, now time.Time) error
	// KeepMembers remembers the members of a group that is about to be removed;
	// ForgetMembers ends that.
	KeepMembers(ctx context.Context, group ResourceID) error
	ForgetMembers(ctx context.Context, group string) error
}

// Pause says until when a target wants to be left alone.
type Pause struct {
	Pushes time.Time // everything but what is urgent
	Urgent time.Time
}

// Until returns until when a lane is paused.
func (p Pause) Until(l Lane) time.Time {
	if l == UrgentLane {
		return p.Urgent
	}
	return p.Pushes
}
