package storetest

import (
	"context"
	"time"

	"rollcall/directory"
)

// faultyReader counts the calls of a reading transaction.
type faultyReader struct {
	tx    directory.ReadTx
	fault *fault
}

var _ directory.ReadTx = (*faultyReader)(nil)

func (x *faultyReader) Workspace(ctx context.Context) (*directory.Workspace, error) {
	return ask(x.fault, func() (*directory.Workspace, error) { return x.tx.Workspace(ctx) })
}

func (x *faultyReader) User(ctx context.Context, id directory.ResourceID) (*directory.User, error) {
	return ask(x.fault, func() (*directory.User, error) { return x.tx.User(ctx, id) })
}

func (x *faultyReader) Collides(ctx context.Context, c directory.Claim) (bool, error) {
	return ask(x.fault, func() (bool, error) { return x.tx.Collides(ctx, c) })
}

func (x *faultyReader) UserByName(ctx context.Context, key string) (*directory.User, error) {
	return ask(x.fault, func() (*directory.User, error) { return x.tx.UserByName(ctx, key) })
}

func (x *faultyReader) UsersAt(ctx context.Context, name string, limit int) ([]*directory.User, error) {
	return ask(x.fault, func() ([]*directory.User, error) { return x.tx.UsersAt(ctx, name, limit) })
}

func (x *faultyReader) UserByExternalID(ctx context.Context, source directory.SourceID, externalID string) (*directory.User, error) {
	return ask(x.fault, func() (*directory.User, error) { return x.tx.UserByExternalID(ctx, source, externalID) })
}

func (x *faultyReader) UserByEmail(ctx context.Context, key string) (*directory.User, error) {
	return ask(x.fault, func() (*directory.User, error) { return x.tx.UserByEmail(ctx, key) })
}

func (x *faultyReader) StoredUser(ctx context.Context, id directory.ResourceID) (*directory.Stored, error) {
	return ask(x.fault, func() (*directory.Stored, error) { return x.tx.StoredUser(ctx, id) })
}

func (x *faultyReader) ListUsers(ctx context.Context, l directory.Listing, each func(*directory.Stored) error) (int64, error) {
	return ask(x.fault, func() (int64, error) { return x.tx.ListUsers(ctx, l, each) })
}

func (x *faultyReader) Shelves(ctx context.Context, t directory.RecordType) ([]string, error) {
	return ask(x.fault, func() ([]string, error) { return x.tx.Shelves(ctx, t) })
}

func (x *faultyReader) OtherAdmin(ctx context.Context, but directory.AdminExcept) (bool, error) {
	return ask(x.fault, func() (bool, error) { return x.tx.OtherAdmin(ctx, but) })
}

func (x *faultyReader) AdminByMapping(ctx context.Context, id directory.ResourceID) (bool, error) {
	return ask(x.fault, func() (bool, error) { return x.tx.AdminByMapping(ctx, id) })
}

func (x *faultyReader) Held(ctx context.Context, guests bool, limit int) ([]*directory.User, error) {
	return ask(x.fault, func() ([]*directory.User, error) { return x.tx.Held(ctx, guests, limit) })
}

func (x *faultyReader) DuePurge(ctx context.Context, now time.Time, limit int) ([]directory.ResourceID, error) {
	return ask(x.fault, func() ([]directory.ResourceID, error) { return x.tx.DuePurge(ctx, now, limit) })
}

func (x *faultyReader) Leavers(ctx context.Context, source directory.SourceID, since time.Time) (int64, error) {
	return ask(x.fault, func() (int64, error) { return x.tx.Leavers(ctx, source, since) })
}

func (x *faultyReader) Group(ctx context.Context, id directory.ResourceID) (*directory.Group, error) {
	return ask(x.fault, func() (*directory.Group, error) { return x.tx.Group(ctx, id) })
}

func (x *faultyReader) GroupByName(ctx context.Context, source directory.SourceID, key string) (*directory.Group, error) {
	return ask(x.fault, func() (*directory.Group, error) { return x.tx.GroupByName(ctx, source, key) })
}

