package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"

	"rollcall/directory"
	bridgesync "rollcall/sync"
)

// syncCommands are rollcall sync ….
type syncCommands struct {
	Plan    syncPlan    `cmd:"" help:"Read an LDAP source and say what a run would do; nothing is changed."`
	Run     syncRun     `cmd:"" help:"Read an LDAP source and apply what differs."`
	Approve syncApprove `cmd:"" help:"Carry out the plan of a run that the guard held, as far as it is still true."`
	Reject  syncReject  `cmd:"" help:"Close a run that the guard held."`
	History syncHistory `cmd:"" help:"List the runs of a source."`
	Show    syncShow    `cmd:"" help:"Show what a run did, or would do, entry by entry."`
}

// syncPlan is rollcall sync plan.
type syncPlan struct {
	Name directory.SourceID `arg:"" help:"Name of the source."`
}

// Run plans a run.
func (c syncPlan) Run(ctx context.Context, a *app) error {
	return a.syncing(ctx, c.Name, directory.PlanRun, func(s *session, r *bridgesync.Runner, source bridgesync.Configured) (*directory.Run, error) {
		return r.Plan(ctx, s.by, source)
	})
}

// syncRun is rollcall sync run.
type syncRun struct {
	Name directory.SourceID `arg:"" help:"Name of the source."`
}

// Run runs a source.
func (c syncRun) Run(ctx context.Context, a *app) error {
	return a.syncing(ctx, c.Name, directory.ApplyRun, func(s *session, r *bridgesync.Runner, source bridgesync.Configured) (*directory.Run, error) {
		return r.Run(ctx, s.by, source)
	})
}

// syncApprove is rollcall sync approve.
type syncApprove struct {
	ID string `arg:"" name:"run" help:"Id of the run that is held."`
}

// Run reads the source again and applies what is in the plan and still true.
func (c syncApprove) Run(ctx context.Context, a *app) error {
	var name directory.SourceID
	err := a.work(ctx, func(s *session) (err error) {
		name, err = s.sourceOfRun(ctx, c.ID)
		return err
	})
	if err != nil {
		return err
	}
	return a.syncing(ctx, name, directory.ApplyRun, func(s *session, r *bridgesync.Runner, source bridgesync.Configured) (*directory.Run, error) {
		return r.Approve(ctx, s.by, source, c.ID)
	})
}

// syncReject is rollcall sync reject.
type syncReject struct {
	ID     string `arg:"" name:"run" help:"Id of the run that is held."`
	Reason string `placeholder:"TEXT" help:"Why, for the audit log."`
}

// Run closes a held run.
func (c syncReject) Run(ctx context.Context, a *app) error {
	return a.work(ctx, func(s *session) error {
		got, err := s.Apply(ctx, s.by, directory.RejectRun{ID: c.ID, Reason: c.Reason})
		if err != nil {
			return err
		}
		return a.say(map[string]any{"run": c.ID, "source": got.Run.Source, "state": got.Run.State}, "the run %s is rejected", c.ID)
	})
}

func (s *session) sourceOfRun(ctx context.Context, id string) (name directory.SourceID, err error) {
	err = s.Read(ctx, s.by, func(ctx context.Context, tx directory.ReadTx) error {
		r, err := tx.Run(ctx, id)
		if directory.Is(err, directory.NotFound) {
			return directory.Errorf(directory.NotFound, "run", "there is no run %s", id).Hinted("see: rollcall sync history NAME")
		}
		if err == nil {
			name = r.Source
		}
		return err
	})
	return name, err
}

// syncing runs pass on a configured source and prints what came of it. A run that was
// held exits with 3, one that failed with 1; an entry that could not be used is no
// failure.
func (a *app) syncing(ctx context.Context, name directory.SourceID, kind directory.RunKind, pass func(*session, *bridgesync.Runner, bridgesync.Configured) (*directory.Run, error)) error {
	return a.work(ctx, func(s *session) error {
		source, err := a.ldapSource(ctx, s, name, kind)
		if err != nil {
			return err
		}
		runner := &bridgesync.Runner{Directory: s.Directory, Owner: owner()}
		r, err := pass(s, runner, source)
		if err != nil {
			return err
		}
		if err := a.printRun(ctx, s, r); err != nil {
			return err
		}
		return howItEnded(r)
	})
}

