package rocketchat

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	bridgesync "rollcall/sync"
)

// The codes of errors that something is decided by.
const (
	codeFieldUnavailable = "error-field-unavailable"
	codeNotSaved         = "error-could-not-save-identity"
	codeInvalidUser      = "error-invalid-user"
	codeUserNotFound     = "error-user-not-found"
	codeUserParam        = "error-user-param-not-provided"
	codeInvalidParams    = "error-invalid-params"
	codeInvalidParamsOld = "invalid-params"
	codeLastOwner        = "user-last-owner"
	codeAlreadyInRole    = "error-user-already-in-role"
	codeNotInRole        = "error-user-not-in-role"
	codeMailFailed       = "error-email-send-failed"
	codeTooMany          = "error-too-many-requests"
	codeDuplicate        = "403" // Meteor's own check has a number for a code
)

// class says what follows from an answer.
type class uint8

// The classes. The zero class is doubt: nobody knows what was done, and the state is read
// before anything is tried again.
const (
	doubt  class = iota
	refuse       // a person has to decide; the same request is refused again
	wait         // nothing was done, and something outside has to change first
	pause        // nothing was done, and nothing will be for anybody until that changes
)

// rule is what an answer means and what to do about it.
type rule struct {
	class class
	hint  string
}

// rules says what each code means. A code that is not here is a deliberate refusal, for
// the server's own mishaps have none.
var rules = map[string]rule{
	codeDuplicate:                      {class: doubt},
	codeMailFailed:                     {class: doubt},
	codeNotSaved:                       {refuse, "the user name is taken or not allowed in Rocket.Chat"},
	codeFieldUnavailable:               {refuse, "somebody or a team in Rocket.Chat has that name or address: change one of the two, then rollcall deliveries redeliver"},
	"error-blocked-username":           {refuse, "Rocket.Chat keeps that user name for itself: give the person another one"},
	"error-input-is-not-a-valid-field": {refuse, "Rocket.Chat does not allow that value; user names have to match its setting UTF8_User_Names_Validation"},
	"error-the-field-is-required":      {refuse, "Rocket.Chat wants a value there"},
	"error-invalid-email":              {refuse, "correct the e-mail address where it is kept"},
	"error-invalid-domain":             {refuse, "add the domain to Accounts_AllowedDomainsList in Rocket.Chat"},
	"error-email-domain-blacklisted":   {refuse, "take the domain out of Accounts_BlockedDomainsList in Rocket.Chat"},
	"error-action-not-allowed":         {refuse, "it is the last administrator, or the account of the token lacks a permission: rollcall target check"},
	"error-not-allowed":                {refuse, "the account of the token lacks a permission: rollcall target check"},
	"error-user-is-federated":          {refuse, "the account lives on another server and is managed there"},
	"Edit_Federated_User_Not_Allowed":  {refuse, "the account lives on another server and is managed there"},
	"error-admin-required":             {refuse, "make somebody else an administrator in Rocket.Chat first"},
	"error-you-are-last-owner":         {refuse, "give the room another owner in Rocket.Chat, then rollcall deliveries redeliver"},
	"last-owner-can-not-be-removed":    {refuse, "give the team another owner in Rocket.Chat, then rollcall deliveries redeliver"},
	"error-role-not-found":             {refuse, "make the role in Rocket.Chat, or take it from the mapping"},
	codeLastOwner:                      {refuse, "give the rooms another owner in Rocket.Chat, then rollcall deliveries redeliver"},
	"error-two-factor-not-enabled":     {refuse, "two-factor authentication is off in Rocket.Chat, so there is nothing to reset"},
	codeInvalidParams:                  {refuse, "this version of Rocket.Chat takes other parameters"},
	codeInvalidParamsOld:               {refuse, "this version of Rocket.Chat takes other parameters"},
	"error-license-user-limit-reached": {wait, "the licence of Rocket.Chat has no seat left: deactivate somebody, or set seats.limit to what it allows"},
	"error-max-guests-number-reached":  {wait, "the licence of Rocket.Chat has no room for another guest"},
	"totp-required":                    {pause, "make the token as a personal access token that ignores two-factor authentication"},
	"totp-invalid":                     {pause, "make the token as a personal access token that ignores two-factor authentication"},
	"totp-max-attempts":                {pause, "make the token as a personal access token that ignores two-factor authentication"},
	"error-unauthorized":               {pause, "give the account of the token what it lacks: rollcall target check"},
	"unauthorized":                     {pause, "give the account of the token what it lacks: rollcall target check"},
	"forbidden":                        {pause, "give the account of the token what it lacks: rollcall target check"},
}

// outside is for how long a target is left alone of which something outside has to be set
// right before it does anything for anybody.
const outside = time.Minute

// rule finds what an answer means: by its code, or else by its status.
func (f *failure) rule() rule {
	if r, known := rules[f.code]; known && f.status < 500 {
		return r
	}
	switch {
	case f.moved != "":
		return rule{pause, "set url to where the server is"}
	case f.foreign && f.status < 300:
		return rule{doubt, "check url; a proxy or the page of a maintenance may answer"}
	case f.status == http.StatusUnauthorized:
		return rule{pause, "set user_id and token to a personal access token that is valid"}
	case f.status == http.StatusForbidden:
		return rule{pause, "give the account of the token what it lacks: rollcall target check"}
	case f.status >= 500 || f.foreign || f.code == "":
		return rule{class: doubt} // mishaps of the server come without a code
	}
	return rule{class: refuse}
}

// advice returns what the server said and what to do about it.
func (f *failure) advice() string {
	if hint := f.rule().hint; hint != "" {
		return f.Error() + "; " + hint
	}
	return f.Error()
}

// outward says in the seam's words what came of a call: what is refused for good, what was
// surely not done, and what is in doubt.
func (t *Target) outward(err error) error {
	f := failed(err)
	if f == nil {
		return err
	}
	r, said := f.rule(), f.advice()
	switch r.class {
	case refuse:
		return &bridgesync.Refusal{Reason: said}
	case wait:
		return &bridgesync.NotSent{Err: errors.New(said)}
	case pause:
		return fmt.Errorf("%s (%w)", said, &bridgesync.TooFast{Until: t.now().Add(outside)})
	}
	return errors.New(said)
}

// refusal makes a refusal of ours.
func refusal(format string, args ...any) error {
	return &bridgesync.Refusal{Reason: fmt.Sprintf(format, args...)}
}
