package storetest

import (
	"context"
	"testing"
	"time"

	"rollcall/directory"
)

const target = "a target"

// provisioned is a fixture whose workspace has a target.
func provisioned(t *testing.T, open Open) *fixture {
	f := newFixture(t, open)
	f.update(func(ctx context.Context, tx directory.WriteTx) error { return tx.PutTarget(ctx, target) })
	if got := f.workspace().Target; got != target {
		t.Errorf("the target is %q", got)
	}
	return f
}

func (f *fixture) raise(record string, lanes ...directory.Lane) {
	f.Helper()
	f.update(func(ctx context.Context, tx directory.WriteTx) error {
		for _, l := range lanes {
			if err := tx.Raise(ctx, directory.UserRecord, record, l, day); err != nil {
				return err
			}
		}
		return nil
	})
}

func (f *fixture) delivery(record string) *directory.Delivery {
	f.Helper()
	return read(f, func(tx directory.ReadTx, ctx context.Context) (*directory.Delivery, error) {
		return tx.Delivery(ctx, directory.UserRecord, record)
	})
}

// due lists the records that are due in a lane at a time.
func (f *fixture) due(l directory.Lane, at time.Time) (records []string) {
	f.Helper()
	for _, d := range read(f, func(tx directory.ReadTx, ctx context.Context) ([]directory.Delivery, error) {
		return tx.DueDeliveries(ctx, l, at, 10)
	}) {
		records = append(records, d.Record)
	}
	return records
}

func testDeliveries(t *testing.T, open Open) {
	f := provisioned(t, open)
	far := day.Add(time.Hour)
	f.raise("a", directory.PushLane)
	f.raise("b", directory.PushLane, directory.UrgentLane, directory.SyncLane)
	f.same("due pushes", f.due(directory.PushLane, far), []string{"a"})
	f.same("due urgently", f.due(directory.UrgentLane, far), []string{"b"})
	f.same("due before", f.due(directory.UrgentLane, day.Add(-directory.ClockSkew-time.Millisecond)), []string(nil))

	d := f.delivery("b")
	f.same("generation", d.Generation, int64(3))
	f.same("behind since", d.Behind, day)
	f.same("next", d.Next, day.Add(-directory.ClockSkew))
	d.Synced, d.Claim, d.ClaimUntil, d.Attempts, d.Cause = 2, "c1", far.Add(time.Minute), 4, "down"
	d.Next, d.WaitsFor, d.Walked = far, "a", "w"
	f.update(func(ctx context.Context, tx directory.WriteTx) error { return tx.PutDelivery(ctx, d) })
	f.same("what was written", f.delivery("b"), d)
	f.same("due while claimed", f.due(directory.UrgentLane, far), []string(nil))
	f.same("due when the claim ran out", f.due(directory.UrgentLane, far.Add(2*time.Minute)), []string{"b"})

	f.update(func(ctx context.Context, tx directory.WriteTx) error { return tx.EndClaims(ctx) })
	f.same("due when all claims ended", f.due(directory.UrgentLane, far), []string{"b"})
	f.same("who claimed it", f.delivery("b").Claim, "c1")

	f.update(func(ctx context.Context, tx directory.WriteTx) error { return tx.EndWaiting(ctx, "a", day) })
	f.same("next once nobody is waited for", f.delivery("b").Next, day)
	f.same("waits for", f.delivery("b").WaitsFor, "")

	d.Lane, d.Parked = 0, day
	f.update(func(ctx context.Context, tx directory.WriteTx) error { return tx.PutDelivery(ctx, d) })
	f.update(func(ctx context.Context, tx directory.WriteTx) error { return tx.EndWaiting(ctx, "a", day) })
	f.same("parked once nobody is waited for", f.delivery("b").Parked, time.Time{})
	f.same("lane once nobody is waited for", f.delivery("b").Lane, directory.PushLane)

	d.Lane, d.Parked, d.Claim, d.ClaimUntil = 0, day, "", time.Time{}
	f.update(func(ctx context.Context, tx directory.WriteTx) error { return tx.PutDelivery(ctx, d) })
	parked := read(f, func(tx directory.ReadTx, ctx context.Context) ([]directory.Delivery, error) {
		return tx.ParkedDeliveries(ctx, 10)
	})
	f.same("parked", len(parked), 1)
	f.raise("b", directory.SyncLane)
	f.same("parked after a change", f.delivery("b").Parked, time.Time{})
	f.same("lane after a change", f.delivery("b").Lane, directory.SyncLane)
	f.update(func(ctx context.Context, tx directory.WriteTx) error {
		return tx.DeleteDelivery(ctx, directory.UserRecord, "b")
	})
	missing(f, "a delivery that was removed", func(tx directory.ReadTx, ctx context.Context) (*directory.Delivery, error) {
		return tx.Delivery(ctx, directory.UserRecord, "b")
	})
}

