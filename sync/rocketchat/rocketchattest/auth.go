package rocketchattest

import (
	"cmp"
	"net/http"
	"slices"
	"time"
)

// ServicePassword is the password of the bridge's account.
const ServicePassword = "bridge-password"

// Token is a session or a personal access token.
type Token struct {
	Value           string // made when empty
	Name            string // of a personal access token
	Personal        bool
	BypassTwoFactor bool
	CreatedAt       time.Time

	trusted     time.Time // until then no second factor is asked for
	fingerprint string    // from there
}

// Issue gives an account one more token and returns it.
func (s *Server) Issue(id string, t Token) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	a := s.accounts[id]
	if a == nil {
		return ""
	}
	return s.issue(a, t)
}

func (s *Server) issue(a *Account, t Token) string {
	t.Value = cmp.Or(t.Value, s.id(43))
	t.CreatedAt = s.clock()
	a.Tokens = append(a.Tokens, t)
	return t.Value
}

// whose returns the id of the account whose token came with a call. Whether the account
// is active is not asked: deactivation works by taking the tokens away.
func (s *Server) whose(h http.Header) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	a, t := s.bearer(h)
	if t == nil {
		return ""
	}
	return a.ID
}

func (s *Server) bearer(h http.Header) (*Account, *Token) {
	a := s.accounts[h.Get("X-User-Id")]
	value := h.Get("X-Auth-Token")
	if a == nil || value == "" {
		return nil, nil
	}
	i := slices.IndexFunc(a.Tokens, func(t Token) bool { return t.Value == value })
	if i < 0 {
		return nil, nil
	}
	return a, &a.Tokens[i]
}

// authenticate finds out who calls.
func (q *request) authenticate() error {
	q.caller, q.token = q.bearer(q.header)
	if q.token == nil && !q.route.open {
		return q.anonymous()
	}
	return nil
}

func sessionRoutes() []route {
	return []route{
		{method: "POST", name: "login", open: true, do: (*request).login},
		{method: "GET", name: "me", do: (*request).me},
		{method: "GET", name: "info", open: true, free: true, do: (*request).info},
		{method: "POST", name: "users.generatePersonalAccessToken", may: []string{"create-personal-access-tokens"}, factor: true,
			checked: V7, body: pointer(closed("tokenName! bypassTwoFactor:bool")), do: (*request).generateToken},
		{method: "POST", name: "users.createToken", factor: true, second: V8, body: pointer(closed("userId! secret!")),
			do: (*request).createToken},
		{method: "POST", name: "users.logout", since: V7, body: pointer(closed("userId")), do: (*request).logout},
	}
}

// login opens a session with a password, or goes on with one.
func (q *request) login() (object, error) {
	a := q.candidate()
	switch {
	case a == nil || a.Password == "" || a.Password != q.body["password"]:
		return nil, noLogin("Unauthorized", "Unauthorized", nil)
	case !a.Active:
		return nil, noLogin("error-user-is-not-activated", "User is not activated", nil)
	}
	q.caller = a
	if err := q.factorAtLogin(); err != nil {
		return nil, err
	}
	a.LastLogin = q.clock()
	token := q.issue(a, Token{})
	return object{"status": "success", "data": object{"userId": a.ID, "authToken": token, "me": q.full(a)}}, nil
}

// candidate returns the account that somebody wants to sign in to.
func (q *request) candidate() *Account {
	name := q.body["user"]
	if o, ok := name.(object); ok {
		name = cmp.Or(str(o["username"]), str(o["email"]))
	}
	folded := fold(cmp.Or(str(name), str(q.body["username"]), str(q.body["email"])))
	if a := q.names[folded]; a != nil {
		return a
	}
	return q.addresses[folded]
}

// str returns a text, or nothing if it is none.
func str(v any) string {
	s, _ := v.(string)
	return s
}

// noLogin is how a login is refused.
func noLogin(code, message string, details any) *failure {
	body := object{"status": "error", "error": code, "message": message}
	if details != nil {
		body["details"] = details
	}
	return &failure{http.StatusUnauthorized, body}
}

func (q *request) me() (object, error) { return q.full(q.caller), nil }

func (q *request) info() (object, error) {
	version := q.generation.String()
	return object{"version": version, "info": object{"version": version}, "success": true}, nil
}

// generateToken makes a personal access token, which does not expire.
func (q *request) generateToken() (object, error) {
	name := str(q.body["tokenName"])
	if slices.ContainsFunc(q.caller.Tokens, func(t Token) bool { return t.Personal && t.Name == name }) {
		return nil, refusal("error-token-already-exists", "A token with this name already exists", nil)
	}
	bypass, _ := q.body["bypassTwoFactor"].(bool)
	return object{"token": q.issue(q.caller, Token{Name: name, Personal: true, BypassTwoFactor: bypass})}, nil
}

// logout takes all tokens away, personal ones too. Without a user it is the caller's own
// that go.
func (q *request) logout() (object, error) {
	a := q.caller
	if id, given := q.body["userId"]; given && id != q.caller.ID {
		if !q.may(q.caller, "logout-other-user") {
			return nil, unauthorized()
		}
		if a = q.accounts[str(id)]; a == nil {
			return nil, refusal("error-invalid-user-id", "Invalid user id", nil)
		}
	}
	a.Tokens = nil
	return object{"message": "User " + a.ID + " has been logged out!"}, nil
}

// createToken opens a session for somebody, where the server's environment allows it.
func (q *request) createToken() (object, error) {
	a, err := q.target()
	if err != nil {
		return nil, err
	}
	secret := str(q.settings["CREATE_TOKENS_FOR_USERS_SECRET"])
	if secret == "" || secret != q.body["secret"] {
		return nil, refusal("error-not-authorized", "Not authorized", object{"method": "createToken"})
	}
	return object{"data": object{"userId": a.ID, "authToken": q.issue(a, Token{})}}, nil
}
