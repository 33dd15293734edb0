package storetest

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"rollcall/directory"
)

func record(change, id string) *directory.AuditRecord {
	return &directory.AuditRecord{At: day, Actor: "client:okta", ActorID: "t1", Change: change, Outcome: directory.Created,
		Reason: "exists", RequestID: "r1", Type: directory.UserRecord, Record: id, Salt: "salt", Detail: `{"name":"` + change + `"}`}
}

// log reads the audit log.
func (f *fixture) log(q directory.AuditQuery) (records []directory.AuditRecord) {
	f.Helper()
	f.view(func(ctx context.Context, tx directory.ReadTx) error {
		return tx.Audit(ctx, q, func(r *directory.AuditRecord) error {
			records = append(records, *r)
			return nil
		})
	})
	return records
}

// verified fails the test when the chain is broken or does not end where the workspace
// says; it returns all records.
func (f *fixture) verified() []directory.AuditRecord {
	f.Helper()
	var v directory.Verifier
	all := f.log(directory.AuditQuery{})
	for _, r := range all {
		if err := v.Check(&r); err != nil {
			f.Fatal(err)
		}
	}
	f.same("the head of the chain", f.workspace().Audit, v.Head())
	return all
}

func testAuditChain(t *testing.T, open Open) {
	f := newFixture(t, open)
	var all sync.WaitGroup
	for i := range 60 {
		all.Go(func() {
			err := f.store.Update(t.Context(), f.ws, func(ctx context.Context, tx directory.WriteTx) error {
				for part := range 10 {
					if err := tx.Record(ctx, record(fmt.Sprintf("%d.%d", i, part), fmt.Sprint(i))); err != nil {
						return err
					}
				}
				if i%3 == 0 {
					return errRefused
				}
				return nil
			})
			if err != nil && err != errRefused {
				t.Error(err)
			}
		})
	}
	all.Wait()
	records := f.verified()
	if len(records) != 400 {
		t.Fatalf("%d records, want 400", len(records))
	}
	for i, r := range records {
		want := record(r.Change, r.Record)
		want.Seq, want.Digest, want.Hash = int64(i+1), r.Digest, r.Hash
		f.same("record", r, *want)
		if i%10 > 0 && r.Record != records[i-1].Record {
			t.Errorf("record %d of %s stands between those of %s", r.Seq, r.Record, records[i-1].Record)
		}
	}
	f.same("after some", f.log(directory.AuditQuery{After: 390}), records[390:])
	f.same("a few", f.log(directory.AuditQuery{After: 3, Limit: 2}), records[3:5])
	f.same("of one record", f.log(directory.AuditQuery{Type: directory.UserRecord, Record: records[0].Record}), records[:10])
	f.same("of another type", f.log(directory.AuditQuery{Type: directory.GroupRecord, Record: records[0].Record}), []directory.AuditRecord{})
}

func testEraseAudit(t *testing.T, open Open) {
	f := newFixture(t, open)
	f.update(func(ctx context.Context, tx directory.WriteTx) error {
		for _, r := range []*directory.AuditRecord{record("early", "u1"), record("other", "u2")} {
			if err := tx.Record(ctx, r); err != nil {
				return err
			}
		}
		return nil
	})
	f.update(func(ctx context.Context, tx directory.WriteTx) error {
		if err := tx.Record(ctx, record("same transaction", "u1")); err != nil {
			return err
		}
		if err := tx.EraseAudit(ctx, directory.UserRecord, "u1"); err != nil {
			return err
		}
		_ = tx.Step(ctx, func() error {
			if err := tx.EraseAudit(ctx, directory.UserRecord, "u2"); err != nil {
				return err
			}
			return errRefused
		})
		return tx.Record(ctx, record("erased", "u1"))
	})
	var kept []string
	for _, r := range f.verified() {
		if r.Salt != "" && r.Detail != "" {
			kept = append(kept, r.Change)
		} else if r.Salt+r.Detail != "" {
			t.Errorf("record %d is half erased", r.Seq)
		}
	}
	f.same("details left", kept, []string{"other", "erased"})
}

func testRefusals(t *testing.T, open Open) {
	f := newFixture(t, open)
	u := person("ada")
	f.hire(u)
	first := func(actor, record, reason string) (first bool) {
		f.update(func(ctx context.Context, tx directory.WriteTx) (err error) {
			first, err = tx.CountRefusal(ctx, actor, record, reason, day.Add(time.Minute))
			return err
		})
		return first
	}
	id := string(u.ID)
	f.same("the first", first("client:okta", id, "full"), true)
	f.same("again", first("client:okta", id, "full"), false)
	f.same("of another actor", first("client:entra", id, "full"), true)
	f.same("about another record", first("client:okta", "bob", "full"), true)
	f.same("again about that", first("client:okta", "bob", "full"), false)
	f.same("another reason", first("client:okta", id, "exists"), true)
	f.same("that reason again", first("client:okta", id, "exists"), false)
	f.replace(u, with(u, func(u *directory.User) { u.Title, u.Meta.Version = "Countess", 2 }))
	f.same("after a change", first("client:okta", id, "exists"), true)
	f.same("again after a change", first("client:okta", id, "exists"), false)
}

// testForget notes refusals and members on two days, and forgets the first. What was noted
// of a group goes with it.
func testForget(t *testing.T, open Open) {
	f := newFixture(t, open)
	kept := group("kept")
	gone := group("gone")
	f.found(kept)
	f.found(gone)
	next := day.Add(24 * time.Hour)
	note := func(at time.Time, member directory.ResourceID, groups ...directory.ResourceID) {
		f.update(func(ctx context.Context, tx directory.WriteTx) error {
			if _, err := tx.CountRefusal(ctx, "client:okta", string(member), "full", at); err != nil {
				return err
			}
			for _, g := range groups {
				if err := tx.DropMembers(ctx, okta, g, []directory.ResourceID{member}, at); err != nil {
					return err
				}
			}
			return nil
		})
	}
	note(day, "a", kept.ID)
	note(day, "b", kept.ID)
	note(next, "c", kept.ID, gone.ID)
	f.update(func(ctx context.Context, tx directory.WriteTx) error { return putGroup(ctx, tx, gone, nil) })
	rounds := 0
	for more := true; more; rounds++ {
		f.update(func(ctx context.Context, tx directory.WriteTx) (err error) {
			more, err = tx.Forget(ctx, next, 1)
			return err
		})
	}
	f.same("rounds of one row", rounds, 2)
	dropped := read(f, func(tx directory.ReadTx, ctx context.Context) ([]directory.Dropped, error) {
		return tx.DroppedMembers(ctx, okta, 9)
	})
	f.same("members left", dropped, []directory.Dropped{{Source: okta, Group: kept.ID, Member: "c", At: next.UnixMilli()}})
	first := func(record string) (first bool) {
		f.update(func(ctx context.Context, tx directory.WriteTx) (err error) {
			first, err = tx.CountRefusal(ctx, "client:okta", record, "full", next)
			return err
		})
		return first
	}
	f.same("a refusal that was forgotten", first("a"), true)
	f.same("a refusal that was kept", first("c"), false)
}
