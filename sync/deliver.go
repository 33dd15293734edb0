package sync

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"rollcall/directory"
)

// Deliverer carries outward what is behind: it claims a few rows of a lane, brings the
// target to the state that the directory has now, and writes down what came of it. What
// happens between a claim and its end, a crash included, is found in the rows and worked
// on again.
type Deliverer struct {
	Directory *directory.Directory
	Targets   map[directory.WorkspaceID]NamedTarget
	Logger    *slog.Logger     // nil: no logs
	Now       func() time.Time // nil: the system's clock
	Patience  time.Duration    // with one call of the target; 0: 30 s

	ending atomic.Bool // no further work is begun
	busy   sync.Map    // each [atTarget] at which a worker is
}

// What a worker does in one go: short enough that a job's end is never far, long enough
// that fetching jobs costs little.
const (
	claimAtOnce = 8
	stint       = 30 * time.Second
)

// Work delivers what is due in a lane until nothing is.
func (d *Deliverer) Work(ctx context.Context, job directory.LaneJob) error {
	target := d.Targets[job.Workspace]
	if target.Target == nil {
		return nil // another process may know it
	}
	by := worker(job.Workspace)
	for until := d.now().Add(stint); !d.over(ctx, until); {
		began := time.Now()
		taken, err := d.Directory.TakeDeliveries(ctx, by, target.Name, job.Lane, claimAtOnce)
		if err != nil || len(taken) == 0 {
			return err
		}
		s := &shift{Deliverer: d, by: by, target: target, left: taken, until: until, renewed: began}
		if err := s.work(ctx); err != nil {
			return err
		}
	}
	return nil
}

// End lets deliveries that are under way finish, and begins no more.
func (d *Deliverer) End() { d.ending.Store(true) }

func (d *Deliverer) over(ctx context.Context, until time.Time) bool {
	return d.ending.Load() || ctx.Err() != nil || d.now().After(until)
}

// worker is who delivers.
func worker(ws directory.WorkspaceID) directory.Actor {
	return directory.Actor{Kind: directory.System, Name: "delivery", Workspace: ws}
}

func (d *Deliverer) now() time.Time {
	if d.Now != nil {
		return d.Now()
	}
	return time.Now()
}

func (d *Deliverer) patience() time.Duration {
	if d.Patience == 0 {
		return 30 * time.Second
	}
	return d.Patience
}

func (d *Deliverer) log() *slog.Logger {
	if d.Logger == nil {
		return slog.New(slog.DiscardHandler)
	}
	return d.Logger
}

// one delivers one record and settles it. What goes wrong with this record on our side, or
// in a target that panics, is a failure of its delivery and holds up no other.
func (s *shift) one(ctx context.Context, c directory.Delivery) error {
	here := atTarget{s.by.Workspace, s.target.Name, c.Type, c.Record}
	if _, busy := s.busy.LoadOrStore(here, true); busy {
		return s.Directory.Settle(context.WithoutCancel(ctx), s.by, c, directory.Delivered{
			Cause: "an earlier call about the same record has not ended", Retry: s.now().Add(time.Second)})
	}
	defer s.busy.Delete(here)
	err := s.try(ctx, c)
	if err == nil || ctx.Err() != nil || errors.Is(err, errEnough) || directory.Is(err, directory.Stale) || directory.Is(err, directory.Unavailable) {
		return err
	}
	s.log().Error("delivery broke off", "workspace", s.by.Workspace, "record", c.Record, "attempt", c.Attempts+1, "err", err, "stack", stackOf(err))
	return s.Directory.Settle(context.WithoutCancel(ctx), s.by, c,
		directory.Delivered{Cause: err.Error(), Retry: s.now().Add(directory.Backoff(c.Attempts))})
}

// atTarget is a record in a target. No two workers of a process are at one together: a
// claim that was lost, because the target went and came back, may still have its call.
type atTarget struct {
	workspace directory.WorkspaceID
	target    string
	kind      directory.RecordType
	record    string
}

// try turns a panic into an error.
func (s *shift) try(ctx context.Context, c directory.Delivery) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = &panicked{p, debug.Stack()}
		}
	}()
	return s.carry(ctx, c)
}

// panicked is the error of what panicked.
type panicked struct {
	value any
	stack []byte
}

// Error says with what.
func (p *panicked) Error() string { return fmt.Sprint("panic: ", p.value) }

// stackOf returns where something panicked.
func stackOf(err error) string {
	var p *panicked
	if errors.As(err, &p) {
		return string(p.stack)
	}
	return ""
}

func (s *shift) carry(ctx context.Context, c directory.Delivery) error {
	if c.Type != directory.UserRecord {
		return s.walk(ctx, c)
	}
	want, err := s.Directory.Desire(ctx, s.by, c)
	if err != nil {
		return err
	}
	if want == nil {
		return errEnough
	}
	result, err := s.push(ctx, want)
	if directory.Is(err, directory.Stale) { // to settle it says so, and has what was sent corrected
		result, err = &directory.Delivered{Cause: err.Error(), Retry: s.now()}, nil
	}
	if err != nil || result == nil {
		return err
	}
	if ctx.Err() != nil && result.Cause != "" {
		return ctx.Err() // it was interrupted: no failure of the target's
	}
	if result.Cause != "" {
		s.log().Warn("delivery failed", "workspace", s.by.Workspace, "user", c.Record, "attempt", c.Attempts+1, "parked", result.Park, "err", result.Cause)
	}
	return s.Directory.Settle(context.WithoutCancel(ctx), s.by, c, *result)
}

