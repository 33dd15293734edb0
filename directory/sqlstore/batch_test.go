package sqlstore

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"rollcall/directory"
)

// together queues updates behind one that is running, so that they share a batch, and
// returns what each was told.
func together(t *testing.T, s *Store, ws directory.WorkspaceID, fns ...func(context.Context, directory.WriteTx) error) []error {
	t.Helper()
	started, proceed := make(chan struct{}), make(chan struct{})
	var all sync.WaitGroup
	all.Go(func() {
		_ = s.Update(t.Context(), ws, func(context.Context, directory.WriteTx) error {
			close(started)
			<-proceed
			return errors.New("nothing to do")
		})
	})
	<-started
	errs := make([]error, len(fns))
	for i, fn := range fns {
		all.Go(func() { errs[i] = s.Update(t.Context(), ws, fn) })
		for waiting(s, ws) <= i {
			runtime.Gosched()
		}
	}
	close(proceed)
	all.Wait()
	return errs
}

func waiting(s *Store, ws directory.WorkspaceID) int {
	s.mu.Lock()
	q := s.queues[ws]
	s.mu.Unlock()
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.waiting)
}

func refuse(ctx context.Context, tx directory.WriteTx) error {
	if _, err := tx.UserByName(ctx, "nobody"); err != nil {
		return err
	}
	return nil
}

func TestWaitingUpdatesShareACommit(t *testing.T) {
	forEngines(t, func(t *testing.T, s *Store) {
		ws := workspaceIn(t, s)
		log := watch(s)
		var fns []func(context.Context, directory.WriteTx) error
		for i := range 20 {
			fns = append(fns, hire(employee(i)), refuse)
		}
		for i, err := range together(t, s, ws, fns...) {
			if i%2 == 0 && err != nil || i%2 == 1 && !directory.Is(err, directory.NotFound) {
				t.Errorf("update %d: %v", i, err)
			}
		}
		got := []int{log.count("commit"), log.count("savepoint"), log.count("insert into users"), log.count("update workspaces")}
		if want := []int{1, 0, 20, 1}; !slices.Equal(got, want) {
			t.Errorf("commits, savepoints, inserts, updates of the workspace: %v, want %v", got, want)
		}
	})
}

func TestWhatIsInsertedTogetherIsOneStatement(t *testing.T) {
	forEngines(t, func(t *testing.T, s *Store) {
		ws := workspaceIn(t, s)
		log := watch(s)
		var fns []func(context.Context, directory.WriteTx) error
		for i := range 20 {
			fns = append(fns, enlist(employee(i)))
		}
		for i, err := range together(t, s, ws, fns...) {
			if err != nil {
				t.Errorf("update %d: %v", i, err)
			}
		}
		got := []int{log.count("commit"), log.count("savepoint"), log.count("insert into users")}
		if want := []int{1, 0, 2}; !slices.Equal(got, want) { // of 16 and 4 rows
			t.Errorf("commits, savepoints, inserts: %v, want %v", got, want)
		}
	})
}

// TestOneRowThatIsRefusedIsFoundAmongMany inserts two people with the same name, without
// asking first.
func TestOneRowThatIsRefusedIsFoundAmongMany(t *testing.T) {
	forEngines(t, func(t *testing.T, s *Store) {
		ws := workspaceIn(t, s)
		log := watch(s)
		twin := employee(2)
		twin.ID = directory.NewID(time.Now())
		errs := together(t, s, ws, enlist(employee(1)), enlist(employee(2)), enlist(twin), enlist(employee(3)))
		for i, err := range errs {
			if (err != nil) != (i == 2) {
				t.Errorf("update %d: %v", i, err)
			}
		}
		if n := peopleIn(t, s, ws); n != 3 || log.count("commit") != 1 {
			t.Errorf("%d people in %d commits", n, log.count("commit"))
		}
		verifyChain(t, s, ws)
	})
}

// hireAndAsk makes somebody and asks who that is, for which the insert is sent.
func hireAndAsk(u *directory.User) func(context.Context, directory.WriteTx) error {
	return func(ctx context.Context, tx directory.WriteTx) error {
		if err := enlist(u)(ctx, tx); err != nil {
			return err
		}
		_, err := tx.User(ctx, u.ID)
		return err
	}
}

