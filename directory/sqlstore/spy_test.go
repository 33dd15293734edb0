package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"sync"
)

// spy stands between a store and its writing connection: it notes what passes, and
// fails on cue.
type spy struct {
	link
	log *spyLog
}

type spyLog struct {
	mu    sync.Mutex
	texts []string
	fail  map[string]error // by the beginning of a statement, once each
}

// The errors with which a spy fails, and what they mean.
var spyFaults = map[error]fault{
	errors.New("disk full"):     faultLost,
	errors.New("serialization"): faultRetry,
	errors.New("broken disk"):   faultBroken,
}

func spyFault(f fault) error {
	for err, g := range spyFaults {
		if f == g {
			return err
		}
	}
	return nil
}

// watch puts a spy before the writing connections of s.
func watch(s *Store) *spyLog {
	log := &spyLog{fail: make(map[string]error)}
	d := *s.dialect
	open, classify := d.link, d.classify
	d.link = func(c *sql.Conn, k *kept) link {
		if k != &s.kept {
			return open(c, k)
		}
		return &spy{open(c, k), log}
	}
	d.classify = func(err error) fault {
		for known, f := range spyFaults {
			if errors.Is(err, known) {
				return f
			}
		}
		return classify(err)
	}
	s.dialect = &d
	return log
}

func (l *spyLog) see(list ...statement) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, s := range list {
		text := strings.Join(strings.Fields(s.text), " ")
		l.texts = append(l.texts, text)
		for begins, err := range l.fail {
			if strings.HasPrefix(text, begins) {
				delete(l.fail, begins)
				return err
			}
		}
	}
	return nil
}

func (l *spyLog) failAt(begins string, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.fail[begins] = err
}

// count returns how many statements began so.
func (l *spyLog) count(begins string) (n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, t := range l.texts {
		if strings.HasPrefix(t, begins) {
			n++
		}
	}
	return n
}

func (p *spy) exec(ctx context.Context, list ...statement) error {
	for _, s := range list {
		if err := p.log.see(s); err != nil {
			return err
		}
		if err := p.link.exec(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

func (p *spy) query(ctx context.Context, first []statement, q statement, scan func(row) error) error {
	if err := p.exec(ctx, first...); err != nil {
		return err
	}
	if err := p.log.see(q); err != nil {
		return err
	}
	return p.link.query(ctx, nil, q, scan)
}