// walk raises some of those whom a fan-out reaches. Before it goes on come the others.
func (s *shift) walk(ctx context.Context, c directory.Delivery) error {
	done, err := s.Directory.Walk(ctx, s.by, c)
	if err != nil || done {
		return err
	}
	return errTurn
}

// errEnough gives back what was claimed: the process ends, or the target wants to be
// left alone.
var errEnough = errors.New("enough for now")

// errTurn puts what is not done yet behind everything else that was claimed.
var errTurn = fmt.Errorf("the others first: %w", errEnough)

// push brings the target to what is wanted. Nil means that the delivery was put off.
func (s *shift) push(ctx context.Context, want *directory.Desired) (*directory.Delivered, error) {
	if want.User == nil {
		return s.remove(ctx, want), nil
	}
	reserved, err := s.Directory.Reserve(ctx, s.by, want)
	if err != nil || reserved.Put {
		return nil, err
	}
	link := linkOf(want)
	got, err := s.deliver(ctx, want, link, reserved.Names)
	if err != nil {
		r := retry(err, want.Delivery.Attempts, s.now())
		return &r, nil
	}
	if want.OnlyFind() || got.ID == "" {
		return s.sought(ctx, want, &link, got)
	}
	learn(&link, got)
	link.Names = reserved.Names
	return s.acts(ctx, want, &link, directory.Delivered{Link: &link, WaitsFor: reserved.WaitsFor, Cause: reserved.Taken, Park: reserved.Taken != ""})
}

// learn notes what a delivery found out about the counterpart.
func learn(l *directory.Link, got Counterpart) {
	l.Counterpart, l.Facts = got.ID, got.Facts
	switch {
	case l.Origin != directory.OriginUnknown:
	case got.Linked:
		l.Origin = directory.OriginLinked
	default:
		l.Origin = directory.OriginCreated
	}
}

// lookAgain is how long after a call without an answer it may still arrive and make
// somebody.
const lookAgain = time.Minute

// sought says what follows from a search, or from an account that is gone. A counterpart that has other names than it shall
// have gets them next. One that is not there, but was to be made before, is looked for
// once more.
func (s *shift) sought(ctx context.Context, want *directory.Desired, l *directory.Link, got Counterpart) (*directory.Delivered, error) {
	switch {
	case got.ID != "":
		learn(l, got)
		l.Names = got.Names
		r := directory.Delivered{Link: l}
		if l.Names != directory.NamesOf(want.User) {
			r.Cause, r.Retry = "was found under other names, and gets its own next", s.now()
		}
		return s.acts(ctx, want, l, r)
	case want.Link != nil && want.Link.Delivered.IsZero():
		return &directory.Delivered{Link: l, Cause: "was not found, but a call before that had no answer may still make it",
			Retry: s.now().Add(lookAgain)}, nil
	}
	return s.acts(ctx, want, nil, directory.Delivered{None: true})
}

// linkOf returns what is known of the counterpart, which may be nothing yet.
func linkOf(want *directory.Desired) directory.Link {
	if want.Link != nil {
		return *want.Link
	}
	return directory.Link{Type: want.Delivery.Type, Record: want.Delivery.Record}
}

func (s *shift) deliver(ctx context.Context, want *directory.Desired, l directory.Link, names directory.Names) (Counterpart, error) {
	ctx, cancel := context.WithTimeout(ctx, s.patience())
	defer cancel()
	active := want.User.EffectivelyActive()
	got, err := s.target.Deliver(ctx, Desired{ID: want.User.ID, User: want.User, Active: active, OnlyFind: want.OnlyFind(),
		Grants: want.Grants, Names: names, Counterpart: l.Counterpart, Facts: l.Facts})
	if err == nil && active && got.ID == "" {
		return got, errNobody
	}
	return got, err
}

// errNobody is about a target that breaks its contract.
var errNobody = errors.New("the target made somebody and does not say whom")

// remove removes the counterpart of somebody who is gone for good.
func (s *shift) remove(ctx context.Context, want *directory.Desired) *directory.Delivered {
	l := want.Link
	if l == nil {
		return &directory.Delivered{Gone: true}
	}
	ctx, cancel := context.WithTimeout(ctx, s.patience())
	defer cancel()
	err := s.target.Remove(ctx, Tombstone{ID: directory.ResourceID(l.Record), Counterpart: l.Counterpart, Names: l.Names,
		Erasure: l.Erasure, AskedBy: l.AskedBy})
	if err != nil {
		r := retry(err, want.Delivery.Attempts, s.now())
		return &r
	}
	return &directory.Delivered{Gone: true}
}
