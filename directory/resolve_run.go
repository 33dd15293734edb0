package directory

import (
	"context"
	"errors"
	"fmt"
	"slices"
)

// holdsLease keeps a run that was thought dead, and comes back, from writing anything:
// its lease is checked in every transaction in which it writes. A plan writes nothing,
// and the signs of life that its run gives are not in its snapshot.
func (p *passage) holdsLease(ctx context.Context) error {
	if _, planned := p.tx.(*overlay); planned || p.by.Kind != RunActor {
		return nil
	}
	r, err := found(p.tx.Run(ctx, p.by.ID))
	if err != nil {
		return fmt.Errorf("read run %s: %w", p.by.ID, err)
	}
	if r == nil || r.Source != p.by.Source || !r.Live(p.now) {
		return leaseLost(p.by.ID)
	}
	return nil
}

func leaseLost(run string) *Error {
	return Errorf(Denied, "run", "the run %s has lost its lease", run).
		Hinted("another run has taken over, or its source is gone from the configuration; this one stops")
}

// resolveBegin takes the lease of a source. A run whose owner is silent is given up.
func (p *passage) resolveBegin(ctx context.Context, c BeginRun) error {
	s, err := found(p.tx.Source(ctx, c.Source))
	switch {
	case err != nil:
		return fmt.Errorf("read source %s: %w", c.Source, err)
	case s == nil:
		return Errorf(NotFound, "name", "there is no source %s", c.Source).Hinted("see: rollcall sources list")
	case s.Paused != nil:
		return paused(s)
	case c.For == ApplyRun && s.Detached != 0:
		return Errorf(Denied, "source", "the source %s is gone from the configuration", c.Source).
			Hinted("put it back; or rollcall sources release or transfer decides whose its people are")
	case c.For == ApplyRun && s.definedOtherwise(c.Definition):
		return otherDefinition(c.Source)
	}
	open, err := p.tx.OpenRuns(ctx, c.Source)
	if err != nil {
		return fmt.Errorf("read runs of %s: %w", c.Source, err)
	}
	for i := range open {
		if open[i].Live(p.now) {
			return beingRead(&open[i])
		}
	}
	if c.Resumes != "" && !slices.ContainsFunc(open, func(r Run) bool { return r.ID == c.Resumes && r.State == RunRunning }) {
		return Errorf(Stale, "run", "the run %s has ended, or another one took its place", c.Resumes)
	}
	r := &Run{ID: string(NewID(p.now)), Source: c.Source, Kind: c.For, State: RunRunning, By: p.by.String(),
		Approves: c.Approves, Owner: c.Owner, Started: p.now, Beat: p.now}
	p.what = ref{RunRecord, r.ID, string(r.Source)}
	p.receipt.Run = r
	return p.begin(r, open)
}

// definedOtherwise reports whether another definition of s is in force than the one that a
// process knows; empty: it does not matter to it.
func (s *Source) definedOtherwise(definition string) bool {
	return definition != "" && s.Definition != definition
}

func otherDefinition(source SourceID) *Error {
	return Errorf(Denied, "source", "the source %s is defined otherwise than this process knows it", source).
		Hinted("another process read a newer configuration; make this one read it too: send it SIGHUP or start it anew")
}

// beingRead is the refusal to begin what a run that is alive would get in the way of. A
// process that was killed keeps the lease for a moment.
func beingRead(r *Run) *Error {
	return Errorf(Unavailable, "run", "the source %s is being read by run %s since %s", r.Source, r.ID, FormatTime(r.Started)).
		Hinted("wait for it to end; if its process is gone, until %s", FormatTime(r.Beat.Add(LeaseTime)))
}

// BeingRead reports whether err is the refusal of what would get in the way of a run.
func BeingRead(err error) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && e.Kind == Unavailable && e.Attr == "run"
}

// begin writes the run, ends those that nobody works on any more, and closes the held
// one that it carries out. A plan does not do what was left undone, so it leaves a run
// that was killed to the next one.
func (p *passage) begin(r *Run, open []Run) error {
	writes := []*Run{r}
	var approved bool
	for i := range open {
		o := &open[i]
		switch {
		case o.State == RunRunning && r.Kind == PlanRun && o.Kind == ApplyRun:
			continue
		case o.State == RunRunning:
			p.abandon(o)
		case o.ID == r.Approves && o.State == RunHeld:
			o.State, approved = RunApproved, true
		default:
			continue
		}
		writes = append(writes, o)
	}
	if r.Approves != "" && !approved {
		return Errorf(NotFound, "run", "no run %s of the source %s is held", r.Approves, r.Source).
			Hinted("see: rollcall sync history %s", r.Source)
	}
	p.putRuns(Created, writes, Diff{Path: "state", After: r.State}, Diff{Path: "kind", After: r.Kind})
	return nil
}

// abandon ends a run that nobody works on any more.
func (p *passage) abandon(r *Run) {
	r.State, r.Ended, r.Error = RunFailed, p.now, "the process that worked on it ended or hung"
}

