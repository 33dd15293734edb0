package sqlstore

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"sync"
	"time"

	"rollcall/directory"
)

// room remembers that a write failed for want of space. Nothing was lost and reading
// goes on, but whoever sends requests should send them elsewhere until there is room.
type room struct {
	mu      sync.Mutex
	full    bool
	proven  bool      // that there was room when the store was opened
	probing bool      // somebody is looking
	probed  time.Time // when it was last looked for
}

// How much is written to find out whether there is room again, and how long to wait
// before looking another time.
const (
	probeSize  = 256 << 10
	probeEvery = time.Second
)

func noSpace() *directory.Error {
	return directory.Errorf(directory.Unavailable, "", "there is no space left for the database").
		Hinted("make room on its disk; nothing was lost, and no restart is needed")
}

// ranFull notes that a write failed for want of space.
func (s *Store) ranFull(err error) {
	s.room.mu.Lock()
	defer s.room.mu.Unlock()
	if !s.room.full {
		s.log.Error("there is no space left for the database", "err", err)
	}
	s.room.full, s.room.probed = true, time.Now()
}

// NoSpace reports whether a write failed for want of space and none has proven since that
// there is room again.
func (s *Store) NoSpace() bool {
	s.room.mu.Lock()
	defer s.room.mu.Unlock()
	return s.room.full
}

// hasRoom reports that there is no space, until writing proves the contrary. Waiting for
// the next change to do so would not do: who is not ready gets none. It also writes once
// after the store was opened: the disk may have been full before, and then no write of
// ours has failed yet.
func (s *Store) hasRoom(ctx context.Context) error {
	full, probe := s.room.look()
	if !probe {
		if full {
			return noSpace()
		}
		return nil
	}
	// Nothing is locked meanwhile: whoever has the writing connection may be about to note
	// that the disk is full.
	err := s.probe(ctx)
	s.room.mu.Lock()
	defer s.room.mu.Unlock()
	s.room.probing, s.room.probed = false, time.Now()
	switch {
	case err == nil:
		if s.room.full {
			s.log.Info("there is space for the database again")
		}
		s.room.full, s.room.proven = false, true
		return nil
	case s.dialect.faultOf(err) == faultFull && !s.room.full:
		s.log.Error("there is no space left for the database", "err", err)
		s.room.full = true
	case !s.room.full:
		return nil // why else writing fails is not the question here
	}
	e := noSpace()
	e.Err = err
	return e
}

// look reports whether there was no space when it was last seen, and whether the caller
// has to see again.
func (r *room) look() (full, probe bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.probing || r.full && time.Since(r.probed) < probeEvery || !r.full && r.proven {
		return r.full, false
	}
	r.probing = true
	return r.full, true
}

// probe writes a row that belongs to no workspace, and takes it away again.
func (s *Store) probe(ctx context.Context) error {
	_, err := s.write.ExecContext(ctx, `
		insert into refusals (workspace_id, actor, record, reason, record_version, first_at, last_at, times)
		values ('', '', '', $1, 0, 0, 0, 0)
		on conflict (workspace_id, actor, record) do update
		set reason = excluded.reason`, ballast())
	if err != nil {
		return err
	}
	_, err = s.write.ExecContext(ctx, `
		delete from refusals
		where workspace_id = ''`)
	return err
}

// ballast is text that no database makes smaller.
func ballast() string {
	b := make([]byte, probeSize/2)
	if _, err := rand.Read(b); err != nil {
		panic("no randomness from the operating system: " + err.Error())
	}
	return hex.EncodeToString(b)
}
