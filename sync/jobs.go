package sync

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"rollcall/directory"
)

// QueueConfig is what River is told. It stands here so that who joins a store to Jobs
// need not know River.
type QueueConfig = river.Config

// Queue is River's client of a database.
type Queue interface {
	Start(ctx context.Context) error
	Stop(ctx context.Context) error
	JobList(ctx context.Context, p *river.JobListParams) (*river.JobListResult, error)
}

// Jobs works on the jobs of a database's queue, and looks from time to time for what no
// job is about: retries that are due, claims of workers that died, jobs that were lost.
type Jobs struct {
	Deliverer *Deliverer
	Open      func(ctx context.Context, c *QueueConfig) (Queue, error)
	Logger    *slog.Logger  // nil: no logs
	Every     time.Duration // between two looks; 0: 1 s
	Grace     time.Duration // for what is under way to finish at the end; 0: 4 s
}

// How many workers each lane has of its own, so that nothing else can keep a leaver
// waiting.
var laneWorkers = map[directory.Lane]int{
	directory.UrgentLane: 4,
	directory.PushLane:   8,
	directory.MailLane:   2,
	directory.SyncLane:   4,
}

// How long things may take: a job a shift and the call with which it ends; stopping less
// than the drain of a server.
const (
	jobTimeout   = 90 * time.Second
	rescueAfter  = 2 * time.Minute
	keepJobs     = 10 * time.Minute // that are completed
	fetchPause   = 20 * time.Millisecond
	stopGrace    = 4 * time.Second
	hardStopTime = 3 * time.Second // after it was interrupted
)

// Run works until ctx ends, and then lets what is under way finish for a few seconds.
func (j *Jobs) Run(ctx context.Context) error {
	queue, err := j.Open(ctx, j.config())
	if err != nil {
		return fmt.Errorf("open the queue: %w", err)
	}
	if err := queue.Start(context.WithoutCancel(ctx)); err != nil {
		return fmt.Errorf("start the queue: %w", err)
	}
	j.sweepUntil(ctx, queue)
	j.Deliverer.End()
	return j.stop(queue)
}

func (j *Jobs) grace() time.Duration {
	if j.Grace == 0 {
		return stopGrace
	}
	return j.Grace
}

func (j *Jobs) stop(queue Queue) error {
	ctx, cancel := context.WithTimeout(context.Background(), j.grace()+hardStopTime)
	defer cancel()
	if err := queue.Stop(ctx); err != nil {
		return fmt.Errorf("stop the queue: %w", err)
	}
	return nil
}

func (j *Jobs) config() *river.Config {
	workers := river.NewWorkers()
	river.AddWorker(workers, &laneWorker{deliverer: j.Deliverer})
	queues := map[string]river.QueueConfig{}
	for lane, n := range laneWorkers {
		queues[lane.String()] = river.QueueConfig{MaxWorkers: n}
	}
	return &river.Config{
		Queues:                      queues,
		Workers:                     workers,
		Logger:                      j.queueLog(),
		FetchCooldown:               fetchPause,
		JobTimeout:                  jobTimeout,
		RescueStuckJobsAfter:        rescueAfter,
		CompletedJobRetentionPeriod: keepJobs,
		SoftStopTimeout:             j.grace(),
	}
}

// queueLog passes on what River thinks an operator should know.
func (j *Jobs) queueLog() *slog.Logger {
	return slog.New(quietly{j.log().Handler()})
}

// quietly drops what is less severe than a warning.
type quietly struct{ slog.Handler }

// Enabled implements [slog.Handler].
func (q quietly) Enabled(ctx context.Context, l slog.Level) bool {
	return l >= slog.LevelWarn && q.Handler.Enabled(ctx, l)
}

func (j *Jobs) log() *slog.Logger {
	if j.Logger == nil {
		return slog.New(slog.DiscardHandler)
	}
	return j.Logger
}

// laneWorker works on one job.
type laneWorker struct {
	river.WorkerDefaults[directory.LaneJob]
	deliverer *Deliverer
}

// Work delivers what is due in the job's lane. What fails is still behind, and the next
// look finds it: the job itself is not tried again.
func (w *laneWorker) Work(ctx context.Context, job *river.Job[directory.LaneJob]) error {
	if err := w.deliverer.Work(ctx, job.Args); err != nil && ctx.Err() == nil {
		w.deliverer.log().Warn("deliveries interrupted, the next look goes on", "workspace", job.Args.Workspace, "err", err)
	}
	return nil
}

// sweepUntil looks at once and then from time to time.
func (j *Jobs) sweepUntil(ctx context.Context, queue Queue) {
	every := j.Every
	if every <= 0 {
		every = time.Second
	}
	look := func() {
		if err := j.sweep(ctx, queue); err != nil && ctx.Err() == nil {
			j.log().Warn("deliveries not looked through, the next look tries again", "err", err)
		}
	}
	look()
	repeat(ctx, every, look)
}

// sweep makes a job for every lane that has something due and none waiting.
func (j *Jobs) sweep(ctx context.Context, queue Queue) error {
	var waiting map[directory.LaneJob]bool
	for ws, target := range j.Deliverer.Targets {
		due, err := j.Deliverer.Directory.DueLanes(ctx, worker(ws), target.Name)
		if err != nil {
			return fmt.Errorf("look for what is due: %w", err)
		}
		if len(due) == 0 {
			continue
		}
		if waiting == nil {
			if waiting, err = waitingJobs(ctx, queue); err != nil {
				return err
			}
		}
		var lost []directory.Lane
		for _, lane := range due {
			if !waiting[directory.LaneJob{Workspace: ws, Lane: lane}] {
				lost = append(lost, lane)
			}
		}
		if len(lost) == 0 {
			continue
		}
		if err := j.Deliverer.Directory.Rouse(ctx, worker(ws), lost); err != nil {
			return fmt.Errorf("make jobs: %w", err)
		}
	}
	return nil
}

// manyJobs is how many waiting jobs a look reads; there are as many as lanes.
const manyJobs = 1000

// waitingJobs lists the jobs that nobody works on yet.
func waitingJobs(ctx context.Context, queue Queue) (map[directory.LaneJob]bool, error) {
	list, err := queue.JobList(ctx, river.NewJobListParams().States(rivertype.JobStateAvailable).First(manyJobs))
	if err != nil {
		return nil, fmt.Errorf("list jobs: %w", err)
	}
	waiting := make(map[directory.LaneJob]bool)
	for _, row := range list.Jobs {
		var job directory.LaneJob
		if row.Kind == job.Kind() && json.Unmarshal(row.EncodedArgs, &job) == nil {
			waiting[job] = true
		}
	}
	return waiting, nil
}
