package main

import (
	"strings"
	"testing"

	"rollcall/directory"
	"rollcall/directory/sqlstore"
)

func TestTheDoctorNamesRunsThatWait(t *testing.T) {
	t.Parallel()
	store, err := sqlstore.Open(t.Context(), sqlstore.Config{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	if err := store.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	ws, err := store.EnsureWorkspace(t.Context(), "default")
	if err != nil {
		t.Fatal(err)
	}
	s := &session{directory.New(store), commandLineActor(ws)}
	must := func(by directory.Actor, c directory.Change) directory.Receipt {
		t.Helper()
		got, err := s.Apply(t.Context(), by, c)
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	must(s.by, directory.PutSource{Source: directory.Source{ID: "corp", Kind: directory.LDAPServer}})
	run := must(s.by, directory.BeginRun{Source: "corp", For: directory.ApplyRun, Owner: "here"}).Run
	if got, err := examineRuns(t.Context(), s); err != nil || got.advice != "" {
		t.Errorf("of a run under way it says %+v: %v", got, err)
	}
	run.State = directory.RunHeld
	must(directory.Actor{Kind: directory.RunActor, ID: run.ID, Source: "corp", Workspace: ws}, directory.EndRun{Run: *run})
	if got, err := examineRuns(t.Context(), s); err != nil || !strings.Contains(got.message, run.ID+" of corp") || got.advice == "" {
		t.Errorf("of a held run it says %+v: %v", got, err)
	}
}
