package sqlstore

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"strconv"
	"time"

	"rollcall/directory"
)

// batch is one transaction that carries the updates of several callers. Its statements
// run under its own context: a caller who leaves must not take the others' work along.
type batch struct {
	s         *Store
	workspace string
	ctx       context.Context
	link      link
	waiting   []statement         // to be sent
	base      directory.Workspace // as it was when the batch began
	awake     laneSet             // for which a job was waiting then
	frames    []*frame            // the first belongs to the batch, the others to steps
	current   *update
	solo      bool // one update: the transaction itself is its savepoint
	spoiled   bool // the only update failed after it had written
	dirty     bool // there is something to commit
	apart     bool // rows are inserted one by one, so that one that is refused has an owner

	// sources are those that were read. Nobody else can write them before the commit; once
	// this batch has, they are read each time, for what was written may be undone.
	sources     map[directory.SourceID]*directory.Source
	sourcesMove bool
	foresight
	broken error // the transaction may be gone
}

// frame is a step that is under way, with what is kept only if it succeeds.
type frame struct {
	pending
	from  int   // its statements among those that wait begin here
	wrote bool  // it has statements, be they sent or not
	saved bool  // its savepoint is open
	err   error // of a statement that failed within it
}

// rerun asks for the batch to be run again: without the update that spoiled it; apart, to
// find out which one did; or, where nobody is to blame, as it was.
type rerun struct {
	without *update
	apart   bool
	err     error
}

// Error tells why.
func (r *rerun) Error() string { return "run again: " + r.err.Error() }

// runBatch runs updates in one transaction. When it returns nil, everything that
// succeeded is durable and each update knows what came of it.
func (s *Store) runBatch(workspace directory.WorkspaceID, updates []*update, apart bool) (err error) {
	ctx, cancel := s.batchContext()
	defer cancel()
	b := &batch{s: s, workspace: string(workspace), ctx: ctx, frames: []*frame{new(frame)}, solo: len(updates) == 1,
		apart: apart}
	if err := s.alive(); err != nil {
		return err
	}
	if err := b.begin(); err != nil {
		return err
	}
	committed := false
	defer func() { b.end(committed) }()
	if err := b.lockWorkspace(updates); err != nil {
		return cmp.Or(b.broken, err)
	}
	for _, u := range updates {
		if b.run(u); b.broken != nil {
			return b.broken
		}
	}
	if !b.dirty || b.spoiled {
		return nil
	}
	err = b.commit()
	committed = err == nil
	return err
}

// batchPatience is how long a batch may take where a network may swallow an answer.
const batchPatience = time.Minute

// batchContext returns the context of a batch. It belongs to no caller.
func (s *Store) batchContext() (context.Context, context.CancelFunc) {
	if s.dialect.remote {
		return context.WithTimeout(context.Background(), batchPatience)
	}
	return context.Background(), func() {}
}

// knowSource keeps a source for the updates to come, which nearly all ask for it.
func (b *batch) knowSource(s *directory.Source) {
	if b.sourcesMove {
		return
	}
	if b.sources == nil {
		b.sources = make(map[directory.SourceID]*directory.Source)
	}
	b.sources[s.ID] = s.Clone()
}

func (b *batch) begin() (err error) {
	if b.link, err = b.s.dialect.connect(b.ctx, b.s.write, &b.s.kept); err != nil {
		return b.s.explain("begin", err)
	}
	b.send(statement{text: b.s.dialect.begin})
	return nil
}

// lockWorkspace reads the workspace's row, and on PostgreSQL keeps every other writer
// of the workspace waiting from here to the commit. What the updates will ask for comes
// on the same way.
func (b *batch) lockWorkspace(updates []*update) error {
	var w *directory.Workspace
	var awake laneSet
	lock := statement{text: selectWorkspace + b.s.dialect.forUpdate, args: []any{b.workspace}, scan: func(r row) (err error) {
		w, awake, err = scanWorkspace(r)
		return err
	}}
	b.send(lock)
	if err := b.lookAhead(updates); err != nil {
		return err
	}
	if w == nil {
		return noWorkspace(b.workspace)
	}
	b.base, b.awake = *w, awake
	return nil
}

// run runs one update as a step and sets what came of it.
func (b *batch) run(u *update) {
	if u.err = u.ctx.Err(); u.err != nil {
		return
	}
	b.current = u
	defer func() {
		if p := recover(); p != nil {
			b.s.log.Error("an update panicked", "panic", p, "stack", string(debug.Stack()))
			u.err = directory.Errorf(directory.Internal, "", "something of ours broke")
		}
	}()
	u.err = b.step(func() error { return u.fn(b.ctx, &writer{reader{b.s, b, b.workspace, b}, b}) })
}

