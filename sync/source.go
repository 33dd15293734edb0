package sync

import (
	"context"
	"encoding/hex"
	"time"

	"rollcall/directory"
)

// Source reads an LDAP server. A read that returns nil was complete: the server said so
// itself, at the end. Whatever else happened is an error, and then nobody may be taken
// to be missing, however much was sent to each before.
type Source interface {
	// Check connects, binds and reads one page of people and of groups. Its error is one
	// sentence with what to do.
	Check(ctx context.Context) (Checked, error)
	// People sends every person to each, in the server's order. An entry that cannot be
	// used is sent with a Fault and does not end the read.
	People(ctx context.Context, each func(*Person) error) error
	// Groups sends every group with its members to each.
	Groups(ctx context.Context, each func(*Group) error) error
}

// Checked is what a check saw.
type Checked struct {
	Server string   // the URL that answered
	Secure string   // how the connection is protected: "TLS 1.3", "StartTLS", "none"
	Vendor string   // what the server says it is, or ""
	People int      // on the first page
	Groups int      // on the first page
	Sample []Person // a few people as they would be mapped
	Notes  []string // what is odd but no fault, each a sentence
}

// Person is a person as an LDAP source has them.
type Person struct {
	Entry string           // the distinguished name, for reports
	Ref   string           // the distinguished name in the form in which groups name their members
	Key   string           // the immutable identifier as canonical text: the externalId
	Mark  Mark             // of all that is mapped: equal marks mean nothing to do
	User  directory.User   // Wanted says whether the account is enabled; the rest is there once it is mapped
	Until time.Time        // when the account expires by itself; zero: never
	Fault *directory.Error // why the entry cannot be used, or nil

	// Fill sets User from the entry, with Key as its ExternalID, and returns why that
	// cannot be done, or nil. It may be called until the function to which the person was
	// sent returns; of those whose mark is known nobody calls it. Nil if User is complete.
	Fill func() *directory.Error `json:"-"`
}

// Mapped sets User and returns why the entry cannot be used, or nil.
func (p *Person) Mapped() *directory.Error {
	if p.Fault == nil && p.Fill != nil {
		p.Fault = p.Fill()
	}
	return p.Fault
}

// Group is a group as an LDAP source has it.
type Group struct {
	Entry   string
	Key     string
	Mark    Mark
	Group   directory.Group
	Members []string // as each person's Ref
	Fault   *directory.Error
}

// Mark is a digest of the mapped attributes of an entry.
type Mark [16]byte

// MarshalText writes m in hexadecimal.
func (m Mark) MarshalText() ([]byte, error) { return hex.AppendEncode(nil, m[:]), nil }

// UnmarshalText reads what MarshalText wrote.
func (m *Mark) UnmarshalText(text []byte) error {
	_, err := hex.Decode(m[:], text)
	return err
}
