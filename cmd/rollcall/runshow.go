package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"rollcall/directory"
)

// shownRun is a run as it is printed; its counts are of people.
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
	Guard   directory.GuardReport     `json:"guard"`
	Errors  []directory.RunError      `json:"errors"`
	Changes []directory.PlannedChange `json:"changes"`
}

func runShown(r *directory.Run) shownRun {
	return shownRun{Source: r.Source, Run: r.ID, Kind: r.Kind, State: r.State, By: r.By, Approves: r.Approves, Started: r.Started,
		Ended: r.Ended, Error: r.Error, RunCounts: r.Counts, Guard: r.Guard, Errors: []directory.RunError{},
		Changes: []directory.PlannedChange{}}
}

// why says what somebody should know of a run beyond its state.
func (r shownRun) why() string {
	if r.Error != "" {
		return r.Error
	}
	return r.Guard.Why
}

// mostShown is how many changes and errors a terminal gets; JSON has all of them.
const mostShown = 50

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
	r.writeChanges(w)
	r.writeErrors(w)
}

func (r shownRun) writeChanges(w io.Writer) {
	if len(r.Changes) == 0 {
		return
	}
	fmt.Fprintln(w)
	var rows [][]string
	for _, c := range r.Changes[:min(len(r.Changes), mostShown)] {
		rows = append(rows, []string{c.Action, string(c.Type), c.Name, attributesShown(c.Attributes), c.Reason})
	}
	table(w, []string{"ACTION", "TYPE", "NAME", "ATTRIBUTES", "REASON"}, rows)
	more(w, len(r.Changes))
}

func attributesShown(diffs []directory.Diff) string {
	names := make([]string, len(diffs))
	for i, d := range diffs {
		names[i] = d.Path
	}
	return strings.Join(names, ", ")
}

func (r shownRun) writeErrors(w io.Writer) {
	if len(r.Errors) == 0 {
		return
	}
	fmt.Fprintln(w)
	var rows [][]string
	for _, e := range r.Errors[:min(len(r.Errors), mostShown)] {
		rows = append(rows, []string{e.Entry, e.Attribute, e.Reason})
	}
	table(w, []string{"ENTRY", "ATTRIBUTE", "WHAT IS WRONG"}, rows)
	more(w, len(r.Errors))
}

func more(w io.Writer, n int) {
	if n > mostShown {
		fmt.Fprintf(w, "… and %d more; --json shows all\n", n-mostShown)
	}
}
