package main

import (
	"context"
	"net/http"
)

// readers is how many connections read at the same time.
const readers = 8

// measureReads measures reading people one by one against the server that does nothing.
func (b *bench) measureReads(ctx context.Context) (err error) {
	s, err := b.offices(ctx)
	if err != nil {
		return err
	}
	t, err := b.startChild(ctx, trivialChild)
	if err != nil {
		return err
	}
	defer closing(&err, t)
	nothing := trivially(t, "trivial server", readers, http.MethodGet, "/", nil)
	large := trivially(t, "trivial server, 100 KB", readers, http.MethodGet, "/page", nil)
	byID, byName := s.reading("GET by id", readers), s.finding("filter userName eq", readers)
	page := s.paging("page of 100", readers, 1)
	if err := b.interleave(ctx, nothing, byID, byName, large, page); err != nil {
		return err
	}
	b.compare("GET by id, 8 connections", byID, nothing, tally.rate, perSecond, atLeast(0.65))
	b.compare("GET by id, CPU each", byID, nothing, tally.cpuEach, micros, atMost(2.2))
	b.compare("filter userName eq, 8 connections", byName, nothing, tally.rate, perSecond, atLeast(0.6))
	b.compare("filter userName eq, CPU each", byName, nothing, tally.cpuEach, micros, atMost(2.5))
	b.compare("page of 100, CPU each", page, large, tally.cpuEach, micros, atMost(8))
	return nil
}
