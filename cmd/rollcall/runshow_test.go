package main

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"

	"rollcall/directory"
	"rollcall/directory/sqlstore"
)

// reported makes a run that reports so many changes and errors.
func reported(t *testing.T, changes, errs int) (*session, *directory.Run) {
	t.Helper()
	store, err := sqlstore.Open(t.Context(), sqlstore.Config{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	if err := store.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	ws, err := store.EnsureWorkspace(t.Context(), "default")
	if err != nil {
		t.Fatal(err)
	}
	s := &session{directory.New(store), directory.Actor{Kind: directory.CommandLine, Name: "ops", Workspace: ws}}
	if _, err := s.Apply(t.Context(), s.by, directory.PutSource{Source: directory.Source{ID: "corp", Kind: directory.LDAPServer}}); err != nil {
		t.Fatal(err)
	}
	got, err := s.Apply(t.Context(), s.by, directory.BeginRun{Source: "corp", For: directory.ApplyRun})
	if err != nil {
		t.Fatal(err)
	}
	var f directory.Findings
	for n := range changes {
		f.Changes = append(f.Changes, directory.PlannedChange{Action: "create", Type: directory.UserRecord, Name: fmt.Sprintf("<person %d>", n),
			Attributes: []directory.Diff{{Path: "title", After: "R&D"}}})
	}
	for n := range errs {
		f.Errors = append(f.Errors, directory.RunError{Entry: fmt.Sprintf("uid=%d", n), Attribute: "userName", Reason: "it is taken"})
	}
	run := directory.Actor{Kind: directory.RunActor, ID: got.Run.ID, Source: "corp", Workspace: ws}
	if err := s.Note(t.Context(), run, f); err != nil {
		t.Fatal(err)
	}
	return s, got.Run
}

func TestARunIsPrintedAsOneObject(t *testing.T) {
	t.Parallel()
	for _, n := range []int{0, 1, 130} {
		s, r := reported(t, n, n)
		want := wholeRun{runShown(r), []directory.RunError{}, []directory.PlannedChange{}}
		var streamed, whole bytes.Buffer
		err := s.Read(t.Context(), s.by, func(ctx context.Context, tx directory.ReadTx) error {
			if err := tx.RunErrors(ctx, r.ID, func(e *directory.RunError) error { want.Errors = append(want.Errors, *e); return nil }); err != nil {
				return err
			}
			if err := tx.RunChanges(ctx, r.ID, func(c *directory.PlannedChange) error { want.Changes = append(want.Changes, *c); return nil }); err != nil {
				return err
			}
			return writeRunJSON(ctx, &streamed, tx, r)
		})
		if err != nil {
			t.Fatal(err)
		}
		if len(want.Changes) != n || len(want.Errors) != n {
			t.Fatalf("the store has %d changes and %d errors, want %d", len(want.Changes), len(want.Errors), n)
		}
		if err := encode(&whole, want); err != nil {
			t.Fatal(err)
		}
		if streamed.String() != whole.String() {
			t.Errorf("with %d of each:\n%s\nwant\n%s", n, &streamed, &whole)
		}
	}
}

func TestATerminalGetsTheBeginningOfALongReport(t *testing.T) {
	t.Parallel()
	s, r := reported(t, 130, 3)
	var out bytes.Buffer
	err := s.Read(t.Context(), s.by, func(ctx context.Context, tx directory.ReadTx) error { return writeRunText(ctx, &out, tx, r) })
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(out.String(), "<person "); n != mostShown {
		t.Errorf("%d changes are shown, want %d", n, mostShown)
	}
	if !strings.Contains(out.String(), "… and 80 more; --json shows all") || !strings.Contains(out.String(), "uid=2") {
		t.Errorf("shown:\n%s", &out)
	}
}
