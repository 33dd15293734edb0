package rocketchattest

// deleteUser removes an account, and with its messages what the workspace says at that
// moment.
func (q *request) deleteUser() (object, error) {
	a, err := q.target()
	if err != nil {
		return nil, err
	}
	if a.ID == "rocket.cat" {
		return nil, refusal("error-action-not-allowed", "Deleting the rocket.cat user is not allowed",
			object{"method": "deleteUser", "action": "Delete_user"})
	}
	if a.Federated && q.generation > V3_11 {
		return nil, refusal("error-not-allowed", "User participated in federation, this user can only be deactivated permanently",
			object{"method": "deleteUser"})
	}
	if confirmed, _ := flag(q.body, "confirmRelinquish"); !confirmed {
		if err := q.lastOwner(a); err != nil {
			return nil, err
		}
	}
	gone := q.relinquish(a)
	q.erase(a)
	gone = append(gone, q.undirect(a)...)
	q.drop(a)
	return object{"deletedRooms": gone}, nil
}

// erase does with somebody's messages what the setting says.
func (s *Server) erase(a *Account) {
	for _, r := range s.rooms {
		kept := r.Messages[:0]
		for _, m := range r.Messages {
			if m.UserID != a.ID || s.settings["Message_ErasureType"] != "Delete" {
				kept = append(kept, s.unlink(a, m))
			}
		}
		r.Messages = kept
	}
}

// unlink gives a message of somebody who leaves to the cat, where the workspace says so.
func (s *Server) unlink(a *Account, m Message) Message {
	if m.UserID != a.ID || s.settings["Message_ErasureType"] != "Unlink" {
		return m
	}
	m.UserID, m.Username, m.Alias = "rocket.cat", "rocket.cat", "Removed User"
	return m
}

// undirect removes the conversations of two in which somebody is one, and returns their
// ids.
func (s *Server) undirect(a *Account) []string {
	var gone []string
	for _, r := range s.roomsOf(a.ID) {
		if r.Type == "d" && len(r.Members) <= 2 {
			delete(s.rooms, r.ID)
			gone = append(gone, r.ID)
		}
	}
	return gone
}
