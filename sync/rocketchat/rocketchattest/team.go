package rocketchattest

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

// Team is a team. Its name is one of those that user names must differ from.
type Team struct {
	ID      string // made when empty
	Name    string
	Private bool
	RoomID  string // its main room, made when empty
	Members []Member
}

func (t *Team) clone() Team {
	c := *t
	c.Members = cloneMembers(t.Members)
	return c
}

// AddTeam puts a team with its main room into the workspace and returns it as it was kept.
func (s *Server) AddTeam(t Team) Team {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.addTeam(t).clone()
}

func (s *Server) addTeam(t Team) *Team {
	kept := t.clone()
	kept.ID = cmp.Or(t.ID, s.newID())
	if kept.RoomID == "" {
		r := &Room{ID: s.newID(), Name: t.Name, Type: "c", TeamID: kept.ID, Main: true, Members: cloneMembers(t.Members)}
		if t.Private {
			r.Type = "p"
		}
		s.rooms[r.ID], kept.RoomID = r, r.ID
	}
	s.teams[kept.ID] = &kept
	return &kept
}

// Team returns the team with an id or a name.
func (s *Server) Team(idOrName string) (Team, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.teams[idOrName]
	if t == nil {
		t = s.teamNamed(idOrName)
	}
	if t == nil {
		return Team{}, false
	}
	return t.clone(), true
}

func (t *Team) member(id string) *Member {
	i := slices.IndexFunc(t.Members, func(m Member) bool { return m.UserID == id })
	if i < 0 {
		return nil
	}
	return &t.Members[i]
}

// join puts somebody into a team, and into those of its rooms that are for everybody in
// it.
func (t *Team) join(s *Server, a *Account, roles ...string) {
	if t.member(a.ID) != nil {
		return
	}
	t.Members = append(t.Members, Member{UserID: a.ID, Roles: roles, Since: s.clock()})
	for _, r := range s.roomsInOrder() {
		if r.TeamID == t.ID && r.Default && a.Active {
			s.join(r, a.ID)
		}
	}
}

func (t *Team) leave(id string) {
	t.Members = slices.DeleteFunc(t.Members, func(m Member) bool { return m.UserID == id })
}

func (t *Team) owners() (n int) {
	for _, m := range t.Members {
		if m.owns() {
			n++
		}
	}
	return n
}

// teamNamed returns the team with a name, without regard to case, or nil.
func (s *Server) teamNamed(name string) *Team {
	for _, t := range s.teams {
		if fold(t.Name) == fold(name) {
			return t
		}
	}
	return nil
}

// teamsInOrder returns all teams by name.
func (s *Server) teamsInOrder() []*Team {
	return slices.SortedFunc(maps.Values(s.teams), func(a, b *Team) int {
		return cmp.Or(strings.Compare(a.Name, b.Name), strings.Compare(a.ID, b.ID))
	})
}
