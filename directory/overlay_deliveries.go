package directory

import (
	"context"
	"time"
)

// What is carried outward is not planned, so what a plan would write of it is not kept.

// PutDelivery implements WriteTx.
func (o *overlay) PutDelivery(context.Context, *Delivery) error { return nil }

// DeleteDelivery implements WriteTx.
func (o *overlay) DeleteDelivery(context.Context, RecordType, string) error { return nil }

// EndClaims implements WriteTx.
func (o *overlay) EndClaims(context.Context) error { return nil }

// EndWaiting implements WriteTx.
func (o *overlay) EndWaiting(context.Context, string, time.Time) error { return nil }

// Wake implements WriteTx.
func (o *overlay) Wake(context.Context, Lane) error { return nil }

// Started implements WriteTx.
func (o *overlay) Started(context.Context, Lane) error { return nil }

// PutTarget implements WriteTx.
func (o *overlay) PutTarget(context.Context, string) error { return nil }

// PutPause implements WriteTx.
func (o *overlay) PutPause(context.Context, Pause) error { return nil }

// PutLink implements WriteTx.
func (o *overlay) PutLink(context.Context, string, *Link) error { return nil }

// DeleteLink implements WriteTx.
func (o *overlay) DeleteLink(context.Context, string, RecordType, string) error { return nil }

// ForgetLinks implements WriteTx.
func (o *overlay) ForgetLinks(context.Context, string, int) (more bool, err error) { return false, nil }

// HoldNames implements WriteTx.
func (o *overlay) HoldNames(context.Context, string, RecordType, string, []string, bool) error {
	return nil
}

// EndActions implements WriteTx.
func (o *overlay) EndActions(context.Context, ActionState, ActionState, string, time.Time) error {
	return nil
}

// PutAction implements WriteTx.
func (o *overlay) PutAction(context.Context, *Action) error { return nil }

// KeepMembers implements WriteTx.
func (o *overlay) KeepMembers(context.Context, ResourceID) error { return nil }

// ForgetMembers implements WriteTx.
func (o *overlay) ForgetMembers(context.Context, string) error { return nil }
