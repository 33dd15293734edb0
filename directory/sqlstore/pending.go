package sqlstore

import (
	"rollcall/directory"
)

// pending is what a step adds to rows that many steps share. It is kept beside the
// transaction, merged upward when the step succeeds and dropped when it fails, and
// written once per batch.
type pending struct {
	counts   directory.Counts
	settings *directory.Settings // replaced
	versions directory.Version   // how often
	audit    []auditEntry
	raised   map[recordKey]raise
	moves    []move
	members  int64            // how many were added
	target   *string          // replaced
	pause    *directory.Pause // replaced
	lanes    laneSet          // that need a job
	started  laneSet          // whose job has begun
}

// auditEntry is a record to be sealed, or the order to erase earlier ones.
type auditEntry struct {
	record *directory.AuditRecord
	erase  *recordKey
}

type recordKey struct {
	Type directory.RecordType
	ID   string
}

// raise is how a delivery changes.
type raise struct {
	generations int64
	lane        directory.Lane
	at          int64 // the first time
}

// move puts a record onto a shelf (1) or takes it off (-1).
type move struct {
	shelfKey
	id    string
	delta int64
}

type shelfKey struct {
	Type  directory.RecordType
	Shelf string
}

func (p *pending) empty() bool {
	return p.counts == directory.Counts{} && p.settings == nil && len(p.audit) == 0 && len(p.raised) == 0 && len(p.moves) == 0 &&
		p.target == nil && p.pause == nil && p.lanes == 0 && p.started == 0
}

func (p *pending) merge(q *pending) {
	p.counts = p.counts.Add(q.counts)
	if q.settings != nil {
		p.settings = q.settings
		p.versions += q.versions
	}
	if q.target != nil {
		p.target = q.target
	}
	if q.pause != nil {
		p.pause = q.pause
	}
	p.lanes |= q.lanes
	p.started |= q.started
	p.audit = append(p.audit, q.audit...)
	p.moves = append(p.moves, q.moves...)
	p.members += q.members
	for k, r := range q.raised {
		p.raise(k, r)
	}
}

func (p *pending) raise(k recordKey, r raise) {
	if p.raised == nil {
		p.raised = make(map[recordKey]raise)
	}
	if have, twice := p.raised[k]; twice {
		r = raise{have.generations + r.generations, max(have.lane, r.lane), min(have.at, r.at)}
	}
	p.raised[k] = r
}

// top returns what the present step has gathered.
func (b *batch) top() *pending { return &b.frames[len(b.frames)-1].pending }

// workspaceNow returns the workspace as the present step sees it: with everything
// earlier in the batch.
func (b *batch) workspaceNow() *directory.Workspace {
	w := b.base
	for _, f := range b.frames {
		w.Counts = w.Counts.Add(f.counts)
		if f.settings != nil {
			w.Settings = *f.settings
			w.Version += f.versions
		}
		if f.target != nil {
			w.Target = *f.target
		}
		if f.pause != nil {
			w.Pause = *f.pause
		}
	}
	w.Settings = cloneSettings(w.Settings)
	return &w
}

// movesOf lists what the batch has so far put onto a shelf and taken off it.
func (b *batch) movesOf(k shelfKey) []move {
	var moves []move
	for _, f := range b.frames {
		for _, m := range f.moves {
			if m.shelfKey == k {
				moves = append(moves, m)
			}
		}
	}
	return moves
}
