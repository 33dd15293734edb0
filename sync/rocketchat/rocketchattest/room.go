package rocketchattest

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"
)

// Room is a channel (c), a private group (p), or a direct conversation (d).
type Room struct {
	ID       string // made when empty
	Name     string
	Type     string // c when empty
	Topic    string
	TeamID   string
	Main     bool // of the team
	Default  bool // new accounts are put into it
	ReadOnly bool
	Archived bool
	Members  []Member
	Messages []Message
	Fields   map[string]any
}

// Member is somebody in a room or a team.
type Member struct {
	UserID string
	Roles  []string // owner, moderator, leader; of teams owner, member
	Since  time.Time
}

// Message is what somebody wrote.
type Message struct {
	UserID, Username, Alias, Text string
}

func (m Member) owns() bool { return slices.Contains(m.Roles, "owner") }

func (r *Room) clone() Room {
	c := *r
	c.Members, c.Messages, c.Fields = cloneMembers(r.Members), slices.Clone(r.Messages), maps.Clone(r.Fields)
	return c
}

func cloneMembers(all []Member) []Member {
	some := slices.Clone(all)
	for i := range some {
		some[i].Roles = slices.Clone(some[i].Roles)
	}
	return some
}

// member returns somebody's membership, or nil.
func (r *Room) member(id string) *Member {
	i := slices.IndexFunc(r.Members, func(m Member) bool { return m.UserID == id })
	if i < 0 {
		return nil
	}
	return &r.Members[i]
}

func (r *Room) leave(id string) {
	r.Members = slices.DeleteFunc(r.Members, func(m Member) bool { return m.UserID == id })
}

func (r *Room) owners() (n int) {
	for _, m := range r.Members {
		if m.owns() {
			n++
		}
	}
	return n
}

// join puts somebody into a room, who may be there already.
func (s *Server) join(r *Room, id string, roles ...string) {
	if r.member(id) == nil {
		r.Members = append(r.Members, Member{UserID: id, Roles: roles, Since: s.clock()})
	}
}

// AddRoom puts a room into the workspace and returns it as it was kept.
func (s *Server) AddRoom(r Room) Room {
	s.mu.Lock()
	defer s.mu.Unlock()
	kept := r.clone()
	kept.ID = cmp.Or(r.ID, s.newID())
	kept.Type = cmp.Or(r.Type, "c")
	s.rooms[kept.ID] = &kept
	return kept.clone()
}

// Room returns the room with an id or a name.
func (s *Server) Room(idOrName string) (Room, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r := s.lookRoom(idOrName); r != nil {
		return r.clone(), true
	}
	return Room{}, false
}

// EditRoom changes a room behind the server's back. It reports false when there is none.
func (s *Server) EditRoom(id string, change func(*Room)) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.rooms[id]
	if r == nil {
		return false
	}
	change(r)
	return true
}

// lookRoom finds a room by its id, and else by its name.
func (s *Server) lookRoom(idOrName string) *Room {
	if r := s.rooms[idOrName]; r != nil {
		return r
	}
	for _, r := range s.roomsInOrder() {
		if r.Name == idOrName && r.Type != "d" {
			return r
		}
	}
	return nil
}

// roomsInOrder returns all rooms by name.
func (s *Server) roomsInOrder() []*Room {
	return slices.SortedFunc(maps.Values(s.rooms), func(a, b *Room) int {
		return cmp.Or(strings.Compare(a.Name, b.Name), strings.Compare(a.ID, b.ID))
	})
}

// roomsOf returns the rooms that somebody is in.
func (s *Server) roomsOf(id string) []*Room {
	return slices.DeleteFunc(s.roomsInOrder(), func(r *Room) bool { return r.member(id) == nil })
}

// heirless is what becomes of the rooms that somebody leaves: those that go to somebody
// else, and those that go away. Public rooms stay without an owner.
func (s *Server) heirless(a *Account) (inherited, removed []*Room) {
	for _, r := range s.roomsOf(a.ID) {
		if r.Type == "d" {
			continue
		}
		sole := r.member(a.ID).owns() && r.owners() == 1
		switch {
		case sole && s.heir(r, a) != nil:
			inherited = append(inherited, r)
		case r.Type != "c" && (sole || len(r.Members) == 1):
			removed = append(removed, r)
		}
	}
	return inherited, removed
}

// heir returns the member who would own a room after somebody: who is active and there
// the longest.
func (s *Server) heir(r *Room, after *Account) *Member {
	var oldest *Member
	for i, m := range r.Members {
		b := s.accounts[m.UserID]
		if b == nil || b == after || !b.Active {
			continue
		}
		if oldest == nil || m.Since.Before(oldest.Since) {
			oldest = &r.Members[i]
		}
	}
	return oldest
}

// lastOwner refuses to let somebody go whose rooms would change hands or go away.
func (s *Server) lastOwner(a *Account) error {
	inherited, removed := s.heirless(a)
	if len(inherited)+len(removed) == 0 {
		return nil
	}
	f := plain("user-last-owner")
	f.body["error"], f.body["errorType"] = "[user-last-owner]", "user-last-owner"
	f.body["details"] = object{"shouldBeRemoved": roomNames(removed), "shouldChangeOwner": roomNames(inherited)}
	return f
}

func roomNames(all []*Room) []string {
	names := []string{}
	for _, r := range all {
		names = append(names, r.Name)
	}
	return names
}

// relinquish gives somebody's rooms another owner beside them or removes them, and returns
// the ids of those that are gone.
func (s *Server) relinquish(a *Account) []string {
	inherited, removed := s.heirless(a)
	for _, r := range inherited {
		heir := s.heir(r, a)
		heir.Roles = append(heir.Roles, "owner")
	}
	gone := []string{}
	for _, r := range removed {
		s.removeRoom(r)
		gone = append(gone, r.ID)
	}
	return gone
}

// removeRoom removes a room, and with a main room its team, whose other rooms stay.
func (s *Server) removeRoom(r *Room) {
	delete(s.rooms, r.ID)
	if !r.Main {
		return
	}
	delete(s.teams, r.TeamID)
	for _, other := range s.rooms {
		if other.TeamID == r.TeamID {
			other.TeamID = ""
		}
	}
}
