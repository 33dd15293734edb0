package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"rollcall/directory"
)

// sourcesRelink is rollcall sources relink.
type sourcesRelink struct {
	Name   directory.SourceID `arg:"" help:"Name of the LDAP source."`
	DryRun bool               `help:"Say who would be joined, and change nothing."`
	Reason string             `placeholder:"TEXT" help:"Why, for the audit log."`
}

// Run joins everybody whom the last run found under another identifier.
func (c sourcesRelink) Run(ctx context.Context, a *app) error {
	r := relinking{Source: c.Name, DryRun: c.DryRun, Joined: []relinked{}, Refused: []relinked{}, reason: c.Reason}
	return a.work(ctx, func(s *session) error {
		pairs, err := s.pairs(ctx, c.Name)
		if err != nil {
			return err
		}
		for slice := range slices.Chunk(pairs, handoverSlice) {
			if err := r.join(ctx, s, slice); err != nil {
				return err
			}
		}
		if err := a.print(r, r.write); err != nil {
			return err
		}
		if n := len(r.Refused); n > 0 {
			return directory.Errorf(directory.Denied, "", "%s not joined", count(n, "record")).Hinted("do what is said above about each")
		}
		return nil
	})
}

// pairs lists what the last run found of a source that relinking settles.
func (s *session) pairs(ctx context.Context, source directory.SourceID) (pairs []directory.Conflict, err error) {
	err = s.Read(ctx, s.by, func(ctx context.Context, tx directory.ReadTx) error {
		if _, err := tx.Source(ctx, source); err != nil {
			return err
		}
		all, err := tx.Conflicts(ctx)
		pairs = slices.DeleteFunc(all, func(k directory.Conflict) bool { return k.Source != source || k.Kind.Relinks() == "" })
		slices.SortFunc(pairs, func(a, b directory.Conflict) int {
			return cmp.Or(-cmp.Compare(a.Kind.Relinks(), b.Kind.Relinks()), cmp.Compare(a.UserName, b.UserName))
		})
		return err
	})
	if directory.Is(err, directory.NotFound) {
		err = directory.Errorf(directory.NotFound, "name", "there is no source %s", source).Hinted("see: rollcall sources list")
	}
	return pairs, err
}

// relinking is what came of relinking a source.
type relinking struct {
	Source  directory.SourceID `json:"source"`
	DryRun  bool               `json:"dryRun"`
	People  int                `json:"people"`
	Groups  int                `json:"groups"`
	Joined  []relinked         `json:"joined"`
	Refused []relinked         `json:"refused"`
	reason  string
}

// relinked is one record, and why it was not joined if it was not.
type relinked struct {
	Type       directory.RecordType `json:"type"`
	ID         directory.ResourceID `json:"id"`
	Name       string               `json:"name"`
	ExternalID string               `json:"externalId"` // now
	Reason     string               `json:"reason,omitempty"`
}

// join joins some of them, or says what would come of it. A refusal that is about the
// source would be the same for everybody, so the first one ends it.
func (r *relinking) join(ctx context.Context, s *session, pairs []directory.Conflict) error {
	changes := make([]directory.Change, len(pairs))
	for i := range pairs {
		changes[i] = relinkOf(&pairs[i], false, r.reason)
	}
	do := s.ApplyAll
	if r.DryRun {
		do = s.PlanAll
	}
	results, err := do(ctx, s.by, changes)
	if err != nil {
		return err
	}
	for i, result := range results {
		e, is := errors.AsType[*directory.Error](result.Err)
		if is && (e.Attr == "name" || e.Attr == "run") {
			return e
		}
		r.note(&pairs[i], result.Err)
	}
	return nil
}

func (r *relinking) note(k *directory.Conflict, refusal error) {
	one := relinked{Type: k.Kind.Relinks(), ID: k.Candidates[0], Name: k.UserName, ExternalID: k.ExternalID}
	if refusal != nil {
		one.Reason = refusal.Error()
		if e, is := errors.AsType[*directory.Error](refusal); is {
			one.Reason = e.Detail()
		}
		r.Refused = append(r.Refused, one)
		return
	}
	r.Joined = append(r.Joined, one)
	if one.Type == directory.GroupRecord {
		r.Groups++
	} else {
		r.People++
	}
}

// relinkOf asks for what a conflict about an entry that was made anew is about.
func relinkOf(k *directory.Conflict, named bool, reason string) directory.Relink {
	return directory.Relink{Type: k.Kind.Relinks(), ID: k.Candidates[0], Source: k.Source, ExternalID: k.ExternalID, Named: named, Reason: reason}
}

func (r relinking) write(w io.Writer) {
	if len(r.Joined)+len(r.Refused) == 0 {
		fmt.Fprintf(w, "the last run of %s found nobody under another identifier; rollcall sync run %s looks again\n", r.Source, r.Source)
		return
	}
	verb := "have"
	if r.DryRun {
		verb = "would have"
	}
	fmt.Fprintf(w, "%d people and %d groups of the source %s %s the identifiers that their entries have now\n", r.People, r.Groups, r.Source, verb)
	if r.DryRun {
		writeRelinked(w, r.Joined, "NOW", func(one relinked) string { return one.ExternalID })
	} else if len(r.Joined) > 0 {
		fmt.Fprintf(w, "The next run finds them: rollcall sync run %s\n", r.Source)
	}
	writeRelinked(w, r.Refused, "WHY IT STAYS", func(one relinked) string { return one.Reason })
}

func writeRelinked(w io.Writer, list []relinked, heading string, last func(relinked) string) {
	var shown excerpt
	for _, one := range list {
		shown.add(string(one.Type), one.Name, string(one.ID), last(one))
	}
	shown.write(w, "TYPE", "NAME", "ID", heading)
}

// waitingToJoin says of which sources entries wait to be joined, and what to type.
func waitingToJoin(all []directory.Conflict) (said []string, commands string) {
	waiting := map[directory.SourceID]int{}
	var order []directory.SourceID
	for _, k := range all {
		if k.Kind.Relinks() == "" {
			continue
		}
		if waiting[k.Source]++; waiting[k.Source] == 1 {
			order = append(order, k.Source)
		}
	}
	var typed []string
	for _, source := range order {
		said = append(said, fmt.Sprintf("the last run of %s found %d known people or groups under other identifiers", source, waiting[source]))
		typed = append(typed, "rollcall sources relink "+string(source))
	}
	return said, strings.Join(typed, ", ")
}
