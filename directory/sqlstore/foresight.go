package sqlstore

import (
	"rollcall/directory"
)

// foresight is what a batch looked up before its updates asked. Nobody else writes in
// the workspace meanwhile, so an answer holds until the batch itself takes something.
// What it took stays taken here even if it is undone: the database is asked then.
type foresight struct {
	free  map[directory.Claim]bool // collided with nothing when the batch began
	taken map[taking]bool
}

// taking is a value that no other record may have.
type taking struct {
	what  string
	scope directory.SourceID
	value string
}

// lookAhead reads the sources, for which nearly every update asks, and what the updates
// foresee, in one exchange with the database.
func (b *batch) lookAhead(updates []*update) error {
	b.free = make(map[directory.Claim]bool)
	for _, u := range updates {
		for _, c := range u.foreseen {
			b.foresee(c)
		}
	}
	r := reader{s: b.s, q: b, ws: b.workspace}
	all, err := r.Sources(b.ctx)
	for i := range all {
		b.knowSource(&all[i])
	}
	return err
}

// foresee sends the question with the next one.
func (b *batch) foresee(c directory.Claim) {
	args := claimArgs(b.workspace, c)
	if _, twice := b.free[c]; twice || checkText(args) != nil {
		return
	}
	b.free[c] = true
	b.waiting = append(b.waiting, statement{text: selectCollision, args: args, scan: func(row) error {
		b.free[c] = false
		return nil
	}})
}

// clear reports whether c is known to collide with nothing.
func (f *foresight) clear(c directory.Claim) bool {
	if !f.free[c] {
		return false
	}
	for _, t := range []taking{
		{"name", "", c.Name}, {"name", "", c.Derived}, {"email", "", c.Email}, {"externalId", c.Source, c.ExternalID},
		{"blocked name", c.Source, c.Name}, {"blocked externalId", c.Source, c.ExternalID}} {
		if f.taken[t] {
			return false
		}
	}
	return true
}

// take notes what a record is about to have.
func (f *foresight) take(t ...taking) {
	if f.free == nil {
		return // nothing was looked up
	}
	if f.taken == nil {
		f.taken = make(map[taking]bool)
	}
	for _, t := range t {
		if t.value != "" {
			f.taken[t] = true
		}
	}
}
