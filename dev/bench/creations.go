package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"

	"rollcall/directory/sqlstore"
)

// callerCounts are how many callers create people at the same time.
var callerCounts = []int{1, 8, 64}

// measureCreations measures durable creations through the door, on SQLite.
func (b *bench) measureCreations(ctx context.Context) (err error) {
	p, err := b.plainSQLite(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.close()) }()
	h, err := open(ctx, sqlstore.Config{Dir: filepath.Join(b.dir, "creations")})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, h.close()) }()
	// One row a commit is as fast with one caller as with many: SQLite has one writer.
	single, together := p.single(1), p.together()
	lanes := []*lane{single, together}
	for _, callers := range callerCounts {
		lanes = append(lanes, b.creating(h, callers))
	}
	if err := b.interleave(ctx, lanes...); err != nil {
		return err
	}
	for i, goal := range []float64{0.65, 1.2, 2} {
		b.compare("SQLite: creations, "+lanes[i+2].name, lanes[i+2], single, tally.rate, perSecond, atLeast(goal))
	}
	most := lanes[len(lanes)-1]
	b.compare("SQLite: creations, "+most.name, most, together, tally.rate, perSecond, goal{})
	return b.measureRows(ctx, filepath.Join(b.dir, "creations", "rollcall.db"))
}

// measureRows tells what a person takes on the disk apart from what the audit log keeps
// of how they came.
func (b *bench) measureRows(ctx context.Context, file string) error {
	db, err := sql.Open("sqlite", "file:"+file+"?mode=ro")
	if err != nil {
		return err
	}
	defer db.Close()
	var people, all, audit float64
	err = db.QueryRowContext(ctx, `
		select (select count(*) from users), sum(pgsize), sum(case when name like '%audit%' then pgsize else 0 end)
		from dbstat
		where aggregate = true`).Scan(&people, &all, &audit)
	if err != nil {
		return fmt.Errorf("look where the disk went: %w", err)
	}
	b.table.add(row{what: "disk a person, with every index", measured: figure{(all - audit) / people, bytesEach}, goal: noMore(2000, bytesEach)})
	b.table.add(row{what: "disk a creation takes in the audit log", measured: figure{audit / people, bytesEach}})
	return nil
}

func (b *bench) creating(h *house, callers int) *lane {
	return &lane{name: fmt.Sprintf("%d callers", callers), callers: callers,
		do: func(ctx context.Context, _ int) error { return h.hire(ctx, b.people.next()) }}
}

// measurePostgres measures the same on PostgreSQL, against as many callers who insert one
// row a commit: it gathers commits by itself.
func (b *bench) measurePostgres(ctx context.Context) (err error) {
	server := os.Getenv("ROLLCALL_TEST_POSTGRES")
	if server == "" {
		for _, callers := range callerCounts {
			b.table.add(row{what: fmt.Sprintf("PostgreSQL: creations, %d callers", callers), missing: "no PostgreSQL"})
		}
		return nil
	}
	address, drop, err := makeDatabase(ctx, server)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, drop()) }()
	h, err := open(ctx, sqlstore.Config{URL: address})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, h.close()) }()
	p, err := openPlain(ctx, &b.people, callerCounts[len(callerCounts)-1], "pgx", address)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.close()) }()
	return b.measureAgainst(ctx, h, p)
}

func (b *bench) measureAgainst(ctx context.Context, h *house, p *plain) error {
	var lanes []*lane
	for _, callers := range callerCounts {
		lanes = append(lanes, p.single(callers), b.creating(h, callers))
	}
	if err := b.interleave(ctx, lanes...); err != nil {
		return err
	}
	for i := 0; i < len(lanes); i += 2 {
		b.compare("PostgreSQL: creations, "+lanes[i+1].name, lanes[i+1], lanes[i], tally.rate, perSecond, atLeast(0.6))
	}
	return nil
}

// makeDatabase makes a database on a server and returns its address and what removes it.
func makeDatabase(ctx context.Context, server string) (address string, drop func() error, err error) {
	db, err := sql.Open("pgx", server)
	if err != nil {
		return "", nil, err
	}
	name := fmt.Sprintf("rollcall_bench_%d", os.Getpid())
	u, err := url.Parse(server)
	if err == nil {
		_, err = db.ExecContext(ctx, "create database "+name)
	}
	if err != nil {
		db.Close()
		return "", nil, fmt.Errorf("make a database: %w", err)
	}
	u.Path = "/" + name
	return u.String(), func() error {
		// The run may have been interrupted; the database goes all the same.
		_, err := db.ExecContext(context.WithoutCancel(ctx), "drop database "+name+" with (force)")
		return errors.Join(err, db.Close())
	}, nil
}
