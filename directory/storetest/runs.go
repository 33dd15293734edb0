package storetest

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"rollcall/directory"
)

// testRuns says what a store keeps of runs and of the entries that they read.
func testRuns(t *testing.T, open Open) {
	t.Run("a run is kept with its report", func(t *testing.T) { runIsKept(t, newFixture(t, open)) })
	t.Run("a schedule is kept", func(t *testing.T) { scheduleIsKept(t, newFixture(t, open)) })
	t.Run("entries are listed whose accounts end", func(t *testing.T) { dueEntriesAreListed(t, newFixture(t, open)) })
	t.Run("old reports are dropped", func(t *testing.T) { oldReportsAreDropped(t, newFixture(t, open)) })
	t.Run("entries are remembered and forgotten", func(t *testing.T) { entriesAreKept(t, newFixture(t, open)) })
}

func runIsKept(t *testing.T, f *fixture) {
	at := time.UnixMilli(1_700_000_000_000).UTC()
	first := directory.Run{ID: "r1", Source: "corp", Kind: directory.ApplyRun, State: directory.RunHeld, By: "command:ops",
		Owner: "host", Started: at, Beat: at, Ended: at.Add(time.Second), Removed: 3,
		Counts: directory.RunCounts{Read: 7, Groups: directory.GroupCounts{MembersAdded: 2}},
		Guard:  directory.GuardReport{Tripped: true, Why: "too many"}}
	second := directory.Run{ID: "r2", Source: "corp", Kind: directory.PlanRun, State: directory.RunPlanned, Started: at, Beat: at}
	change := directory.PlannedChange{Action: "update", Type: directory.UserRecord, ID: "u", Entry: "uid=a", Key: "key-a", Name: "a",
		Attributes: []directory.Diff{{Path: "title", Before: "x", After: "y"}}}
	f.update(func(ctx context.Context, tx directory.WriteTx) error {
		for _, r := range []directory.Run{first, second} {
			if err := tx.PutRun(ctx, &r); err != nil {
				return err
			}
		}
		for range 2 {
			if err := tx.AddRunReport(ctx, "r1", []directory.PlannedChange{change}, []directory.RunError{{Entry: "uid=b", Reason: "bad"}}); err != nil {
				return err
			}
		}
		return nil
	})
	f.view(func(ctx context.Context, tx directory.ReadTx) error {
		if got, err := tx.Run(ctx, "r1"); err != nil || *got != first {
			t.Errorf("got %+v, %v", got, err)
		}
		if _, err := tx.Run(ctx, "r3"); !directory.Is(err, directory.NotFound) {
			t.Errorf("got %v", err)
		}
		all, err := tx.Runs(ctx, "corp", 10)
		if err != nil || len(all) != 2 || all[0].ID != "r2" {
			t.Errorf("runs are %v, %v", all, err)
		}
		ended, err := tx.LastRun(ctx, "corp", directory.RunDone, directory.RunHeld)
		if err != nil || ended.ID != "r1" {
			t.Errorf("the last run is %+v, %v", ended, err)
		}
		if _, err := tx.LastRun(ctx, "corp", second.State); !directory.Is(err, directory.NotFound) {
			t.Errorf("a plan is no run: %v", err)
		}
		open, err := tx.OpenRuns(ctx, "corp")
		if err != nil || len(open) != 1 || open[0].ID != "r1" {
			t.Errorf("open runs are %v, %v", open, err)
		}
		changes, faults := 0, 0
		if err := tx.RunChanges(ctx, "r1", func(c *directory.PlannedChange) error {
			changes++
			if c.Attributes[0].After != "y" || c.Entry != "uid=a" || c.Key != "key-a" {
				t.Errorf("got %+v", c)
			}
			return nil
		}); err != nil {
			return err
		}
		if err := tx.RunErrors(ctx, "r1", func(e *directory.RunError) error { faults++; return nil }); err != nil {
			return err
		}
		if changes != 2 || faults != 2 {
			t.Errorf("%d changes and %d errors, want 2 and 2", changes, faults)
		}
		return nil
	})
}

func entriesAreKept(t *testing.T, f *fixture) {
	entry := func(key string, missing int) directory.Entry {
		return directory.Entry{Source: "corp", Type: directory.UserRecord, Key: key, DN: "uid=" + key, Mark: "m", Record: "u" + directory.ResourceID(key),
			Missing: missing, Since: int64(missing), Until: 5}
	}
	f.update(func(ctx context.Context, tx directory.WriteTx) error {
		return tx.PutEntries(ctx, []directory.Entry{entry("a", 0), entry("b", 0), entry("c", 0)})
	})
	f.update(func(ctx context.Context, tx directory.WriteTx) error {
		if err := tx.PutEntries(ctx, []directory.Entry{entry("b", 2)}); err != nil {
			return err
		}
		return tx.DeleteEntries(ctx, "corp", directory.UserRecord, []string{"a", "nobody"})
	})
	f.view(func(ctx context.Context, tx directory.ReadTx) error {
		var got []directory.Entry
		err := tx.Entries(ctx, "corp", directory.UserRecord, func(e *directory.Entry) error {
			got = append(got, *e)
			return nil
		})
		if want := []directory.Entry{entry("b", 2), entry("c", 0)}; !slices.Equal(got, want) {
			t.Errorf("got %+v, want %+v", got, want)
		}
		return err
	})
}

