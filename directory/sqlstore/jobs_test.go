package sqlstore

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"rollcall/directory"
)

// provisioned makes a workspace that has a target.
func provisioned(t testing.TB, s *Store) directory.WorkspaceID {
	t.Helper()
	ws := workspaceIn(t, s)
	err := s.Update(t.Context(), ws, func(ctx context.Context, tx directory.WriteTx) error { return tx.PutTarget(ctx, "target") })
	if err != nil {
		t.Fatal(err)
	}
	return ws
}

// raise raises a delivery in a lane.
func raiseIn(l directory.Lane) func(context.Context, directory.WriteTx) error {
	return func(ctx context.Context, tx directory.WriteTx) error {
		return tx.Raise(ctx, directory.UserRecord, "u1", l, time.Now())
	}
}

// begin is what the worker of a lane does first.
func begin(l directory.Lane) func(context.Context, directory.WriteTx) error {
	return func(ctx context.Context, tx directory.WriteTx) error { return tx.Started(ctx, l) }
}

// queues lists the queues in which jobs wait, as River itself sees them.
func queues(t *testing.T, s *Store) (names []string) {
	t.Helper()
	client, err := s.Jobs(t.Context(), new(river.Config))
	if err != nil {
		t.Fatal(err)
	}
	list, err := client.JobList(t.Context(), river.NewJobListParams().States(rivertype.JobStateAvailable).First(1000))
	if err != nil {
		t.Fatal(err)
	}
	for _, j := range list.Jobs {
		if j.Kind != "deliver" {
			t.Errorf("there is a job of kind %s", j.Kind)
		}
		names = append(names, j.Queue)
	}
	slices.Sort(names)
	return names
}

func TestWhatIsRaisedMakesOneJobALane(t *testing.T) {
	forEngines(t, func(t *testing.T, s *Store) {
		ws := provisioned(t, s)
		must := func(list ...func(context.Context, directory.WriteTx) error) {
			t.Helper()
			for _, err := range together(t, s, ws, list...) {
				if err != nil {
					t.Fatal(err)
				}
			}
		}
		want := func(when string, want ...string) {
			t.Helper()
			if got := queues(t, s); fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("%s, jobs wait in %v, want %v", when, got, want)
			}
		}
		must(raiseIn(directory.PushLane), raiseIn(directory.PushLane))
		must(raiseIn(directory.PushLane))
		want("after three pushes", "push")
		must(raiseIn(directory.UrgentLane))
		want("after somebody left", "push", "urgent")
		must(begin(directory.PushLane))
		must(raiseIn(directory.PushLane))
		want("after the first job began", "push", "push", "urgent")
		must(raiseIn(directory.UrgentLane), begin(directory.UrgentLane))
		want("after a job began in the batch of another leaving", "push", "push", "urgent", "urgent")
	})
}

func TestWhatIsUndoneMakesNoJob(t *testing.T) {
	forEngines(t, func(t *testing.T, s *Store) {
		ws := provisioned(t, s)
		broken := errors.New("broken")
		err := s.Update(t.Context(), ws, func(ctx context.Context, tx directory.WriteTx) error {
			if err := tx.Raise(ctx, directory.UserRecord, "u1", directory.PushLane, time.Now()); err != nil {
				return err
			}
			return broken
		})
		if !errors.Is(err, broken) {
			t.Fatal(err)
		}
		if got := queues(t, s); len(got) != 0 {
			t.Errorf("jobs wait in %v", got)
		}
	})
}

// TestAJobIsInTheTransaction lets the commit fail after the job was inserted.
func TestAJobIsInTheTransaction(t *testing.T) {
	s := newStore(t)
	ws := provisioned(t, s)
	watch(s).failAt("commit", spyFault(faultLost))
	if err := s.Update(t.Context(), ws, raiseIn(directory.PushLane)); !directory.Is(err, directory.Unavailable) {
		t.Fatal(err)
	}
	if got := queues(t, s); len(got) != 0 {
		t.Errorf("jobs wait in %v although the transaction was not committed", got)
	}
	if err := s.Update(t.Context(), ws, raiseIn(directory.PushLane)); err != nil {
		t.Fatal(err)
	}
	if got := queues(t, s); len(got) != 1 {
		t.Errorf("jobs wait in %v", got)
	}
}

func TestWithoutATargetNothingIsQueued(t *testing.T) {
	forEngines(t, func(t *testing.T, s *Store) {
		ws := workspaceIn(t, s)
		log := watch(s)
		if err := s.Update(t.Context(), ws, hire(employee(1))); err != nil {
			t.Fatal(err)
		}
		if got := queues(t, s); len(got) != 0 {
			t.Errorf("jobs wait in %v", got)
		}
		if n := log.count("update workspaces set awake"); n != 0 {
			t.Errorf("the workspace was written %d times for lanes that nobody works on", n)
		}
		var lane int
		if err := s.read.QueryRow("select queued_lane from deliveries").Scan(&lane); err != nil || lane != 0 {
			t.Errorf("the row waits in lane %d, %v", lane, err)
		}
	})
}

// TestTheQueuesTablesAreThoseThatRiverWants fails when a new River needs a migration that
// is not among ours.
func TestTheQueuesTablesAreThoseThatRiverWants(t *testing.T) {
	forEngines(t, func(t *testing.T, s *Store) {
		m, err := s.riverMigrator()
		if err != nil {
			t.Fatal(err)
		}
		all := m.AllVersions()
		if last := all[len(all)-1].Version; riverVersions[len(riverVersions)-1].river != last {
			t.Errorf("River knows version %d", last)
		}
		if riverVersions[len(riverVersions)-1].ours != lastRiverMigration {
			t.Error("lastRiverMigration is another")
		}
		if err := s.Ready(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

// A newer program's queue leaves this one's check of the schema alone: only our own
// numbers count.
func TestANewerQueueIsNotInTheWay(t *testing.T) {
	forEngines(t, func(t *testing.T, s *Store) {
		if _, err := s.write.Exec("insert into river_migration (line, version) values ('main', 99)"); err != nil {
			t.Fatal(err)
		}
		if err := s.Ready(t.Context()); err != nil {
			t.Error(err)
		}
		if err := s.Migrate(t.Context()); err != nil {
			t.Error(err)
		}
		have, need, err := s.Schema(t.Context())
		if err != nil || have != need || need < lastRiverMigration {
			t.Errorf("the schema is at %d of %d: %v", have, need, err)
		}
	})
}
