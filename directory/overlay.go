package directory

import (
	"context"
	"slices"
	"time"
)

// overlay is a transaction that reads a snapshot through what was written to it, and
// keeps what is written in memory. Plans walk the door's steps over one.
type overlay struct {
	ReadTx  // the snapshot; what is not overridden below does not change in plans
	ws      *Workspace
	people  crowd
	groups  shadow
	members map[ResourceID]*attendance // by group
	sources map[SourceID]*Source
	blocks  []Block
	lifted  map[ResourceID]bool      // whose blocks are gone
	gives   map[ResourceID][]Mapping // of groups whose mappings were written
	admins  []Mapping                // of the snapshot, that make administrators; nil: not read yet
	undo    []func()
	depth   int // of steps under way
}

// attendance is who joined a group and who left it.
type attendance struct {
	in   map[ResourceID]bool // true: joined, false: left
	left int
}

func newOverlay(tx ReadTx, room Room) *overlay {
	return &overlay{ReadTx: tx, people: newCrowd(room), groups: newShadow(), members: map[ResourceID]*attendance{},
		sources: map[SourceID]*Source{}, lifted: map[ResourceID]bool{}, gives: map[ResourceID][]Mapping{}}
}

// shadow holds groups that were written, with the names by which they are found.
type shadow struct {
	now   map[ResourceID]*Group // nil: removed
	names map[string]ResourceID
}

func newShadow() shadow { return shadow{map[ResourceID]*Group{}, map[string]ResourceID{}} }

// find returns what is called name now: written here, or in the snapshot and not
// written since.
func (s *shadow) find(name string, base func() (*Group, error)) (*Group, error) {
	if here, ok := s.names[name]; ok {
		return s.now[here].Clone(), nil
	}
	g, err := base()
	if err != nil {
		return nil, err
	}
	if _, written := s.now[g.ID]; written {
		return nil, noName(name)
	}
	return g, nil
}

func noName(name string) *Error { return Errorf(NotFound, "", "nothing is called %q", name) }

// put notes that before became after, and how to take that back.
func (s *shadow) put(id ResourceID, before, after *Group) (undo func()) {
	old, had := s.now[id]
	s.rename(id, before, after)
	s.now[id] = after
	return func() {
		s.rename(id, after, nil)
		if !had {
			delete(s.now, id)
			return
		}
		s.rename(id, nil, old)
		s.now[id] = old
	}
}

func (s *shadow) rename(id ResourceID, before, after *Group) {
	if before != nil {
		for _, n := range groupNames(before) {
			if s.names[n] == id {
				delete(s.names, n)
			}
		}
	}
	if after != nil {
		for _, n := range groupNames(after) {
			s.names[n] = id
		}
	}
}

func byName(key string) string                  { return "name\x00" + key }
func byMail(key string) string                  { return "mail\x00" + key }
func byExternal(s SourceID, text string) string { return "external\x00" + string(s) + "\x00" + text }

func userNames(u *User) []string {
	names := []string{byName(Fold(u.UserName))}
	if u.ExternalID != "" {
		names = append(names, byExternal(u.Source, u.ExternalID))
	}
	if mail := u.PrimaryEmail(); mail != "" && u.Facts.Deleted == nil {
		names = append(names, byMail(Fold(mail)))
	}
	return names
}

func groupNames(g *Group) []string {
	names := []string{byName(string(g.Source) + "\x00" + Fold(g.DisplayName))}
	if g.ExternalID != "" {
		names = append(names, byExternal(g.Source, g.ExternalID))
	}
	return names
}

// Workspace implements ReadTx.
func (o *overlay) Workspace(ctx context.Context) (*Workspace, error) {
	if o.ws == nil {
		ws, err := o.ReadTx.Workspace(ctx)
		if err != nil {
			return nil, err
		}
		o.ws = ws
	}
	return clonePtr(o.ws), nil
}

// PutWorkspace implements WriteTx.
func (o *overlay) PutWorkspace(ctx context.Context, s Settings) error {
	if _, err := o.Workspace(ctx); err != nil {
		return err
	}
	old := *o.ws
	o.undo = append(o.undo, func() { *o.ws = old })
	o.ws.Settings = s
	o.ws.Version++
	return nil
}

func (o *overlay) count(ctx context.Context, d Counts) error {
	if _, err := o.Workspace(ctx); err != nil {
		return err
	}
	o.ws.Counts = o.ws.Counts.Add(d)
	o.undo = append(o.undo, func() { o.ws.Counts = o.ws.Counts.Sub(d) })
	return nil
}

// Step implements WriteTx.
func (o *overlay) Step(_ context.Context, fn func() error) error {
	mark := len(o.undo)
	o.depth++
	err := fn()
	if o.depth--; err == nil && o.depth == 0 {
		o.undo = o.undo[:0] // there is no way back any more
	}
	if err != nil {
		for _, undo := range slices.Backward(o.undo[mark:]) {
			undo()
		}
		o.undo = o.undo[:mark]
	}
	return err
}

// What plans do not look at again is not kept.

// Record implements WriteTx.
func (o *overlay) Record(context.Context, *AuditRecord) error { return nil }

// CountRefusal implements WriteTx.
func (o *overlay) CountRefusal(context.Context, string, string, string, time.Time) (bool, error) {
	return true, nil
}

// Forget implements WriteTx.
func (o *overlay) Forget(context.Context, time.Time, int) (bool, error) { return false, nil }

// EraseAudit implements WriteTx.
func (o *overlay) EraseAudit(context.Context, RecordType, string) error { return nil }

// Raise implements WriteTx.
func (o *overlay) Raise(context.Context, RecordType, string, Lane, time.Time) error { return nil }

// PutRun implements WriteTx.
func (o *overlay) PutRun(context.Context, *Run) error { return nil }

// PutSchedule implements WriteTx.
func (o *overlay) PutSchedule(context.Context, *Schedule) error { return nil }

// AddRunReport implements WriteTx.
func (o *overlay) AddRunReport(context.Context, string, []PlannedChange, []RunError) error {
	return nil
}

// DropRunReport implements WriteTx.
func (o *overlay) DropRunReport(context.Context, string, int) error { return nil }

// PutEntries implements WriteTx.
func (o *overlay) PutEntries(context.Context, []Entry) error { return nil }

// DeleteEntries implements WriteTx.
func (o *overlay) DeleteEntries(context.Context, SourceID, RecordType, []string) error { return nil }

// PutToken implements WriteTx.
func (o *overlay) PutToken(context.Context, *Token) error { return nil }

// PutConflict implements WriteTx.
func (o *overlay) PutConflict(context.Context, *Conflict) error { return nil }

// DeleteConflict implements WriteTx.
func (o *overlay) DeleteConflict(context.Context, string) error { return nil }

// DropMembers implements WriteTx.
func (o *overlay) DropMembers(context.Context, SourceID, ResourceID, []ResourceID, time.Time) error {
	return nil
}

// Source implements ReadTx.
func (o *overlay) Source(ctx context.Context, id SourceID) (*Source, error) {
	if s, ok := o.sources[id]; ok {
		return s.Clone(), nil
	}
	s, err := o.ReadTx.Source(ctx, id)
	if err != nil {
		return nil, err
	}
	o.sources[id] = s.Clone() // every change of its run asks for it
	return s, nil
}

// PutSource implements WriteTx.
func (o *overlay) PutSource(_ context.Context, s *Source) error {
	old, had := o.sources[s.ID]
	o.sources[s.ID] = s.Clone()
	o.undo = append(o.undo, func() {
		delete(o.sources, s.ID)
		if had {
			o.sources[s.ID] = old
		}
	})
	return nil
}
