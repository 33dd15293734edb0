package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
)

// writers is how many connections write at the same time.
const writers = 64

// measurePosts measures creating people over HTTP: how many, against commits of a single
// row, and at which cost, against the server that does nothing.
func (b *bench) measurePosts(ctx context.Context) (err error) {
	s, err := b.offices(ctx)
	if err != nil {
		return err
	}
	p, err := b.plainSQLite(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.close()) }()
	t, err := b.startChild(ctx, trivialChild)
	if err != nil {
		return err
	}
	defer closing(&err, t)
	single := p.single(1)
	nothing := trivially(t, "trivial server", writers, http.MethodPost, "/", personBody(0))
	few, many := s.creating("8", readers, &b.people), s.creating("64", writers, &b.people)
	if err := b.interleave(ctx, single, nothing, few, many); err != nil {
		return err
	}
	b.compare("POST, 8 connections", few, single, tally.rate, perSecond, atLeast(1.2))
	b.compare("POST, 64 connections", many, single, tally.rate, perSecond, atLeast(2))
	b.compare("POST, 64 connections, CPU each", many, nothing, tally.cpuEach, micros, atMost(9))
	return nil
}

// measureStorm measures how long readers wait while 64 callers create people. Those are a
// process of their own, or the readers would wait for them at our end already.
func (b *bench) measureStorm(ctx context.Context) error {
	s, err := b.offices(ctx)
	if err != nil {
		return err
	}
	quiet, loud := s.reading("alone", readers), s.reading("storm", readers)
	loud.before = func(ctx context.Context) (func() error, error) {
		from := b.people.Add(1_000_000)
		child, err := b.startChild(ctx, stormChild, s.url, s.token, strconv.FormatInt(from, 10))
		if err != nil {
			return nil, err
		}
		return child.stop, nil
	}
	if err := b.interleave(ctx, quiet, loud); err != nil {
		return err
	}
	b.compare("GET p99 while 64 callers POST", loud, quiet, tally.p99, micros, atMost(3))
	b.compare("GET median while 64 callers POST", loud, quiet, tally.middle, micros, goal{})
	return nil
}

// createOn creates people until it is told to end: the storm's part of measureStorm.
func createOn(ctx context.Context, args []string, stdout io.Writer) error {
	if len(args) != 3 {
		return errors.New("a storm needs an address, a token and a number")
	}
	from, err := strconv.ParseInt(args[2], 10, 64)
	if err != nil {
		return err
	}
	var people counter
	people.Store(from)
	s := &site{server: &server{url: args[0]}, token: args[1]}
	l := s.creating("storm", writers, &people)
	if err := l.do(ctx, 0); err != nil {
		return err
	}
	fmt.Fprintln(stdout, "ready", s.url)
	_, err = storm(ctx, writers, stormLimit, 0, l.do)
	if ctx.Err() != nil {
		return nil // told to end, in the middle of 64 requests
	}
	return err
}
