package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"
)

// chapter is a part of the table: what it is called on the command line, and what
// measures it.
type chapter struct {
	name    string
	measure func(*bench, context.Context) error
}

// chapters are measured in this order. What needs least company comes first.
var chapters = []chapter{
	{"program", (*bench).measureProgram},
	{"creations", (*bench).measureCreations},
	{"postgres", (*bench).measurePostgres},
	{"deliveries", (*bench).measureDeliveries},
	{"reads", (*bench).measureReads},
	{"posts", (*bench).measurePosts},
	{"storm", (*bench).measureStorm},
	{"ldap", (*bench).measureLDAP},
	{"million", (*bench).measureMillion},
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// run does what the arguments say. The table goes to stdout, progress to stderr.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	o, err := parse(args, stderr)
	if err != nil {
		return err
	}
	if o.child != "" {
		return runChild(ctx, o, os.Stdin, stdout)
	}
	ctx, cancel := context.WithTimeout(ctx, o.limit)
	defer cancel()
	b, err := newBench(o, stderr)
	if err != nil {
		return err
	}
	err = errors.Join(b.measure(ctx), b.close(), b.addCompany())
	// What was measured beside something that went wrong is worth reading all the same.
	return errors.Join(err, b.table.print(stdout), b.table.save(o.json))
}

// bench is one run over the chapters.
type bench struct {
	options
	began   time.Time
	busy    time.Duration // the machine's processor time until then
	out     io.Writer     // for progress
	dir     string        // everything on disk lies below it
	program string        // the real one, once it is built
	table   table
	people  counter
	staff   *site // once a chapter has needed it
}

func newBench(o options, progress io.Writer) (*bench, error) {
	dir, err := os.MkdirTemp(o.dir, "rollcall-bench-")
	if err != nil {
		return nil, err
	}
	busy, err := machineBusy()
	if err != nil {
		return nil, err
	}
	b := &bench{options: o, began: time.Now(), busy: busy, out: progress, dir: dir, program: o.program}
	b.people.Store(firstNewcomer)
	return b, nil
}

// firstNewcomer is above the numbers of all people who are there from the beginning.
const firstNewcomer = 20_000_000

func (b *bench) close() error { return errors.Join(b.staff.close(), os.RemoveAll(b.dir)) }

func (b *bench) measure(ctx context.Context) error {
	if b.profile != "" {
		return b.writeProfiles(ctx)
	}
	var failed error
	for _, c := range chapters {
		if b.only != "" && !slices.Contains(strings.Split(b.only, ","), c.name) {
			continue
		}
		b.say("%s", c.name)
		if err := c.measure(b, ctx); err != nil {
			b.table.add(row{what: c.name, missing: "FAILED"})
			failed = errors.Join(failed, fmt.Errorf("measure %s: %w", c.name, err))
		}
	}
	b.say("done")
	return failed
}

// say tells whoever waits how far it is.
func (b *bench) say(format string, args ...any) {
	fmt.Fprintf(b.out, "bench: %5.1fs  %s\n", time.Since(b.began).Seconds(), fmt.Sprintf(format, args...))
}
