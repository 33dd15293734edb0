package directory

import (
	"context"
	"time"
)

// RunReader finds runs and what is remembered of entries.
type RunReader interface {
	Run(ctx context.Context, id string) (*Run, error)
	// Runs lists the latest runs of a source, newest first.
	Runs(ctx context.Context, source SourceID, limit int) ([]Run, error)
	// OpenRuns lists the runs of a source that are running or held, oldest first.
	OpenRuns(ctx context.Context, source SourceID) ([]Run, error)
	// LastRun returns the latest of a source's runs that ended in one of the states and was
	// no plan.
	LastRun(ctx context.Context, source SourceID, states ...RunState) (*Run, error)
	// RunChanges and RunErrors send what a run reports to each, in order.
	RunChanges(ctx context.Context, run string, each func(*PlannedChange) error) error
	RunErrors(ctx context.Context, run string, each func(*RunError) error) error
	// Entries sends what is remembered of a source's entries of a type to each.
	Entries(ctx context.Context, source SourceID, t RecordType, each func(*Entry) error) error
	// Entry finds what is remembered of one entry.
	Entry(ctx context.Context, source SourceID, t RecordType, key string) (*Entry, error)
	// DueEntries lists up to limit entries of people whose accounts end by themselves at now
	// or before, earliest first, of sources that are neither paused nor detached.
	DueEntries(ctx context.Context, now time.Time, limit int) ([]Entry, error)
	// OldReports lists up to limit ended runs of a source that began before a time and still
	// have a report, but none that is held and none of the latest keep.
	OldReports(ctx context.Context, source SourceID, before time.Time, keep, limit int) ([]string, error)
	Schedule(ctx context.Context, source SourceID) (*Schedule, error)
}

// RunWriter writes runs and what is remembered of entries. Only decisions about runs are
// audited; their progress is not.
type RunWriter interface {
	PutRun(ctx context.Context, r *Run) error
	// AddRunReport appends to what a run reports.
	AddRunReport(ctx context.Context, run string, changes []PlannedChange, errors []RunError) error
	// DropRunReport removes up to limit lines each of what a run reports. The run stays.
	DropRunReport(ctx context.Context, run string, limit int) error
	PutSchedule(ctx context.Context, s *Schedule) error
	PutEntries(ctx context.Context, entries []Entry) error
	DeleteEntries(ctx context.Context, source SourceID, t RecordType, keys []string) error
}
