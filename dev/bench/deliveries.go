package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"rollcall/directory"
	"rollcall/directory/sqlstore"
	bridgesync "rollcall/sync"
	"rollcall/sync/targettest"
)

// How long the target takes for a call, and how long it does while pushes pile up.
const (
	targetTime = 5 * time.Millisecond
	slowTarget = 200 * time.Millisecond
)

// benchTarget is what the target is called.
const benchTarget = "bench"

// measureDeliveries measures how fast changes reach a target, and how soon a leaver does,
// on both databases.
func (b *bench) measureDeliveries(ctx context.Context) error {
	err := b.deliveriesOn(ctx, "SQLite", sqlstore.Config{Dir: filepath.Join(b.dir, "deliveries")})
	server := os.Getenv("ROLLCALL_TEST_POSTGRES")
	if err != nil || server == "" {
		return err
	}
	address, drop, err := makeDatabase(ctx, server)
	if err != nil {
		return err
	}
	return errors.Join(b.deliveriesOn(ctx, "PostgreSQL", sqlstore.Config{URL: address}), drop())
}

func (b *bench) deliveriesOn(ctx context.Context, engine string, c sqlstore.Config) (err error) {
	h, err := open(ctx, c)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, h.close()) }()
	operator := directory.Actor{Kind: directory.CommandLine, Name: "bench", Workspace: h.by.Workspace}
	if _, err := h.Apply(ctx, operator, directory.SetTarget{Target: benchTarget}); err != nil {
		return err
	}
	d := &delivering{house: h, bench: b, operator: operator, target: &targettest.Target{Slow: targetTime}}
	end := d.start(ctx)
	defer func() { err = errors.Join(err, end()) }()
	if err := d.throughput(ctx, engine); err != nil {
		return err
	}
	if err := d.leaving(ctx, engine+": a leaver reaches the target, idle, slowest of "); err != nil {
		return err
	}
	return d.leavingBusy(ctx, engine)
}

// delivering is a house whose workspace has a target.
type delivering struct {
	*house
	*bench
	operator directory.Actor
	target   *targettest.Target
	leavers  []directory.ResourceID
}

// start works on jobs as a server does.
func (d *delivering) start(ctx context.Context) (end func() error) {
	ctx, cancel := context.WithCancel(ctx)
	jobs := &bridgesync.Jobs{
		Deliverer: &bridgesync.Deliverer{Directory: d.Directory, Targets: map[directory.WorkspaceID]bridgesync.NamedTarget{d.by.Workspace: {Name: benchTarget, Target: d.target}}},
		Open: func(ctx context.Context, c *bridgesync.QueueConfig) (bridgesync.Queue, error) {
			return d.store.Jobs(ctx, c)
		},
	}
	ended := make(chan error, 1)
	go func() { ended <- jobs.Run(ctx) }()
	return func() error { cancel(); return <-ended }
}

// throughput measures deliveries a second while people are made and after.
func (d *delivering) throughput(ctx context.Context, engine string) error {
	n := d.clerks / 2
	began := time.Now()
	ids, err := d.house.seed(ctx, 0, n)
	if err != nil {
		return err
	}
	d.leavers = ids
	if err := d.target.Until(ctx, func() bool { return d.target.Made() >= n }); err != nil {
		return fmt.Errorf("wait for deliveries: %w", err)
	}
	rate := float64(n) / time.Since(began).Seconds()
	d.table.add(row{what: fmt.Sprintf("%s: deliveries of %d new people, target answers in %s", engine, n, targetTime), measured: figure{rate, perSecond}})
	return nil
}

// leavings is how many people leave, one after the other.
const leavings = 20

// leaving measures the time from the answer to a deactivation to the target's call.
func (d *delivering) leaving(ctx context.Context, what string) error {
	var all []time.Duration
	for range leavings {
		id := d.leavers[0]
		d.leavers = d.leavers[1:]
		if _, err := d.Apply(ctx, d.operator, directory.SwitchOff{ID: id}); err != nil {
			return err
		}
		answered := time.Now()
		var called time.Time
		if err := d.target.Until(ctx, func() bool { called = d.target.Left(id); return !called.IsZero() }); err != nil {
			return fmt.Errorf("wait for a leaver: %w", err)
		}
		all = append(all, max(0, called.Sub(answered)))
	}
	slowest := slices.Max(all)
	d.table.add(row{what: what + fmt.Sprint(leavings), measured: figure{float64(slowest.Microseconds()) / 1000, millis}, goal: noMore(1000, millis)})
	return nil
}

// leavingBusy measures the same while pushes pile up behind a slow target.
func (d *delivering) leavingBusy(ctx context.Context, engine string) error {
	const waiting = 10_000
	d.target.SetSlow(slowTarget)
	if _, err := d.house.seed(ctx, d.clerks, d.clerks+waiting); err != nil {
		return err
	}
	return d.leaving(ctx, fmt.Sprintf("%s: the same with %d pushes waiting, slowest of ", engine, waiting))
}
