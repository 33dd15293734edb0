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
	first := b.outgoing()
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

// exec writes within the present step. The statement waits for company until something
// is asked, or until the commit: over a network few trips are made, and of what waits
// together nothing needs a savepoint of its own.
func (b *batch) exec(text string, args ...any) error {
	return b.write(statement{text: text, args: args})
}

// insert inserts a row as exec does, together with those before and after it.
func (b *batch) insert(m *manyRows, args ...any) error {
	return b.write(statement{text: m.text(1), args: args, rows: m})
}

func (b *batch) write(s statement) error {
	if b.broken != nil {
		return b.broken
	}
	if err := checkText(s.args); err != nil {
		return err
	}
	for _, f := range b.frames {
		f.wrote = true
	}
	b.send(s)
	return nil
}

func (b *batch) send(s statement) {
	s.by = b.current
	b.waiting = append(b.waiting, s)
}

// together joins the inserts between other statements, those into one table with each
// other.
func (b *batch) together(list []statement) []statement {
	if b.apart {
		return list
	}
	var short []statement
	for len(list) > 0 {
		n := 0
		for n < len(list) && list[n].rows != nil {
			n++
		}
		if n == 0 {
			short, list = append(short, list[0]), list[1:]
			continue
		}
		short, list = append(short, byTable(list[:n])...), list[n:]
	}
	return short
}

// byTable sorts inserts by their table, in the order in which the tables first come, and
// joins those of each.
func byTable(list []statement) []statement {
	var tables []*manyRows
	rows := make(map[*manyRows][]statement)
	for _, s := range list {
		if rows[s.rows] == nil {
			tables = append(tables, s.rows)
		}
		rows[s.rows] = append(rows[s.rows], s)
	}
	short := make([]statement, 0, len(tables))
	for _, t := range tables {
		short = append(short, joined(rows[t])...)
	}
	return short
}

// joined inserts the rows of inserts into one table with as few as the chunks allow.
func joined(list []statement) []statement {
	var short []statement
	for len(list) > 0 {
		n := chunkOf(len(list))
		s := list[0]
		if n > 1 {
			s = statement{text: s.rows.text(n), joined: true}
			for _, one := range list[:n] {
				s.args = append(s.args, one.args...)
			}
		}
		short = append(short, s)
		list = list[n:]
	}
	return short
}

// sync runs the statements that wait.
func (b *batch) sync() error {
	if b.broken != nil {
		return b.broken
	}
	if len(b.waiting) == 0 {
		return nil
	}
	return b.failed(b.link.exec(b.ctx, b.outgoing()...))
}

// failed sorts the error of a statement by what it means for the others in the batch.
func (b *batch) failed(err error) error {
	if err == nil || b.broken != nil {
		return err
	}
	fault := b.s.dialect.faultOf(err)
	to, joined := b.current, false
	if late := new(failure); errors.As(err, &late) {
		to, joined = late.s.by, late.s.joined
	}
	err = b.s.explain("write", err)
	depth := len(b.frames) - 1
	top := b.frames[depth]
	switch {
	case fault == faultRetry:
		b.broken = &rerun{err: err}
	case fault != faultOther && fault != faultUnique:
		b.broken = err
	case joined:
		b.broken = &rerun{apart: true, err: err}
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
