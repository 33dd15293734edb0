package config

import (
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"
	"time"
)

// How much is read from a file, and how long from one that is a pipe. A name that was
// mistaken for another may lead to anything.
const (
	maxFile  = 1 << 20  // bytes of the configuration
	maxValue = 64 << 10 // bytes of the value of a variable
	patience = 5 * time.Second
)

// readBounded reads a file or a pipe, such as a shell's <(…), but no more than limit bytes
// and a pipe no longer than within.
func readBounded(name string, limit int64, within time.Duration) ([]byte, error) {
	// Without O_NONBLOCK opening a pipe to which nobody writes would never return.
	f, err := os.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if err := f.SetReadDeadline(time.Now().Add(within)); err != nil && !errors.Is(err, os.ErrNoDeadline) {
		return nil, err
	}
	text, err := io.ReadAll(io.LimitReader(f, limit+1))
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded):
		return nil, fmt.Errorf("%s did not end within %v", name, within)
	case err != nil:
		return nil, err
	case int64(len(text)) > limit:
		return nil, fmt.Errorf("%s is larger than %d KiB", name, limit>>10)
	case len(text) == 0 && isPipe(f):
		return nil, fmt.Errorf("%s is a pipe, and nobody writes to it", name)
	}
	return text, nil
}

func isPipe(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeNamedPipe != 0
}
