package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"rollcall/directory"
)

// shownRun is a run as it is printed, before what it reports entry by entry; its counts
// are of people.
type shownRun struct {
	Source   directory.SourceID `json:"source"`
	Run      string             `json:"run"`
	Kind     directory.RunKind  `json:"kind"`
	State    directory.RunState `json:"state"`
	By       string             `json:"by"`
	Approves string             `json:"approves,omitempty"`
	Started  time.Time          `json:"started"`
	Ended    time.Time          `json:"ended,omitzero"`
	Error    string             `json:"error,omitempty"`
	directory.RunCounts
	Guard directory.GuardReport `json:"guard"`
}

func runShown(r *directory.Run) shownRun {
	return shownRun{Source: r.Source, Run: r.ID, Kind: r.Kind, State: r.State, By: r.By, Approves: r.Approves, Started: r.Started,
		Ended: r.Ended, Error: r.Error, RunCounts: r.Counts, Guard: r.Guard}
}

// why says what somebody should know of a run beyond its state.
func (r shownRun) why() string {
	if r.Error != "" {
		return r.Error
	}
	return r.Guard.Why
}

// printRun prints a run with everything that it reports, read from the store while it is
// printed: the first run of a large company has a change for everybody.
func (a *app) printRun(ctx context.Context, s *session, r *directory.Run) error {
	err := s.Read(ctx, s.by, func(ctx context.Context, tx directory.ReadTx) error {
		if a.JSON {
			return writeRunJSON(ctx, a.stdout, tx, r)
		}
		return writeRunText(ctx, a.stdout, tx, r)
	})
	if err != nil {
		return fmt.Errorf("print the report of run %s: %w", r.ID, err)
	}
	return nil
}

// writeRunJSON writes one object: what there is to say of the run, its errors, and its
// changes.
func writeRunJSON(ctx context.Context, to io.Writer, tx directory.RunReader, r *directory.Run) error {
	out := bufio.NewWriterSize(to, 64<<10)
	var head bytes.Buffer
	if err := encode(&head, runShown(r)); err != nil {
		return err
	}
	out.Write(bytes.TrimSuffix(head.Bytes(), []byte("}\n"))) // bufio keeps its first error until Flush
	errs := elements{out: out}
	out.WriteString(`,"errors":[`)
	if err := tx.RunErrors(ctx, r.ID, func(e *directory.RunError) error { return errs.add(e) }); err != nil {
		return err
	}
	changes := elements{out: out}
	out.WriteString(`],"changes":[`)
	if err := tx.RunChanges(ctx, r.ID, func(c *directory.PlannedChange) error { return changes.add(c) }); err != nil {
		return err
	}
	out.WriteString("]}\n")
	return out.Flush()
}

// writeRunText writes a run for a terminal: the first changes and errors only.
func writeRunText(ctx context.Context, w io.Writer, tx directory.RunReader, r *directory.Run) error {
	var changes, errs excerpt
	err := errors.Join(
		tx.RunChanges(ctx, r.ID, func(c *directory.PlannedChange) error {
			changes.add(c.Action, string(c.Type), c.Name, attributesShown(c.Attributes), c.Reason)
			return nil
		}),
		tx.RunErrors(ctx, r.ID, func(e *directory.RunError) error {
			errs.add(e.Entry, e.Attribute, e.Reason)
			return nil
		}))
	if err != nil {
		return err
	}
	runShown(r).write(w)
	changes.write(w, "ACTION", "TYPE", "NAME", "ATTRIBUTES", "REASON")
	errs.write(w, "ENTRY", "ATTRIBUTE", "WHAT IS WRONG")
	return nil
}

func (r shownRun) write(w io.Writer) {
	fields(w, "source", string(r.Source), "run", r.Run, "state", string(r.State), "why", r.why(), "started", shownTime(r.Started),
		"ended", shownTime(r.Ended))
	fmt.Fprintln(w)
	table(w, []string{"READ", "CREATED", "UPDATED", "DEACTIVATED", "REACTIVATED", "DELETED", "UNCHANGED", "MISSING", "CONFLICTS", "REFUSED", "HELD"},
		[][]string{{number(r.Read), number(r.Created), number(r.Updated), number(r.Deactivated), number(r.Reactivated), number(r.Deleted),
			number(r.Unchanged), number(r.Missing), number(r.Conflicts), number(r.Refused), number(r.Held)}})
	if g := r.Groups; g != (directory.GroupCounts{}) {
		fmt.Fprintf(w, "\ngroups: %d created, %d updated, %d deleted; members: %d added, %d removed\n", g.Created, g.Updated,
			g.Deleted, g.MembersAdded, g.MembersRemoved)
	}
}

// mostShown is how many changes and errors a terminal gets; JSON has all of them.
const mostShown = 50

// excerpt is the first rows of a table, and how many there are in all.
type excerpt struct {
	rows [][]string
	n    int
}

func (e *excerpt) add(cells ...string) {
	if e.n++; e.n <= mostShown {
		e.rows = append(e.rows, cells)
	}
}

func (e *excerpt) write(w io.Writer, heading ...string) {
	if e.n == 0 {
		return
	}
	fmt.Fprintln(w)
	table(w, heading, e.rows)
	if e.n > mostShown {
		fmt.Fprintf(w, "… and %d more; --json shows all\n", e.n-mostShown)
	}
}

func attributesShown(diffs []directory.Diff) string {
	names := make([]string, len(diffs))
	for i, d := range diffs {
		names[i] = d.Path
	}
	return strings.Join(names, ", ")
}
