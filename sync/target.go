package sync

import (
	"context"
	"errors"
	"fmt"
	"time"

	"rollcall/directory"
)

// Target is where the state of a workspace is carried to. The built-in workspace has
// none. Every method may be called again after it was done, because an answer can be
// lost, and calls about different people come at the same time.
type Target interface {
	// Deliver brings the counterpart of a person to the state that they shall have, and
	// makes it if there is none. An account that was there before and carries nobody's id is
	// theirs if it has one of their names, no other account has the other one, and it has no
	// other address than they have. A counterpart that is gone is made anew for who may sign
	// in; of who may not, the answer is the zero value.
	Deliver(ctx context.Context, want Desired) (Counterpart, error)
	// Remove removes a counterpart for good. That there is none is success.
	Remove(ctx context.Context, t Tombstone) error
	// Act does what is an act and not a state.
	Act(ctx context.Context, a Act) error
}

// NamedTarget is a target with the name by which the directory knows it. It carries nothing
// while the workspace provisions another one.
type NamedTarget struct {
	Name string
	Target
}

// Desired is the state that a person shall have in the target.
type Desired struct {
	ID          directory.ResourceID // the target keeps it, to find the counterpart again
	User        *directory.User
	Active      bool              // may sign in
	OnlyFind    bool              // make no counterpart, and leave the names of one that is found: Names are to look under
	Grants      []directory.Grant // from everybody who grants
	Names       directory.Names   // to be used in place of those of User: no other counterpart has them
	Counterpart string            // the target's id; empty: perhaps none was made, look for ID first
	Facts       []byte            // what the last delivery learned
}

// Counterpart is what a delivery found or made.
type Counterpart struct {
	ID     string          // empty: there is none, and the person may not sign in
	Linked bool            // it was there before
	Names  directory.Names // that it has, where it was only to be found
	Facts  []byte          // JSON, to be kept for the next delivery
}

// Tombstone is what is left of a person who is gone for good.
type Tombstone struct {
	ID          directory.ResourceID
	Counterpart string // empty: perhaps none was made, look for ID
	Names       directory.Names
	Erasure     directory.Erasure
	AskedBy     string
}

// Act is something to be done once.
type Act struct {
	ID          string
	Kind        directory.ActionKind
	Person      directory.ResourceID
	Counterpart string
	Secret      directory.Secret // a password
}

// Refusal is the error of a target that will answer the same however often it is asked.
type Refusal struct{ Reason string }

// Error returns the reason.
func (r *Refusal) Error() string { return r.Reason }

// TooFast is the error of a target that did nothing and wants to be left alone.
type TooFast struct{ Until time.Time }

// Error says until when.
func (t *TooFast) Error() string {
	return fmt.Sprintf("the target wants to be left alone until %s", t.Until.UTC().Format(time.RFC3339))
}

// NotSent is an error before anything reached the target, which is left alone for a second
// then. Of every other error nobody knows what was done.
type NotSent struct{ Err error }

// Error returns the cause.
func (n *NotSent) Error() string { return n.Err.Error() }

// Unwrap returns the cause.
func (n *NotSent) Unwrap() error { return n.Err }

// undone reports whether an error proves that nothing was done.
func undone(err error) bool {
	var refusal *Refusal
	var fast *TooFast
	var unsent *NotSent
	return errors.As(err, &refusal) || errors.As(err, &fast) || errors.As(err, &unsent)
}

// refused reports whether an error is a refusal.
func refused(err error) bool {
	var refusal *Refusal
	return errors.As(err, &refusal)
}
