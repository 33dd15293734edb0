package sync_test

import (
	"context"
	"testing"
	"time"

	"rollcall/directory"
)

// TestOldNotesAreForgottenOnceADay asks for it as often as many replicas do that are
// restarted all the time.
func TestOldNotesAreForgottenOnceADay(t *testing.T) {
	onBoth(t, func(t *testing.T, b *branch) {
		refused := func() (first bool) {
			b.each(1, func(ctx context.Context, tx directory.WriteTx, _ int) (err error) {
				first, err = tx.CountRefusal(ctx, "client:okta", "ada", "full", b.time.Now().Add(-100*24*time.Hour))
				return err
			})
			return first
		}
		forget := func() {
			replica := b.directory(b.store)
			if _, err := replica.Apply(t.Context(), directory.Actor{Kind: directory.System, Workspace: b.admin.Workspace}, directory.Forget{}); err != nil {
				t.Fatal(err)
			}
		}
		refused()
		forget()
		if !refused() {
			t.Error("an old refusal was not forgotten")
		}
		b.time.advance(24*time.Hour - time.Minute)
		forget()
		if refused() {
			t.Error("it was forgotten twice in a day")
		}
		b.time.advance(time.Minute)
		forget()
		if !refused() {
			t.Error("it was not forgotten on the next day")
		}
	})
}
