package sync

import (
	"context"
	"strings"
	"testing"
	"time"

	"rollcall/dev/need"
	"rollcall/directory"
	"rollcall/directory/sqlstore"
)

// expire looks once at whose account ends.
func (l *lab) expire() {
	l.Helper()
	(&Expiry{Directory: l.Directory, Now: l.clock}).pass(l.Context())
}

func TestAnAccountEndsByItself(t *testing.T) {
	t.Parallel()
	t.Run("SQLite", func(t *testing.T) { accountEnds(t, newLab(t, 3)) })
	t.Run("PostgreSQL", func(t *testing.T) { accountEnds(t, newLabAt(t, sqlstore.Config{URL: need.Database(t)}, 3)) })
}

func accountEnds(t *testing.T, l *lab) {
	l.src.people[1].Until = l.clock().Add(time.Hour)
	first := l.run(directory.RunDone)
	if first.Counts.Created != 3 {
		t.Fatalf("%s %+v", first.State, first.Counts)
	}
	id := l.user(1).ID
	l.later(time.Hour - time.Second)
	l.expire()
	if !l.user(1).Wanted {
		t.Fatal("the account ended early")
	}
	l.later(time.Second)
	l.expire()
	u := l.user(1)
	if u.Wanted || u.Facts.Left == 0 || u.ID != id {
		t.Errorf("the account did not end: %+v", u)
	}
	if !l.user(0).Wanted || !l.user(2).Wanted {
		t.Error("others lost their access")
	}
	var last directory.AuditRecord
	err := l.Directory.Read(t.Context(), l.admin, func(ctx context.Context, tx directory.ReadTx) error {
		return tx.Audit(ctx, directory.AuditQuery{Type: directory.UserRecord, Record: string(id)}, func(r *directory.AuditRecord) error {
			last = *r
			return nil
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	if last.Change != "Expire" || !strings.Contains(last.Detail, "as the source corp had said") {
		t.Errorf("the log says %+v", last)
	}

	before := l.user(1).Meta.Version
	l.expire()
	if again := l.run(directory.RunDone); again.Counts.Unchanged != 3 || again.Counts.Deactivated != 0 || again.Guard.Tripped {
		t.Errorf("the next run did %+v", again.Counts)
	}
	if after := l.user(1).Meta.Version; after != before {
		t.Errorf("version %d became %d although nothing happened", before, after)
	}

	l.src.people[1].Until = l.clock().Add(24 * time.Hour)
	l.src.people[1].User.Title = "back" // another mark, as a source would have it
	if back := l.run(directory.RunDone); back.Counts.Reactivated != 1 || !l.user(1).Wanted {
		t.Errorf("an account that was prolonged: %+v", back.Counts)
	}
}

func TestAPausedSourceEndsNobodysAccount(t *testing.T) {
	t.Parallel()
	l := newLab(t, 1)
	l.src.people[0].Until = l.clock().Add(time.Hour)
	l.run(directory.RunDone)
	l.must(l.admin, directory.PauseSource{ID: "corp"})
	l.later(2 * time.Hour)
	l.expire()
	if !l.user(0).Wanted {
		t.Error("the account ended")
	}
	l.must(l.admin, directory.ResumeSource{ID: "corp"})
	l.expire()
	if l.user(0).Wanted {
		t.Error("the account did not end after the pause")
	}
}

func TestAnAccountEndsOfSomebodyWhoIsGone(t *testing.T) {
	t.Parallel()
	l := newLab(t, 1)
	l.src.people[0].Until = l.clock().Add(time.Hour)
	l.run(directory.RunDone)
	l.must(l.admin, directory.DeleteUser{ID: l.user(0).ID})
	l.later(2 * time.Hour)
	l.expire()
	err := l.Directory.Read(t.Context(), l.admin, func(ctx context.Context, tx directory.ReadTx) error {
		due, err := tx.DueEntries(ctx, l.clock(), 10)
		if len(due) != 0 {
			t.Errorf("still due: %+v", due)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
