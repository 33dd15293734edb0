package directory

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// passage is one change on its way through the door.
type passage struct {
	d    *Directory
	by   Actor
	c    Change
	hash string  // of a password that is to be set
	act  *Action // that carries it to a target
	now  time.Time
	tx   WriteTx

	ws     *Workspace
	source *Source // of an owner

	// What resolve found out.
	what      ref
	ifVersion Version
	have      Version // of the record as it is
	reason    string  // given by who asks
	users     []*move // the person it is about, then whoever follows from it
	freed     []*move // deleted people whose names are needed; written first
	followers []*move // whom the change moved besides, already written
	group     *groupMove
	other     *otherMove
	then      []func(context.Context) error // further writes that follow
	always    []func(context.Context) error // writes that are due even if nothing differs
	conflict  *Conflict                     // to be listed, whether refused or not
	inherited *Switch                       // of a namesake: somebody new is switched off as well

	parked  map[ResourceID]*User // people as they were before their names were parked
	records []AuditRecord
	notice  string // for operators, once it is committed

	receipt Receipt
	wrote   bool
}

// ref says which record a change is about.
type ref struct {
	kind RecordType
	id   string
	name string
}

// move is a person before and after. before is nil for a new one, after for one that
// is gone for good.
type move struct {
	before, after *User
	stored        *User  // as the store has it, where that is not before: a parked name
	change        string // how the audit log calls it, where it is not the change itself
	outcome       Outcome
	diff          []Diff
}

// groupMove is a group before and after, with the members that come and go.
type groupMove struct {
	before, after  *Group
	add, remove    []ResourceID
	mappings       []Mapping // of the group
	outcome        Outcome
	diff           []Diff
	membersChanged bool
}

// otherMove is a record without rules of its own: a source, a token, a mapping, the
// settings.
type otherMove struct {
	outcome Outcome
	diff    []Diff
	write   func(context.Context) error
}

func (d *Directory) passage(by Actor, ready prepared, tx WriteTx) *passage {
	return &passage{d: d, by: by, c: ready.Change, hash: ready.hash, act: ready.act, now: d.clock(), tx: tx, what: about(ready.Change)}
}

