package sync

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"rollcall/directory"
)

// membership is who the members of a group are. A group names entries, and to whom an
// entry belongs can change while the group does not: after a rename, or when somebody
// comes whom the group named before.
type membership struct {
	people  []directory.ResourceID
	mark    string // of what the group says and of who that is; empty: to be asked again
	same    string // what the mark begins with as long as the group says the same
	unknown bool   // an entry that it names was not read
}

// membersOf finds out who the members are, by the people of this read.
func (p *pass) membersOf(g *Group) membership {
	own, _ := g.Mark.MarshalText()
	m := membership{same: p.c.Digest + ":" + string(own)}
	who, pending := sha256.New(), false
	for _, ref := range g.Members {
		var id directory.ResourceID
		switch k := p.byRef[ref]; {
		case k == nil:
			m.unknown = true
		case k.Record == "":
			pending = true // they may be made in this very run
		default:
			id = k.Record
			m.people = append(m.people, id)
		}
		who.Write([]byte(id + "\n"))
	}
	if !pending {
		m.mark = m.same + ":" + hex.EncodeToString(who.Sum(nil)[:16]) + markEnabled
	}
	return m
}

// settled reports whether nothing is to be done about a group. While somebody is missing
// who is not taken to be gone yet, one that says the same and names entries that were not
// read keeps its members: they may be there the next time.
func (p *pass) settled(k *known, m membership) bool {
	switch {
	case k.Missing != 0 || k.Since != 0 || k.Mark == "":
		return false
	case k.Mark == m.mark:
		return true
	}
	return m.unknown && strings.HasPrefix(k.Mark, m.same) && p.somebodyMissing()
}

// somebodyMissing reports whether this read did not have somebody whom the one before had.
// It is asked once everybody was read.
func (p *pass) somebodyMissing() bool {
	if p.absent == nil {
		absent := false
		for _, k := range p.people.known {
			absent = absent || !k.seen && !k.isNew() && !k.gone()
		}
		p.absent = &absent
	}
	return *p.absent
}
