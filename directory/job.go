package directory

import "time"

// Job asks for work that follows from a change and happens outside its transaction.
type Job struct {
	Kind      string
	Workspace WorkspaceID
	Type      RecordType
	Record    string
	Lane      Lane
	NotBefore time.Time
}

// Lane says how urgent a delivery is. A record queued in one lane is queued again in
// a more urgent one, never the other way round.
type Lane int8

// The lanes, most urgent last. Leaving is never delayed by anything else.
const (
	SyncLane   Lane = 1 // found by a sync or a fan-out
	MailLane   Lane = 2
	PushLane   Lane = 3 // an identity provider or an administrator waits
	UrgentLane Lane = 4 // somebody leaves
)
