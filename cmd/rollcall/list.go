package main

import (
	"bufio"
	"bytes"
	"fmt"
	"text/tabwriter"
)

// list prints things while they are read, so that it takes no more memory for a million
// than for one: a table, or {"total":N,"NAME":[…]} as JSON.
type list struct {
	out     *bufio.Writer
	json    bool
	name    string
	heading []string
	total   int64 // how many there are, printed or not
	table   *tabwriter.Writer
	values  elements
	printed int
}

// align is how many rows of a table get the same columns.
const align = 500

// list begins to print total things.
func (a *app) list(name string, total int64, heading ...string) *list {
	l := &list{out: bufio.NewWriterSize(a.stdout, 64<<10), json: a.JSON, name: name, heading: heading, total: total}
	if l.json {
		l.values.out = l.out
		fmt.Fprintf(l.out, `{"total":%d,%q:[`, total, name)
		return l
	}
	l.table = columns(l.out)
	return l
}

// add prints one of them: the value as JSON, or the cells of its row.
func (l *list) add(value any, cells ...string) error {
	l.printed++
	if l.json {
		if err := l.values.add(value); err != nil {
			return fmt.Errorf("print %s: %w", l.name, err)
		}
		return nil
	}
	if l.printed == 1 {
		line(l.table, l.heading)
	}
	line(l.table, cells)
	if l.printed%align == 0 {
		return l.table.Flush()
	}
	return nil
}

// elements writes the values of a JSON array one after the other.
type elements struct {
	out  *bufio.Writer
	text bytes.Buffer
	n    int
}

func (e *elements) add(value any) error {
	e.text.Reset()
	if err := encode(&e.text, value); err != nil {
		return err
	}
	if e.n++; e.n > 1 {
		e.out.WriteByte(',') // bufio keeps its first error
	}
	_, err := e.out.Write(bytes.TrimSuffix(e.text.Bytes(), []byte("\n")))
	return err
}

// end finishes the list; a table without rows says so in a sentence.
func (l *list) end(none string) error {
	switch {
	case l.json:
		l.out.WriteString("]}\n")
	case l.printed == 0:
		fmt.Fprintln(l.out, none)
	default:
		l.table.Flush()
		if int64(l.printed) < l.total {
			fmt.Fprintf(l.out, "\n%d of %d\n", l.printed, l.total)
		}
	}
	if err := l.out.Flush(); err != nil {
		return fmt.Errorf("print %s: %w", l.name, err)
	}
	return nil
}
