package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// process is the number of a process; 0 is nobody.
type process int

// tick is the unit in which Linux counts processor time for other processes (USER_HZ).
const tick = 10 * time.Millisecond

// cpu returns the processor time that the process has used, in its own code and in the
// system's.
func (p process) cpu() (time.Duration, error) {
	if p == 0 {
		return 0, nil
	}
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p))
	if err != nil {
		return 0, err
	}
	// The second field is the name, in parentheses, and may contain anything.
	rest := string(text[strings.LastIndexByte(string(text), ')')+1:])
	fields := strings.Fields(rest)
	if len(fields) < 13 {
		return 0, fmt.Errorf("/proc/%d/stat has too few fields", p)
	}
	user, err := strconv.ParseInt(fields[11], 10, 64)
	if err != nil {
		return 0, err
	}
	system, err := strconv.ParseInt(fields[12], 10, 64)
	return time.Duration(user+system) * tick, err
}

// memory returns a line of /proc/PID/status, such as VmRSS, in bytes.
func (p process) memory(name string) (int64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(text)) {
		if value, ok := strings.CutPrefix(line, name+":"); ok {
			kilo, err := strconv.ParseInt(strings.Fields(value)[0], 10, 64)
			return kilo << 10, err
		}
	}
	return 0, fmt.Errorf("/proc/%d/status has no %s", p, name)
}

// server is a process that we started and that answers HTTP.
type server struct {
	process
	url   string
	began time.Time
	cmd   *exec.Cmd
	stdin io.Closer
	log   *os.File
}

// startServer starts a program that says "ready URL" on its first line.
func (b *bench) startServer(ctx context.Context, name string, args ...string) (s *server, err error) {
	s = &server{cmd: exec.CommandContext(ctx, name, args...)}
	if s.log, err = os.Create(filepath.Join(b.dir, "server.log")); err != nil {
		return nil, err
	}
	s.cmd.Stderr = s.log
	if s.stdin, err = s.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	s.began = time.Now()
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	s.process = process(s.cmd.Process.Pid)
	line, err := bufio.NewReader(out).ReadString('\n')
	url, ready := strings.CutPrefix(strings.TrimSpace(line), "ready ")
	if err != nil || !ready {
		text, _ := os.ReadFile(s.log.Name())
		return nil, errors.Join(fmt.Errorf("%s said %q and not that it is ready: %s", name, line, text), err, s.stop())
	}
	s.url = url
	return s, nil
}

// grace is how long a server may take to end before it is made to.
const grace = 10 * time.Second

// stop ends the server and waits for it.
func (s *server) stop() error {
	defer s.log.Close()
	s.stdin.Close()
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return errors.Join(err, s.cmd.Wait())
	}
	late := time.AfterFunc(grace, func() { s.cmd.Process.Kill() })
	defer late.Stop()
	err := s.cmd.Wait()
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.Sys().(syscall.WaitStatus).Signal() == syscall.SIGTERM {
		return nil
	}
	return err
}
