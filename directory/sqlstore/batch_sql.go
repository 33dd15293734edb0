package sqlstore

import (
	"context"
	"errors"
)

// The statements around a transaction.
const (
	commitText   = "commit"
	rollbackText = "rollback"
)

// query implements querier within the batch, under the batch's context.
func (b *batch) query(_ context.Context, scan func(row) error, text string, args ...any) error {
	return b.ask(statement{text: text, args: args}, scan)
}

func (b *batch) queryOnce(_ context.Context, scan func(row) error, text string, args ...any) error {
	return b.ask(statement{text: text, args: args, once: true}, scan)
}

func (b *batch) ask(q statement, scan func(row) error) error {
	if b.broken != nil {
		return b.broken
	}
	if checkText(q.args) != nil {
		return nil // nothing in the database is like that
	}
	first := b.waiting
	b.waiting = nil
	var own error // of the receiver: no fault of the transaction's
	err := b.link.query(b.ctx, first, q, func(r row) error {
		own = scan(r)
		return own
	})
	if err != nil && err == own {
		return err
	}
	return b.failed(err)
}

// exec writes within the present step. Where the way to the database is long, the
// statement waits for company: until something is asked, or until the commit.
func (b *batch) exec(text string, args ...any) error {
	if b.broken != nil {
		return b.broken
	}
	if err := checkText(args); err != nil {
		return err
	}
	b.save()
	return b.send(statement{text: text, args: args})
}

func (b *batch) send(s statement) error {
	s.by = b.current
	b.waiting = append(b.waiting, s)
	if b.s.dialect.remote {
		return nil
	}
	return b.sync()
}

// sync runs the statements that wait.
func (b *batch) sync() error {
	if b.broken != nil {
		return b.broken
	}
	if len(b.waiting) == 0 {
		return nil
	}
	list := b.waiting
	b.waiting = nil
	return b.failed(b.link.exec(b.ctx, list...))
}

// failed sorts the error of a statement by what it means for the others in the batch.
func (b *batch) failed(err error) error {
	if err == nil || b.broken != nil {
		return err
	}
	fault := b.s.dialect.faultOf(err)
	to := b.current
	if late := new(failure); errors.As(err, &late) {
		to = late.s.by
	}
	err = b.s.explain("write", err)
	depth := len(b.frames) - 1
	top := b.frames[depth]
	switch {
	case fault == faultRetry:
		b.broken = &rerun{err: err}
	case fault != faultOther && fault != faultUnique:
		b.broken = err
	case !b.s.dialect.fragile:
		return err
	case to == nil:
		b.broken = err
	case to != b.current || !top.saved || b.isTransaction(depth):
		// Without a savepoint that is still open there is nothing to go back to but the
		// beginning.
		b.broken = &rerun{without: to, err: err}
	case top.err == nil:
		top.err = err
	}
	return err
}
