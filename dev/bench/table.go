package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"runtime"
	"text/tabwriter"
	"time"
)

// row is one line of the table: what was measured, against what, and what it should be.
type row struct {
	what     string
	measured figure
	against  figure // nothing: the goal is about what was measured
	limit    string // what against is
	ratio    float64
	goal     goal
	missing  string // why there is nothing to show
}

// goal is a bound of the ratio, or where it has a unit, of the measured figure itself.
type goal struct {
	least bool
	bound figure
}

func atLeast(bound float64) goal { return goal{true, figure{bound, times}} }
func atMost(bound float64) goal  { return goal{false, figure{bound, times}} }

// noMore is a goal of a figure by itself.
func noMore(bound float64, u unit) goal { return goal{false, figure{bound, u}} }

func (g goal) String() string {
	switch {
	case g == goal{}:
		return ""
	case g.least:
		return "≥ " + g.bound.String()
	}
	return "≤ " + g.bound.String()
}

// met reports whether the row reaches its goal; a row without one has no answer.
func (r row) met() (met, asked bool) {
	value := r.ratio
	if r.goal.bound.unit != times {
		value = r.measured.value
	}
	switch {
	case r.goal == goal{} || r.missing != "":
		return false, false
	case r.goal.least:
		return value >= r.goal.bound.value, true
	}
	return value <= r.goal.bound.value, true
}

func (r row) verdict() string {
	switch met, asked := r.met(); {
	case !asked:
		return ""
	case met:
		return "yes"
	}
	return "NO"
}

// table is what a run has found.
type table []row

func (t *table) add(r row) { *t = append(*t, r) }

// print writes the table as text.
func (t table) print(w io.Writer) error {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(tw, "what\tmeasured\tagainst\t\tratio\tgoal\tmet")
	for _, r := range t {
		ratio := ""
		if r.ratio != 0 {
			ratio = figure{r.ratio, times}.String()
		}
		measured := r.measured.String()
		if r.missing != "" {
			measured = r.missing
		}
		fmt.Fprintf(tw, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", r.what, measured, r.against, r.limit, ratio, r.goal, r.verdict())
	}
	return tw.Flush()
}

// jsonRow is a row as a program reads it.
type jsonRow struct {
	What     string  `json:"what"`
	Measured float64 `json:"measured"`
	Unit     unit    `json:"unit,omitempty"`
	Against  float64 `json:"against,omitempty"`
	Limit    string  `json:"limit,omitempty"`
	Ratio    float64 `json:"ratio,omitempty"`
	Goal     string  `json:"goal,omitempty"`
	Met      *bool   `json:"met,omitempty"`
	Missing  string  `json:"missing,omitempty"`
}

// save writes the table as JSON to a file, if one is named.
func (t table) save(name string) error {
	if name == "" {
		return nil
	}
	rows := make([]jsonRow, len(t))
	for i, r := range t {
		rows[i] = jsonRow{r.what, r.measured.value, r.measured.unit, r.against.value, r.limit, r.ratio, r.goal.String(), nil, r.missing}
		if met, asked := r.met(); asked {
			rows[i].Met = &met
		}
	}
	text, err := json.MarshalIndent(struct {
		At         time.Time `json:"at"`
		Go         string    `json:"go"`
		Processors int       `json:"processors"`
		Rows       []jsonRow `json:"rows"`
	}{time.Now().UTC().Truncate(time.Second), runtime.Version(), runtime.NumCPU(), rows}, "", "\t")
	if err != nil {
		return fmt.Errorf("encode the table: %w", err)
	}
	return os.WriteFile(name, append(text, '\n'), 0o644)
}
