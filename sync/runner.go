package sync

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"rollcall/directory"
)

// Runner passes over LDAP sources: it reads, proves the read complete, finds out what
// differs, lets the guard look, applies through the directory's door and reports.
type Runner struct {
	Directory *directory.Directory
	Logger    *slog.Logger     // nil: no logs
	Owner     string           // names this process in the lease
	Now       func() time.Time // nil: the system's clock
}

// Configured is an LDAP source as the configuration has it.
type Configured struct {
	Workspace directory.WorkspaceID
	Name      directory.SourceID
	Source    Source
	Digest    string // of how entries are mapped: another one makes every entry be applied anew
	// Definition is a digest of the whole of it. A run is refused when another one was put
	// into force meanwhile; empty: it never is.
	Definition string
	Limits     Limits
	Missing    Missing
}

// Missing says what happens to people who are no longer in their source. The zero
// value deactivates after two complete runs an hour apart and deletes nobody.
type Missing struct {
	Runs        int           // complete runs that do not find the person; 0: 2
	Apart       time.Duration // the least time between two that count; 0: an hour
	Keep        bool          // leave people as they are
	DeleteAfter time.Duration // after the deactivation; 0: never
}

func (m Missing) runs() int {
	if m.Runs == 0 {
		return 2
	}
	return m.Runs
}

func (m Missing) apart() time.Duration {
	if m.Apart == 0 {
		return time.Hour
	}
	return m.Apart
}

// Plan reads c's source and reports what a run would do. It changes nobody.
func (r *Runner) Plan(ctx context.Context, by directory.Actor, c Configured) (*directory.Run, error) {
	return r.pass(ctx, by, c, directory.BeginRun{Source: c.Name, For: directory.PlanRun})
}

// Run reads c's source and applies what differs, unless the guard holds it.
func (r *Runner) Run(ctx context.Context, by directory.Actor, c Configured) (*directory.Run, error) {
	return r.pass(ctx, by, c, directory.BeginRun{Source: c.Name, For: directory.ApplyRun})
}

// Approve reads c's source again and applies what stands in the plan of a held run and
// is still true. What is new since then waits for the next run.
func (r *Runner) Approve(ctx context.Context, by directory.Actor, c Configured, held string) (*directory.Run, error) {
	return r.pass(ctx, by, c, directory.BeginRun{Source: c.Name, For: directory.ApplyRun, Approves: held})
}

// pass takes the lease, works under it and gives it back. Its error says that there was
// no run; a run that went wrong is no error but a run whose state is failed.
func (r *Runner) pass(ctx context.Context, by directory.Actor, c Configured, begin directory.BeginRun) (*directory.Run, error) {
	begin.Owner, begin.Definition = r.Owner, c.Definition
	got, err := r.Directory.Apply(ctx, by, begin)
	if err != nil {
		return nil, err
	}
	p, err := newPass(r, c, got.Run)
	if err != nil {
		return nil, err
	}
	defer p.close()
	ctx, stop := p.keepLease(ctx)
	err = p.walk(ctx)
	stop()
	return p.end(context.WithoutCancel(ctx), err)
}

func (r *Runner) now() time.Time {
	if r.Now != nil {
		return r.Now()
	}
	return time.Now()
}

// pass is one run on its way.
type pass struct {
	*Runner
	c     Configured
	run   *directory.Run
	actor directory.Actor
	began time.Time

	people   *census[Person]
	groups   *census[Group]
	byRef    map[string]*known                 // people who were read, by how groups name them
	stay     map[string][]directory.ResourceID // who is missing and stays in a group, by its key
	absent   map[directory.ResourceID]bool     // the records of missing, once somebody asked
	byRecord map[directory.ResourceID]*known   // people by their records, once somebody asked
	approved map[string]bool                   // what an approved plan has; nil: everything may be done

	tally   Tally
	found   directory.Findings // not yet written
	doubts  bool               // an entry could not be told apart: nobody is taken to be gone
	removed int64

	gone       []*known // people who are taken to be gone now
	missing    []*known // people who are absent, and not yet taken to be gone
	goneGroups []*known
	expired    []*known // people who were gone long enough to be deleted

	newPeople recreated // who waits for somebody to say whether they are somebody known
	newGroups recreated
	lost      map[string]int64 // how many would lose something, by path
}

func newPass(r *Runner, c Configured, run *directory.Run) (*pass, error) {
	p := &pass{Runner: r, c: c, run: run, byRef: map[string]*known{}, stay: map[string][]directory.ResourceID{}, newPeople: recreated{}, newGroups: recreated{}, lost: map[string]int64{}, began: r.now(), actor: directory.Actor{Kind: directory.RunActor, ID: run.ID,
		Name: string(c.Name), Workspace: c.Workspace, Source: c.Name, RequestID: run.ID}}
	var err error
	if p.people, err = newCensus[Person](); err != nil {
		return nil, err
	}
	p.groups, err = newCensus[Group]()
	return p, err
}

func (p *pass) close() {
	p.people.close()
	if p.groups != nil {
		p.groups.close()
	}
}

// keepLease says from time to time that the run is alive, and cancels it when the lease
// is lost: another run may have taken over.
func (p *pass) keepLease(ctx context.Context) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	var work sync.WaitGroup
	work.Go(func() {
		repeat(ctx, directory.LeaseTime/3, func() {
			if err := p.Directory.Note(ctx, p.actor, directory.Findings{}); directory.Is(err, directory.Denied) {
				cancel(err)
			}
		})
	})
	return ctx, func() { cancel(nil); work.Wait() }
}

// errHeld ends a walk that the guard stopped.
var errHeld = errors.New("held by the guard")

// walk takes the steps of a run. Nothing is applied before the read of everything is
// known to be complete.
func (p *pass) walk(ctx context.Context) error {
	steps := []func(context.Context) error{p.recall, p.read, p.compare, p.guard, p.apply}
	for _, step := range steps {
		if err := step(ctx); err != nil {
			if cause := context.Cause(ctx); cause != nil {
				return cause
			}
			return err
		}
	}
	return nil
}

// end says how the run ended. What was found is on record whatever came of it.
func (p *pass) end(ctx context.Context, failure error) (*directory.Run, error) {
	r := *p.run
	r.Counts, r.Guard, r.Removed = p.run.Counts, p.run.Guard, p.removed
	switch {
	case errors.Is(failure, errHeld):
		r.State = directory.RunHeld
	case errors.Is(failure, context.Canceled):
		r.State, r.Error = directory.RunFailed, "the process was stopped; the next run goes on"
	case failure != nil:
		r.State, r.Error = directory.RunFailed, sentence(failure)
	case r.Kind == directory.PlanRun:
		r.State = directory.RunPlanned
	default:
		r.State = directory.RunDone
	}
	if err := p.flush(ctx); err != nil {
		return nil, err
	}
	got, err := p.Directory.Apply(ctx, p.actor, directory.EndRun{Run: r})
	if err != nil {
		return nil, fmt.Errorf("end run %s: %w", r.ID, err)
	}
	if p.Logger != nil {
		p.Logger.Info("run ended", "workspace", p.c.Workspace, "source", p.c.Name, "run", r.ID, "state", r.State,
			"read", r.Counts.Read, "guard", r.Guard.Why, "dur", p.now().Sub(p.began))
	}
	return got.Run, nil
}

// sentence is what an operator is told of a failure.
func sentence(err error) string {
	var e *directory.Error
	if errors.As(err, &e) && e.Kind != directory.Internal {
		return e.Detail()
	}
	return err.Error()
}
