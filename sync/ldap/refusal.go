package ldap

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"rollcall/directory"
)

// The result codes that we tell apart (RFC 4511, appendix A).
const (
	success                = 0
	operationsError        = 1
	protocolError          = 2
	timeLimitExceeded      = 3
	sizeLimitExceeded      = 4
	authMethodNotSupported = 7
	strongerAuthRequired   = 8
	referral               = 10
	adminLimitExceeded     = 11
	unavailableExtension   = 12
	confidentiality        = 13
	noSuchObject           = 32
	invalidDN              = 34
	inappropriateAuth      = 48
	invalidCredentials     = 49
	insufficientRights     = 50
	busy                   = 51
	serverUnavailable      = 52
	unwilling              = 53
)

// codeNames are the standard's names of the result codes that reading can meet.
var codeNames = map[int]string{
	operationsError: "operationsError", protocolError: "protocolError", timeLimitExceeded: "timeLimitExceeded",
	sizeLimitExceeded: "sizeLimitExceeded", authMethodNotSupported: "authMethodNotSupported",
	strongerAuthRequired: "strongerAuthRequired", referral: "referral", adminLimitExceeded: "adminLimitExceeded",
	unavailableExtension: "unavailableCriticalExtension", confidentiality: "confidentialityRequired",
	noSuchObject: "noSuchObject", invalidDN: "invalidDNSyntax", inappropriateAuth: "inappropriateAuthentication",
	invalidCredentials: "invalidCredentials", insufficientRights: "insufficientAccessRights", busy: "busy",
	serverUnavailable: "unavailable", unwilling: "unwillingToPerform", 80: "other",
}

// String returns the result as the server gave it.
func (r result) String() string {
	name := codeNames[r.code]
	if name == "" {
		name = "result"
	}
	s := fmt.Sprintf("%s (%d)", name, r.code)
	if said := printable(r.text); said != "" {
		s += " " + said
	}
	return s
}

// printable returns what a server said as one short line.
func printable(s string) string {
	s = strings.Join(strings.FieldsFunc(strings.ToValidUTF8(s, "?"), func(r rune) bool { return r <= ' ' || r == 0x7f }), " ")
	if len(s) > 300 {
		s = strings.ToValidUTF8(s[:300], "") + "…"
	}
	return s
}

// refused is the cause of a refusal: the result itself.
type refused struct{ result }

// Error returns the result as the server gave it.
func (r refused) Error() string { return r.String() }

// refusal makes a sentence of any result but success.
func refusal(r result) *directory.Error {
	e := sentence(r)
	e.Err = refused{r}
	return e
}

// hasCode reports whether an error comes from a result with a code.
func hasCode(err error, code int) bool {
	var r refused
	return errors.As(err, &r) && r.code == code
}

func sentence(r result) *directory.Error {
	denied := func(option, message, hint string) *directory.Error {
		return directory.Errorf(directory.Denied, option, "%s", message).Hinted("%s", hint)
	}
	switch r.code {
	case timeLimitExceeded:
		return unavailable("filter", "the server's time limit ended the search").
			Hinted("index the attributes of the filter, or raise the limit of the bind account")
	case sizeLimitExceeded:
		return denied("bind_dn", "the server gives this account no more entries than its size limit",
			"raise the limit of the bind account (OpenLDAP: limits dn.exact=… size.prtotal=unlimited)")
	case adminLimitExceeded:
		return denied("bind_dn", "the search goes beyond a limit that the server's administrator set",
			"raise it for the bind account, or index the attributes of the filter")
	case unavailableExtension:
		return denied("urls", "the server cannot send its answer in pages, without which nobody can tell whether it was complete",
			"switch paged results on at the server")
	case strongerAuthRequired, confidentiality:
		return denied("start_tls", "the server takes passwords only over an encrypted connection",
			"use an ldaps:// address or start_tls: true")
	case authMethodNotSupported, inappropriateAuth:
		return denied("bind_dn", "the server does not let anybody in this way", "set bind_dn and bind_password")
	case noSuchObject:
		return directory.Errorf(directory.Invalid, "base", "the base does not exist")
	case invalidDN:
		return directory.Errorf(directory.Invalid, "base", "the server does not take the base for a distinguished name")
	case referral:
		return directory.Errorf(directory.Invalid, "base", "the server says that the base is kept elsewhere").
			Hinted("name the server that keeps it in urls")
	case insufficientRights:
		return denied("bind_dn", "the bind account may not read there", "give it the right to read and search below the base")
	case invalidCredentials:
		return denied("bind_password", "the server does not know that name and password", "check bind_dn and bind_password")
	case busy, serverUnavailable, unwilling:
		return unavailable("urls", "the server will not answer now").Hinted("see the server's log if it stays so")
	}
	return unavailable("urls", "the server ended the search with an error: %s", r).Hinted("see the server's log")
}

// adReason finds the reason that Active Directory gives for refusing a bind.
var adReason = regexp.MustCompile(`\bdata ([0-9a-f]+)\b`)

// adReasons are what they mean.
var adReasons = map[string]struct{ message, hint string }{
	"525": {"there is no such account", "check bind_dn"},
	"52e": {"the password is wrong, or there is no such account", "check bind_dn and bind_password"},
	"530": {"the account may not sign in at this time of the day", "give it all hours"},
	"531": {"the account may not sign in from here", "let it sign in from this machine"},
	"532": {"the account's password has expired", "set a new one, and that it does not expire"},
	"533": {"the account is disabled", "enable it"},
	"701": {"the account has expired", "set another end"},
	"773": {"the account has to change its password first", "change it, and set that it does not expire"},
	"775": {"the account is locked after wrong passwords", "unlock it, and check bind_password before the next try"},
}

// bindRefused explains why a name was not let in.
func bindRefused(name string, r result) *directory.Error {
	e := refusal(r)
	if r.code != invalidCredentials {
		return e
	}
	e.Msg = fmt.Sprintf("the server refuses %s: wrong name or password", name)
	if found := adReason.FindStringSubmatch(strings.ToLower(r.text)); found != nil {
		if why, ok := adReasons[found[1]]; ok {
			e.Msg, e.Hint = fmt.Sprintf("the server refuses %s: %s", name, why.message), why.hint
		}
	}
	if name == "" {
		e.Msg, e.Attr = "the server refuses the client certificate", "cert_file"
		e.Hint = "it has to belong to an account of the server"
	}
	return e
}
