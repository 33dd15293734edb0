package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"math"
	"net"
	"net/http"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"rollcall/config"
	"rollcall/directory"
	"rollcall/directory/sqlstore"
	bridgesync "rollcall/sync"
)

// serveCommand is rollcall serve.
type serveCommand struct {
	Listen   string         `placeholder:"HOST:PORT" help:"Address to listen on; port 0 picks a free one (127.0.0.1:8080)."`
	Demo     bool           `help:"Run on a company that is made up, with an LDAP server and an identity provider; nothing of it stays unless --data says where."`
	DemoPace *time.Duration `placeholder:"DURATION" help:"Time between two scenes of the demonstration (1s)."`
}

// Run serves until it is told to stop, or until the disk cannot be trusted any more.
func (c serveCommand) Run(ctx context.Context, a *app) error {
	if c.Demo {
		return c.demo(ctx, a)
	}
	if c.DemoPace != nil {
		return usageError{errors.New("--demo-pace goes with --demo")}
	}
	flags := map[string]string{}
	if c.Listen != "" {
		flags["listen"] = c.Listen
	}
	read := func() (*config.Config, error) { return a.config(flags) }
	configured, err := read()
	if err != nil {
		return err
	}
	return a.serve(ctx, &server{config: configured, again: read}, func(context.Context, *server, io.Writer) error { return nil })
}

// serve runs a server that has its configuration. What prepare adds to it runs beside it,
// and may write to the log.
func (a *app) serve(ctx context.Context, s *server, prepare func(context.Context, *server, io.Writer) error) error {
	roomyHeap()
	// A log that nobody reads any more must not end the server.
	signal.Ignore(syscall.SIGPIPE)
	queue := newLogQueue(a.stderr, newLogger(a.stderr, s.config, slog.LevelDebug))
	defer queue.close()
	s.log, s.hups = serverLogger(queue, s.config), make(chan os.Signal, 1)
	if s.again != nil {
		// From now on SIGHUP does not end the process any more.
		signal.Notify(s.hups, syscall.SIGHUP)
		defer signal.Stop(s.hups)
	}
	if err := s.open(ctx); err != nil {
		return errors.Join(err, s.close())
	}
	if err := prepare(ctx, s, queue); err != nil {
		return errors.Join(err, s.close())
	}
	return errors.Join(s.run(ctx, a.stdout), s.close())
}

// roomyHeap collects garbage less often than Go would by itself: what a server keeps is
// small, and collecting was a third of what a page of people cost. GOGC and GOMEMLIMIT
// in the environment outweigh it.
func roomyHeap() {
	const percent, soft = 400, 160 << 20
	if present := debug.SetGCPercent(percent); present != 100 {
		debug.SetGCPercent(present)
	}
	if present := debug.SetMemoryLimit(soft); present != math.MaxInt64 {
		debug.SetMemoryLimit(present)
	}
}

// serverLogger returns the logger of a server, which adds to each line of a request
// where the request came from.
func serverLogger(w io.Writer, c *config.Config) *slog.Logger {
	return slog.New(remoteHandler{newLogger(w, c, slog.LevelDebug).Handler()})
}

// server is a running server.
type server struct {
	config    *config.Config
	log       *slog.Logger
	store     *sqlstore.Store
	directory *directory.Directory
	keys      *keyPair // nil without TLS
	instance  string   // the name of the data folder
	listener  net.Listener
	http      *http.Server
	scheduler *bridgesync.Scheduler
	targets   map[directory.WorkspaceID]bridgesync.NamedTarget
	beside    []func(context.Context)        // what else runs until the server stops
	again     func() (*config.Config, error) // reads the configuration once more; nil: SIGHUP asks for something else
	hups      chan os.Signal
	broken    <-chan struct{} // closed when the store cannot be trusted any more
	draining  atomic.Bool
}

// How long things may take. The whole drain stays below the ten seconds that are
// promised, after which a supervisor may kill the process.
const (
	headerTimeout = 10 * time.Second
	bodyTimeout   = 14 * time.Second // header and body together; the connection is closed within a second more
	answerTimeout = 60 * time.Second
	idleTimeout   = 2 * time.Minute
	drainTimeout  = 8 * time.Second
	readyTimeout  = 2 * time.Second
	maxHeader     = 64 << 10 // bytes
)

// open prepares everything that can go wrong, before anybody is told that the server is
// ready.
func (s *server) open(ctx context.Context) (err error) {
	if s.keys, err = loadKeyPair(s.config, s.log); err != nil {
		return err
	}
	if s.store, err = sqlstore.Open(ctx, storeConfig(s.config, s.log)); err != nil {
		return err
	}
	s.broken = s.store.Failed()
	if err := s.store.Lock(ctx); err != nil {
		return err
	}
	if err := s.store.Migrate(ctx); err != nil {
		return err
	}
	if s.instance, err = nameInstance(s.config); err != nil {
		s.log.Warn("health and doctor cannot tell this server from others", "event", "start", "err", err)
	}
	if s.directory, err = newDirectory(s.store, s.config, directory.WithLogger(s.log)); err != nil {
		return err
	}
	s.scheduler = &bridgesync.Scheduler{Logger: s.log,
		Runner: &bridgesync.Runner{Directory: s.directory, Logger: s.log, Owner: owner()}}
	if err := s.follow(ctx, s.config); err != nil {
		return err
	}
	if err := s.connect(ctx); err != nil {
		return err
	}
	return s.listen(ctx)
}

