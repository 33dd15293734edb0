package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
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
	shown := shownRun{Source: r.Source, Run: r.ID, Kind: r.Kind, State: r.State, By: r.By, Approves: r.Approves, Started: r.Started,
		Ended: r.Ended, Error: r.Error, RunCounts: r.Counts, Guard: r.Guard}
	if dead(r) {
		shown.Error = "no sign of life since " + shownTime(r.Beat) + ": its process ended or hung"
	}
	return shown
}

// dead reports whether the process of a run that has not ended is no more, or hangs.
func dead(r *directory.Run) bool { return r.State == directory.RunRunning && !r.Live(time.Now()) }

// why says what somebody should know of a run beyond its state.
func (r shownRun) why() string {
	if r.Error != "" {
		return r.Error
	}
	if r.State == directory.RunPlanned && r.Guard.Tripped {
		return "would be held: " + r.Guard.Why
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
		counted{r.Recreated, "re-created"}, counted{r.Conflicts, "in conflict"}, counted{r.Refused, "refused"})
}

// groups says what came of the groups, and how many memberships began and ended.
func (r shownRun) groups() string {
	g := r.Groups
	return inWords(counted{g.Created, "created"}, counted{g.Updated, "updated"}, counted{g.Deleted, "deleted"},
		counted{g.Recreated, "re-created"}, counted{g.Conflicts, "in conflict"},
		counted{g.Refused, "refused"}, counted{g.MembersAdded, "joined"}, counted{g.MembersRemoved, "left"})
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
	if err := tx.RunChanges(ctx, r.ID, func(c *directory.PlannedChange) error {
		if c.Attributes == nil {
			c.Attributes = []directory.Diff{} // a list is a list, for those who read it
		}
		return changes.add(c)
	}); err != nil {
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
			if c.Action != "conflict" && c.Action != "refuse" { // those stand among the errors
				changes.add(c.Action, string(c.Type), c.Name, attributesShown(*c), c.Reason)
			}
			return nil
		}),
		tx.RunErrors(ctx, r.ID, func(e *directory.RunError) error {
			errs.add(e.Entry, e.Attribute, e.Reason)
			return nil
		}))
	if err != nil {
		return err
	}
	shown := runShown(r)
	shown.write(w)
	changes.write(w, "ACTION", "TYPE", "NAME", "CHANGES", "REASON")
	errs.write(w, "ENTRY", "ATTRIBUTE", "WHAT IS WRONG")
	shown.writeAdvice(w)
	return nil
}

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
}

// writeAdvice says how to decide about a run that is held, and about entries that were
// made anew.
func (r shownRun) writeAdvice(w io.Writer) {
	if r.Recreated+r.Groups.Recreated > 0 {
		fmt.Fprintf(w, "\nOf those who are re-created the source has another identifier than before. If they are the same, join them after a run\nwith: rollcall sources relink %s\n", r.Source)
	}
	if r.State == directory.RunHeld {
		fmt.Fprintf(w, "\nNothing of this was done. Carry it out with: rollcall sync approve %s\nor close it with: rollcall sync reject %s\n",
			r.Run, r.Run)
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

// attributesShown says what is changed about somebody. Of somebody new everything is.
func attributesShown(c directory.PlannedChange) string {
	if c.Action != "create" {
		return diffShown(c.Attributes)
	}
	isMembers := func(d directory.Diff) bool { return d.Path == "members" }
	if i := slices.IndexFunc(c.Attributes, isMembers); i >= 0 {
		return membersShown(c.Attributes[i])
	}
	return ""
}

// diffShown says from what to what attributes and facts were changed, as far as a line
// has room for it.
func diffShown(diff []directory.Diff) string {
	var said []string
	for _, d := range diff {
		if d.Path == "members" {
			said = append(said, membersShown(d))
			continue
		}
		name := strings.TrimPrefix(d.Path[strings.LastIndex(d.Path, ":")+1:], "#")
		before, beforeIsText := valueShown(d.Before)
		after, afterIsText := valueShown(d.After)
		if beforeIsText && afterIsText {
			name += ": " + before + " → " + after
		}
		said = append(said, name)
	}
	return strings.Join(said, ", ")
}

// membersShown says who joins a group and who leaves it.
func membersShown(d directory.Diff) string {
	var said []string
	if names := namesShown(d.After); names != "" {
		said = append(said, "joins: "+names)
	}
	if names := namesShown(d.Before); names != "" {
		said = append(said, "leaves: "+names)
	}
	return strings.Join(said, "; ")
}

func namesShown(of any) string {
	names, _ := of.([]any)
	said := make([]string, len(names))
	for i, name := range names {
		said[i] = fmt.Sprint(name)
	}
	return strings.Join(said, ", ")
}

// longestValue is how much of a value fits into a table.
const longestValue = 40

// valueShown returns a value as text, if it is one, as far as there is room for it.
func valueShown(v any) (text string, ok bool) {
	switch v := v.(type) {
	case nil:
		return "nothing", true
	case bool:
		return yesNo(v), true
	case string:
		return shortened(v), true
	case []any:
		return listShown(v)
	case map[string]any:
		if value, has := v["value"]; has {
			return valueShown(value)
		}
		kind, _ := v["kind"].(string) // of a grant
		name, is := v["name"].(string)
		return strings.TrimSpace(kind + " " + name), is
	}
	return "", false
}

// listShown returns all values of a list as text, if all are.
func listShown(list []any) (text string, ok bool) {
	said := make([]string, len(list))
	for i, v := range list {
		if said[i], ok = valueShown(v); !ok {
			return "", false
		}
	}
	return shortened(strings.Join(said, ", ")), len(list) > 0
}

func shortened(text string) string {
	if runes := []rune(text); len(runes) > longestValue {
		return string(runes[:longestValue]) + "…"
	}
	return text
}
