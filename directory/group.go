package directory

import (
	"encoding/json"
	"fmt"
)

// Group is a set of users (RFC 7643 §4.2). Its members are rows, read apart, for a
// group may have a hundred thousand. DisplayName is unique within its source.
type Group struct {
	ID          ResourceID `json:"id"`
	ExternalID  string     `json:"externalId,omitempty"`
	DisplayName string     `json:"displayName"`
	Source      SourceID   `json:"-"`
	Meta        Meta       `json:"-"`
}

// Clone returns a copy.
func (g *Group) Clone() *Group { return clonePtr(g) }

// Doc returns the document that is stored and sent, without members and meta.
func (g *Group) Doc() ([]byte, error) {
	doc, err := json.Marshal(struct {
		Schemas []string `json:"schemas"`
		*Group
	}{[]string{GroupSchema}, g})
	if err != nil {
		return nil, fmt.Errorf("encode group %s: %w", g.ID, err)
	}
	return doc, nil
}

// DecodeGroup reads back what Doc wrote.
func DecodeGroup(doc []byte) (*Group, error) {
	g := new(Group)
	if err := json.Unmarshal(doc, g); err != nil {
		return nil, fmt.Errorf("decode group: %w", err)
	}
	return g, nil
}

// GroupRef names a group to which somebody belongs.
type GroupRef struct {
	ID          ResourceID
	DisplayName string
	Source      SourceID
}

// Member names somebody who belongs to a group.
type Member struct {
	ID      ResourceID
	Display string
}
