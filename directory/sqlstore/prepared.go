package sqlstore

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"strings"
	"sync"
	"unicode/utf8"

	"rollcall/directory"
)

// prepared keeps the statements of the connections that write, by text. A statement
// of the whole pool cannot be made while a transaction has the pool's only connection,
// so a new text is prepared for the transaction alone, and for good after it.
type prepared struct {
	db *sql.DB

	mu    sync.Mutex
	texts map[string]*sql.Stmt
	fresh []string
}

func newPrepared(db *sql.DB) *prepared {
	return &prepared{db: db, texts: make(map[string]*sql.Stmt)}
}

// in returns the statement for text within tx.
func (p *prepared) in(ctx context.Context, tx *sql.Tx, text string) (*sql.Stmt, error) {
	p.mu.Lock()
	st := p.texts[text]
	if st == nil {
		p.fresh = append(p.fresh, text)
	}
	p.mu.Unlock()
	if st != nil {
		return tx.StmtContext(ctx, st), nil
	}
	st, err := tx.PrepareContext(ctx, text)
	if err != nil {
		return nil, fmt.Errorf("prepare %q: %w", text, err)
	}
	return st, nil
}

// settle prepares for good what the last transactions brought up. What fails here will
// be tried again.
func (p *prepared) settle(ctx context.Context) {
	p.mu.Lock()
	fresh := p.fresh
	p.fresh = nil
	p.mu.Unlock()
	for _, text := range fresh {
		if st, err := p.db.PrepareContext(ctx, text); err == nil {
			p.keep(text, st)
		}
	}
}

func (p *prepared) keep(text string, st *sql.Stmt) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.texts[text] != nil {
		st.Close()
		return
	}
	p.texts[text] = st
}

func (p *prepared) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, st := range p.texts {
		st.Close()
	}
	clear(p.texts)
}

// discard keeps a connection from going back to its pool.
func discard(conn *sql.Conn) {
	_ = conn.Raw(func(any) error { return driver.ErrBadConn })
}

// checkText refuses text that not every database can hold, before a database refuses
// it and takes the whole transaction with it.
func checkText(args []any) error {
	for _, a := range args {
		var text string
		switch a := a.(type) {
		case string:
			text = a
		case directory.ResourceID:
			text = string(a)
		case directory.SourceID:
			text = string(a)
		default:
			continue
		}
		if strings.IndexByte(text, 0) >= 0 || !utf8.ValidString(text) {
			return directory.Errorf(directory.Invalid, "", "the text contains characters that cannot be kept")
		}
	}
	return nil
}
