package sync

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"rollcall/directory"
)

// membership is who the members of a group are. A group names entries, and to whom an
// entry belongs can change while the group does not: after a rename, or when somebody
// comes whom the group named before.
type membership struct {
	people  []directory.ResourceID
	mark    string // of what the group says and of who that is; empty: to be asked again
	unknown bool   // an entry that it names was not read, or may be that of somebody missing
	// waiting are people whose own entries are gone, while the group names the ones that
	// have their names now.
	waiting map[directory.ResourceID]bool
}

// membersOf finds out who the members are, by the people of this read.
func (p *pass) membersOf(g *Group) membership {
	m := membership{waiting: map[directory.ResourceID]bool{}}
	who, pending := sha256.New(), false
	for _, ref := range g.Members {
		var id directory.ResourceID
		switch k := p.byRef[ref]; {
		case k == nil:
			m.unknown = true
		case k.Record == "":
			pending = true // they may be made in this very run
			m.unknown = m.unknown || p.doubts
			if one, waits := p.newPeople[k.Key]; waits {
				m.waiting[one.old.Record] = true
			}
		default:
			id = k.Record
			m.people = append(m.people, id)
		}
		who.Write([]byte(id + "\n"))
	}
	if !pending {
		m.mark = markOf(p.c.Digest, g.Mark, true) + hex.EncodeToString(who.Sum(nil)[:16])
	}
	return m
}

// settled reports whether nothing is to be done about a group.
func (k *known) settled(m membership) bool {
	return k.Missing == 0 && k.Since == 0 && k.Mark != "" && k.Mark == m.mark
}

// losses looks at the members of a group that are not among those it shall have. If it
// names entries that were not read, people who are missing and not taken to be gone yet
// may be whom it means: they stay. So does who waits to be joined to an entry that it
// names. The others are counted for the guard.
func (p *pass) losses(ctx context.Context, tx directory.ReadTx, g *Group) error {
	k := p.groups.known[g.Key]
	if k.isNew() {
		return nil
	}
	m := p.membersOf(g)
	stay := make(map[directory.ResourceID]bool, len(m.people))
	for _, id := range m.people {
		stay[id] = true
	}
	var after directory.ResourceID
	for {
		page, err := tx.Members(ctx, k.Record, after, 1000)
		if err != nil {
			return fmt.Errorf("read members of %s: %w", k.Record, err)
		}
		for _, member := range page {
			switch after = member.ID; {
			case stay[member.ID]:
			case m.waiting[member.ID], m.unknown && p.isMissing(member.ID):
				p.stay[g.Key] = append(p.stay[g.Key], member.ID)
			case p.mayDo(directory.GroupRecord, g.Key, ""):
				p.tally.Members++
			}
		}
		if len(page) < 1000 {
			return nil
		}
	}
}

// isMissing reports whether a person was not read, and is not taken to be gone yet.
func (p *pass) isMissing(id directory.ResourceID) bool {
	if p.absent == nil {
		p.absent = make(map[directory.ResourceID]bool, len(p.missing))
		for _, k := range p.missing {
			p.absent[k.Record] = true
		}
	}
	return p.absent[id]
}
