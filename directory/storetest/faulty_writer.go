package storetest

import (
	"context"
	"time"

	"rollcall/directory"
)

// faultyWriter counts the calls of a writing transaction.
type faultyWriter struct {
	faultyReader
	tx directory.WriteTx
}

var _ directory.WriteTx = (*faultyWriter)(nil)

// Step is a call, and what fn does within it are further ones.
func (x *faultyWriter) Step(ctx context.Context, fn func() error) error {
	return x.fault.tell(func() error { return x.tx.Step(ctx, fn) })
}

func (x *faultyWriter) PutWorkspace(ctx context.Context, s directory.Settings) error {
	return x.fault.tell(func() error { return x.tx.PutWorkspace(ctx, s) })
}

func (x *faultyWriter) Record(ctx context.Context, r *directory.AuditRecord) error {
	return x.fault.tell(func() error { return x.tx.Record(ctx, r) })
}

func (x *faultyWriter) CountRefusal(ctx context.Context, actor, record, reason string, at time.Time) (bool, error) {
	return ask(x.fault, func() (bool, error) { return x.tx.CountRefusal(ctx, actor, record, reason, at) })
}

func (x *faultyWriter) Forget(ctx context.Context, before time.Time, limit int) (bool, error) {
	return ask(x.fault, func() (bool, error) { return x.tx.Forget(ctx, before, limit) })
}

func (x *faultyWriter) EraseAudit(ctx context.Context, t directory.RecordType, record string) error {
	return x.fault.tell(func() error { return x.tx.EraseAudit(ctx, t, record) })
}

func (x *faultyWriter) Raise(ctx context.Context, t directory.RecordType, record string, lane directory.Lane, now time.Time) error {
	return x.fault.tell(func() error { return x.tx.Raise(ctx, t, record, lane, now) })
}

func (x *faultyWriter) PutUser(ctx context.Context, before, after *directory.User, doc []byte) error {
	return x.fault.tell(func() error { return x.tx.PutUser(ctx, before, after, doc) })
}

func (x *faultyWriter) PutBlock(ctx context.Context, b directory.Block) error {
	return x.fault.tell(func() error { return x.tx.PutBlock(ctx, b) })
}

func (x *faultyWriter) DeleteBlocks(ctx context.Context, user directory.ResourceID) error {
	return x.fault.tell(func() error { return x.tx.DeleteBlocks(ctx, user) })
}

func (x *faultyWriter) PutGroup(ctx context.Context, before, after *directory.Group, doc []byte) error {
	return x.fault.tell(func() error { return x.tx.PutGroup(ctx, before, after, doc) })
}

func (x *faultyWriter) AddMembers(ctx context.Context, group directory.ResourceID, ids []directory.ResourceID) error {
	return x.fault.tell(func() error { return x.tx.AddMembers(ctx, group, ids) })
}

func (x *faultyWriter) RemoveMembers(ctx context.Context, group directory.ResourceID, ids []directory.ResourceID) error {
	return x.fault.tell(func() error { return x.tx.RemoveMembers(ctx, group, ids) })
}

func (x *faultyWriter) PutMapping(ctx context.Context, m directory.Mapping) error {
	return x.fault.tell(func() error { return x.tx.PutMapping(ctx, m) })
}

func (x *faultyWriter) DeleteMapping(ctx context.Context, id string) error {
	return x.fault.tell(func() error { return x.tx.DeleteMapping(ctx, id) })
}

func (x *faultyWriter) PutSource(ctx context.Context, s *directory.Source) error {
	return x.fault.tell(func() error { return x.tx.PutSource(ctx, s) })
}

func (x *faultyWriter) PutToken(ctx context.Context, t *directory.Token) error {
	return x.fault.tell(func() error { return x.tx.PutToken(ctx, t) })
}

func (x *faultyWriter) PutConflict(ctx context.Context, c *directory.Conflict) error {
	return x.fault.tell(func() error { return x.tx.PutConflict(ctx, c) })
}

func (x *faultyWriter) DeleteConflict(ctx context.Context, id string) error {
	return x.fault.tell(func() error { return x.tx.DeleteConflict(ctx, id) })
}

func (x *faultyWriter) DropMembers(ctx context.Context, source directory.SourceID, group directory.ResourceID, ids []directory.ResourceID, at time.Time) error {
	return x.fault.tell(func() error { return x.tx.DropMembers(ctx, source, group, ids, at) })
}
