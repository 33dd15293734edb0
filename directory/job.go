package directory

// Lane says how urgent a delivery is. A record that waits in one lane can move to a more
// urgent one, never the other way round.
type Lane int8

// The lanes, most urgent last. Leaving is never delayed by anything else.
const (
	SyncLane   Lane = 1 // found by a sync or a fan-out
	MailLane   Lane = 2
	PushLane   Lane = 3 // an identity provider or an administrator waits
	UrgentLane Lane = 4 // somebody leaves
)

// String returns the lane's name, which is that of its queue.
func (l Lane) String() string {
	switch l {
	case UrgentLane:
		return "urgent"
	case PushLane:
		return "push"
	case MailLane:
		return "mail"
	case SyncLane:
		return "sync"
	}
	return "none"
}

// LaneJob says that a lane of a workspace has something behind, no more: what it is
// stands in the deliveries.
type LaneJob struct {
	Workspace WorkspaceID `json:"workspace"`
	Lane      Lane        `json:"lane"`
}

// Kind names the job in the queue.
func (LaneJob) Kind() string { return "deliver" }
