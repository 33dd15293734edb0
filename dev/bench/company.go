package main

import (
	"errors"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// machineBusy returns the processor time that the whole machine has spent on anything.
func machineBusy() (time.Duration, error) {
	text, err := os.ReadFile("/proc/stat")
	if err != nil {
		return 0, err
	}
	line, _, _ := strings.Cut(string(text), "\n")
	fields := strings.Fields(line)
	if len(fields) < 9 || fields[0] != "cpu" {
		return 0, errors.New("/proc/stat does not begin with the processors")
	}
	var sum int64
	for i, f := range fields[1:9] {
		n, err := strconv.ParseInt(f, 10, 64)
		if err != nil {
			return 0, err
		}
		if idle := i == 3 || i == 4; !idle {
			sum += n
		}
	}
	return time.Duration(sum) * tick, nil
}

// own returns the processor time of this process and of all that it started and that
// have ended.
func own() (time.Duration, error) {
	var sum time.Duration
	for _, who := range []int{syscall.RUSAGE_SELF, syscall.RUSAGE_CHILDREN} {
		var u syscall.Rusage
		if err := syscall.Getrusage(who, &u); err != nil {
			return 0, err
		}
		sum += time.Duration(u.Utime.Nano() + u.Stime.Nano())
	}
	return sum, nil
}

// addCompany adds how much of a processor others have used meanwhile. On a machine with
// much company all figures are worse, and multiples a little.
func (b *bench) addCompany() error {
	busy, err := machineBusy()
	if err != nil {
		return err
	}
	ours, err := own()
	if err != nil {
		return err
	}
	others := max(busy-b.busy-ours, 0)
	b.table.add(row{what: "processors used by others meanwhile", measured: figure{others.Seconds() / time.Since(b.began).Seconds(), ""}})
	return nil
}
