package sync

import (
	"context"
	"encoding/json"
	"errors"
	"strings"

	"rollcall/directory"
)

// outcome counts and reports what came of an item, and what to remember of its entry.
func (b *batch) outcome(i *item, r directory.Result) {
	p := b.p
	switch {
	case r.Err == nil:
	case i.gone && directory.Is(r.Err, directory.NotFound): // somebody else was faster
		p.found.Forget = append(p.found.Forget, p.entryOf(i))
		i.k.Missing = -1
		return
	default:
		p.refused(i, r.Err)
		return
	}
	action := p.count(i, r)
	if action != "" {
		b.report(i, r, action)
	}
	i.k.Record = recordOf(i, r)
	if !b.remember {
		return
	}
	if i.gone && action == actDeactivate {
		p.removed++
	}
	p.remember(i, r)
}

// report notes what is done to the record of an item, and for a group the first of those
// who join and leave: their names are looked up before the batch is noted.
func (b *batch) report(i *item, r directory.Result, action string) {
	c := planned(i, r, action)
	if i.kind == directory.GroupRecord {
		var joined, left []directory.ResourceID
		for _, rec := range r.Records {
			d := detailOf(rec)
			joined, left = append(joined, d.Added...), append(left, d.Removed...)
		}
		if len(joined)+len(left) > 0 {
			b.moves = append(b.moves, move{len(b.p.found.Changes), joined, left})
		}
	}
	b.p.found.Changes = append(b.p.found.Changes, c)
}

// refused reports an entry that the directory did not take. It is not remembered, so
// that the next run tries again.
func (p *pass) refused(i *item, err error) {
	action := actRefuse
	if directory.Is(err, directory.Exists) {
		action = actConflict
	}
	p.countRefused(i.kind, action)
	var attr string
	if e := firstError(err); e != nil {
		attr = e.Attr
	}
	reason := sentence(err)
	p.found.Errors = append(p.found.Errors, directory.RunError{Entry: i.k.DN, Attribute: attr, Reason: reason})
	p.found.Changes = append(p.found.Changes, directory.PlannedChange{Action: action, Type: i.kind, ID: string(i.k.Record),
		Entry: i.k.DN, Key: i.k.Key, Name: nameOf(i), Reason: reason})
}

// countRefused counts people and groups apart.
func (p *pass) countRefused(t directory.RecordType, action string) {
	c, g := &p.run.Counts, &p.run.Counts.Groups
	conflicts, refused := &c.Conflicts, &c.Refused
	if t == directory.GroupRecord {
		conflicts, refused = &g.Conflicts, &g.Refused
	}
	if action == actConflict {
		*conflicts++
	} else {
		*refused++
	}
}

// count adds what happened to the run's counts and returns the action's name, or ""
// when nothing happened.
func (p *pass) count(i *item, r directory.Result) string {
	if i.kind == directory.GroupRecord {
		return p.countGroup(i, r)
	}
	c := &p.run.Counts
	if u := r.Receipt.User; u != nil && u.State() == directory.HeldBack {
		c.Held++
	}
	switch {
	case r.Receipt.Outcome == directory.Unchanged:
		if !i.gone {
			c.Unchanged++
		}
		return ""
	case r.Receipt.Outcome == directory.Deleted:
		c.Deleted++
		return actDelete
	case r.Receipt.Outcome == directory.Created || r.Receipt.Outcome == directory.Revived:
		c.Created++
		return actCreate
	case i.gone || i.k.enabled() && !i.wanted:
		c.Deactivated++
		return actDeactivate
	case i.wanted && (i.k.gone() || i.k.disabled()):
		c.Reactivated++
		return actReactivate
	}
	c.Updated++
	return actUpdate
}

func (p *pass) countGroup(i *item, r directory.Result) string {
	c := &p.run.Counts.Groups
	for _, rec := range r.Records {
		d := detailOf(rec)
		c.MembersAdded += int64(len(d.Added))
		c.MembersRemoved += int64(len(d.Removed))
	}
	switch r.Receipt.Outcome {
	case directory.Created:
		c.Created++
		return actCreate
	case directory.Deleted:
		c.Deleted++
		return actDelete
	case directory.Updated:
		c.Updated++
		return actUpdate
	}
	return ""
}

// planned is the line of the report about an item.
func planned(i *item, r directory.Result, action string) directory.PlannedChange {
	c := directory.PlannedChange{Action: action, Type: i.kind, ID: string(recordOf(i, r)), Entry: i.k.DN, Key: i.k.Key, Name: nameOf(i),
		Attributes: []directory.Diff{}, Reason: i.reason}
	if u := r.Receipt.User; u != nil {
		c.Name = u.UserName
		if u.State() == directory.HeldBack {
			c.Reason = "no seat is free"
		}
	}
	if len(r.Records) == 0 {
		return c
	}
	for _, d := range detailOf(r.Records[0]).Diff {
		if d.Path != "id" && !strings.HasPrefix(d.Path, "#") {
			c.Attributes = append(c.Attributes, d)
		}
	}
	return c
}

func detailOf(r directory.AuditRecord) (d directory.AuditDetail) {
	_ = json.Unmarshal([]byte(r.Detail), &d) // our own text; a report without attributes is still one
	return d
}

func recordOf(i *item, r directory.Result) directory.ResourceID {
	switch {
	case r.Receipt.User != nil:
		return r.Receipt.User.ID
	case r.Receipt.Group != nil:
		return r.Receipt.Group.ID
	}
	return i.k.Record
}

func nameOf(i *item) string {
	switch c := i.change.(type) {
	case directory.PutUser:
		return c.User.UserName
	case directory.PutGroup:
		return c.Group.DisplayName
	}
	return ""
}

// remember notes an entry as applied in full.
func (p *pass) remember(i *item, r directory.Result) {
	e := p.entryOf(i)
	switch {
	case i.gone && r.Receipt.Outcome == directory.Deleted:
		p.found.Forget = append(p.found.Forget, e)
		i.k.Missing = -1
		return
	case i.gone:
		e.Mark, e.Missing, e.Since = "", -1, p.began.UnixMilli()
	default:
		e.Mark, e.Missing, e.Since, e.Until = i.mark, 0, 0, i.until
	}
	i.k.Entry = e
	p.found.Entries = append(p.found.Entries, e)
}

func (p *pass) entryOf(i *item) directory.Entry {
	e := i.k.Entry
	e.Source, e.Type = p.c.Name, i.kind
	return e
}

func firstError(err error) *directory.Error {
	var faults directory.Faults
	if asFaults(err, &faults) && len(faults) > 0 {
		return faults[0]
	}
	var e *directory.Error
	if asError(err, &e) {
		return e
	}
	return nil
}

// flush writes down what was found so far, and that the run is alive.
func (p *pass) flush(ctx context.Context) error {
	f := p.found
	f.Counts, f.Removed = &p.run.Counts, p.removed
	p.found = directory.Findings{}
	return p.Directory.Note(ctx, p.actor, f)
}

func asFaults(err error, f *directory.Faults) bool { return errors.As(err, f) }

func asError(err error, e **directory.Error) bool { return errors.As(err, e) }
