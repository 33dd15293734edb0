package sqlstore

import (
	"context"
	"fmt"
	"os"

	"rollcall/directory"
)

// Lock makes this process the server of a SQLite data folder until Close; it refuses
// when another process is. The command line needs no lock to work beside a server.
// Any number of servers may share a PostgreSQL database, so there it does nothing.
func (s *Store) Lock(context.Context) error {
	got, err := s.lock()
	if err != nil {
		return err
	}
	if !got {
		return directory.Errorf(directory.Unavailable, "", "another server is using %s", s.place).
			Hinted("stop it, or give this one a data folder of its own")
	}
	return nil
}

// Alone reports whether this process is the only server of its database, and no other
// can become one before it ends.
func (s *Store) Alone() bool { return s.locked != nil }

// lock takes the server's lock if nobody has it.
func (s *Store) lock() (bool, error) {
	if s.lockAt == "" || s.locked != nil {
		return true, nil
	}
	f, err := os.OpenFile(s.lockAt, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return false, directory.Errorf(directory.Unavailable, "", "the lock %s cannot be opened: %s", s.lockAt, cause(err))
	}
	got, err := tryLock(f)
	if err != nil || !got {
		f.Close()
		return false, err
	}
	s.locked = f
	return true, nil
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
