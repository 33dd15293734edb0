package scim

import (
	"net/http"
	"strings"
)

// profile is what has to be known of one sort of identity provider.
type profile struct {
	rules      ruleSet
	patchUser  int  // the status of a successful PATCH
	patchGroup int  // 204 leaves out a member list that nobody asked for
	memberRef  bool // whether members carry $ref
}

const allRules ruleSet = 1<<rewrites - 1

// profiles by the name that a source gives. Every rewrite is harmless, so all but
// "strict" allow them all; what really differs is what the providers can read.
var profiles = map[string]profile{
	"":          {allRules, http.StatusOK, http.StatusNoContent, true},
	"auto":      {allRules, http.StatusOK, http.StatusNoContent, true},
	"generic":   {allRules, http.StatusOK, http.StatusNoContent, true},
	"okta":      {allRules, http.StatusOK, http.StatusNoContent, true},
	"entra":     {allRules, http.StatusOK, http.StatusNoContent, false}, // its SDK stumbles over $ref in members
	"google":    {allRules, http.StatusOK, http.StatusNoContent, true},
	"onelogin":  {allRules, http.StatusOK, http.StatusNoContent, true},
	"jumpcloud": {allRules, http.StatusOK, http.StatusNoContent, true},
	"ping":      {allRules, http.StatusOK, http.StatusNoContent, true},
	"authentik": {allRules, http.StatusOK, http.StatusNoContent, true},
	"strict":    {0, http.StatusOK, http.StatusNoContent, true}, // the standard to the letter, for validators
}

// profileOf returns the profile called name, the generic one for a name that nobody
// knows: a mistyped profile must not stop a company's off-boarding.
func profileOf(name string) profile {
	if p, ok := profiles[strings.ToLower(name)]; ok {
		return p
	}
	return profiles[""]
}