func (x *faultyReader) GroupByExternalID(ctx context.Context, source directory.SourceID, externalID string) (*directory.Group, error) {
	return ask(x.fault, func() (*directory.Group, error) { return x.tx.GroupByExternalID(ctx, source, externalID) })
}

func (x *faultyReader) StoredGroup(ctx context.Context, id directory.ResourceID) (*directory.Stored, error) {
	return ask(x.fault, func() (*directory.Stored, error) { return x.tx.StoredGroup(ctx, id) })
}

func (x *faultyReader) ListGroups(ctx context.Context, l directory.Listing, each func(*directory.Stored) error) (int64, error) {
	return ask(x.fault, func() (int64, error) { return x.tx.ListGroups(ctx, l, each) })
}

func (x *faultyReader) Members(ctx context.Context, group, after directory.ResourceID, limit int) ([]directory.Member, error) {
	return ask(x.fault, func() ([]directory.Member, error) { return x.tx.Members(ctx, group, after, limit) })
}

func (x *faultyReader) Membership(ctx context.Context, group directory.ResourceID, ids []directory.ResourceID) (map[directory.ResourceID]directory.MemberState, error) {
	return ask(x.fault, func() (map[directory.ResourceID]directory.MemberState, error) {
		return x.tx.Membership(ctx, group, ids)
	})
}

func (x *faultyReader) GroupsOf(ctx context.Context, user directory.ResourceID) ([]directory.GroupRef, error) {
	return ask(x.fault, func() ([]directory.GroupRef, error) { return x.tx.GroupsOf(ctx, user) })
}

func (x *faultyReader) Mapping(ctx context.Context, id string) (*directory.Mapping, error) {
	return ask(x.fault, func() (*directory.Mapping, error) { return x.tx.Mapping(ctx, id) })
}

func (x *faultyReader) Mappings(ctx context.Context, group directory.ResourceID) ([]directory.Mapping, error) {
	return ask(x.fault, func() ([]directory.Mapping, error) { return x.tx.Mappings(ctx, group) })
}

func (x *faultyReader) Source(ctx context.Context, id directory.SourceID) (*directory.Source, error) {
	return ask(x.fault, func() (*directory.Source, error) { return x.tx.Source(ctx, id) })
}

func (x *faultyReader) Sources(ctx context.Context) ([]directory.Source, error) {
	return ask(x.fault, func() ([]directory.Source, error) { return x.tx.Sources(ctx) })
}

func (x *faultyReader) Tokens(ctx context.Context, source directory.SourceID) ([]directory.Token, error) {
	return ask(x.fault, func() ([]directory.Token, error) { return x.tx.Tokens(ctx, source) })
}

func (x *faultyReader) Conflict(ctx context.Context, id string) (*directory.Conflict, error) {
	return ask(x.fault, func() (*directory.Conflict, error) { return x.tx.Conflict(ctx, id) })
}

func (x *faultyReader) Conflicts(ctx context.Context) ([]directory.Conflict, error) {
	return ask(x.fault, func() ([]directory.Conflict, error) { return x.tx.Conflicts(ctx) })
}

func (x *faultyReader) Block(ctx context.Context, source directory.SourceID, externalID, nameKey string) (*directory.Block, error) {
	return ask(x.fault, func() (*directory.Block, error) { return x.tx.Block(ctx, source, externalID, nameKey) })
}

func (x *faultyReader) DroppedMembers(ctx context.Context, source directory.SourceID, limit int) ([]directory.Dropped, error) {
	return ask(x.fault, func() ([]directory.Dropped, error) { return x.tx.DroppedMembers(ctx, source, limit) })
}

func (x *faultyReader) Audit(ctx context.Context, q directory.AuditQuery, each func(*directory.AuditRecord) error) error {
	return x.fault.tell(func() error { return x.tx.Audit(ctx, q, each) })
}
