package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestTextFromOutsideIsHarmless(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"Ada Łovelace":   "Ada Łovelace",
		"a\x1b[31mred":   "a?[31mred",
		"one\ttwo\nline": "one?two?line",
		"evil\u202etxt":  "evil?txt",
	} {
		if got := clean(text); got != want {
			t.Errorf("%q is shown as %q", text, got)
		}
	}
}

func TestAListIsOneTableHoweverLong(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	l := (&app{stdout: &out}).list("things", 2*align+1, "NAME", "SIZE")
	for i := range 2*align + 1 {
		if err := l.add(nil, fmt.Sprint("thing", i), "1"); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.end("Nothing."); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 2*align+2 || !strings.HasPrefix(lines[0], "NAME") || strings.Count(out.String(), "NAME") != 1 {
		t.Errorf("%d lines, beginning with %q", len(lines), lines[0])
	}
}

func TestAListIsOneObject(t *testing.T) {
	t.Parallel()
	for n := range 3 {
		var out bytes.Buffer
		a := &app{stdout: &out}
		a.JSON = true
		l := a.list("things", int64(n), "NAME")
		for i := range n {
			if err := l.add(map[string]string{"name": fmt.Sprintf("<%d>", i)}); err != nil {
				t.Fatal(err)
			}
		}
		if err := l.end("Nothing."); err != nil {
			t.Fatal(err)
		}
		var got struct {
			Total  int
			Things []struct{ Name string }
		}
		if err := json.Unmarshal(out.Bytes(), &got); err != nil || got.Total != n || len(got.Things) != n || got.Things == nil {
			t.Errorf("%s: %v", out.String(), err)
		}
		if strings.Count(out.String(), "\n") != 1 {
			t.Errorf("it is more than one line: %q", out.String())
		}
	}
}

func TestSinceWhen(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	for text, want := range map[string]time.Time{
		"":                          {},
		"2026-03-01T12:00:00+01:00": time.Date(2026, 3, 1, 11, 0, 0, 0, time.UTC),
		"2026-03-01":                time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC),
		"1d12h":                     time.Date(2026, 2, 28, 20, 0, 0, 0, time.UTC),
	} {
		if got, err := parseSince(text, now); err != nil || !got.Equal(want) {
			t.Errorf("%q is %v: %v", text, got, err)
		}
	}
	if _, err := parseSince("last week", now); exitCode(err) != exitUsage {
		t.Errorf("last week: %v", err)
	}
}
