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
	mu     sync.Mutex
	full   bool
	proven bool      // that there was room when the store was opened
	probed time.Time // when it was last looked for in vain
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
// the next change to do so would not do: who is not ready gets none.
func (s *Store) hasRoom(ctx context.Context) error {
	s.room.mu.Lock()
	defer s.room.mu.Unlock()
	switch {
	case !s.room.full:
		return nil
	case time.Since(s.room.probed) < probeEvery:
		return noSpace()
	}
	if err := s.probe(ctx); err != nil {
		s.room.probed = time.Now()
		e := noSpace()
		e.Err = err
		return e
	}
	s.room.full, s.room.proven = false, true
	s.log.Info("there is space for the database again")
	return nil
}

// proveRoom writes once after the store was opened: the disk may have been full before, and
// then no write of ours has failed yet. Why else writing fails is not the question here.
func (s *Store) proveRoom(ctx context.Context) error {
	s.room.mu.Lock()
	defer s.room.mu.Unlock()
	if s.room.proven || s.room.full {
		return nil
	}
	err := s.probe(ctx)
	if err != nil && s.dialect.faultOf(err) == faultFull {
		s.log.Error("there is no space left for the database", "err", err)
		s.room.full, s.room.probed = true, time.Now()
		e := noSpace()
		e.Err = err
		return e
	}
	s.room.proven = err == nil
	return nil
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
