package main

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"time"

	"rollcall/directory"
)

// plain is the limit of durable writing: one table with the three keys that a person
// has and a document of the same size, through the same driver and with the same promise
// to the disk as the real store. Nothing is checked, nothing else is written.
type plain struct {
	db     *sql.DB
	insert *sql.Stmt
	people *counter
}

func (b *bench) plainSQLite(ctx context.Context) (*plain, error) {
	file := filepath.Join(b.dir, fmt.Sprintf("plain-%d.db", b.people.next()))
	return openPlain(ctx, &b.people, 1, "sqlite", "file:"+file+"?_txlock=immediate&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)")
}

func openPlain(ctx context.Context, people *counter, connections int, driver, address string) (*plain, error) {
	db, err := sql.Open(driver, address)
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections)
	p := &plain{db: db, people: people}
	if _, err := db.ExecContext(ctx, `
		create table plain (
			id       text not null primary key,
			name     text not null unique,
			external text not null unique,
			body     text not null)`); err != nil {
		db.Close()
		return nil, err
	}
	p.insert, err = db.PrepareContext(ctx, `
		insert into plain (id, name, external, body)
		values ($1, $2, $3, $4)`)
	return p, err
}

func (p *plain) close() error { return p.db.Close() }

// single is a lane that commits every row.
func (p *plain) single(callers int) *lane {
	return &lane{name: "one row a commit", callers: callers, do: func(ctx context.Context, _ int) error {
		return p.write(ctx, p.insert)
	}}
}

// together is a lane that commits many rows at a time.
func (p *plain) together() *lane {
	return &lane{name: "64 rows a commit", callers: 1, weight: writers, do: func(ctx context.Context, _ int) error {
		tx, err := p.db.BeginTx(ctx, nil)
		if err != nil {
			return err
		}
		defer tx.Rollback() // after a commit it does nothing
		insert := tx.StmtContext(ctx, p.insert)
		for range writers {
			if err := p.write(ctx, insert); err != nil {
				return err
			}
		}
		return tx.Commit()
	}}
}

func (p *plain) write(ctx context.Context, insert *sql.Stmt) error {
	u := person(p.people.next())
	u.ID = directory.NewID(time.Now())
	doc, err := u.Doc()
	if err != nil {
		return err
	}
	_, err = insert.ExecContext(ctx, string(u.ID), u.UserName, u.ExternalID, string(doc))
	return err
}
