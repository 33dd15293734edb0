package rocketchattest

import (
	"net/url"
	"slices"
	"time"
)

// Call is one call of the server.
type Call struct {
	Number int // from 0, over all calls
	Method string
	Route  string // such as users.create or settings/:_id; empty: there is no such route
	Path   string // as asked for
	Query  url.Values
	By     string // the account whose token was good; empty: nobody's
	Body   []byte // as sent
	At     time.Time
	Status int  // what was answered; 0: nothing
	Done   bool // all checks passed, and the thing itself was tried
}

// Fault says how a call goes wrong. The zero value does not.
type Fault struct {
	Wait   <-chan struct{} // nothing is done before it is closed, or the caller gives up
	Before bool            // the connection is cut, nothing is done
	After  bool            // it is done, and the connection is cut, or what follows is answered instead
	Status int             // this is answered in place of doing it
	Body   string          // with this, which is HTML unless it begins with a brace
	Header map[string]string
	Stall  <-chan struct{} // half of the answer is sent, the rest when it is closed
	Cut    int             // the connection is cut after so many bytes of the answer
	Flood  bool            // the answer does not end
}

// BadGateway is what a proxy answers in front of a server that is not there.
func BadGateway() Fault {
	return Fault{Status: 502, Body: "<html><head><title>502 Bad Gateway</title></head><body><center><h1>502 Bad Gateway</h1></center></body></html>"}
}

// Crowded is what somebody hears who asks too often, without the headers.
func Crowded(seconds int64) Fault {
	return Fault{Status: 429, Body: crowded(seconds).text()}
}

// Raced is what Meteor answers when somebody else made the same account between the check
// and the writing: a code that is a number. It is done all the same, so that the account
// is there.
func Raced() Fault {
	return Fault{After: true, Status: 400, Body: `{"success":false,"error":"Username already exists. [403]","errorType":403}`}
}

// On lets every call of a route meet a fault.
func On(route string, f Fault) func(Call) Fault {
	return func(c Call) Fault {
		if c.Route == route {
			return f
		}
		return Fault{}
	}
}

// Once lets the first call of a route meet a fault, and none after it.
func Once(route string, f Fault) func(Call) Fault {
	met := false
	return func(c Call) Fault {
		if c.Route != route || met {
			return Fault{}
		}
		met = true
		return f
	}
}

// Rules decides how calls go from now on; nil: all go well. It is asked about one call at
// a time, before anything is done, and may look at the server.
func (s *Server) Rules(rules func(Call) Fault) {
	s.cue.Lock()
	defer s.cue.Unlock()
	s.rules = rules
}

// Calls returns what was asked of the server, in order.
func (s *Server) Calls() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.calls)
}

// CallsOf returns the calls of a route, in order.
func (s *Server) CallsOf(route string) []Call {
	return slices.DeleteFunc(s.Calls(), func(c Call) bool { return c.Route != route })
}

// ForgetCalls empties the list of calls, which goes on with the next number.
func (s *Server) ForgetCalls() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.forgotten += len(s.calls)
	s.calls = nil
}

// begin notes a call and asks the rules about it.
func (s *Server) begin(c *Call) Fault {
	s.cue.Lock()
	defer s.cue.Unlock()
	s.mu.Lock()
	c.Number = s.forgotten + len(s.calls)
	c.At = s.clock()
	s.calls = append(s.calls, *c)
	s.mu.Unlock()
	if s.rules == nil {
		return Fault{}
	}
	return s.rules(*c)
}

// note writes down what became of a call.
func (s *Server) note(c *Call) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if i := c.Number - s.forgotten; i >= 0 {
		s.calls[i] = *c
	}
}