func testLinks(t *testing.T, open Open) {
	f := provisioned(t, open)
	l := &directory.Link{Type: directory.UserRecord, Record: "a", Counterpart: "acc1", Origin: directory.OriginCreated,
		Names: directory.Names{Username: "ada", Email: "ada@acme.example"}, Facts: []byte(`{"x":1}`), AskedBy: "ops",
		Erasure: directory.EraseUnlink, Delivered: day}
	f.update(func(ctx context.Context, tx directory.WriteTx) error {
		if err := tx.PutLink(ctx, target, l); err != nil {
			return err
		}
		return tx.HoldNames(ctx, target, l.Type, l.Record, []string{"one", "two"}, false)
	})
	link := func(where string) func(directory.ReadTx, context.Context) (*directory.Link, error) {
		return func(tx directory.ReadTx, ctx context.Context) (*directory.Link, error) {
			return tx.Link(ctx, where, directory.UserRecord, "a")
		}
	}
	f.same("link", read(f, link(target)), l)
	missing(f, "a link of another target", link("another"))
	holders := func() map[string]string {
		return read(f, func(tx directory.ReadTx, ctx context.Context) (map[string]string, error) {
			return tx.NameHolders(ctx, target, []string{"one", "two", "three"})
		})
	}
	f.same("holders", holders(), map[string]string{"one": "a", "two": "a"})
	f.update(func(ctx context.Context, tx directory.WriteTx) error {
		return tx.HoldNames(ctx, target, l.Type, l.Record, []string{"two", "three"}, true)
	})
	f.same("holders of new names", holders(), map[string]string{"two": "a", "three": "a"})
	f.update(func(ctx context.Context, tx directory.WriteTx) error {
		return tx.DeleteLink(ctx, target, l.Type, l.Record)
	})
	missing(f, "a link that was removed", link(target))
	f.same("holders without a link", len(holders()), 0)
}

func testActions(t *testing.T, open Open) {
	f := provisioned(t, open)
	a := directory.Action{ID: "1", Type: directory.UserRecord, Record: "u", Kind: directory.ActPassword, State: directory.ActWaiting,
		Payload: "sealed", Idempotent: true, AskedBy: "ops", Asked: day, Changed: day}
	b := directory.Action{ID: "2", Type: directory.UserRecord, Record: "u", Kind: directory.ActResetTOTP, State: directory.ActSending,
		AskedBy: "ops", Asked: day, Changed: day}
	put := func(list ...directory.Action) {
		f.update(func(ctx context.Context, tx directory.WriteTx) error {
			for i := range list {
				if err := tx.PutAction(ctx, &list[i]); err != nil {
					return err
				}
			}
			return nil
		})
	}
	open1 := func() []directory.Action {
		return read(f, func(tx directory.ReadTx, ctx context.Context) ([]directory.Action, error) {
			return tx.OpenActions(ctx, directory.UserRecord, "u")
		})
	}
	of := func(record string) []directory.Action {
		return read(f, func(tx directory.ReadTx, ctx context.Context) ([]directory.Action, error) {
			return tx.ActionsOf(ctx, directory.UserRecord, record)
		})
	}
	put(b, a)
	f.same("open actions", open1(), []directory.Action{a, b})
	f.same("actions of the record", of("u"), []directory.Action{a, b})
	a.State, a.Payload, b.State, b.Cause = directory.ActDone, "", directory.ActUnknown, "killed"
	put(a, b)
	f.same("open actions at the end", len(open1()), 0)
	f.same("shown actions", read(f, directory.ReadTx.ShownActions), []directory.Action{b})
	f.same("actions of the record at the end", of("u"), []directory.Action{b})
	f.same("actions of another record", len(of("v")), 0)

	c := directory.Action{ID: "3", Type: directory.UserRecord, Record: "v", Kind: directory.ActPassword, State: directory.ActWaiting,
		Payload: "sealed", Idempotent: true, AskedBy: "ops", Asked: day, Changed: day}
	put(c)
	later := day.Add(time.Hour)
	f.update(func(ctx context.Context, tx directory.WriteTx) error {
		return tx.EndActions(ctx, directory.ActWaiting, directory.ActFailed, "moved", later)
	})
	c.State, c.Payload, c.Cause, c.Changed = directory.ActFailed, "", "moved", later
	f.same("shown when what waited ended", read(f, directory.ReadTx.ShownActions), []directory.Action{b, c})
}

