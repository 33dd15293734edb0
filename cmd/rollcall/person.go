package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"rollcall/directory"
)

// person is a user as the command line shows one.
type person struct {
	ID          directory.ResourceID   `json:"id"`
	UserName    string                 `json:"userName"`
	ExternalID  string                 `json:"externalId,omitempty"`
	DisplayName string                 `json:"displayName,omitempty"`
	Active      bool                   `json:"active"` // effectively
	Wanted      bool                   `json:"wanted"` // by the source
	SwitchedOff bool                   `json:"switchedOff"`
	Held        bool                   `json:"held"`
	Status      directory.Status       `json:"status"`
	Waiting     string                 `json:"waiting,omitempty"` // why somebody is pending
	Type        directory.UserKind     `json:"type"`
	Source      directory.SourceID     `json:"source"`
	Roles       []string               `json:"roles"`              // by whomever they are given
	Channels    []string               `json:"channels,omitempty"` // that administrators gave
	Teams       []string               `json:"teams,omitempty"`    // that administrators gave
	Emails      []directory.MultiValue `json:"emails"`
	Groups      []groupName            `json:"groups"`
	Switch      *stop                  `json:"switch,omitempty"` // who switched them off
	Deleted     *deletion              `json:"deleted,omitempty"`
	Created     time.Time              `json:"created"`
	Modified    time.Time              `json:"modified"`
}

// groupName names a group to which somebody belongs.
type groupName struct {
	ID          directory.ResourceID `json:"id"`
	DisplayName string               `json:"displayName"`
}

// stop says who stopped something, when and why.
type stop struct {
	By     string    `json:"by"`
	At     time.Time `json:"at"`
	Reason string    `json:"reason,omitempty"`
}

// deletion says who deleted somebody, and until when that can be undone.
type deletion struct {
	By       string    `json:"by"`
	At       time.Time `json:"at"`
	Until    time.Time `json:"until"`
	UserName string    `json:"userName,omitempty"` // before the name was freed for somebody else
}

func stopOf(s *directory.Switch) *stop {
	if s == nil {
		return nil
	}
	return &stop{s.By, fromMillis(s.At), s.Reason}
}

// String says it for people.
func (s *stop) String() string {
	if s == nil {
		return ""
	}
	text := "by " + s.By + " at " + shownTime(s.At)
	if s.Reason != "" {
		text += ": " + s.Reason
	}
	return text
}

// mapped are the roles that mappings give, by group.
type mapped map[directory.ResourceID][]string

// readMapped reads which groups give which roles.
func readMapped(ctx context.Context, tx directory.ReadTx) (mapped, error) {
	all, err := tx.Mappings(ctx, "")
	if err != nil {
		return nil, fmt.Errorf("read the mappings: %w", err)
	}
	m := mapped{}
	for _, one := range all {
		if one.Kind == directory.RoleGrant {
			m[one.Group] = append(m[one.Group], one.Name)
		}
	}
	return m, nil
}

// roles returns every role of a user, by grant or by mapping. Mappings do not reach
// guests.
func (m mapped) roles(u *directory.User, groups []directory.GroupRef) []string {
	roles := u.GrantedRoles()
	if u.IsGuest() {
		return roles
	}
	for _, g := range groups {
		roles = append(roles, m[g.ID]...)
	}
	slices.Sort(roles)
	return slices.Compact(roles)
}

// person shows a user.
func (m mapped) person(u *directory.User, groups []directory.GroupRef) person {
	p := person{ID: u.ID, UserName: u.UserName, ExternalID: u.ExternalID, DisplayName: u.DisplayName,
		Active: u.EffectivelyActive(), Wanted: u.Wanted, SwitchedOff: u.Facts.SwitchedOff != nil, Held: u.Facts.Held,
		Status: u.Status(), Waiting: u.Waiting(), Type: u.Kind(), Source: u.Source, Roles: m.roles(u, groups),
		Emails: orEmpty(u.Emails), Groups: []groupName{}, Switch: stopOf(u.Facts.SwitchedOff),
		Created: u.Meta.Created, Modified: u.Meta.Modified}
	p.Channels, p.Teams = granted(u, directory.ChannelGrant), granted(u, directory.TeamGrant)
	for _, g := range groups {
		p.Groups = append(p.Groups, groupName{g.ID, g.DisplayName})
	}
	if d := u.Facts.Deleted; d != nil {
		p.Deleted = &deletion{d.By, fromMillis(d.At), fromMillis(d.Purge), d.UserName}
	}
	return p
}

func granted(u *directory.User, kind directory.GrantKind) (names []string) {
	for _, g := range u.AuthoredGrants() {
		if g.Kind == kind {
			names = append(names, g.Name)
		}
	}
	return names
}

// userOf reads a user back from how it is stored.
func userOf(s *directory.Stored) (*directory.User, error) {
	u, err := directory.DecodeUser(s.Doc)
	if err != nil {
		return nil, err
	}
	u.ID, u.Source, u.Meta = s.ID, s.Source, s.Meta
	if err := json.Unmarshal(s.Facts, &u.Facts); err != nil {
		return nil, fmt.Errorf("read facts of user %s: %w", s.ID, err)
	}
	return u, nil
}

// state says in words how things stand with somebody.
func (p person) state() string {
	switch {
	case p.Deleted != nil:
		return "deleted"
	case !p.Wanted:
		return "inactive"
	case p.SwitchedOff:
		return "switched off"
	case p.Held:
		return "held"
	}
	return "active"
}

// primary returns the address to show in a list.
func (p person) primary() string { return (&directory.User{Emails: p.Emails}).PrimaryEmail() }

// write prints everything about somebody for people.
func (p person) write(w io.Writer) {
	var mails, groups []string
	for _, e := range p.Emails {
		mails = append(mails, e.Value)
	}
	for _, g := range p.Groups {
		groups = append(groups, g.DisplayName)
	}
	deleted := ""
	if d := p.Deleted; d != nil {
		deleted = "by " + d.By + " at " + shownTime(d.At) + ", to be restored until " + shownTime(d.Until)
	}
	fields(w, "user name", p.UserName, "display name", p.DisplayName, "state", p.state(), "status", string(p.Status),
		"waiting", p.Waiting, "switched off", p.Switch.String(), "deleted", deleted, "wanted", yesNo(p.Wanted),
		"roles", strings.Join(p.Roles, ", "), "channels", strings.Join(p.Channels, ", "), "teams", strings.Join(p.Teams, ", "), "emails", strings.Join(mails, ", "), "groups", strings.Join(groups, ", "),
		"source", string(p.Source), "external id", p.ExternalID, "id", string(p.ID), "type", string(p.Type),
		"created", shownTime(p.Created), "changed", shownTime(p.Modified))
}

// orEmpty makes an empty list, not null, in JSON.
func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}
