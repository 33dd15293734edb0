package sqlstore

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"rollcall/directory"
)

// A data folder has two lock files. A server has the first for itself. Commands that make
// or change the tables have it together, each only while it does so, and take turns with
// the second: so that whoever finds the first one taken can tell a server, which stays,
// from somebody to wait for.
const (
	lockFile = "rollcall.lock"
	turnFile = "rollcall.migrate.lock"
)

// lockPoll is the time between two looks at a lock that somebody has.
const lockPoll = 20 * time.Millisecond

// Lock makes this process the server of a SQLite data folder until Close; it refuses
// when another process is, and waits for commands that make or change the tables. The
// command line needs no lock to work beside a server. Any number of servers may share a
// PostgreSQL database, so there it does nothing.
func (s *Store) Lock(ctx context.Context) error {
	if s.folder == "" || s.locked != nil {
		return nil
	}
	return until(ctx, s.busy(), func() (bool, error) {
		f, err := s.take(lockFile, false)
		if err != nil || f != nil {
			s.locked = f
			return f != nil, err
		}
		if f, err = s.take(lockFile, true); err != nil {
			return false, err
		}
		if f == nil {
			return false, directory.Errorf(directory.Unavailable, "", "another server is using %s", s.place).
				Hinted("stop it, or give this one a data folder of its own")
		}
		return false, f.Close()
	})
}

// Alone reports whether this process is the only server of its database, and no other
// can become one before it ends.
func (s *Store) Alone() bool { return s.locked != nil }

// until tries again and again, until try is done or fails. The refusal is for when the
// context ends before.
func until(ctx context.Context, refusal error, try func() (done bool, err error)) error {
	tick := time.NewTicker(lockPoll)
	defer tick.Stop()
	for {
		if done, err := try(); done || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return refusal
		case <-tick.C:
		}
	}
}

func (s *Store) busy() error {
	return directory.Errorf(directory.Unavailable, "", "another process is changing the tables of %s", s.place).
		Hinted("try again when it is done")
}

// take opens a lock file and takes its lock, shared or for this process alone. The file
// is nil if somebody else has the lock; closing it gives the lock up.
func (s *Store) take(name string, shared bool) (*os.File, error) {
	path := filepath.Join(s.folder, name)
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, directory.Errorf(directory.Unavailable, "", "the lock %s cannot be opened: %s", path, cause(err))
	}
	got, err := tryLock(f, shared)
	if err != nil || !got {
		f.Close()
		return nil, err
	}
	return f, nil
}

func (s *Store) unlock() error {
	if s.locked == nil {
		return nil
	}
	err := s.locked.Close()
	s.locked = nil
	if err != nil {
		return fmt.Errorf("give up the server's lock: %w", err)
	}
	return nil
}