// walk takes the eight steps. The commit that ends the last one is the store's.
func (p *passage) walk(ctx context.Context) error {
	steps := []func(context.Context) error{
		p.resolve, p.valid, p.current, p.entitled, p.allowed, p.seated, p.write, p.record,
	}
	for _, step := range steps {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// settle ends a transaction. A refusal before anything was written is recorded in it;
// one after that undoes it.
func (p *passage) settle(ctx context.Context, err error) error {
	if err == nil || p.wrote || !isRefusal(err) {
		return err
	}
	return p.recordRefusal(ctx, err)
}

// resolve reads what is and builds what shall be.
func (p *passage) resolve(ctx context.Context) error {
	var err error
	if p.ws, err = p.tx.Workspace(ctx); err != nil {
		return fmt.Errorf("read workspace: %w", err)
	}
	if p.by.owner() {
		if err := p.resolveSource(ctx); err != nil {
			return err
		}
	}
	switch c := p.c.(type) {
	case PutUser, editUser, DeleteUser, RestoreUser, SwitchOff, SwitchOn, SetGrants, SetPassword, SignIn, Adopt, Purge, SetWanted, Expire:
		return p.resolveUser(ctx, c)
	case Transfer:
		return p.resolveTransfer(ctx, c)
	case Relink:
		return p.resolveRelink(ctx, c)
	case PutGroup, editGroup, ChangeMembers, DeleteGroup:
		return p.resolveGroup(ctx, c)
	case FillSeats:
		p.what = ref{WorkspaceRecord, string(p.ws.ID), p.ws.Slug}
		return nil
	}
	return p.resolveOther(ctx)
}

func (p *passage) resolveSource(ctx context.Context) error {
	s, err := p.tx.Source(ctx, p.by.Source)
	if Is(err, NotFound) {
		return Errorf(Denied, "", "the source %s is no longer known", p.by.Source)
	}
	if err != nil {
		return fmt.Errorf("read source %s: %w", p.by.Source, err)
	}
	if s.Paused != nil {
		return paused(s)
	}
	p.source = s
	return p.holdsLease(ctx)
}

// errPaused tells a pause, which an administrator decided, from a store that is gone.
var errPaused = errors.New("an administrator decided so")

func paused(s *Source) *Error {
	e := Errorf(Unavailable, "", "the source %s is paused", s.ID)
	e.Err = errPaused
	return e.Hinted("an administrator resumes it with: rollcall sources resume %s", s.ID)
}

// current refuses a change that was made against an older version.
func (p *passage) current(context.Context) error {
	if p.ifVersion != 0 && p.ifVersion != p.have {
		return Errorf(Stale, "", "the %s is at version %d, not %d", p.what.kind, p.have, p.ifVersion).
			Hinted("read it again and repeat the change")
	}
	return nil
}

// person adds the move of the person that the change is about.
func (p *passage) person(before, after *User, outcome Outcome) *move {
	m := &move{before: before, after: after, outcome: outcome}
	if was := p.parked[idOf(before, after)]; was != nil {
		m.before, m.stored = was, before
	}
	p.users = append(p.users, m)
	p.what = ref{UserRecord, string(idOf(before, after)), nameOf(before, after)}
	if before != nil {
		p.have = before.Meta.Version
	}
	return m
}

func idOf(before, after *User) ResourceID {
	if after != nil {
		return after.ID
	}
	return before.ID
}

func nameOf(before, after *User) string {
	if after != nil {
		return after.UserName
	}
	return before.UserName
}

// about names a change's record as far as the change itself says, for refusals that
// happen before the record is read.
func about(c Change) ref {
	switch c := c.(type) {
	case PutUser:
		return ref{UserRecord, string(c.User.ID), c.User.UserName}
	case editUser:
		return ref{UserRecord, string(c.id), ""}
	case DeleteUser:
		return ref{UserRecord, string(c.ID), ""}
	case RestoreUser:
		return ref{UserRecord, string(c.ID), ""}
	case SwitchOff:
		return ref{UserRecord, string(c.ID), ""}
	case SwitchOn:
		return ref{UserRecord, string(c.ID), ""}
	case SetGrants:
		return ref{UserRecord, string(c.ID), ""}
	case SetPassword:
		return ref{UserRecord, string(c.ID), ""}
	case SignIn:
		return ref{UserRecord, string(c.ID), ""}
	case LogOut:
		return ref{UserRecord, string(c.ID), ""}
	case ResetTOTP:
		return ref{UserRecord, string(c.ID), ""}
	case ResetE2EE:
		return ref{UserRecord, string(c.ID), ""}
	case Redeliver:
		return ref{UserRecord, string(c.ID), ""}
	case Adopt:
		return ref{UserRecord, string(c.User), ""}
	case Purge:
		return ref{UserRecord, string(c.ID), ""}
	case SetWanted:
		return ref{UserRecord, string(c.ID), ""}
	case Transfer:
		return ref{c.Type, string(c.ID), ""}
	case Relink:
		return ref{c.Type, string(c.ID), ""}
	case Expire:
		return ref{UserRecord, "", c.Key}
	case PutGroup:
		return ref{GroupRecord, string(c.Group.ID), c.Group.DisplayName}
	case editGroup:
		return ref{GroupRecord, string(c.id), ""}
	case ChangeMembers:
		return ref{GroupRecord, string(c.Group), ""}
	case DeleteGroup:
		return ref{GroupRecord, string(c.ID), ""}
	}
	return aboutOther(c)
}

func aboutOther(c Change) ref {
	switch c := c.(type) {
	case PutMapping:
		return ref{MappingRecord, c.Mapping.ID, c.Mapping.Name}
	case DeleteMapping:
		return ref{MappingRecord, c.ID, ""}
	case PutSource:
		return ref{SourceRecord, string(c.Source.ID), string(c.Source.ID)}
	case PauseSource:
		return ref{SourceRecord, string(c.ID), string(c.ID)}
	case ResumeSource:
		return ref{SourceRecord, string(c.ID), string(c.ID)}
	case DetachSource:
		return ref{SourceRecord, string(c.ID), string(c.ID)}
	case IssueToken:
		return ref{TokenRecord, c.Token.ID, string(c.Token.Source)}
	case RotateTokens:
		return ref{SourceRecord, string(c.Source), string(c.Source)}
	case RevokeToken:
		return ref{TokenRecord, c.ID, string(c.Source)}
	case DismissConflict:
		return ref{WorkspaceRecord, c.ID, ""}
	case EraseAudit:
		return ref{c.Type, c.Record, ""}
	case BeginRun:
		return ref{RunRecord, "", string(c.Source)}
	case EndRun:
		return ref{RunRecord, c.Run.ID, string(c.Run.Source)}
	case AbandonRun:
		return ref{RunRecord, c.ID, ""}
	case RejectRun:
		return ref{RunRecord, c.ID, ""}
	}
	return ref{kind: WorkspaceRecord}
}
