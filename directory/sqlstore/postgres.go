package sqlstore

import (
	"context"
	"net/url"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	"rollcall/directory"
)

// How many connections one process opens at most: a batch of one workspace needs one
// to write, a view one to read.
const (
	postgresWriters = 4
	postgresReaders = readSessions
)

func (s *Store) openPostgres(ctx context.Context, c Config) error {
	s.dialect, s.place, s.url = postgresDialect, redacted(c.URL), c.URL
	config, err := pgx.ParseConfig(c.URL)
	if err != nil {
		// The parser's own error may quote the password.
		return directory.Errorf(directory.Invalid, "", "the database URL cannot be read").
			Hinted("it looks like postgres://user:password@host:5432/database")
	}
	setDefault(config.RuntimeParams, "application_name", "rollcall")
	// A server that lost its client must not keep a workspace locked for hours.
	setDefault(config.RuntimeParams, "idle_in_transaction_session_timeout", "60s")
	s.write = stdlib.OpenDB(*config)
	s.write.SetMaxOpenConns(postgresWriters)
	s.write.SetMaxIdleConns(postgresWriters)
	s.read = stdlib.OpenDB(*config)
	s.read.SetMaxOpenConns(postgresReaders + 1) // one beside the sessions, for health
	s.read.SetMaxIdleConns(postgresReaders + 1)
	if err := s.read.PingContext(ctx); err != nil {
		return s.cannotOpen(err)
	}
	return nil
}

func setDefault(m map[string]string, key, value string) {
	if m[key] == "" {
		m[key] = value
	}
}

// redacted returns a database URL without its password and parameters.
func redacted(text string) string {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" {
		return "PostgreSQL"
	}
	u.RawQuery = ""
	return u.Redacted()
}
