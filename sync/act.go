package sync

import (
	"context"
	"fmt"

	"rollcall/directory"
)

// acts does what waits to be done for a record whose state has just been delivered, in
// order. An act that has to be tried again keeps the record behind. Without a counterpart
// there is nobody to log out; a password waits until one is made.
func (s *shift) acts(ctx context.Context, want *directory.Desired, link *directory.Link, r directory.Delivered) (*directory.Delivered, error) {
	for i := range want.Actions {
		a := &want.Actions[i]
		if link == nil && a.Kind == directory.ActPassword {
			continue
		}
		if link == nil {
			if err := s.Directory.EndAct(ctx, s.by, a.ID, directory.ActCancelled, "there is no counterpart"); err != nil {
				return nil, err
			}
			continue
		}
		failure, err := s.act(ctx, want, link, a)
		if err != nil {
			return nil, err
		}
		if failure != nil {
			later := retry(failure, want.Delivery.Attempts, s.now())
			later.Link = r.Link
			return &later, nil
		}
	}
	return &r, nil
}

// act does one act. The failure is one after which it is to be tried again.
func (s *shift) act(ctx context.Context, want *directory.Desired, link *directory.Link, a *directory.Action) (failure, err error) {
	may, err := s.Directory.BeginAct(ctx, s.by, want.Delivery, a.ID)
	if err != nil || !may {
		return nil, err
	}
	secret, err := s.Directory.OpenAct(a)
	if err != nil {
		return nil, s.Directory.EndAct(ctx, s.by, a.ID, directory.ActFailed, err.Error())
	}
	failure = s.do(ctx, Act{ID: a.ID, Kind: a.Kind, Person: want.User.ID, Counterpart: link.Counterpart, Secret: secret})
	state, cause, again := judge(a, failure)
	if err := s.Directory.EndAct(context.WithoutCancel(ctx), s.by, a.ID, state, cause); err != nil {
		return nil, fmt.Errorf("write down what came of %s: %w", a.ID, err)
	}
	if again {
		return failure, nil
	}
	return nil, nil
}

func (s *shift) do(ctx context.Context, a Act) error {
	ctx, cancel := context.WithTimeout(ctx, s.patience())
	defer cancel()
	return s.target.Act(ctx, a)
}

// judge says what an act's error means. What may have been done is repeated only if that
// does no harm.
func judge(a *directory.Action, failure error) (state directory.ActionState, cause string, again bool) {
	switch {
	case failure == nil:
		return directory.ActDone, "", false
	case refused(failure):
		return directory.ActFailed, failure.Error(), false
	case undone(failure):
		return directory.ActWaiting, failure.Error(), true
	case a.Idempotent:
		return directory.ActSending, failure.Error(), true
	}
	return directory.ActUnknown, failure.Error(), false
}
