package ldap

import (
	"strconv"
	"strings"
	"time"

	"rollcall/directory"
)

// state is whether an account may be used, and until when.
type state struct {
	enabled bool
	until   time.Time // zero: for ever
}

// stateRule reads one attribute that says something about that. It returns false for a
// value that makes no sense.
type stateRule struct {
	attribute string
	required  bool // without it nothing is known
	read      func(value string, s *state) bool
}

// The rules. That an account is locked for a while after wrong passwords is nowhere among
// them: its owner has not left.
var (
	adAccountControl = stateRule{"userAccountControl", true, readAccountControl}
	adAccountExpires = stateRule{"accountExpires", false, readAccountExpires}
	nsAccountLock    = stateRule{"nsAccountLock", false, readAccountLock}
	krbExpiration    = stateRule{"krbPrincipalExpiration", false, readEnd}
	shadowExpire     = stateRule{"shadowExpire", false, readShadowExpire}
	pwdLockedTime    = stateRule{"pwdAccountLockedTime", false, readLockedTime}
	pwdEndTime       = stateRule{"pwdEndTime", false, readEnd}
)

// state reads the state of an account by the rules of a preset.
func (p *preset) state(e *entry) (state, *directory.Error) {
	s := state{enabled: true}
	for _, rule := range p.states {
		value := e.value(rule.attribute)
		switch {
		case value == "" && rule.required:
			return s, directory.Errorf(directory.Invalid, "active", "the entry has no %s, so nobody can tell whether it is enabled", rule.attribute).
				Hinted("let the bind account read it")
		case value != "" && !rule.read(value, &s):
			return s, directory.Errorf(directory.Invalid, "active", "%q makes no sense as %s", excerpt(value), rule.attribute)
		}
	}
	return s, nil
}

// accountDisabled is the bit of userAccountControl that says so.
const accountDisabled = 2

func readAccountControl(value string, s *state) bool {
	flags, err := strconv.ParseInt(value, 10, 64)
	s.enabled = s.enabled && flags&accountDisabled == 0
	return err == nil
}

// epoch1601 is the beginning of 1970 as Windows counts: in tenths of microseconds since 1601.
const epoch1601 = 116444736000000000

// readAccountExpires takes 0 and everything after the year 9999 for never.
func readAccountExpires(value string, s *state) bool {
	n, err := strconv.ParseInt(value, 10, 64)
	if err != nil || n < 0 {
		return false
	}
	if end := time.UnixMicro((n - epoch1601) / 10).UTC(); n > 0 && end.Year() <= 9999 {
		s.ends(end)
	}
	return true
}

func readAccountLock(value string, s *state) bool {
	locked := strings.EqualFold(value, "true")
	s.enabled = s.enabled && !locked
	return locked || strings.EqualFold(value, "false")
}

// readShadowExpire takes days since 1970, on the last of which the account is of no use
// any more. 0 and less say nothing (shadow(5)).
func readShadowExpire(value string, s *state) bool {
	const never = 9999 * 366
	days, err := strconv.ParseInt(value, 10, 64)
	if err == nil && days > 0 && days < never {
		s.ends(time.Unix(days*24*60*60, 0).UTC())
	}
	return err == nil
}

// lockedForGood is the time by which an administrator locks an account until further
// notice. Any other is the time of too many wrong passwords.
const lockedForGood = "000001010000Z"

func readLockedTime(value string, s *state) bool {
	s.enabled = s.enabled && value != lockedForGood
	return true
}

func readEnd(value string, s *state) bool {
	end, ok := generalizedTime(value)
	if ok {
		s.ends(end)
	}
	return ok
}

// ends notes an end, of which the earliest counts.
func (s *state) ends(at time.Time) {
	if s.until.IsZero() || at.Before(s.until) {
		s.until = at
	}
}

// generalizedTime reads a time as LDAP writes it (RFC 4517 §3.3.13).
func generalizedTime(value string) (time.Time, bool) {
	for _, layout := range []string{"20060102150405Z0700", "200601021504Z0700", "2006010215Z0700"} {
		if t, err := time.Parse(layout, strings.Replace(value, ",", ".", 1)); err == nil {
			return t.UTC(), true
		}
	}
	return time.Time{}, false
}
