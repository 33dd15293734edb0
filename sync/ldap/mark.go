package ldap

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"

	bridgesync "rollcall/sync"
)

// digester makes digests of texts, told apart by their lengths.
type digester []byte

func newDigester() *digester { d := make(digester, 0, 1<<10); return &d }

func (d *digester) add(texts ...string) {
	for _, t := range texts {
		*d = append(binary.BigEndian.AppendUint32(*d, uint32(len(t))), t...)
	}
}

// set adds texts whose order does not count, and how many they are.
func (d *digester) set(texts []string) {
	d.add(strconv.Itoa(len(texts)))
	if !slices.IsSorted(texts) {
		texts = slices.Sorted(slices.Values(texts))
	}
	d.add(texts...)
}

func (d *digester) sum() [sha256.Size]byte { return sha256.Sum256(*d) }

func (d *digester) mark() bridgesync.Mark {
	sum := d.sum()
	return bridgesync.Mark(sum[:16])
}

// markPerson digests everything that is mapped. Values count in any order, for LDAP knows
// none. Of the state it is the outcome that counts, so that a wrong password is no change.
func (s *Source) markPerson(e *entry, p *bridgesync.Person) bridgesync.Mark {
	d := newDigester()
	d.add(s.digest, p.Key, p.Until.UTC().Format("20060102150405.000"))
	if p.User.Wanted {
		d.add("enabled")
	}
	for _, name := range s.mapped {
		d.set(e.values(name))
	}
	return d.mark()
}

// markGroup digests everything that is mapped. The members are sorted already.
func (s *Source) markGroup(g *bridgesync.Group) bridgesync.Mark {
	d := newDigester()
	d.add(s.digest, g.Key, g.Group.DisplayName)
	d.add(g.Members...)
	return d.mark()
}

// MappingDigest returns a digest of how entries become people and groups: of the preset,
// the identifier and the mapping. It is part of every mark, so a change of it voids them
// all.
func (s *Source) MappingDigest() string { return s.digest }

// digestOf digests the mapping. The number grows when the code maps otherwise than before.
func (s *Source) digestOf() string {
	const version = "1"
	d := newDigester()
	d.add(version, s.preset.name, strings.ToLower(s.keyAttribute), s.groupName)
	d.add(s.members...)
	for _, r := range s.rules {
		d.add(r.String())
		for _, t := range r.from {
			d.add(t.text)
		}
	}
	sum := d.sum()
	return hex.EncodeToString(sum[:16])
}
