package rocketchat

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"rollcall/directory"
	bridgesync "rollcall/sync"
)

// Target is a Rocket.Chat server. It is safe for concurrent use.
type Target struct {
	config Config
	client *client
	now    func() time.Time

	// What this version of the server cannot do, once it has said so.
	noSearch     atomic.Bool
	noRoleRoutes atomic.Bool

	roles roleList

	mu    sync.Mutex
	begun map[directory.ResourceID]begun
}

var _ bridgesync.Target = (*Target)(nil)

// begun is what was done of a delivery that did not end well. It spares the next attempt
// doing it twice; that it is gone with the process does no harm.
type begun struct {
	id      string // of an account that was made
	off     bool   // access was taken away
	before  []string
	existed bool // before is what the account had when it was linked
}

// Deliver implements [bridgesync.Target].
func (t *Target) Deliver(ctx context.Context, want bridgesync.Desired) (bridgesync.Counterpart, error) {
	got, err := t.deliver(ctx, want)
	if err != nil {
		return bridgesync.Counterpart{}, t.outward(err)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.begun, want.ID)
	return got, nil
}

func (t *Target) deliver(ctx context.Context, want bridgesync.Desired) (bridgesync.Counterpart, error) {
	if t.spared(want.Counterpart) {
		return bridgesync.Counterpart{}, refusal("%s is linked to the account %s, which is not managed: it is the one whose token is used, or the server's own",
			want.ID, want.Counterpart)
	}
	d, err := t.begin(want)
	if err != nil {
		return bridgesync.Counterpart{}, err
	}
	if want.Active {
		err = d.admit(ctx)
	} else {
		err = d.dismiss(ctx)
	}
	if err != nil || d.id == "" {
		return bridgesync.Counterpart{}, err
	}
	return d.end()
}

// Act implements [bridgesync.Target].
func (t *Target) Act(ctx context.Context, act bridgesync.Act) error {
	id := act.Counterpart
	if id == "" {
		return refusal("there is no account of %s", act.Person)
	}
	if t.spared(id) {
		return refusal("the account %s is not managed: it is the one whose token is used, or the server's own", id)
	}
	// Without an id these routes would be about the account of the token.
	whom := map[string]any{"userId": id}
	var err error
	switch act.Kind {
	case directory.ActPassword:
		err = t.client.post(ctx, "users.update", map[string]any{"userId": id, "data": map[string]any{"password": act.Secret.Reveal()}}, nil)
	case directory.ActLogOut:
		err = t.client.post(ctx, "users.logout", whom, nil)
	case directory.ActResetTOTP:
		err = t.client.post(ctx, "users.resetTOTP", whom, nil)
	case directory.ActResetE2EE:
		err = t.client.post(ctx, "users.resetE2EKey", whom, nil)
	default:
		return refusal("Rocket.Chat knows no act %q", act.Kind)
	}
	if nobody(err) {
		return refusal("there is no account %s any more", id)
	}
	return t.outward(err)
}

// remember notes what was done for somebody in case the rest fails.
func (t *Target) remember(id directory.ResourceID, change func(*begun)) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.begun == nil {
		t.begun = map[directory.ResourceID]begun{}
	}
	b := t.begun[id]
	change(&b)
	t.begun[id] = b
}

// recall returns what was done for somebody by an attempt that failed.
func (t *Target) recall(id directory.ResourceID) begun {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.begun[id]
}
