package scim

import (
	"context"
	"net/http"
	"strings"

	"rollcall/directory"
)

// authenticate finds out who is asking. Only the Authorization header counts: no cookie
// and no parameter ever opens the door.
func (s *Server) authenticate(x *exchange) error {
	token, given := bearer(x.r.Header.Values("Authorization"))
	if token == "" {
		return s.unauthorized(x, given)
	}
	by, source, err := s.Directory.Authenticate(x.r.Context(), token)
	if directory.Is(err, directory.Denied) {
		return s.unauthorized(x, true)
	}
	if err != nil {
		// Not 401: a provider that reads one during an outage of ours drops the connection
		// for good.
		s.Logger.Error("could not authenticate", "request", x.by.RequestID, "err", err)
		if directory.Is(err, directory.Unavailable) {
			return err // a pause, or a database that is away, in words that may be shown
		}
		return directory.Errorf(directory.Unavailable, "", "tokens cannot be checked right now")
	}
	by.RequestID = x.by.RequestID
	x.by, x.source, x.profile = by, source, profileOf(source.Profile)
	x.notes.allowed = x.profile.rules
	return nil
}

// bearer takes the token out of the only Authorization header.
func bearer(headers []string) (token string, given bool) {
	if len(headers) != 1 {
		return "", len(headers) > 1
	}
	scheme, token, _ := strings.Cut(headers[0], " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return "", true
	}
	return strings.TrimSpace(token), true
}

// unauthorized answers 401 (RFC 6750 §3): with an error only if credentials were given.
func (s *Server) unauthorized(x *exchange, given bool) error {
	challenge := `Bearer realm="rollcall"`
	if given {
		challenge += `, error="invalid_token"`
	}
	x.Header().Set("WWW-Authenticate", challenge)
	return refuseStatus(http.StatusUnauthorized, "the bearer token is missing, wrong, expired or revoked").
		hinted("an administrator makes another with: rollcall tokens rotate NAME")
}

// mounted notes where the resources of this request lie, and refuses an address that
// names another workspace than the token's.
func (s *Server) mounted(x *exchange) error {
	slug := x.r.PathValue("workspace")
	if slug == "" {
		x.base += mounts[0]
		return nil
	}
	var known string
	err := s.Directory.Store().View(x.r.Context(), x.by.Workspace, func(ctx context.Context, tx directory.ReadTx) error {
		ws, err := tx.Workspace(ctx)
		if err == nil {
			known = ws.Slug
		}
		return err
	})
	switch {
	case err != nil:
		return err
	case known != slug:
		return directory.Errorf(directory.NotFound, "", "there is no such workspace").
			Hinted("use the base URL that rollcall doctor prints")
	}
	x.base += "/w/" + slug + mounts[0]
	return nil
}
