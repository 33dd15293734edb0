package config

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// durationUnits are the units of a duration. A day is 24 hours, whatever the clocks do.
var durationUnits = map[string]time.Duration{
	"s": time.Second,
	"m": time.Minute,
	"h": time.Hour,
	"d": 24 * time.Hour,
	"w": 7 * 24 * time.Hour,
}

// longest is the longest duration that makes sense here.
const longest = 100 * 365 * 24 * time.Hour

// ParseDuration reads a duration as options take it, such as 30d, 12h or 1d12h.
func ParseDuration(s string) (time.Duration, error) { return duration(s) }

// duration takes whole numbers with units, one after another: 30d, 12h or 1d12h. Nothing
// at all is 0.
func duration(s string) (time.Duration, error) {
	if s == "0" {
		return 0, nil
	}
	bad := complain("write something like 30d, 12h or 1d12h", "%q is not a duration", s)
	var total time.Duration
	for rest := s; rest != ""; {
		n, unit, after, ok := quantity(rest)
		if !ok || durationUnits[unit] == 0 {
			return 0, bad
		}
		if n > int64((longest-total)/durationUnits[unit]) {
			return 0, complain("a hundred years is the most", "%q is too long", s)
		}
		total += time.Duration(n) * durationUnits[unit]
		rest = after
	}
	if s == "" {
		return 0, bad
	}
	return total, nil
}

// grace takes a duration that lasts.
func grace(s string) (time.Duration, error) {
	d, err := duration(s)
	if err == nil && d == 0 {
		return 0, complain("write 1s to delete almost at once", "%q leaves no time to undo anything", s)
	}
	return d, err
}

// sizeUnits are the units of a size, in lower case.
var sizeUnits = map[string]int64{
	"":    1,
	"b":   1,
	"kb":  1000,
	"mb":  1000 * 1000,
	"kib": 1 << 10,
	"mib": 1 << 20,
}

// The least and the most that a request body may be limited to.
const (
	leastBody = 1 << 10
	mostBody  = 1 << 30
)

// bodySize takes a number of bytes with or without a unit.
func bodySize(s string) (int64, error) {
	n, unit, rest, ok := quantity(strings.ToLower(s))
	factor, known := sizeUnits[unit]
	if !ok || !known || rest != "" {
		return 0, complain("write something like 512KiB or 1MiB", "%q is not a size", s)
	}
	if n > mostBody/factor || n*factor < leastBody {
		return 0, complain("between 1KiB and 1024MiB makes sense", "%q is out of range", s)
	}
	return n * factor, nil
}

// quantity splits 12h30m into 12, h and 30m.
func quantity(s string) (n int64, unit, rest string, ok bool) {
	digits := 0
	for digits < len(s) && isDigit(s[digits]) {
		digits++
	}
	letters := digits
	for letters < len(s) && !isDigit(s[letters]) {
		letters++
	}
	n, err := strconv.ParseInt(s[:digits], 10, 64)
	return n, strings.TrimSpace(s[digits:letters]), s[letters:], err == nil && n < math.MaxInt64
}

func isDigit(b byte) bool { return b >= '0' && b <= '9' }