// step runs fn and keeps what it wrote, or nothing of it.
func (b *batch) step(fn func() error) (err error) {
	depth := len(b.frames)
	if depth > 1 {
		if err := b.sync(); err != nil { // what belongs to the step around this one
			return err
		}
	}
	f := &frame{from: len(b.waiting)}
	b.frames = append(b.frames, f)
	ok := false
	defer func() {
		if !ok {
			b.undo(f, depth)
		}
		b.frames = b.frames[:depth]
	}()
	if err = fn(); err == nil && depth > 1 {
		err = b.sync() // what failed, failed in this step and not in the one around it
	}
	err = cmp.Or(err, f.err)
	if err != nil || b.broken != nil {
		return cmp.Or(err, b.broken)
	}
	ok = true
	b.keep(f, depth)
	return nil
}

func (b *batch) keep(f *frame, depth int) {
	if f.saved && !b.isTransaction(depth) {
		b.send(statement{text: "release " + savepoint(depth)})
	}
	b.frames[depth-1].merge(&f.pending)
	b.dirty = b.dirty || f.wrote || !f.empty()
}

// undo forgets the statements of a step that still wait, and goes back to its savepoint
// if some were sent.
func (b *batch) undo(f *frame, depth int) {
	if b.broken != nil {
		return
	}
	b.waiting = b.waiting[:f.from]
	switch {
	case !f.saved:
	case b.isTransaction(depth):
		b.spoiled = true
	default:
		// Going back is sent alone: in a transaction that failed, PostgreSQL would not even
		// prepare what follows.
		b.send(statement{text: "rollback to " + savepoint(depth)})
		_ = b.sync()
		b.send(statement{text: "release " + savepoint(depth)})
	}
}

// isTransaction reports whether the step at depth is all there is in the transaction.
func (b *batch) isTransaction(depth int) bool { return depth == 1 && b.solo }

func savepoint(depth int) string { return "s" + strconv.Itoa(depth) }

// outgoing returns the statements that wait, for they are about to be sent, with the
// savepoints of the steps that are under way before the first of theirs. A step of which
// all statements wait until it has succeeded needs none.
func (b *batch) outgoing() []statement {
	list := b.waiting
	b.waiting = nil
	var opened []statement
	at := len(list)
	for depth, f := range b.frames {
		if depth > 0 && f.wrote && !f.saved {
			f.saved = true
			if !b.isTransaction(depth) {
				opened = append(opened, statement{text: "savepoint " + savepoint(depth), by: b.current})
			}
			at = min(at, f.from)
		}
		f.from = 0
	}
	done := b.together(list[:at])
	return append(append(done, opened...), b.together(list[at:])...)
}

func (b *batch) commit() error {
	b.current = nil
	err := b.flush()
	if err == nil && !b.s.dialect.remote {
		err = b.sync()
	}
	if err != nil {
		return cmp.Or(b.broken, err)
	}
	err = b.link.exec(b.ctx, append(b.waiting, statement{text: commitText})...)
	b.waiting = nil
	if err == nil {
		b.s.grew(int64(len(b.frames[0].moves)) + b.frames[0].members)
		return nil
	}
	b.broken = b.uncommitted(err)
	return b.broken
}

// uncommitted says what to do about a commit that failed. It may have happened, unless
// a statement before it was refused.
func (b *batch) uncommitted(err error) error {
	fault := b.s.dialect.faultOf(err)
	early := new(failure)
	switch {
	case fault == faultRetry:
		return &rerun{err: b.s.explain("commit", err)}
	case fault == faultBroken:
		b.s.breakDown(err)
	case fault == faultFull:
		return b.s.explain("commit", err)
	case errors.As(err, &early) && (fault == faultOther || fault == faultUnique):
		if again := early.again(b.s.explain("write", err)); again != nil {
			return again
		}
	}
	e := directory.Errorf(directory.Unavailable, "", "the change may not have been saved")
	e.Err = fmt.Errorf("commit: %w", err)
	return e
}

// end undoes a transaction that was not committed. A connection on which something
// went wrong is not used again, for it may still be in a transaction.
func (b *batch) end(committed bool) {
	var again *rerun
	doubtful := b.broken != nil && !errors.As(b.broken, &again)
	if !committed {
		doubtful = b.link.exec(b.ctx, statement{text: rollbackText}) != nil || doubtful
	}
	b.link.release(doubtful)
}
