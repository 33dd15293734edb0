package sqlstore

import (
	"context"
	"database/sql"
	"log/slog"
	"os"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"

	"rollcall/directory"
)

// Config says where the database is: one of Dir and URL is needed.
type Config struct {
	// Dir is the data folder of a SQLite database; it is made if it is missing.
	Dir string
	// URL is a PostgreSQL database, "postgres://…"; it outweighs Dir.
	URL string
	// Cache is how many bytes of a SQLite database the connection that writes keeps in
	// memory; 0 means 64 MB, which a server with a large directory makes use of.
	Cache int
	// Logger gets what operators should know; nil logs nothing.
	Logger *slog.Logger
}

// Store is a directory in a database. It is safe for concurrent use.
type Store struct {
	dialect  *dialect
	log      *slog.Logger
	place    string // what error messages call the database
	write    *sql.DB
	read     *sql.DB
	readers  chan *session
	jobs     *sql.DB // of River on PostgreSQL; nil before it is needed
	listener *pgxpool.Pool
	insert   *river.Client[*sql.Tx] // only inserts jobs; nil before it is needed
	url      string                 // of PostgreSQL
	kept     kept                   // statements of the writing connection of SQLite
	tokens   knownTokens
	blocks   blockSizes
	folder   string   // of the lock files, or empty
	locked   *os.File // while this process is the server

	mu      sync.Mutex
	queues  map[directory.WorkspaceID]*queue
	closed  bool
	closing chan struct{}
	growth  growth
	work    sync.WaitGroup // of all goroutines

	room room

	fail   sync.Once
	failed chan struct{}
}

var _ directory.Store = (*Store)(nil)

// Open opens the database and checks that it answers. It neither makes nor changes
// tables: see [Store.Migrate].
func Open(ctx context.Context, c Config) (*Store, error) {
	return openWith(c, func(s *Store) error {
		if c.URL != "" {
			return s.openPostgres(ctx, c)
		}
		return s.openSQLite(ctx, c)
	})
}

// openWith makes a store and has open connect it.
func openWith(c Config, open func(*Store) error) (*Store, error) {
	s := &Store{log: c.Logger, blocks: defaultBlocks, queues: make(map[directory.WorkspaceID]*queue), closing: make(chan struct{}),
		failed: make(chan struct{})}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if err := open(s); err != nil {
		s.closePools()
		return nil, err
	}
	s.readers = make(chan *session, readSessions)
	for range readSessions {
		s.readers <- nil // opened when first needed
	}
	return s, nil
}

// Close waits for the updates that are queued, refuses new ones, and closes the
// database. The server's lock is given up last.
func (s *Store) Close() error {
	s.mu.Lock()
	wasClosed := s.closed
	s.closed = true
	s.mu.Unlock()
	if wasClosed {
		return nil
	}
	close(s.closing)
	s.work.Wait()
	for range readSessions {
		if r := <-s.readers; r != nil {
			r.link.release(true)
		}
	}
	if s.kept.conn != nil {
		s.closeKept()
	}
	return s.closePools()
}

// closePatience is for whoever has the writing connection at the end.
const closePatience = 2 * time.Second

// closeKept closes the statements of the writing connection, if it still is the one that
// they belong to.
func (s *Store) closeKept() {
	ctx, cancel := context.WithTimeout(context.Background(), closePatience)
	defer cancel()
	conn, err := s.write.Conn(ctx)
	if err != nil {
		return // it is lost, or somebody does not let go of it: they go with the process
	}
	s.kept.close(conn)
	conn.Close()
}

func (s *Store) closePools() error {
	var first error
	s.closeJobs()
	for _, db := range []*sql.DB{s.jobs, s.read, s.write} {
		if db == nil {
			continue
		}
		if err := db.Close(); err != nil && first == nil {
			first = err
		}
	}
	if err := s.unlock(); err != nil && first == nil {
		first = err
	}
	return first
}

// Failed is closed when the disk under the database failed in a way after which it
// cannot be trusted. The process should then end.
func (s *Store) Failed() <-chan struct{} { return s.failed }

// breakDown notes that the database cannot be trusted any more.
func (s *Store) breakDown(err error) {
	s.fail.Do(func() {
		s.log.Error("the database failed; this process has to end", "err", err)
		close(s.failed)
	})
}

// Ready reports why the store cannot serve, or nil.
func (s *Store) Ready(ctx context.Context) error {
	if err := s.alive(); err != nil {
		return err
	}
	if err := s.checkSchema(ctx); err != nil {
		return err
	}
	return s.hasRoom(ctx)
}

// alive refuses to work on a database that failed.
func (s *Store) alive() error {
	select {
	case <-s.failed:
		return directory.Errorf(directory.Unavailable, "", "the database failed and needs a restart")
	default:
		return nil
	}
}
