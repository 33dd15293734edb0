package main

import (
	"bufio"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"rollcall/directory"
)

// auditVerify is rollcall audit verify.
type auditVerify struct {
	Head string `placeholder:"SEQ:HASH" help:"Head that was printed before; the log must still contain it."`
}

// verdict is what a check of the log found.
type verdict struct {
	Whole    bool   `json:"whole"`
	Records  int64  `json:"records"` // that are in order, counted from the first
	Head     string `json:"head"`    // of those
	FirstBad int64  `json:"firstBad,omitempty"`
	Message  string `json:"message,omitempty"`
}

// Run checks the chain and prints its head, which is worth keeping elsewhere: with it a
// later check also notices that the end was cut off.
func (c auditVerify) Run(ctx context.Context, a *app) error {
	kept, err := parseHead(c.Head)
	if err != nil {
		return err
	}
	return a.work(ctx, func(s *session) error {
		var v verdict
		err := s.Read(ctx, s.by, func(ctx context.Context, tx directory.ReadTx) (err error) {
			v, err = verify(ctx, tx, kept)
			return err
		})
		if err != nil {
			return err
		}
		if !v.Whole {
			if a.JSON {
				err = a.print(v, nil)
			}
			return joinBroken(err, v)
		}
		return a.say(v, "%s in order, head %s", count(int(v.Records), "record"), v.Head)
	})
}

// joinBroken makes the verdict an error with an exit code of its own.
func joinBroken(printing error, v verdict) error {
	if printing != nil {
		return printing
	}
	return directory.Errorf(directory.Denied, "", "the audit log is broken: %s", v.Message)
}

// verify walks the chain. It returns an error only when the log cannot be read.
func verify(ctx context.Context, tx directory.ReadTx, kept directory.AuditHead) (verdict, error) {
	i := inspection{kept: kept}
	if err := tx.Audit(ctx, directory.AuditQuery{}, i.look); err != nil {
		return verdict{}, fmt.Errorf("read the audit log: %w", err)
	}
	ws, err := tx.Workspace(ctx)
	if err != nil {
		return verdict{}, fmt.Errorf("read the workspace: %w", err)
	}
	i.end(ws.Audit)
	return i.verdict(), nil
}

// inspection is a check of the chain under way.
type inspection struct {
	directory.Verifier
	kept    directory.AuditHead // that has to be in it
	bad     error               // what is wrong first
	badFrom int64               // with which record
}

// look checks the next record, unless something was wrong before.
func (i *inspection) look(r *directory.AuditRecord) error {
	if i.bad != nil {
		return nil
	}
	err := i.Check(r)
	if err == nil && r.Seq == i.kept.Seq && r.Hash != i.kept.Hash {
		err = fmt.Errorf("record %d is not the one that the head names: the log was rewritten", r.Seq)
	}
	i.blame(r.Seq, err)
	return nil
}

// end checks that nothing is missing at the end, where the workspace knows what was
// written last.
func (i *inspection) end(written directory.AuditHead) {
	if i.bad != nil {
		return
	}
	switch last := i.Head(); {
	case last.Seq < i.kept.Seq:
		i.blame(last.Seq+1, fmt.Errorf("record %d, which the head names, is missing: the end was cut off", i.kept.Seq))
	case last != written:
		i.blame(last.Seq+1, fmt.Errorf("the log ends with record %d, but %d were written: the end was cut off", last.Seq, written.Seq))
	default:
		i.blame(last.Seq, i.End())
	}
}

func (i *inspection) blame(seq int64, err error) {
	if err != nil {
		i.bad, i.badFrom = err, seq
	}
}

func (i *inspection) verdict() verdict {
	v := verdict{Whole: i.bad == nil, Records: i.Head().Seq, Head: headText(i.Head())}
	if i.bad != nil {
		v.FirstBad, v.Message = i.badFrom, i.bad.Error()
	}
	return v
}

// headText writes a head so that it can be kept.
func headText(h directory.AuditHead) string { return strconv.FormatInt(h.Seq, 10) + ":" + h.Hash }

// parseHead reads what headText wrote; nothing is no head.
func parseHead(text string) (directory.AuditHead, error) {
	var h directory.AuditHead
	if text == "" {
		return h, nil
	}
	seq, hash, found := strings.Cut(text, ":")
	n, err := strconv.ParseInt(seq, 10, 64)
	if !found || err != nil || n < 0 {
		return h, usageError{fmt.Errorf("--head: %q is not SEQ:HASH, as audit verify prints it", text)}
	}
	return directory.AuditHead{Seq: n, Hash: hash}, nil
}

// auditExport is rollcall audit export.
type auditExport struct {
	After int64 `placeholder:"SEQ" help:"Only the records after this one."`
}

// exported is a record with everything that its hash covers. The detail is text, for
// its digest is of that very text.
type exported struct {
	Seq       int64                `json:"seq"`
	At        time.Time            `json:"at"`
	Actor     string               `json:"actor"`
	ActorID   string               `json:"actorId"`
	Change    string               `json:"change"`
	Outcome   directory.Outcome    `json:"outcome"`
	Reason    string               `json:"reason"`
	RequestID string               `json:"requestId"`
	Type      directory.RecordType `json:"type"`
	Record    string               `json:"record"`
	Digest    string               `json:"digest"`
	Salt      string               `json:"salt"`
	Detail    string               `json:"detail"`
	Hash      string               `json:"hash"`
}

// Run prints a record in each line, whether --json is given or not.
func (c auditExport) Run(ctx context.Context, a *app) error {
	return a.work(ctx, func(s *session) error {
		out := bufio.NewWriterSize(a.stdout, 64<<10)
		err := s.Read(ctx, s.by, func(ctx context.Context, tx directory.ReadTx) error {
			return tx.Audit(ctx, directory.AuditQuery{After: c.After}, func(r *directory.AuditRecord) error {
				return encode(out, exported{r.Seq, r.At.UTC(), r.Actor, r.ActorID, r.Change, r.Outcome, r.Reason, r.RequestID,
					r.Type, r.Record, r.Digest, r.Salt, r.Detail, r.Hash})
			})
		})
		if err != nil {
			return err
		}
		return out.Flush()
	})
}

// auditErase is rollcall audit erase.
type auditErase struct {
	whom
}

// Run erases the details of what the log says about a person. Somebody who is still
// there stays; what is done to them later is logged as before.
func (c auditErase) Run(ctx context.Context, a *app) error {
	return a.work(ctx, func(s *session) error {
		var id string
		err := s.Read(ctx, s.by, func(ctx context.Context, tx directory.ReadTx) (err error) {
			id, err = auditedUser(ctx, tx, c.UserName)
			return err
		})
		if err != nil {
			return err
		}
		records := []string{id, directory.NameRecord(c.UserName)} // and attempts that were refused
		for _, record := range slices.Compact(records) {
			change := directory.EraseAudit{Type: directory.UserRecord, Record: record, Reason: c.Reason}
			if _, err := s.Apply(ctx, s.by, change); err != nil {
				return err
			}
		}
		return a.say(map[string]any{"record": id}, "what the log said about user %s is erased", id)
	})
}