// listen opens the socket and puts the server behind it together.
func (s *server) listen(ctx context.Context) error {
	handler, err := s.handler()
	if err != nil {
		return err
	}
	s.listener, err = new(net.ListenConfig).Listen(ctx, "tcp", s.config.Listen)
	if err != nil {
		return directory.Errorf(directory.Unavailable, "", "cannot listen on %s: %v", s.config.Listen, reason(err)).
			Hinted("%s", listenHint(err))
	}
	s.serveWith(handler)
	return nil
}

// listenHint says what to do when an address cannot be listened on.
func listenHint(err error) string {
	if errors.Is(err, fs.ErrPermission) {
		return "ports below 1024 need the capability CAP_NET_BIND_SERVICE; or --listen chooses a higher port, for a proxy in front"
	}
	return "is another server running? --listen chooses another address, and port 0 a free port"
}

// serveWith makes the HTTP server, with limits for slow and greedy clients.
func (s *server) serveWith(handler http.Handler) {
	s.http = &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: headerTimeout,
		ReadTimeout:       bodyTimeout,
		WriteTimeout:      answerTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeader,
		ErrorLog:          slog.NewLogLogger(s.log.Handler(), slog.LevelDebug),
	}
	if s.keys != nil {
		s.http.TLSConfig = s.keys.config()
	}
}

// run says that the server is ready, serves, and stops in an orderly way.
func (s *server) run(ctx context.Context, stdout io.Writer) error {
	ctx, stop := context.WithCancel(ctx)
	var work sync.WaitGroup
	defer work.Wait()
	defer stop()
	served := make(chan error, 1)
	work.Go(func() { served <- s.serve() })
	retention := bridgesync.Retention{Directory: s.directory, Logger: s.log}
	work.Go(func() {
		if err := retention.Run(ctx); err != nil {
			s.log.Error("retention ended", "err", err)
		}
	})
	work.Go(func() {
		if err := s.scheduler.Run(ctx); err != nil {
			s.log.Error("schedules ended", "err", err)
		}
	})
	expiry := bridgesync.Expiry{Directory: s.directory, Logger: s.log}
	work.Go(func() {
		if err := expiry.Run(ctx); err != nil {
			s.log.Error("expiry ended", "err", err)
		}
	})
	work.Go(func() { s.reloads(ctx) })
	local := strings.TrimSuffix(s.base(), scimPath)
	if err := publishAddress(s.config, local); err != nil {
		s.log.Warn("health and doctor cannot find this server", "event", "start", "err", err)
	}
	defer withdraw(s.config, local)
	for _, loop := range s.beside {
		work.Go(func() { loop(ctx) })
	}
	if _, err := fmt.Fprintln(stdout, "ready", s.base()); err != nil {
		s.log.Warn("nobody was told that the server is ready", "err", err)
	}
	s.log.Info("serving", "event", "start", "listen", s.listener.Addr().String(), "version", thisBuild().Version,
		"config", cmp.Or(s.config.File, "none"), "data", s.config.Data, "database", s.databaseKind())
	select {
	case err := <-served:
		return fmt.Errorf("serve: %w", err)
	case <-s.broken:
		stop() // deliveries need the database
		s.drain()
		return directory.Errorf(directory.Unavailable, "", "the database failed and cannot be trusted until it is opened again").
			Hinted("check the disk, then start the server again")
	case <-ctx.Done():
		s.drain()
		return nil
	}
}

// databaseKind names the database without what a URL may reveal.
func (s *server) databaseKind() string {
	if s.config.Database.Reveal() != "" {
		return "postgresql"
	}
	return "sqlite"
}

func (s *server) serve() error {
	if s.keys != nil {
		return s.http.ServeTLS(s.listener, "", "")
	}
	return s.http.Serve(s.listener)
}

// drain takes no more requests, lets those under way finish, and cuts off what is not
// done in time.
func (s *server) drain() {
	began := time.Now()
	s.draining.Store(true)
	s.log.Info("draining", "event", "stop")
	ctx, cancel := context.WithTimeout(context.Background(), drainTimeout)
	defer cancel()
	if err := s.http.Shutdown(ctx); err != nil {
		s.log.Warn("requests were cut off", "event", "stop", "err", err)
		s.http.Close()
	}
	s.log.Info("drained", "event", "stop", "dur", time.Since(began))
}

// close gives back what open took; the store's lock goes last.
func (s *server) close() error {
	if s.listener != nil {
		s.listener.Close()
	}
	if s.store == nil {
		return nil
	}
	return s.store.Close()
}

// base returns the SCIM base URL at which this very process answers.
func (s *server) base() string {
	_, port, _ := net.SplitHostPort(s.listener.Addr().String())
	return localURL(s.config, port) + scimPath
}

// localURL returns the address at which a server with this configuration is reached on
// its own machine, at a port that may be another than the one configured.
func localURL(c *config.Config, port string) string {
	host, configured, err := net.SplitHostPort(c.Listen)
	if err != nil {
		panic("a listen address that passed its check does not split: " + c.Listen)
	}
	if port == "" {
		port = configured
	}
	switch host {
	case "", "0.0.0.0":
		host = "127.0.0.1"
	case "::":
		host = "::1"
	}
	scheme := "http"
	if c.TLSCert != "" {
		scheme = "https"
	}
	return scheme + "://" + net.JoinHostPort(host, port)
}

// publicURL returns the address to give to others.
func publicURL(c *config.Config) string {
	if c.PublicURL != "" {
		return strings.TrimRight(c.PublicURL, "/")
	}
	return localURL(c, "")
}

// reason returns what the operating system said, without the address again.
func reason(err error) error {
	if op, ok := errors.AsType[*net.OpError](err); ok {
		return op.Err
	}
	return err
}
