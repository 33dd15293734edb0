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
	table   *tabwriter.Writer
	printed int
}

// align is how many rows of a table get the same columns.
const align = 500

// list begins to print total things.
func (a *app) list(name string, total int64, heading ...string) *list {
	l := &list{out: bufio.NewWriterSize(a.stdout, 64<<10), json: a.JSON, name: name, heading: heading}
	if l.json {
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
		return l.addJSON(value)
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

func (l *list) addJSON(value any) error {
	var text bytes.Buffer
	if err := encode(&text, value); err != nil {
		return fmt.Errorf("print %s: %w", l.name, err)
	}
	if l.printed > 1 {
		l.out.WriteByte(',')
	}
	_, err := l.out.Write(bytes.TrimRight(text.Bytes(), "\n"))
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
	}
	if err := l.out.Flush(); err != nil {
		return fmt.Errorf("print %s: %w", l.name, err)
	}
	return nil
}
