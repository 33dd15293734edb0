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
	findsEmail   atomic.Bool // this it can, and has shown it
	noRoleRoutes atomic.Bool

	roles roleList

	mu    sync.Mutex
	begun map[directory.ResourceID]begun
}

var _ bridgesync.Target = (*Target)(nil)

// Address returns where the server is.
func (t *Target) Address() string { return t.client.base }

// begun is what was done of a delivery that did not end well, so that the next attempt
// does not do it twice and knows what is ours. It is gone with the process: then a role or a
// value whose sending was in doubt, and that is no longer wanted, passes for somebody else's.
type begun struct {
	asked  []directory.Names   // with which accounts were to be made, as the server has them
	id     string              // of an account that was made
	off    bool                // access was taken away
	given  []string            // roles that were given, or may have been
	sent   map[string][]string // profile values that were sent, or may have been
	rooms  []membership        // that were entered
	linked bool                // to an account that was there
	before []string            // the roles that it had then
}

// changed reports whether more was tried than to take access away.
func (b *begun) changed() bool {
	return b.id != "" || len(b.asked) > 0 || len(b.given) > 0 || len(b.sent) > 0 || len(b.rooms) > 0
}

// Deliver implements [bridgesync.Target].
func (t *Target) Deliver(ctx context.Context, want bridgesync.Desired) (bridgesync.Counterpart, error) {
	got, err := t.deliver(ctx, want)
	if err != nil {
		return bridgesync.Counterpart{}, t.outward(err)
	}
	t.forget(want.ID)
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
	switch {
	case nobody(err):
		return refusal("there is no account %s any more", id)
	case unknownRoute(err):
		return t.outward(t.unable(ctx, act, err))
	}
	return t.outward(err)
}

// unable tells a server that cannot do something from a page that answers in its place:
// only the first knows other routes.
func (t *Target) unable(ctx context.Context, act bridgesync.Act, err error) error {
	switch a, again := t.byID(ctx, act.Counterpart); {
	case again != nil:
		return err
	case a == nil:
		return refusal("there is no account %s any more", act.Counterpart)
	}
	return refusal("this version of Rocket.Chat cannot do %s for others", act.Kind)
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

// forget is when nothing is in doubt any more.
func (t *Target) forget(id directory.ResourceID) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.begun, id)
}

// recall returns what was done for somebody by an attempt that failed.
func (t *Target) recall(id directory.ResourceID) begun {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.begun[id]
}
