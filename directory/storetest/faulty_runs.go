package storetest

import (
	"context"
	"time"

	"rollcall/directory"
)

func (x *faultyReader) Run(ctx context.Context, id string) (*directory.Run, error) {
	return ask(x.fault, func() (*directory.Run, error) { return x.tx.Run(ctx, id) })
}

func (x *faultyReader) Runs(ctx context.Context, source directory.SourceID, limit int) ([]directory.Run, error) {
	return ask(x.fault, func() ([]directory.Run, error) { return x.tx.Runs(ctx, source, limit) })
}

func (x *faultyReader) LastRun(ctx context.Context, source directory.SourceID, states ...directory.RunState) (*directory.Run, error) {
	return ask(x.fault, func() (*directory.Run, error) { return x.tx.LastRun(ctx, source, states...) })
}

func (x *faultyReader) OpenRuns(ctx context.Context, source directory.SourceID) ([]directory.Run, error) {
	return ask(x.fault, func() ([]directory.Run, error) { return x.tx.OpenRuns(ctx, source) })
}

func (x *faultyReader) RunChanges(ctx context.Context, run string, each func(*directory.PlannedChange) error) error {
	return x.fault.tell(func() error { return x.tx.RunChanges(ctx, run, each) })
}

func (x *faultyReader) RunErrors(ctx context.Context, run string, each func(*directory.RunError) error) error {
	return x.fault.tell(func() error { return x.tx.RunErrors(ctx, run, each) })
}

func (x *faultyReader) Entries(ctx context.Context, source directory.SourceID, t directory.RecordType, each func(*directory.Entry) error) error {
	return x.fault.tell(func() error { return x.tx.Entries(ctx, source, t, each) })
}

func (x *faultyReader) Entry(ctx context.Context, source directory.SourceID, t directory.RecordType, key string) (*directory.Entry, error) {
	return ask(x.fault, func() (*directory.Entry, error) { return x.tx.Entry(ctx, source, t, key) })
}

func (x *faultyReader) DueEntries(ctx context.Context, now time.Time, limit int) ([]directory.Entry, error) {
	return ask(x.fault, func() ([]directory.Entry, error) { return x.tx.DueEntries(ctx, now, limit) })
}

func (x *faultyReader) OldReports(ctx context.Context, source directory.SourceID, before time.Time, keep, limit int) ([]string, error) {
	return ask(x.fault, func() ([]string, error) { return x.tx.OldReports(ctx, source, before, keep, limit) })
}

func (x *faultyWriter) DropRunReport(ctx context.Context, run string, limit int) error {
	return x.fault.tell(func() error { return x.tx.DropRunReport(ctx, run, limit) })
}

func (x *faultyWriter) PutRun(ctx context.Context, r *directory.Run) error {
	return x.fault.tell(func() error { return x.tx.PutRun(ctx, r) })
}

func (x *faultyWriter) AddRunReport(ctx context.Context, run string, changes []directory.PlannedChange, errors []directory.RunError) error {
	return x.fault.tell(func() error { return x.tx.AddRunReport(ctx, run, changes, errors) })
}

func (x *faultyWriter) PutEntries(ctx context.Context, entries []directory.Entry) error {
	return x.fault.tell(func() error { return x.tx.PutEntries(ctx, entries) })
}

func (x *faultyWriter) DeleteEntries(ctx context.Context, source directory.SourceID, t directory.RecordType, keys []string) error {
	return x.fault.tell(func() error { return x.tx.DeleteEntries(ctx, source, t, keys) })
}

func (x *faultyReader) Schedule(ctx context.Context, source directory.SourceID) (*directory.Schedule, error) {
	return ask(x.fault, func() (*directory.Schedule, error) { return x.tx.Schedule(ctx, source) })
}

func (x *faultyWriter) PutSchedule(ctx context.Context, s *directory.Schedule) error {
	return x.fault.tell(func() error { return x.tx.PutSchedule(ctx, s) })
}