// testForgetActions lets acts end on two days, and forgets the first.
func testForgetActions(t *testing.T, open Open) {
	f := provisioned(t, open)
	next := day.Add(24 * time.Hour)
	states := []directory.ActionState{directory.ActDone, directory.ActCancelled, directory.ActUnknown, directory.ActFailed,
		directory.ActWaiting, directory.ActSending}
	f.update(func(ctx context.Context, tx directory.WriteTx) error {
		for _, s := range states {
			for name, at := range map[string]time.Time{"old ": day, "new ": next} {
				err := tx.PutAction(ctx, &directory.Action{ID: name + string(s), Type: directory.UserRecord, Record: "u",
					Kind: directory.ActLogOut, State: s, Asked: day, Changed: at})
				if err != nil {
					return err
				}
			}
		}
		return nil
	})
	rounds := 0
	for more := true; more; rounds++ {
		f.update(func(ctx context.Context, tx directory.WriteTx) (err error) {
			more, err = tx.Forget(ctx, next, 1)
			return err
		})
	}
	f.same("rounds of one act", rounds, 4)
	act := func(id string) func(directory.ReadTx, context.Context) (*directory.Action, error) {
		return func(tx directory.ReadTx, ctx context.Context) (*directory.Action, error) { return tx.Action(ctx, id) }
	}
	for i, s := range states {
		read(f, act("new "+string(s)))
		if i < 4 {
			missing(f, "an act that ended long ago", act("old "+string(s)))
		} else {
			read(f, act("old "+string(s)))
		}
	}
}

func testFanOut(t *testing.T, open Open) {
	f := provisioned(t, open)
	ada, bob, cyd := person("ada"), person("bob"), person("cyd")
	f.hire(ada, bob, cyd)
	g := group("All")
	f.found(g, ada, bob)
	reached := func(t directory.RecordType, record, after string) []directory.ResourceID {
		return read(f, func(tx directory.ReadTx, ctx context.Context) ([]directory.ResourceID, error) {
			return tx.FanOut(ctx, t, record, after, 2)
		})
	}
	f.same("members", reached(directory.GroupRecord, string(g.ID), ""), []directory.ResourceID{ada.ID, bob.ID})
	f.same("members after one", reached(directory.GroupRecord, string(g.ID), string(ada.ID)), []directory.ResourceID{bob.ID})
	f.same("everybody after one", reached(directory.WorkspaceRecord, string(f.ws), string(ada.ID)), []directory.ResourceID{bob.ID, cyd.ID})
	f.update(func(ctx context.Context, tx directory.WriteTx) error {
		if err := tx.KeepMembers(ctx, g.ID); err != nil {
			return err
		}
		return putGroup(ctx, tx, g, nil)
	})
	f.same("former members", reached(directory.GroupRecord, string(g.ID), ""), []directory.ResourceID{ada.ID, bob.ID})
	f.update(func(ctx context.Context, tx directory.WriteTx) error { return tx.ForgetMembers(ctx, string(g.ID)) })
	f.same("forgotten members", len(reached(directory.GroupRecord, string(g.ID), "")), 0)
	// Who is gone and has a link in the present target is reached, once.
	gone := string(cyd.ID) + "~"
	f.update(func(ctx context.Context, tx directory.WriteTx) error {
		for record, target := range map[string]string{string(cyd.ID): "fake", gone: "fake", gone + "~": "another"} {
			if err := tx.PutLink(ctx, target, &directory.Link{Type: directory.UserRecord, Record: record}); err != nil {
				return err
			}
		}
		return tx.PutTarget(ctx, "fake")
	})
	f.same("everybody and whoever has a link", reached(directory.WorkspaceRecord, string(f.ws), string(bob.ID)), []directory.ResourceID{cyd.ID, directory.ResourceID(gone)})
	f.same("linked targets", read(f, func(tx directory.ReadTx, ctx context.Context) ([]string, error) { return tx.LinkedTargets(ctx) }), []string{"another", "fake"})
}