func TestOnlyWhatWasSentIsTakenBack(t *testing.T) {
	forEngines(t, func(t *testing.T, s *Store) {
		ws := workspaceIn(t, s)
		log := watch(s)
		leaving := func(first func(context.Context, directory.WriteTx) error) func(context.Context, directory.WriteTx) error {
			return func(ctx context.Context, tx directory.WriteTx) error {
				if err := first(ctx, tx); err != nil {
					return err
				}
				if err := enlist(employee(9))(ctx, tx); err != nil {
					return err
				}
				return errors.New("refused after all")
			}
		}
		errs := together(t, s, ws, enlist(employee(1)), leaving(enlist(employee(2))), hireAndAsk(employee(3)), leaving(hireAndAsk(employee(4))),
			enlist(employee(5)))
		for i, err := range errs {
			if (err != nil) != (i%2 == 1 && i < 4) {
				t.Errorf("update %d: %v", i, err)
			}
		}
		got := []int{peopleIn(t, s, ws), log.count("savepoint"), log.count("rollback to"), log.count("release")}
		if want := []int{3, 2, 1, 2}; !slices.Equal(got, want) {
			t.Errorf("people, savepoints, ways back, releases: %v, want %v", got, want)
		}
		verifyChain(t, s, ws)
	})
}

func TestALoneUpdateNeedsNoSavepoint(t *testing.T) {
	s := newStore(t)
	ws := workspaceIn(t, s)
	log := watch(s)
	if err := s.Update(t.Context(), ws, hire(employee(1))); err != nil {
		t.Fatal(err)
	}
	err := s.Update(t.Context(), ws, func(ctx context.Context, tx directory.WriteTx) error {
		if err := hire(employee(2))(ctx, tx); err != nil {
			return err
		}
		return errors.New("refused after all")
	})
	if err == nil || log.count("savepoint") != 0 || log.count("commit") != 1 || peopleIn(t, s, ws) != 1 {
		t.Errorf("%v; %d savepoints, %d commits, %d people", err, log.count("savepoint"), log.count("commit"), peopleIn(t, s, ws))
	}
}

// TestLostTransactionsFailTogether has every statement fail that may take the
// transaction along.
func TestLostTransactionsFailTogether(t *testing.T) {
	for _, begins := range []string{"savepoint", "rollback to", "release", "insert into users", "insert into audit ", "select t.version",
		"commit"} {
		t.Run(begins, func(t *testing.T) {
			s := newStore(t)
			ws := workspaceIn(t, s)
			log := watch(s)
			log.failAt(begins, spyFault(faultLost))
			failing := func(ctx context.Context, tx directory.WriteTx) error {
				if err := hireAndAsk(employee(3))(ctx, tx); err != nil {
					return err
				}
				return errors.New("refused")
			}
			errs := together(t, s, ws, hire(employee(1)), failing, hire(employee(2)))
			for i, err := range errs {
				if !directory.Is(err, directory.Unavailable) {
					t.Errorf("update %d: %v", i, err)
				}
			}
			if n := peopleIn(t, s, ws); n != 0 {
				t.Errorf("%d people remain", n)
			}
			if err := s.Update(t.Context(), ws, hire(employee(4))); err != nil {
				t.Errorf("the next update: %v", err)
			}
			verifyChain(t, s, ws)
		})
	}
}

