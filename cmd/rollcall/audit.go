package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"rollcall/directory"
)

// auditCommands are rollcall audit ….
type auditCommands struct {
	List   auditList   `cmd:"" help:"List who asked for what, and what came of it."`
	Verify auditVerify `cmd:"" help:"Check that nothing in the log was altered, removed or inserted."`
	Export auditExport `cmd:"" help:"Print the log as lines of JSON, with everything that is needed to verify it elsewhere."`
	Erase  auditErase  `cmd:"" help:"Erase what the log says about a person; the log still verifies."`
}

// auditEntry is a record of the log as lists show it.
type auditEntry struct {
	Seq       int64                  `json:"seq"`
	At        time.Time              `json:"at"`
	Actor     string                 `json:"actor"`
	Change    string                 `json:"change"`
	Outcome   directory.Outcome      `json:"outcome"`
	Kind      string                 `json:"kind,omitempty"` // of a refusal
	Type      directory.RecordType   `json:"type"`
	Record    string                 `json:"record,omitempty"` // id
	Name      string                 `json:"name,omitempty"`   // of the record, at the time
	Message   string                 `json:"message,omitempty"`
	Reason    string                 `json:"reason,omitempty"` // given by who asked
	Diff      []directory.Diff       `json:"diff,omitempty"`
	Added     []directory.ResourceID `json:"added,omitempty"`   // members
	Removed   []directory.ResourceID `json:"removed,omitempty"` // members
	RequestID string                 `json:"requestId,omitempty"`
	Erased    bool                   `json:"erased,omitempty"`
}

// entryOf reads the detail of a record, unless it was erased.
func entryOf(r *directory.AuditRecord) (auditEntry, error) {
	e := auditEntry{Seq: r.Seq, At: r.At, Actor: r.Actor, Change: r.Change, Outcome: r.Outcome, Kind: r.Reason,
		Type: r.Type, Record: r.Record, RequestID: r.RequestID, Erased: r.Salt == "" && r.Detail == ""}
	if e.Erased {
		return e, nil
	}
	var d directory.AuditDetail
	if err := json.Unmarshal([]byte(r.Detail), &d); err != nil {
		return e, fmt.Errorf("read the detail of audit record %d: %w", r.Seq, err)
	}
	e.Name, e.Message, e.Diff, e.Added, e.Removed = d.Name, d.Message, d.Diff, d.Added, d.Removed
	if r.Outcome != directory.Refused {
		e.Reason = d.Reason
	}
	return e, nil
}

// about names the record for people.
func (e auditEntry) about() string {
	switch {
	case e.Erased:
		return string(e.Type) + " [erased]"
	case e.Name != "":
		return string(e.Type) + " " + e.Name
	}
	return string(e.Type) + " " + e.Record
}

// what says for people what an update changed. Of what was made everything is new.
func (e auditEntry) what() string {
	said := ""
	if e.Outcome == directory.Updated {
		said = diffShown(e.Diff)
	}
	moved := inWords(counted{int64(len(e.Added)), "joined"}, counted{int64(len(e.Removed)), "left"})
	return strings.Trim(said+", "+moved, ", ")
}

// auditList is rollcall audit list.
type auditList struct {
	Limit int    `placeholder:"N" help:"Only the last N."`
	Since string `placeholder:"WHEN" help:"Only since a time such as 2026-01-31T08:00:00Z, a day such as 2026-01-31, or as long ago as 24h."`
	User  string `placeholder:"USERNAME" help:"Only about this person, by user name or id."`
}

// Run lists records in the order in which they were written.
func (c auditList) Run(ctx context.Context, a *app) error {
	since, err := parseSince(c.Since, time.Now())
	if err != nil {
		return err
	}
	return a.work(ctx, func(s *session) error {
		return s.Read(ctx, s.by, func(ctx context.Context, tx directory.ReadTx) error {
			q, err := c.query(ctx, tx)
			if err != nil {
				return err
			}
			return c.print(ctx, a, tx, q, since)
		})
	})
}

// query narrows down to one person, and to the end of the log where no more is asked for.
func (c auditList) query(ctx context.Context, tx directory.ReadTx) (directory.AuditQuery, error) {
	var q directory.AuditQuery
	if c.User != "" {
		id, err := auditedUser(ctx, tx, c.User)
		q.Type, q.Record = directory.UserRecord, id
		return q, err
	}
	if c.Limit > 0 && c.Since == "" {
		ws, err := tx.Workspace(ctx)
		if err != nil {
			return q, fmt.Errorf("read the workspace: %w", err)
		}
		q.After = max(0, ws.Audit.Seq-int64(c.Limit))
	}
	return q, nil
}

// print walks the log twice, once to count: it may be longer than what fits into memory.
func (c auditList) print(ctx context.Context, a *app, tx directory.AuditReader, q directory.AuditQuery, since time.Time) error {
	walk := func(each func(*directory.AuditRecord) error) error {
		return tx.Audit(ctx, q, func(r *directory.AuditRecord) error {
			if r.At.Before(since) {
				return nil
			}
			return each(r)
		})
	}
	total, skip := int64(0), int64(0)
	if err := walk(func(*directory.AuditRecord) error { total++; return nil }); err != nil {
		return err
	}
	if c.Limit > 0 {
		skip = max(0, total-int64(c.Limit))
	}
	l := a.list("records", total-skip, "SEQ", "AT", "ACTOR", "CHANGE", "OUTCOME", "ABOUT", "WHAT", "WHY")
	err := walk(func(r *directory.AuditRecord) error {
		if skip > 0 {
			skip--
			return nil
		}
		return addEntry(l, r)
	})
	if err != nil {
		return err
	}
	return l.end("The log has no such record.")
}

func addEntry(l *list, r *directory.AuditRecord) error {
	e, err := entryOf(r)
	if err != nil {
		return err
	}
	why := e.Reason
	if e.Message != "" {
		why = e.Message
	}
	return l.add(e, strconv.FormatInt(e.Seq, 10), shownTime(e.At), e.Actor, e.Change, string(e.Outcome), e.about(), e.what(), why)
}

// auditedUser finds whom records are about. Somebody who was removed for good is known
// by id only, and somebody who was only ever refused by what stands for their name.
func auditedUser(ctx context.Context, tx directory.ReadTx, name string) (string, error) {
	u, err := findUser(ctx, tx, name)
	if err == nil {
		return string(u.ID), nil
	}
	if !directory.Is(err, directory.NotFound) {
		return "", err
	}
	for _, record := range []string{name, directory.NameRecord(name)} {
		known := false
		q := directory.AuditQuery{Type: directory.UserRecord, Record: record, Limit: 1}
		if auditErr := tx.Audit(ctx, q, func(*directory.AuditRecord) error { known = true; return nil }); auditErr != nil {
			return "", auditErr
		}
		if known {
			return record, nil
		}
	}
	return "", err
}

// parseSince reads a time, a day in this zone, or how long ago.
func parseSince(text string, now time.Time) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return t, nil
	}
	if t, err := time.ParseInLocation(time.DateOnly, text, now.Location()); err == nil {
		return t, nil
	}
	var ago span
	if err := ago.UnmarshalText([]byte(text)); err == nil {
		return now.Add(-time.Duration(ago)), nil
	}
	return time.Time{}, usageError{fmt.Errorf("--since: %q is no time, write 2026-01-31T08:00:00Z, 2026-01-31 or 24h", text)}
}