// owner names this process in a lease.
func owner() string {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	return host + ":" + strconv.Itoa(os.Getpid())
}

func howItEnded(r *directory.Run) error {
	switch r.State {
	case directory.RunHeld:
		return heldError{directory.Errorf(directory.Denied, "run", "the run %s is held: %s", r.ID, r.Guard.Why).
			Hinted("look at it with: rollcall sync show %s, then rollcall sync approve or reject %s", r.ID, r.ID)}
	case directory.RunFailed:
		return directory.Errorf(directory.Unavailable, "", "the run failed, and nobody was taken to be gone: %s", r.Error)
	}
	return nil
}

// syncHistory is rollcall sync history.
type syncHistory struct {
	Name  directory.SourceID `arg:"" help:"Name of the source."`
	Limit int                `default:"20" help:"How many runs, the latest first."`
}

// Run lists the runs of a source.
func (c syncHistory) Run(ctx context.Context, a *app) error {
	if c.Limit < 1 {
		return usageError{errors.New("--limit counts from 1")}
	}
	return a.work(ctx, func(s *session) error {
		return s.Read(ctx, s.by, func(ctx context.Context, tx directory.ReadTx) error {
			runs, err := c.runs(ctx, s, tx)
			if err != nil {
				return err
			}
			l := a.list("runs", int64(len(runs)), "RUN", "KIND", "STATE", "STARTED", "TOOK", "READ", "WHAT CAME OF IT")
			for i := range runs {
				r := runShown(&runs[i])
				if err := l.add(r, r.Run, string(r.Kind), string(r.State), shownTime(r.Started), r.took(), number(r.Read),
					r.gist()); err != nil {
					return err
				}
			}
			if err := l.end("The source " + string(c.Name) + " has not been run"); err != nil || a.JSON {
				return err
			}
			when, err := scheduleOf(ctx, tx, s.configured, c.Name)
			if err == nil && !when.Next.IsZero() {
				fmt.Fprintf(a.stdout, "\nnext run %s\n", shownTime(when.Next))
			}
			return err
		})
	})
}

// runs reads the latest runs of a source. One that is neither configured nor known from
// before is a name that was mistyped.
func (c syncHistory) runs(ctx context.Context, s *session, tx directory.ReadTx) ([]directory.Run, error) {
	_, unconfigured := s.configured.Source(string(c.Name))
	_, err := tx.Source(ctx, c.Name)
	switch {
	case directory.Is(err, directory.NotFound) && unconfigured != nil:
		return nil, directory.Errorf(directory.NotFound, "name", "there is no source %s", c.Name).Hinted("see: rollcall sources list")
	case err != nil && !directory.Is(err, directory.NotFound):
		return nil, fmt.Errorf("read source %s: %w", c.Name, err)
	}
	return tx.Runs(ctx, c.Name, c.Limit)
}

func number(n int64) string { return strconv.FormatInt(n, 10) }

// syncShow is rollcall sync show.
type syncShow struct {
	ID string `arg:"" name:"run" help:"Id of the run."`
}

// Run shows one run.
func (c syncShow) Run(ctx context.Context, a *app) error {
	return a.work(ctx, func(s *session) error {
		var r *directory.Run
		err := s.Read(ctx, s.by, func(ctx context.Context, tx directory.ReadTx) (err error) {
			r, err = tx.Run(ctx, c.ID)
			return err
		})
		if directory.Is(err, directory.NotFound) {
			err = directory.Errorf(directory.NotFound, "run", "there is no run %s", c.ID).Hinted("see: rollcall sync history NAME")
		}
		if err != nil {
			return err
		}
		return a.printRun(ctx, s, r)
	})
}
