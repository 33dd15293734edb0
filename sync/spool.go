package sync

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
)

// spool keeps what a run has found until the read is known to be complete, on disk, so
// that a large directory is never in memory at once. The file has no name once it is
// open: nothing of it outlives the process.
type spool[T any] struct {
	file *os.File
	out  *bufio.Writer
	n    int64
}

func newSpool[T any]() (*spool[T], error) {
	f, err := unnamed()
	if err != nil {
		return nil, err
	}
	return &spool[T]{file: f, out: bufio.NewWriterSize(f, 64<<10)}, nil
}

// unnamed makes a file that nobody else can open and that goes with the process.
func unnamed() (*os.File, error) {
	f, err := os.CreateTemp("", "rollcall-run-*")
	if err != nil {
		return nil, fmt.Errorf("make room for a run: %w", err)
	}
	if err := os.Remove(f.Name()); err != nil {
		f.Close()
		return nil, fmt.Errorf("make room for a run: %w", err)
	}
	return f, nil
}

// add appends v.
func (s *spool[T]) add(v *T) error {
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("spool: %w", err)
	}
	s.n++
	_, err = s.out.Write(append(b, '\n'))
	return err
}

// each sends everything to fn, in order; it may be asked several times.
func (s *spool[T]) each(fn func(*T) error) error {
	if err := s.out.Flush(); err != nil {
		return fmt.Errorf("spool: %w", err)
	}
	if _, err := s.file.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("spool: %w", err)
	}
	in := json.NewDecoder(bufio.NewReaderSize(s.file, 64<<10))
	for {
		v := new(T)
		if err := in.Decode(v); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return fmt.Errorf("spool: %w", err)
		}
		if err := fn(v); err != nil {
			return err
		}
	}
}

func (s *spool[T]) close() { s.file.Close() }
