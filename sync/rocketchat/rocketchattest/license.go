package rocketchattest

import "slices"

// License is what the workspace may. The zero value is a workspace without one: no limits
// and no modules.
type License struct {
	Valid   bool
	Seats   int // 0: no limit
	Guests  int // 0: no limit
	Modules []string
}

func (l License) has(module string) bool { return l.Valid && slices.Contains(l.Modules, module) }

// SetLicense changes the licence.
func (s *Server) SetLicense(l License) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.license = l
}

// SeatsUsed returns how many seats are used.
func (s *Server) SeatsUsed() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.seatsUsed()
}

// seatsUsed counts who is active, pending or not, but for guests who are nothing else,
// bots, apps, and people of other servers.
func (s *Server) seatsUsed() (n int) {
	for _, a := range s.accounts {
		if a.seated() {
			n++
		}
	}
	return n
}

func (a *Account) seated() bool {
	return a.Active && !a.guest() && a.Type != "bot" && a.Type != "app" && !a.Federated
}

func (s *Server) guestsUsed() (n int) {
	for _, a := range s.accounts {
		if a.Active && a.guest() {
			n++
		}
	}
	return n
}

// full reports whether no seat is left.
func (s *Server) seatsGone() bool {
	return s.license.Valid && s.license.Seats > 0 && s.seatsUsed() >= s.license.Seats
}

func (s *Server) guestsGone() bool {
	return s.license.Valid && s.license.Guests > 0 && s.guestsUsed() >= s.license.Guests
}

// roomFor says whether the licence has room for an account with these roles: a new one
// when a is nil, and else one that changes. Who has a seat keeps it.
func (s *Server) roomFor(a *Account, roles []string, kind string) error {
	guest := len(roles) == 1 && roles[0] == "guest"
	switch {
	case kind == "app":
		return nil
	case guest && (a == nil || !a.guest()) && s.guestsGone():
		return refusal("error-max-guests-number-reached", "Maximum number of guests reached.", nil)
	case !guest && (a == nil || a.guest()) && s.seatsGone():
		return noSeat()
	}
	return nil
}

// noSeat is the refusal of one seat too many.
func noSeat() *failure {
	return refusal("error-license-user-limit-reached", "The maximum number of users has been reached.", nil)
}
