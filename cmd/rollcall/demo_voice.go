package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"rollcall/directory"
)

// voice tells whoever watches what happens.
type voice struct {
	to  io.Writer
	now func() time.Time
}

// say tells one thing, and who did it.
func (v voice) say(who, format string, args ...any) {
	v.write(fmt.Sprintf("%s  %-5s  %s\n", v.now().Format(time.TimeOnly), who, clean(fmt.Sprintf(format, args...))))
}

// write tells several things at once. Nobody is left to tell if it fails.
func (v voice) write(text string) { _, _ = io.WriteString(v.to, text) }

// listen follows the audit log and tells what nobody else tells: who got a seat, what came
// of a run, and what was asked for at the command line.
func (d *demo) listen(ctx context.Context) {
	seq := d.heard(ctx)
	for pause(ctx, max(d.pace/2, 100*time.Millisecond)) {
		for _, r := range d.news(ctx, seq) {
			seq = r.Seq
			d.tell(ctx, &r)
		}
	}
}

// heard returns how long the log is.
func (d *demo) heard(ctx context.Context) (seq int64) {
	d.read(ctx, func(ctx context.Context, tx directory.ReadTx) error {
		ws, err := tx.Workspace(ctx)
		if err == nil {
			seq = ws.Audit.Seq
		}
		return err
	})
	return seq
}

// news returns what the log has after a record.
func (d *demo) news(ctx context.Context, after int64) (records []directory.AuditRecord) {
	d.read(ctx, func(ctx context.Context, tx directory.ReadTx) error {
		records = nil
		return tx.Audit(ctx, directory.AuditQuery{After: after, Limit: 500}, func(r *directory.AuditRecord) error {
			records = append(records, *r)
			return nil
		})
	})
	return records
}

// read looks into the directory. Where that fails, the next look may not.
func (d *demo) read(ctx context.Context, look func(context.Context, directory.ReadTx) error) {
	if err := d.directory.Read(ctx, d.actor(), look); err != nil && ctx.Err() == nil {
		d.voice.say("demo", "%v", err)
	}
}

func (d *demo) tell(ctx context.Context, r *directory.AuditRecord) {
	e, err := entryOf(r)
	if err != nil {
		d.voice.say("demo", "%v", err)
		return
	}
	switch {
	case e.Change == "FillSeats":
		d.voice.say("seats", "%s has waited longest and gets the seat", e.Name)
	case e.Change == "EndRun":
		d.tellRun(ctx, e.Record)
	case strings.HasPrefix(e.Actor, string(directory.CommandLine)) && e.Type != directory.RunRecord:
		d.voice.say("you", "%s", e.inWords())
	}
}

// inWords says what somebody asked for and what came of it.
func (e auditEntry) inWords() string {
	said := fmt.Sprintf("%s, %s: %s", e.Change, e.about(), e.Outcome)
	for _, why := range []string{e.Message, e.Reason} {
		if why != "" {
			said += ", " + why
		}
	}
	return said
}