func dueEntriesAreListed(t *testing.T, f *fixture) {
	entry := func(source directory.SourceID, key string, until int64) directory.Entry {
		return directory.Entry{Source: source, Type: directory.UserRecord, Key: key, Record: "u" + directory.ResourceID(key), Until: until}
	}
	due := day.UnixMilli()
	f.update(func(ctx context.Context, tx directory.WriteTx) error {
		for _, s := range []directory.Source{{ID: "corp"}, {ID: "halted", Paused: &directory.Switch{By: "ops"}}, {ID: "gone", Detached: 1}} {
			s.Kind, s.Version = directory.LDAPServer, 1
			if err := tx.PutSource(ctx, &s); err != nil {
				return err
			}
		}
		return tx.PutEntries(ctx, []directory.Entry{entry("corp", "never", 0), entry("corp", "late", due), entry("corp", "later", due+1),
			entry("corp", "first", 1), entry("halted", "h", 1), entry("gone", "g", 1)})
	})
	f.view(func(ctx context.Context, tx directory.ReadTx) error {
		got, err := tx.DueEntries(ctx, day, 10)
		if want := []directory.Entry{entry("corp", "first", 1), entry("corp", "late", due)}; !slices.Equal(got, want) {
			t.Errorf("got %+v, want %+v", got, want)
		}
		if one, err := tx.DueEntries(ctx, day, 1); err != nil || len(one) != 1 {
			t.Errorf("of those at most one: %+v, %v", one, err)
		}
		if e, err := tx.Entry(ctx, "corp", directory.UserRecord, "later"); err != nil || *e != entry("corp", "later", due+1) {
			t.Errorf("got %+v, %v", e, err)
		}
		if _, err := tx.Entry(ctx, "corp", directory.GroupRecord, "later"); !directory.Is(err, directory.NotFound) {
			t.Errorf("an entry of another type: %v", err)
		}
		return err
	})
}

func oldReportsAreDropped(t *testing.T, f *fixture) {
	f.update(func(ctx context.Context, tx directory.WriteTx) error {
		for n, state := range []directory.RunState{directory.RunDone, directory.RunHeld, directory.RunFailed, directory.RunDone, directory.RunDone} {
			r := directory.Run{ID: fmt.Sprintf("r%d", n), Source: "corp", State: state, Started: day.Add(time.Duration(n) * time.Hour)}
			if err := tx.PutRun(ctx, &r); err != nil {
				return err
			}
			if n == 2 {
				continue // has no report
			}
			if err := tx.AddRunReport(ctx, r.ID, make([]directory.PlannedChange, 3), make([]directory.RunError, 1)); err != nil {
				return err
			}
		}
		return nil
	})
	old := func(before time.Duration, keep int) (ids []string) {
		f.view(func(ctx context.Context, tx directory.ReadTx) (err error) {
			ids, err = tx.OldReports(ctx, "corp", day.Add(before), keep, 10)
			return err
		})
		return ids
	}
	for _, c := range []struct {
		before time.Duration
		keep   int
		want   []string
	}{{0, 0, nil}, {9 * time.Hour, 0, []string{"r0", "r3", "r4"}}, {9 * time.Hour, 2, []string{"r0"}}, {9 * time.Hour, 5, nil}, {time.Hour, 0, []string{"r0"}}} {
		if got := old(c.before, c.keep); !slices.Equal(got, c.want) {
			t.Errorf("before %v, but %d: %v, want %v", c.before, c.keep, got, c.want)
		}
	}
	drop := func(ctx context.Context, tx directory.WriteTx) error { return tx.DropRunReport(ctx, "r0", 2) }
	f.update(drop)
	if got := old(time.Hour, 0); len(got) != 1 {
		t.Errorf("after a part of its report is gone: %v", got)
	}
	f.update(drop)
	if got := old(time.Hour, 0); len(got) != 0 {
		t.Errorf("after all of its report is gone: %v", got)
	}
	f.view(func(ctx context.Context, tx directory.ReadTx) error {
		r, err := tx.Run(ctx, "r0")
		if err == nil && r.State != directory.RunDone {
			t.Errorf("the run is %s", r.State)
		}
		return err
	})
}

func scheduleIsKept(t *testing.T, f *fixture) {
	s := directory.Schedule{Source: "corp", Spec: "@hourly", Next: day}
	f.view(func(ctx context.Context, tx directory.ReadTx) error {
		if _, err := tx.Schedule(ctx, "corp"); !directory.Is(err, directory.NotFound) {
			t.Errorf("got %v", err)
		}
		return nil
	})
	for range 2 {
		f.update(func(ctx context.Context, tx directory.WriteTx) error { return tx.PutSchedule(ctx, &s) })
		f.view(func(ctx context.Context, tx directory.ReadTx) error {
			if got, err := tx.Schedule(ctx, "corp"); err != nil || *got != s {
				t.Errorf("got %+v, %v", got, err)
			}
			return nil
		})
		s.Spec, s.Last = "@daily", day.Add(time.Hour)
	}
}
