package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"math/bits"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverdatabasesql"
	"github.com/riverqueue/river/riverdriver/riversqlite"

	"rollcall/directory"
)

// lanes are all lanes, most urgent first.
var lanes = []directory.Lane{directory.UrgentLane, directory.PushLane, directory.MailLane, directory.SyncLane}

// laneSet is a set of lanes, a bit for each.
type laneSet int64

func (s laneSet) with(l directory.Lane) laneSet { return s | 1<<l }

func (s laneSet) has(l directory.Lane) bool { return s&(1<<l) != 0 }

// wake inserts a job for each lane of the set, in the batch's own transaction.
func (b *batch) wake(set laneSet) error {
	if set == 0 {
		return nil
	}
	client, err := b.s.inserter()
	if err != nil {
		return err
	}
	jobs := make([]river.InsertManyParams, 0, bits.OnesCount64(uint64(set)))
	for _, l := range lanes {
		if set.has(l) {
			jobs = append(jobs, river.InsertManyParams{
				Args:       directory.LaneJob{Workspace: directory.WorkspaceID(b.workspace), Lane: l},
				InsertOpts: &river.InsertOpts{Queue: l.String(), MaxAttempts: jobAttempts},
			})
		}
	}
	if err := b.sync(); err != nil {
		return err
	}
	err = b.link.lend(func(tx *sql.Tx) error {
		_, err := client.InsertManyFastTx(b.ctx, tx, jobs)
		return err
	})
	if err = b.failed(err); err != nil {
		return fmt.Errorf("insert jobs: %w", err)
	}
	return nil
}

// jobAttempts is how often River tries a job. One that fails loses nothing: the rows it
// is about are still behind, and the next sweep makes another.
const jobAttempts = 3

// inserter returns the client that only inserts jobs.
func (s *Store) inserter() (*river.Client[*sql.Tx], error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.insert != nil {
		return s.insert, nil
	}
	driver := riverdriver.Driver[*sql.Tx](riversqlite.New(nil))
	if s.dialect.remote {
		driver = riverdatabasesql.New(nil)
	}
	// River tells a queue of new jobs at most once in a cooldown; whoever leaves shall not
	// wait for the next look instead.
	client, err := river.NewClient(driver, &river.Config{FetchCooldown: time.Millisecond, Logger: s.log})
	if err != nil {
		return nil, fmt.Errorf("prepare jobs: %w", err)
	}
	s.insert = client
	return client, nil
}

// Jobs returns a client that works on the jobs of this database as c says. On
// PostgreSQL it has connections of its own, which end with the store.
func (s *Store) Jobs(ctx context.Context, c *river.Config) (*river.Client[*sql.Tx], error) {
	driver := riverdriver.Driver[*sql.Tx](riversqlite.New(s.write))
	if s.dialect.remote {
		if err := s.openJobs(ctx); err != nil {
			return nil, err
		}
		driver = riverdatabasesql.NewWithPgxListener(s.jobs, s.listener)
	}
	client, err := river.NewClient(driver, c)
	if err != nil {
		return nil, fmt.Errorf("prepare jobs: %w", err)
	}
	return client, nil
}

// postgresJobs is how many connections the queue has: fetching, completing, and what
// keeps the queue in order.
const postgresJobs = 4

func (s *Store) openJobs(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.jobs != nil {
		return nil
	}
	config, err := pgx.ParseConfig(s.url)
	if err != nil {
		return s.cannotOpen(err)
	}
	listen, err := pgxpool.ParseConfig(s.url)
	if err != nil {
		return s.cannotOpen(err)
	}
	listen.MaxConns = 1
	if s.listener, err = pgxpool.NewWithConfig(ctx, listen); err != nil {
		return s.cannotOpen(err)
	}
	setDefault(config.RuntimeParams, "application_name", "rollcall jobs")
	s.jobs = stdlib.OpenDB(*config)
	s.jobs.SetMaxOpenConns(postgresJobs)
	s.jobs.SetMaxIdleConns(postgresJobs)
	return nil
}

// closeJobs closes what openJobs opened.
func (s *Store) closeJobs() {
	if s.listener != nil {
		s.listener.Close()
	}
}
