package sqlstore

import (
	"context"
	"database/sql"
)

// query implements querier within the batch, whatever context it is given.
func (b *batch) query(_ context.Context, text string, args ...any) (*sql.Rows, error) {
	if err := b.check(args); err != nil {
		return nil, err
	}
	if !b.s.dialect.prepare {
		rows, err := b.tx.QueryContext(b.ctx, text, args...)
		return rows, b.failed(b.ctx, err)
	}
	st, err := b.statement(text)
	if err != nil {
		return nil, b.failed(b.ctx, err)
	}
	rows, err := st.QueryContext(b.ctx, args...)
	return rows, b.failed(b.ctx, err)
}

func (b *batch) queryOnce(_ context.Context, text string, args ...any) (*sql.Rows, error) {
	if err := b.check(args); err != nil {
		return nil, err
	}
	rows, err := b.tx.QueryContext(b.ctx, text, args...)
	return rows, b.failed(b.ctx, err)
}

// exec writes within the present step.
func (b *batch) exec(text string, args ...any) error {
	if err := b.check(args); err != nil {
		return err
	}
	if b.save(); b.broken != nil {
		return b.broken
	}
	_, err := b.run1(text, args...)
	return b.failed(b.ctx, err)
}

// check refuses to go on with a transaction that may be gone.
func (b *batch) check(args []any) error {
	if b.broken != nil {
		return b.broken
	}
	return checkText(args)
}

func (b *batch) run1(text string, args ...any) (sql.Result, error) {
	if !b.s.dialect.prepare {
		return b.tx.ExecContext(b.ctx, text, args...)
	}
	st, err := b.statement(text)
	if err != nil {
		return nil, err
	}
	return st.ExecContext(b.ctx, args...)
}

func (b *batch) statement(text string) (*sql.Stmt, error) {
	if st := b.texts[text]; st != nil {
		return st, nil
	}
	st, err := b.s.texts.in(b.ctx, b.tx, text)
	if err != nil {
		return nil, err
	}
	b.texts[text] = st
	return st, nil
}

// failed sorts the error of a statement by what it means for the others in the batch.
func (b *batch) failed(_ context.Context, err error) error {
	if err == nil || b.broken != nil {
		return err
	}
	fault := b.s.dialect.faultOf(err)
	err = b.s.unavailable("write", err)
	top := b.frames[len(b.frames)-1]
	switch {
	case fault == faultRetry:
		b.broken = &rerun{err: err}
	case fault != faultOther && fault != faultUnique:
		b.broken = err
	case !b.s.dialect.fragile:
		return err
	case len(b.frames) == 1:
		b.broken = err
	case !top.saved || b.isTransaction(len(b.frames)-1):
		// Without a savepoint there is nothing to go back to but the beginning.
		b.broken = &rerun{without: b.current, err: err}
	case top.err == nil:
		top.err = err
	}
	return err
}