func (p *passage) resolveAbandon(ctx context.Context, c AbandonRun) error {
	r, err := found(p.tx.Run(ctx, c.ID))
	if err != nil {
		return fmt.Errorf("read run %s: %w", c.ID, err)
	}
	if r == nil || r.State != RunRunning || r.Live(p.now) {
		return Errorf(Stale, "run", "the run %s has ended, or is alive", c.ID)
	}
	p.abandon(r)
	p.what.name, p.receipt.Run = string(r.Source), r
	p.putRuns(Updated, []*Run{r}, Diff{Path: "state", Before: RunRunning, After: r.State}, Diff{Path: "error", After: r.Error})
	return nil
}

func (p *passage) putRuns(outcome Outcome, runs []*Run, diff ...Diff) {
	p.other = &otherMove{outcome: outcome, diff: diff, write: func(ctx context.Context) error {
		for _, r := range runs {
			if err := p.tx.PutRun(ctx, r); err != nil {
				return fmt.Errorf("write run %s: %w", r.ID, err)
			}
		}
		return nil
	}}
}

// resolveDetach notes that a source is gone from the configuration, and ends a run of it
// that is under way: whoever works on it has lost the lease.
func (p *passage) resolveDetach(ctx context.Context, c DetachSource) error {
	s, err := found(p.tx.Source(ctx, c.ID))
	if err != nil {
		return fmt.Errorf("read source %s: %w", c.ID, err)
	}
	if s != nil && s.Kind == SCIMClient {
		return neverDetached(c.ID)
	}
	if err := p.editSource(ctx, c.ID, "detached", p.detach); err != nil {
		return err
	}
	open, err := p.tx.OpenRuns(ctx, c.ID)
	if err != nil {
		return fmt.Errorf("read runs of %s: %w", c.ID, err)
	}
	note := p.other.write
	p.other.write = func(ctx context.Context) error {
		if err := p.endRuns(ctx, open); err != nil {
			return err
		}
		if err := p.closePairs(ctx, c.ID); err != nil {
			return err
		}
		return note(ctx)
	}
	return nil
}

// endRuns takes the lease of those who are applying what they read.
func (p *passage) endRuns(ctx context.Context, open []Run) error {
	for i := range open {
		r := &open[i]
		if r.State != RunRunning || r.Kind != ApplyRun {
			continue
		}
		r.State, r.Ended, r.Error = RunFailed, p.now, "its source was taken out of the configuration"
		if err := p.tx.PutRun(ctx, r); err != nil {
			return fmt.Errorf("end run %s: %w", r.ID, err)
		}
	}
	return nil
}

// closePairs ends what only another run of a source could say is still so.
func (p *passage) closePairs(ctx context.Context, id SourceID) error {
	all, err := p.tx.Conflicts(ctx)
	if err != nil {
		return fmt.Errorf("read conflicts: %w", err)
	}
	for _, k := range all {
		if k.Source != id || k.Kind.Relinks() == "" {
			continue
		}
		if err := p.tx.DeleteConflict(ctx, k.ID); err != nil {
			return fmt.Errorf("close conflict %s: %w", k.ID, err)
		}
	}
	return nil
}

// resolveEnd writes how a run ended. A run that found nothing unusual closes the held
// ones before it.
func (p *passage) resolveEnd(ctx context.Context, c EndRun) error {
	if c.Run.ID != p.by.ID {
		return leaseLost(c.Run.ID)
	}
	r := c.Run
	r.Ended = p.now
	writes := []*Run{&r}
	if r.State == RunDone {
		open, err := p.tx.OpenRuns(ctx, r.Source)
		if err != nil {
			return fmt.Errorf("read runs of %s: %w", r.Source, err)
		}
		for i := range open {
			if open[i].State == RunHeld {
				open[i].State = RunSuperseded
				writes = append(writes, &open[i])
			}
		}
	}
	p.receipt.Run = &r
	diff := []Diff{{Path: "state", Before: RunRunning, After: r.State}}
	if r.Guard.Tripped {
		diff = append(diff, Diff{Path: "guard", After: r.Guard.Why})
	}
	if r.Error != "" {
		diff = append(diff, Diff{Path: "error", After: r.Error})
	}
	p.putRuns(Updated, writes, diff...)
	return nil
}

func (p *passage) resolveReject(ctx context.Context, c RejectRun) error {
	r, err := found(p.tx.Run(ctx, c.ID))
	if err != nil {
		return fmt.Errorf("read run %s: %w", c.ID, err)
	}
	if r == nil || r.State != RunHeld {
		return Errorf(NotFound, "run", "no run %s is held", c.ID).Hinted("see: rollcall sync history NAME")
	}
	r.State = RunRejected
	p.what.name, p.reason, p.receipt.Run = string(r.Source), c.Reason, r
	p.putRuns(Updated, []*Run{r}, Diff{Path: "state", Before: RunHeld, After: RunRejected})
	return nil
}
