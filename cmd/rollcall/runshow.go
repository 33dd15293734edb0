package main

import (
	"fmt"
	"io"
	"slices"
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

// took is how long a run went on; nothing while it is under way.
func (r shownRun) took() string {
	if r.Ended.IsZero() {
		return ""
	}
	return r.Ended.Sub(r.Started).Round(time.Millisecond).String()
}

// applied reports whether what the run found was done, or begun.
func (r shownRun) applied() bool {
	return slices.Contains([]directory.RunState{directory.RunRunning, directory.RunDone, directory.RunFailed}, r.State)
}

// counted is a count and what it is of.
type counted struct {
	n    int64
	what string
}

// inWords lists what there is at least one of.
func inWords(all ...counted) string {
	var said []string
	for _, c := range all {
		if c.n > 0 {
			said = append(said, number(c.n)+" "+c.what)
		}
	}
	return strings.Join(said, ", ")
}

// people says what came of the people whom the run read, and of those whom it did not.
func (r shownRun) people() string {
	return inWords(counted{r.Created, "created"}, counted{r.Updated, "updated"}, counted{r.Deactivated, "deactivated"},
		counted{r.Reactivated, "reactivated"}, counted{r.Deleted, "deleted"}, counted{r.Missing, "missing"},
		counted{r.Conflicts, "in conflict"}, counted{r.Refused, "refused"})
}

// groups says what came of the groups, and how many memberships began and ended.
func (r shownRun) groups() string {
	g := r.Groups
	return inWords(counted{g.Created, "created"}, counted{g.Updated, "updated"}, counted{g.Deleted, "deleted"},
		counted{g.MembersAdded, "joined"}, counted{g.MembersRemoved, "left"})
}

// gist is a run in a few words, for a list.
func (r shownRun) gist() string {
	if r.why() != "" {
		return r.why()
	}
	said := r.people()
	if groups := r.groups(); groups != "" {
		said = strings.TrimPrefix(said+"; groups: "+groups, "; ")
	}
	if said == "" && !r.Ended.IsZero() {
		return "nothing new"
	}
	return said
}

// mostShown is how many changes and errors a terminal gets; JSON has all of them.
const mostShown = 50

func (r shownRun) write(w io.Writer) {
	whole := inWords(counted{r.Unchanged, "unchanged"}, counted{r.Held, "without a seat"})
	people := strings.Trim(r.people()+", "+whole, ", ")
	planned := ""
	if !r.applied() {
		planned = " (planned)"
	}
	fields(w, "source", string(r.Source), "run", r.Run, "kind", string(r.Kind), "state", string(r.State), "why", r.why(), "by", r.By,
		"approves", r.Approves, "started", shownTime(r.Started), "took", r.took(), "read", number(r.Read)+" people", "people"+planned, people,
		"groups"+planned, r.groups())
	r.writeChanges(w)
	r.writeErrors(w)
	if r.State == directory.RunHeld {
		fmt.Fprintf(w, "\nNothing of this was done. Carry it out with: rollcall sync approve %s\nor close it with: rollcall sync reject %s\n",
			r.Run, r.Run)
	}
}

// writeChanges lists what is changed. Entries that could not be used stand among the
// errors.
func (r shownRun) writeChanges(w io.Writer) {
	var rows [][]string
	for _, c := range r.Changes {
		if c.Action != "conflict" && c.Action != "refuse" {
			rows = append(rows, []string{c.Action, string(c.Type), c.Name, attributesShown(c), c.Reason})
		}
	}
	r.writeRows(w, []string{"ACTION", "TYPE", "NAME", "CHANGES", "REASON"}, rows)
}

func (r shownRun) writeErrors(w io.Writer) {
	var rows [][]string
	for _, e := range r.Errors {
		rows = append(rows, []string{e.Entry, e.Attribute, e.Reason})
	}
	r.writeRows(w, []string{"ENTRY", "ATTRIBUTE", "WHAT IS WRONG"}, rows)
}

// writeRows writes a table apart from what is above, unless it is empty.
func (r shownRun) writeRows(w io.Writer, heading []string, rows [][]string) {
	if len(rows) == 0 {
		return
	}
	fmt.Fprintln(w)
	table(w, heading, rows[:min(len(rows), mostShown)])
	if n := len(rows); n > mostShown {
		fmt.Fprintf(w, "… and %d more; --json shows all\n", n-mostShown)
	}
}

// attributesShown says what is changed about somebody. Of somebody new everything is.
func attributesShown(c directory.PlannedChange) string {
	if c.Action == "create" {
		return ""
	}
	var said []string
	for _, d := range c.Attributes {
		name := d.Path[strings.LastIndex(d.Path, ":")+1:]
		before, beforeIsText := valueShown(d.Before)
		after, afterIsText := valueShown(d.After)
		if beforeIsText && afterIsText {
			name += ": " + before + " → " + after
		}
		said = append(said, name)
	}
	return strings.Join(said, ", ")
}

// longestValue is how much of a value fits into a table.
const longestValue = 40

// valueShown returns a value as text, if it is one: of several the first.
func valueShown(v any) (text string, ok bool) {
	switch v := v.(type) {
	case nil:
		return "nothing", true
	case bool:
		return yesNo(v), true
	case string:
		if runes := []rune(v); len(runes) > longestValue {
			return string(runes[:longestValue]) + "…", true
		}
		return v, true
	case []any:
		if len(v) > 0 {
			return valueShown(v[0])
		}
	case map[string]any:
		if value, has := v["value"]; has {
			return valueShown(value)
		}
	}
	return "", false
}
