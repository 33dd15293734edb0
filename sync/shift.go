package sync

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"rollcall/directory"
)

// shift is what a worker claimed at once. It works on one record after the other, keeps
// those that have not begun for no longer than a moment, and says from time to time that
// it is still alive.
type shift struct {
	*Deliverer
	by     directory.Actor
	target NamedTarget
	until  time.Time

	// renewed is when the claims were taken. It is the process's own time and not that of
	// the directory's clock: what counts is how much of it passes.
	renewed time.Time

	mu   sync.Mutex
	left []directory.Delivery // claimed and not settled, the present one included
}

func (s *shift) work(ctx context.Context) error {
	ctx, stop := s.stayAlive(ctx)
	defer stop()
	var failed error
	for !s.over(ctx, s.until) && failed == nil {
		c, ok := s.next()
		if !ok {
			return nil
		}
		switch err := s.one(ctx, c); {
		case err == nil:
			s.settled()
		case errors.Is(err, errTurn):
			s.yield()
		case directory.Is(err, directory.Stale):
			s.log().Warn("claim lost, another worker has it", "workspace", s.by.Workspace, "record", c.Record)
			s.settled()
		default:
			failed = err
		}
	}
	err := s.Directory.ReturnClaims(context.WithoutCancel(ctx), s.by, s.claimed())
	if errors.Is(failed, errEnough) || errors.Is(failed, context.Canceled) {
		failed = nil
	}
	return errors.Join(failed, err)
}

func (s *shift) next() (directory.Delivery, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.left) == 0 {
		return directory.Delivery{}, false
	}
	return s.left[0], true
}

func (s *shift) settled() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.left = s.left[1:]
}

// yield puts the present one behind the others.
func (s *shift) yield() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.left = append(s.left[1:], s.left[0])
}

func (s *shift) claimed() []directory.Delivery {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.left)
}

// atHand is for how long a worker keeps what it claimed and has not begun.
const atHand = time.Second

// share gives back what is not begun once the present call takes long: another worker may
// be free, and somebody who lost access meanwhile waits in another lane by now.
func (s *shift) share(ctx context.Context) {
	wait := time.NewTimer(atHand - time.Since(s.renewed))
	defer wait.Stop()
	select {
	case <-ctx.Done():
		return
	case <-wait.C:
	}
	if err := s.Directory.ReturnClaims(context.WithoutCancel(ctx), s.by, s.release()); err != nil {
		s.log().Warn("claims not given back, they end by themselves", "workspace", s.by.Workspace, "err", err)
	}
}

// release forgets everything that is claimed but the present one, and returns it.
func (s *shift) release() []directory.Delivery {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.left) < 2 {
		return nil
	}
	rest := slices.Clone(s.left[1:])
	s.left = s.left[:1]
	return rest
}

// stayAlive holds the claims while a slow target keeps the worker waiting. When they could
// not be renewed until they end, or the present one is lost, another worker may call about
// the same person, so what is under way ends.
func (s *shift) stayAlive(ctx context.Context) (context.Context, func()) {
	ctx, cancel := context.WithCancel(ctx)
	end := time.AfterFunc(directory.ClaimTime-time.Since(s.renewed), cancel)
	var beat sync.WaitGroup
	beat.Go(func() { s.share(ctx) })
	beat.Go(func() {
		repeat(ctx, directory.ClaimTime/3, func() {
			began := time.Now()
			lost, err := s.Directory.KeepClaims(ctx, s.by, s.claimed())
			if err != nil && ctx.Err() == nil {
				s.log().Warn("claims not renewed", "workspace", s.by.Workspace, "err", err)
			}
			if err != nil {
				return
			}
			end.Reset(directory.ClaimTime - time.Since(began))
			if s.lose(lost) {
				s.log().Warn("claim lost, the call ends", "workspace", s.by.Workspace)
				cancel()
			}
		})
	})
	return ctx, func() { cancel(); beat.Wait(); end.Stop() }
}

// lose forgets the claims that are lost and have not begun. It reports whether the present
// one is lost.
func (s *shift) lose(lost []directory.Delivery) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(lost) == 0 || len(s.left) == 0 {
		return false
	}
	gone := func(c directory.Delivery) bool {
		return slices.ContainsFunc(lost, func(l directory.Delivery) bool { return l.Type == c.Type && l.Record == c.Record })
	}
	s.left = append(s.left[:1], slices.DeleteFunc(s.left[1:], gone)...)
	return gone(s.left[0])
}
