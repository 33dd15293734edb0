package directory

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
)

// record writes what happened to the audit log, raises what must be carried outward,
// and fills in the receipt.
func (p *passage) record(ctx context.Context) error {
	p.receipt.Outcome = Unchanged
	if err := p.recordUsers(ctx); err != nil {
		return err
	}
	if p.group != nil {
		if err := p.recordGroup(ctx); err != nil {
			return err
		}
	}
	if p.other != nil && len(p.other.diff) > 0 {
		p.receipt.Outcome = p.other.outcome
		if err := p.note(ctx, p.c.Kind(), p.what, p.other.outcome, AuditDetail{Name: p.what.name, Reason: p.reason, Diff: p.other.diff}); err != nil {
			return err
		}
	}
	return p.listConflict(ctx)
}

func (p *passage) recordUsers(ctx context.Context) error {
	for i, m := range p.users {
		if m.outcome != Unchanged {
			if err := p.recordUser(ctx, m); err != nil {
				return err
			}
		}
		if i == 0 {
			if err := p.answerUser(ctx, m); err != nil {
				return err
			}
		}
	}
	for _, m := range p.followers {
		if err := p.recordUser(ctx, m); err != nil {
			return err
		}
	}
	return nil
}

func (p *passage) recordUser(ctx context.Context, m *move) error {
	change, by, reason := p.c.Kind(), p.by, p.reason
	if m.change != "" {
		change, reason = m.change, ""
		by = Actor{Kind: System, Name: "door", Workspace: p.by.Workspace, RequestID: p.by.RequestID}
	}
	id := string(idOf(m.before, m.after))
	detail := AuditDetail{Name: nameOf(m.before, m.after), Reason: reason, Diff: m.diff}
	if err := p.noteBy(ctx, by, change, ref{UserRecord, id, ""}, m.outcome, detail); err != nil {
		return err
	}
	if err := p.raisePerson(ctx, id, m); err != nil {
		return err
	}
	return p.leave(ctx, m)
}

// raisePerson has m carried outward. Where there is no target nothing will ever settle the
// row of somebody who is gone, so it goes with them.
func (p *passage) raisePerson(ctx context.Context, id string, m *move) error {
	if m.after == nil && p.ws.Target == "" {
		return p.tx.DeleteDelivery(ctx, UserRecord, id)
	}
	if err := p.tx.Raise(ctx, UserRecord, id, p.lane(m), p.now); err != nil {
		return fmt.Errorf("raise user %s: %w", id, err)
	}
	return nil
}

// lane says how urgent it is to carry m outward: leaving is never delayed.
func (p *passage) lane(m *move) Lane {
	active := m.before != nil && m.before.EffectivelyActive()
	switch {
	case active && (m.after == nil || !m.after.EffectivelyActive()):
		return UrgentLane
	case p.by.Kind == RunActor || p.by.Kind == System:
		return SyncLane
	}
	return PushLane
}

// answerUser fills in what the caller is told of the person.
func (p *passage) answerUser(ctx context.Context, m *move) error {
	p.receipt.Outcome, p.receipt.User = m.outcome, m.after
	if m.after == nil || m.after.Facts.Deleted != nil {
		p.receipt.Doc = nil
		return nil
	}
	if m.outcome == Unchanged {
		p.receipt.User = m.before
		var err error
		if p.receipt.Doc, err = m.before.Doc(); err != nil {
			return err
		}
	}
	if m.before == nil {
		return nil // nobody new belongs to a group
	}
	groups, err := p.tx.GroupsOf(ctx, m.after.ID)
	if err != nil {
		return fmt.Errorf("read groups of %s: %w", m.after.ID, err)
	}
	p.receipt.Groups = p.by.ownGroups(groups)
	return nil
}

func (p *passage) recordGroup(ctx context.Context) error {
	g := p.group
	p.receipt.Outcome, p.receipt.Group = g.outcome, g.after
	if g.outcome == Unchanged {
		p.receipt.Group = g.before
		var err error
		p.receipt.Doc, err = g.before.Doc()
		return err
	}
	id := ResourceID(p.what.id)
	detail := AuditDetail{Name: p.what.name, Diff: g.diff, Added: g.add, Removed: g.remove}
	if err := p.note(ctx, p.c.Kind(), p.what, g.outcome, detail); err != nil {
		return err
	}
	return p.raiseGrants(ctx, id)
}

