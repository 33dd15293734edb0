package sync_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"rollcall/directory"
	"rollcall/sync/targettest"
)

// neighbours makes a few people who are due together, and returns the first.
func (b *branch) neighbours() directory.ResourceID {
	b.Helper()
	first := b.hire("ada").ID
	for _, name := range []string{"bob", "cyd", "dan"} {
		b.hire(name)
	}
	return first
}

// alone fails the test unless only one person is behind, and tried again later.
func (b *branch) alone(id directory.ResourceID, cause string) {
	b.Helper()
	rows := b.rows()
	if len(rows) != 1 || rows[0].Record != string(id) {
		b.Fatalf("behind are %+v, want %s alone", rows, id)
	}
	if d := rows[0]; d.Attempts != 1 || !strings.Contains(d.Cause, cause) || !d.Next.After(b.time.Now()) || d.Claim != "" {
		b.Errorf("the row is %+v", d)
	}
}

func TestAPanicOfTheTargetHoldsUpNoNeighbour(t *testing.T) {
	onBoth(t, func(t *testing.T, b *branch) {
		ada := b.neighbours()
		b.target.Rules = targettest.About(ada, targettest.Fault{Panic: "index out of range"})
		b.work(directory.PushLane)
		b.alone(ada, "index out of range")
		b.target.Rules = nil
		b.drain()
		b.agree()
	})
}

func TestAnActOfATargetThatPanickedIsNotRepeated(t *testing.T) {
	b := newBranch(t, onSQLite(t))
	ada := b.hire("ada")
	b.drain()
	b.must(b.admin, directory.ResetTOTP{ID: ada.ID})
	b.target.Rules = targettest.On("act", targettest.Fault{Panic: "nil map"})
	b.drain()
	if all := b.shown(); len(all) != 1 || all[0].State != directory.ActUnknown {
		t.Errorf("shown is %+v", all)
	}
}

// illegible is a store in which one person cannot be read.
type illegible struct {
	directory.Store
	id directory.ResourceID
}

func (s illegible) View(ctx context.Context, ws directory.WorkspaceID, fn func(context.Context, directory.ReadTx) error) error {
	return s.Store.View(ctx, ws, func(ctx context.Context, tx directory.ReadTx) error {
		return fn(ctx, illegibleTx{tx, s.id})
	})
}

type illegibleTx struct {
	directory.ReadTx
	id directory.ResourceID
}

func (x illegibleTx) User(ctx context.Context, id directory.ResourceID) (*directory.User, error) {
	if id == x.id {
		return nil, errors.New("unexpected end of JSON input")
	}
	return x.ReadTx.User(ctx, id)
}

func TestARecordThatCannotBeReadHoldsUpNoNeighbour(t *testing.T) {
	b := newBranch(t, onSQLite(t))
	ada := b.neighbours()
	d := b.deliverer(b.directory(illegible{b.store, ada}))
	if err := d.Work(t.Context(), directory.LaneJob{Workspace: b.admin.Workspace, Lane: directory.PushLane}); err != nil {
		t.Error(err)
	}
	b.alone(ada, "unexpected end of JSON input")
	b.drain()
	b.agree()
}

// TestWhoKillsTheProcessComesAfterTheNeighbours has the process die each time that
// somebody's turn comes.
func TestWhoKillsTheProcessComesAfterTheNeighbours(t *testing.T) {
	onBoth(t, func(t *testing.T, b *branch) {
		ada := b.neighbours()
		worker := directory.Actor{Kind: directory.System, Workspace: b.admin.Workspace}
		for range 2 {
			taken, err := b.TakeDeliveries(t.Context(), worker, "fake", directory.PushLane, 8)
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range taken {
				if c.Record == string(ada) {
					break
				}
				if err := b.Settle(t.Context(), worker, c, directory.Delivered{}); err != nil {
					t.Fatal(err)
				}
			}
			b.time.advance(directory.ClaimTime + time.Second)
		}
		if rows := b.rows(); len(rows) != 1 || rows[0].Record != string(ada) {
			t.Fatalf("behind are %+v, want ada alone", rows)
		}
		// Once somebody waits for a worker again and again, it is for longer each time.
		var waits []time.Duration
		for range 5 {
			b.time.advance(time.Hour)
			now := b.time.Now()
			if _, err := b.TakeDeliveries(t.Context(), worker, "fake", directory.PushLane, 8); err != nil {
				t.Fatal(err)
			}
			waits = append(waits, b.row(ada).Next.Sub(now.Truncate(time.Millisecond)))
		}
		if waits[4] < 32*time.Second || waits[4] <= waits[0] {
			t.Errorf("ada waits %v", waits)
		}
	})
}

// TestALeaverAtHandWhenProcessesEndWaitsForNobodyElse: that a process is killed many times
// delays no leaving.
func TestALeaverAtHandWhenProcessesEndWaitsForNobodyElse(t *testing.T) {
	b := newBranch(t, onSQLite(t))
	ada := b.hire("ada")
	b.drain()
	b.must(b.admin, directory.SwitchOff{ID: ada.ID})
	worker := directory.Actor{Kind: directory.System, Workspace: b.admin.Workspace}
	for n := range 12 {
		taken, err := b.TakeDeliveries(t.Context(), worker, "fake", directory.UrgentLane, 8)
		if err != nil || len(taken) != 1 {
			t.Fatalf("process %d took %+v, %v", n, taken, err)
		}
		if err := b.EndClaims(t.Context(), worker); err != nil {
			t.Fatal(err)
		}
		b.time.advance(time.Second)
	}
	b.work(directory.UrgentLane)
	b.agree()
}
