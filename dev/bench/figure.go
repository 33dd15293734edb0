package main

import (
	"strconv"
	"time"
)

// unit says what a figure counts.
type unit string

// The units. A figure without one is a plain number.
const (
	times     unit = "×"
	perSecond unit = "/s"
	micros    unit = "µs"
	millis    unit = "ms"
	megabytes unit = "MB"
	bytesEach unit = "B"
)

// figure is a number with its unit.
type figure struct {
	value float64
	unit  unit
}

// String writes three digits that matter, or all before the point.
func (f figure) String() string {
	switch f.unit {
	case "":
		if f.value == 0 {
			return ""
		}
		return digits(f.value)
	case perSecond:
		return digits(f.value) + "/s"
	}
	return digits(f.value) + " " + string(f.unit)
}

func digits(v float64) string {
	places := 0
	switch {
	case v < 10:
		places = 2
	case v < 100:
		places = 1
	}
	text := strconv.FormatFloat(v, 'f', places, 64)
	for i := len(text) - 3; i > 0 && places == 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

func inMillis(d time.Duration) figure { return figure{float64(d) / float64(time.Millisecond), millis} }

// inMegabytes counts as the goals do, 1,000,000 bytes to one.
func inMegabytes(bytes int64) figure { return figure{float64(bytes) / 1e6, megabytes} }