// raiseGrants carries outward what a group's mappings now give or no longer give. A
// membership names its people; a group that is gone is fanned out from its record.
func (p *passage) raiseGrants(ctx context.Context, id ResourceID) error {
	g := p.group
	if g.after == nil && p.ws.Target == "" {
		return p.tx.DeleteDelivery(ctx, GroupRecord, string(id))
	}
	if len(g.mappings) == 0 {
		return nil
	}
	if g.after == nil {
		return p.tx.Raise(ctx, GroupRecord, string(id), PushLane, p.now)
	}
	for _, list := range [][]ResourceID{g.add, g.remove} {
		for _, member := range list {
			if err := p.tx.Raise(ctx, UserRecord, string(member), PushLane, p.now); err != nil {
				return fmt.Errorf("raise member %s: %w", member, err)
			}
		}
	}
	return nil
}

// note appends to the audit log on behalf of who asks.
func (p *passage) note(ctx context.Context, change string, what ref, outcome Outcome, d AuditDetail) error {
	return p.noteBy(ctx, p.by, change, what, outcome, d)
}

func (p *passage) noteBy(ctx context.Context, by Actor, change string, what ref, outcome Outcome, d AuditDetail) error {
	text, err := d.Text()
	if err != nil {
		return err
	}
	r := &AuditRecord{At: p.now, Actor: by.String(), ActorID: by.ID, Change: change, Outcome: outcome,
		RequestID: by.RequestID, Type: what.kind, Record: what.id, Salt: newSalt(), Detail: text}
	if outcome == Refused {
		r.Reason = d.Reason
	}
	if err := p.tx.Record(ctx, r); err != nil {
		return fmt.Errorf("write audit record: %w", err)
	}
	p.records = append(p.records, *r)
	return nil
}

func newSalt() string {
	var b [16]byte
	if _, err := rand.Read(b[:]); err != nil {
		panic("no randomness from the operating system: " + err.Error())
	}
	return hex.EncodeToString(b[:])
}

// recordRefusal puts a refusal on record: a person's each time, a machine's once until
// the record or the reason changes, for machines repeat themselves.
func (p *passage) recordRefusal(ctx context.Context, refusal error) error {
	kind := KindOf(refusal).String()
	if p.by.machine() {
		first, err := p.tx.CountRefusal(ctx, p.by.String(), p.refusedRecord(refusal), reasonOf(refusal), p.now)
		if err != nil {
			return fmt.Errorf("count refusal: %w", err)
		}
		if !first {
			return p.listRefused(ctx)
		}
	}
	what := p.what
	if what.id == "" && what.kind == UserRecord {
		what.id = NameRecord(what.name)
	}
	detail := AuditDetail{Name: what.name, Reason: kind, Message: message(refusal)}
	if err := p.note(ctx, p.c.Kind(), what, Refused, detail); err != nil {
		return err
	}
	return p.listRefused(ctx)
}

// listRefused lists the conflict that a refusal is about. That somebody came back is
// none when they did not.
func (p *passage) listRefused(ctx context.Context) error {
	if p.conflict != nil && p.conflict.Kind == RehireConflict {
		return nil
	}
	return p.listConflict(ctx)
}

// reasonOf is what is compared to tell whether a machine's refusal is a new one.
func reasonOf(refusal error) string {
	if Is(refusal, NotFound) {
		return NotFound.String()
	}
	return refusal.Error()
}

// refusedRecord names what the refusal is about: somebody new has no id yet.
func (p *passage) refusedRecord(refusal error) string {
	if Is(refusal, NotFound) {
		return string(p.what.kind) + " of nobody" // ids can be made up without end
	}
	if p.what.id != "" {
		return string(p.what.kind) + ":" + p.what.id
	}
	return string(p.what.kind) + "=" + Fold(p.what.name)
}

// NameRecord stands for somebody who was refused and has no id, so that what the log
// says of them can be found, and erased, by their user name.
func NameRecord(userName string) string { return "name:" + HashToken(Fold(userName))[:24] }

// message is what the log keeps of a refusal. Whose name or address is taken is not
// said: it is somebody else's record.
func message(err error) string {
	var e *Error
	if !errors.As(err, &e) {
		return "refused"
	}
	var all Faults
	if errors.As(err, &all) {
		return all.Error()
	}
	if e.Kind == Exists {
		return e.Attr + " is taken"
	}
	return e.Detail()
}

func (p *passage) listConflict(ctx context.Context) error {
	if p.conflict == nil {
		return nil
	}
	if err := p.tx.PutConflict(ctx, p.conflict); err != nil {
		return fmt.Errorf("list conflict: %w", err)
	}
	return nil
}
