package sqlstore

import "context"

// PostgreSQL plans by statistics that it renews by itself within a minute or so. Until
// then it takes a table that has just been filled for an empty one, and sorts a hundred
// thousand people to show the first hundred. So while the tables grow from nothing, we
// ask for statistics each time they have doubled.
const (
	firstAnalyze = 500
	lastAnalyze  = 1 << 20 // rows, from where on PostgreSQL looks often enough
)

// growth counts the rows that this process has added.
type growth struct {
	rows, next int64
	busy       bool
}

// due reports whether it is time for statistics after so many more rows.
func (g *growth) due(rows int64) bool {
	g.rows += rows
	if g.next == 0 {
		g.next = firstAnalyze
	}
	if g.busy || g.rows < g.next || g.next > lastAnalyze {
		return false
	}
	g.next, g.busy = 2*g.rows, true
	return true
}

// grew notes that rows were added and has statistics made when it is time.
func (s *Store) grew(rows int64) {
	if !s.dialect.analyzes || rows == 0 {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed || !s.growth.due(rows) {
		return
	}
	s.work.Add(1)
	go s.analyze()
}

func (s *Store) analyze() {
	defer s.work.Done()
	if _, err := s.write.ExecContext(context.Background(), "analyze users, emails, groups, members, mappings, ranks"); err != nil {
		s.log.Warn("statistics could not be made", "err", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.growth.busy = false
}
