package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"
	"unicode"
)

// print writes a result: as JSON if the flag asks for it, otherwise as text does it.
func (a *app) print(result any, text func(w io.Writer)) error {
	if !a.JSON {
		text(a.stdout)
		return nil
	}
	if err := encode(a.stdout, result); err != nil {
		return fmt.Errorf("print the result: %w", err)
	}
	return nil
}

// say prints a sentence for a person, or the result for a program.
func (a *app) say(result any, format string, args ...any) error {
	return a.print(result, func(w io.Writer) { fmt.Fprintln(w, clean(fmt.Sprintf(format, args...))) })
}

// note tells a person, or a program, what is no result and no error.
func (a *app) note(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	if a.JSON && encode(a.stderr, map[string]string{"note": text}) == nil {
		return
	}
	fmt.Fprintln(a.stderr, "rollcall:", clean(text))
}

// encode writes a value as one line of JSON.
func encode(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	return e.Encode(v)
}

// table writes rows in columns, under a heading.
func table(w io.Writer, heading []string, rows [][]string) {
	t := columns(w)
	for _, row := range append([][]string{heading}, rows...) {
		line(t, row)
	}
	t.Flush()
}

// fields writes what there is to say about one thing, a name and a value in each line.
// Values that are empty are left out.
func fields(w io.Writer, pairs ...string) {
	t := columns(w)
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			line(t, pairs[i:i+2])
		}
	}
	t.Flush()
}

func columns(w io.Writer) *tabwriter.Writer { return tabwriter.NewWriter(w, 0, 8, 2, ' ', 0) }

// line writes one row.
func line(w io.Writer, cells []string) {
	shown := make([]string, len(cells))
	for i, c := range cells {
		shown[i] = clean(c)
	}
	fmt.Fprintln(w, strings.TrimRight(strings.Join(shown, "\t"), "\t"))
}

// clean makes text from outside harmless on a terminal: what would move the cursor,
// colour the screen or turn the direction of writing is shown as a question mark.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
			return '?'
		}
		return r
	}, s)
}

// shownTime returns a time for people, in their zone; a time that is not set is nothing.
func shownTime(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Local().Format(time.RFC3339)
}

// fromMillis returns the time that is kept as Unix milliseconds; 0 is no time.
func fromMillis(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

// yesNo writes a fact for people.
func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}
