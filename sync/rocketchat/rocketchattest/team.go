package rocketchattest

import "slices"

// Team is a team. Its name is one of those that user names must differ from.
type Team struct {
	ID      string // made when empty
	Name    string
	Private bool
	RoomID  string // its main room
	Members []Member
}

func (t *Team) leave(id string) {
	t.Members = slices.DeleteFunc(t.Members, func(m Member) bool { return m.UserID == id })
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

func teamRoutes() []route { return nil }