func verifyChain(t *testing.T, s *Store, ws directory.WorkspaceID) (n int64) {
	t.Helper()
	var v directory.Verifier
	err := s.View(t.Context(), ws, func(ctx context.Context, tx directory.ReadTx) error {
		w, err := tx.Workspace(ctx)
		if err != nil {
			return err
		}
		if err := tx.Audit(ctx, directory.AuditQuery{}, v.Check); err != nil {
			return err
		}
		if v.Head() != w.Audit {
			return fmt.Errorf("the chain ends at %v, the workspace says %v", v.Head(), w.Audit)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return v.Head().Seq
}

func TestABrokenDiskEndsTheStore(t *testing.T) {
	s := newStore(t)
	ws := workspaceIn(t, s)
	watch(s).failAt("commit", spyFault(faultBroken))
	saysOnce(t, s.Update(t.Context(), ws, hire(employee(1))), "may not have been saved")
	select {
	case <-s.Failed():
	default:
		t.Error("the store does not know that it failed")
	}
	saysOnce(t, s.Ready(t.Context()), "needs a restart")
	saysOnce(t, s.Update(t.Context(), ws, hire(employee(2))), "needs a restart")
}

func TestLostRacesAreRunAgain(t *testing.T) {
	forEngines(t, func(t *testing.T, s *Store) {
		ws := workspaceIn(t, s)
		log := watch(s)
		log.failAt("commit", spyFault(faultRetry))
		runs := 0
		counted := func(ctx context.Context, tx directory.WriteTx) error {
			runs++
			return hire(employee(9))(ctx, tx)
		}
		for i, err := range together(t, s, ws, hire(employee(1)), counted, refuse) {
			if i < 2 && err != nil || i == 2 && !directory.Is(err, directory.NotFound) {
				t.Errorf("update %d: %v", i, err)
			}
		}
		if n := verifyChain(t, s, ws); runs != 2 || n != 2 || peopleIn(t, s, ws) != 2 {
			t.Errorf("%d runs, %d audit records, %d people", runs, n, peopleIn(t, s, ws))
		}
	})
}

func TestRacesAreNotRunForever(t *testing.T) {
	s := newStore(t)
	ws := workspaceIn(t, s)
	log := watch(s)
	runs := 0
	err := s.Update(t.Context(), ws, func(ctx context.Context, tx directory.WriteTx) error {
		runs++
		log.failAt("commit", spyFault(faultRetry))
		return hire(employee(1))(ctx, tx)
	})
	if !directory.Is(err, directory.Unavailable) || runs != 5 {
		t.Errorf("%v after %d runs", err, runs)
	}
}

func TestAnUpdateThatDoesNotReturnIsAnswered(t *testing.T) {
	s := newStore(t)
	ws := workspaceIn(t, s)
	errs := together(t, s, ws, hire(employee(1)), func(context.Context, directory.WriteTx) error {
		runtime.Goexit()
		return nil
	}, hire(employee(2)))
	for i, err := range errs {
		if directory.KindOf(err) != directory.Internal {
			t.Errorf("update %d: %v", i, err)
		}
	}
	if err := s.Update(t.Context(), ws, hire(employee(3))); err != nil || peopleIn(t, s, ws) != 1 {
		t.Errorf("the next update: %v, %d people", err, peopleIn(t, s, ws))
	}
}

func TestUpdatesRunUnderAContextOfTheirOwn(t *testing.T) {
	forEngines(t, func(t *testing.T, s *Store) {
		ws := workspaceIn(t, s)
		ctx, leave := context.WithCancel(t.Context())
		err := s.Update(ctx, ws, func(own context.Context, tx directory.WriteTx) error {
			leave()
			if own.Err() != nil {
				return own.Err()
			}
			return hire(employee(1))(ctx, tx) // by mistake
		})
		if err != nil || peopleIn(t, s, ws) != 1 {
			t.Errorf("%v, %d people", err, peopleIn(t, s, ws))
		}
	})
}

func TestRaisedDeliveries(t *testing.T) {
	forEngines(t, func(t *testing.T, s *Store) {
		ws := provisioned(t, s)
		raise := func(lane directory.Lane, then error) func(context.Context, directory.WriteTx) error {
			return func(ctx context.Context, tx directory.WriteTx) error {
				if err := tx.Raise(ctx, directory.UserRecord, "u1", lane, time.Now()); err != nil {
					return err
				}
				return then
			}
		}
		together(t, s, ws, raise(directory.PushLane, nil), raise(directory.UrgentLane, errors.New("refused")), raise(directory.SyncLane, nil))
		row := func() (generation, synced, lane int64) {
			if err := s.read.QueryRow("select generation, synced_generation, queued_lane from deliveries where record = 'u1'").
				Scan(&generation, &synced, &lane); err != nil {
				t.Fatal(err)
			}
			return generation, synced, lane
		}
		if g, synced, lane := row(); g != 2 || synced != 0 || lane != int64(directory.PushLane) {
			t.Errorf("generation %d, synced %d, lane %d", g, synced, lane)
		}
		together(t, s, ws, raise(directory.UrgentLane, nil), raise(directory.MailLane, nil))
		if g, _, lane := row(); g != 4 || lane != int64(directory.UrgentLane) {
			t.Errorf("generation %d, lane %d", g, lane)
		}
	})
}

// TestATakenNameFailsAlone writes without looking first. Where statements travel
// together, the refusal comes after the update that is to blame has returned.
func TestATakenNameFailsAlone(t *testing.T) {
	blind := func(u *directory.User, step bool) func(context.Context, directory.WriteTx) error {
		return func(ctx context.Context, tx directory.WriteTx) error {
			put := func() error {
				if err := tx.PutUser(ctx, nil, u, []byte(`{}`)); err != nil {
					return err
				}
				return tx.Record(ctx, &directory.AuditRecord{Type: directory.UserRecord, Record: string(u.ID)})
			}
			if step {
				return tx.Step(ctx, put)
			}
			return put()
		}
	}
	forEngines(t, func(t *testing.T, s *Store) {
		ws := workspaceIn(t, s)
		for round := range 2 {
			twin := employee(10 * round)
			errs := together(t, s, ws, hire(employee(10*round)), blind(twin, round == 1), refuse, blind(employee(10*round+1), false), hire(employee(10*round+2)),
				blind(twin, round == 0))
			for i, want := range []bool{false, true, false, false, false, true} {
				if i != 2 && want != directory.Is(errs[i], directory.Exists) || !want && i != 2 && errs[i] != nil {
					t.Errorf("update %d: %v", i, errs[i])
				}
			}
			consistent(t, s, ws, 3*(round+1))
		}
		if err := s.Update(t.Context(), ws, blind(employee(0), false)); !directory.Is(err, directory.Exists) {
			t.Errorf("a lone update: %v", err)
		}
		consistent(t, s, ws, 6)
	})
}
