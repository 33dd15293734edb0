package storetest

import (
	"context"
	"time"

	"rollcall/directory"
)

func (x *faultyReader) Delivery(ctx context.Context, t directory.RecordType, record string) (*directory.Delivery, error) {
	return ask(x.fault, func() (*directory.Delivery, error) { return x.tx.Delivery(ctx, t, record) })
}

func (x *faultyReader) DueDeliveries(ctx context.Context, lane directory.Lane, now time.Time, limit int) ([]directory.Delivery, error) {
	return ask(x.fault, func() ([]directory.Delivery, error) { return x.tx.DueDeliveries(ctx, lane, now, limit) })
}

func (x *faultyReader) OpenDeliveries(ctx context.Context, each func(*directory.Delivery) error) error {
	return x.fault.tell(func() error { return x.tx.OpenDeliveries(ctx, each) })
}

func (x *faultyReader) ParkedDeliveries(ctx context.Context, limit int) ([]directory.Delivery, error) {
	return ask(x.fault, func() ([]directory.Delivery, error) { return x.tx.ParkedDeliveries(ctx, limit) })
}

func (x *faultyReader) FanOut(ctx context.Context, t directory.RecordType, record, after string, limit int) ([]directory.ResourceID, error) {
	return ask(x.fault, func() ([]directory.ResourceID, error) { return x.tx.FanOut(ctx, t, record, after, limit) })
}

func (x *faultyReader) MappedGrants(ctx context.Context, user directory.ResourceID) ([]directory.Mapping, error) {
	return ask(x.fault, func() ([]directory.Mapping, error) { return x.tx.MappedGrants(ctx, user) })
}

func (x *faultyReader) Link(ctx context.Context, target string, t directory.RecordType, record string) (*directory.Link, error) {
	return ask(x.fault, func() (*directory.Link, error) { return x.tx.Link(ctx, target, t, record) })
}

func (x *faultyReader) LinkedTargets(ctx context.Context) ([]string, error) {
	return ask(x.fault, func() ([]string, error) { return x.tx.LinkedTargets(ctx) })
}

func (x *faultyReader) NameHolders(ctx context.Context, target string, names []string) (map[string]string, error) {
	return ask(x.fault, func() (map[string]string, error) { return x.tx.NameHolders(ctx, target, names) })
}

func (x *faultyReader) Action(ctx context.Context, id string) (*directory.Action, error) {
	return ask(x.fault, func() (*directory.Action, error) { return x.tx.Action(ctx, id) })
}

func (x *faultyReader) OpenActions(ctx context.Context, t directory.RecordType, record string) ([]directory.Action, error) {
	return ask(x.fault, func() ([]directory.Action, error) { return x.tx.OpenActions(ctx, t, record) })
}

func (x *faultyReader) ActionsOf(ctx context.Context, t directory.RecordType, record string) ([]directory.Action, error) {
	return ask(x.fault, func() ([]directory.Action, error) { return x.tx.ActionsOf(ctx, t, record) })
}

func (x *faultyReader) ShownActions(ctx context.Context) ([]directory.Action, error) {
	return ask(x.fault, func() ([]directory.Action, error) { return x.tx.ShownActions(ctx) })
}

func (x *faultyWriter) PutDelivery(ctx context.Context, d *directory.Delivery) error {
	return x.fault.tell(func() error { return x.tx.PutDelivery(ctx, d) })
}

func (x *faultyWriter) DeleteDelivery(ctx context.Context, t directory.RecordType, record string) error {
	return x.fault.tell(func() error { return x.tx.DeleteDelivery(ctx, t, record) })
}

func (x *faultyWriter) EndClaims(ctx context.Context) error {
	return x.fault.tell(func() error { return x.tx.EndClaims(ctx) })
}

func (x *faultyWriter) EndWaiting(ctx context.Context, record string, now time.Time) error {
	return x.fault.tell(func() error { return x.tx.EndWaiting(ctx, record, now) })
}

func (x *faultyWriter) Wake(ctx context.Context, lane directory.Lane) error {
	return x.fault.tell(func() error { return x.tx.Wake(ctx, lane) })
}

func (x *faultyWriter) Started(ctx context.Context, lane directory.Lane) error {
	return x.fault.tell(func() error { return x.tx.Started(ctx, lane) })
}

func (x *faultyWriter) PutTarget(ctx context.Context, target string) error {
	return x.fault.tell(func() error { return x.tx.PutTarget(ctx, target) })
}

func (x *faultyWriter) PutPause(ctx context.Context, p directory.Pause) error {
	return x.fault.tell(func() error { return x.tx.PutPause(ctx, p) })
}

func (x *faultyWriter) PutLink(ctx context.Context, target string, l *directory.Link) error {
	return x.fault.tell(func() error { return x.tx.PutLink(ctx, target, l) })
}

func (x *faultyWriter) ForgetLinks(ctx context.Context, target string, limit int) (bool, error) {
	return ask(x.fault, func() (bool, error) { return x.tx.ForgetLinks(ctx, target, limit) })
}

func (x *faultyWriter) DeleteLink(ctx context.Context, target string, t directory.RecordType, record string) error {
	return x.fault.tell(func() error { return x.tx.DeleteLink(ctx, target, t, record) })
}

func (x *faultyWriter) HoldNames(ctx context.Context, target string, t directory.RecordType, record string, names []string, only bool) error {
	return x.fault.tell(func() error { return x.tx.HoldNames(ctx, target, t, record, names, only) })
}

func (x *faultyWriter) PutAction(ctx context.Context, a *directory.Action) error {
	return x.fault.tell(func() error { return x.tx.PutAction(ctx, a) })
}

func (x *faultyWriter) EndActions(ctx context.Context, from, to directory.ActionState, cause string, now time.Time) error {
	return x.fault.tell(func() error { return x.tx.EndActions(ctx, from, to, cause, now) })
}

func (x *faultyWriter) KeepMembers(ctx context.Context, group directory.ResourceID) error {
	return x.fault.tell(func() error { return x.tx.KeepMembers(ctx, group) })
}

func (x *faultyWriter) ForgetMembers(ctx context.Context, group string) error {
	return x.fault.tell(func() error { return x.tx.ForgetMembers(ctx, group) })
}
