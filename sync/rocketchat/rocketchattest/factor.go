package rocketchattest

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// EmailCode is the code that is always mailed.
const EmailCode = "123456"

// attempts is how many wrong codes are too many.
const attempts = 5

// asksFactor says whether a route asks for a second factor.
func (q *request) asksFactor() bool { return q.route.factor && q.generation >= q.route.second }

// secondFactor asks for a code where the route wants one, unless this caller gave one a
// short time ago.
func (q *request) secondFactor() error {
	if !q.asksFactor() || q.settings["Accounts_TwoFactorAuthentication_Enabled"] != true || q.trusted() {
		return nil
	}
	if err := q.code(q.method(q.header.Get("X-2fa-Method"), true), q.header.Get("X-2fa-Code")); err != nil {
		return err
	}
	if q.route.strict {
		return nil
	}
	q.token.trusted, q.token.fingerprint = q.clock().Add(q.remember()), q.fingerprint()
	return nil
}

// factorAtLogin asks for a code at a login, where a password alone is not a second factor.
func (q *request) factorAtLogin() error {
	if q.settings["Accounts_TwoFactorAuthentication_Enabled"] != true {
		return nil
	}
	err := q.code(q.method("", false), cmp.Or(str(q.body["code"]), q.header.Get("X-2fa-Code")))
	var no *failure
	if !errors.As(err, &no) {
		return err
	}
	reason, _, _ := strings.Cut(str(no.body["error"]), " [")
	return noLogin(str(no.body["errorType"]), reason, no.body["details"])
}

// trusted reports whether this token needs no code now.
func (q *request) trusted() bool {
	now := q.clock()
	switch {
	case q.token.BypassTwoFactor:
		return true
	case q.generation == V8 && q.registering(now) && len(q.methods()) == 0:
		return true
	case q.route.strict:
		return false
	case q.generation < V8 && q.registering(now):
		return true
	}
	return now.Before(q.token.trusted) && q.token.fingerprint == q.fingerprint()
}

// registering reports whether the caller came a moment ago, and is known for that.
func (q *request) registering(now time.Time) bool {
	return now.Before(q.caller.CreatedAt.Add(q.remember()))
}

// remember is how long a good code lasts.
func (s *Server) remember() time.Duration {
	return time.Duration(s.count("Accounts_TwoFactorAuthentication_RememberFor")) * time.Second
}

// fingerprint tells callers with one token apart.
func (q *request) fingerprint() string { return q.header.Get("User-Agent") + " " + q.from }

// methods are the second factors that the caller set up.
func (q *request) methods() []string {
	all := []string{}
	if q.caller.TOTP != "" {
		all = append(all, "totp")
	}
	if q.caller.EmailCode && slices.ContainsFunc(q.caller.Emails, func(e Email) bool { return e.Verified }) {
		all = append(all, "email")
	}
	return all
}

// method is the factor that is asked for: the one that the caller names, whether they have
// it or not, or else the first that they have, or else their password.
func (q *request) method(named string, fallback bool) string {
	all := q.methods()
	switch {
	case named == "totp" || named == "email":
		return named
	case len(all) > 0:
		return all[0]
	case fallback && q.caller.Password != "" && q.settings["Accounts_TwoFactorAuthentication_Enforce_Password_Fallback"] == true:
		return "password"
	}
	return ""
}

// code checks a code. Where there is no second factor at all none is needed.
func (q *request) code(method, code string) error {
	if method == "" {
		return nil
	}
	details := object{"method": method, "codeGenerated": code == "" && method == "email", "availableMethods": q.methods()}
	switch {
	case code == "":
		q.mailCode(method)
		return refusal("totp-required", "TOTP Required", details)
	case q.caller.failures >= attempts && method == "email":
		return refusal("totp-max-attempts", "TOTP Maximun Failed Attempts Reached", details)
	case !q.right(method, code):
		q.caller.failures++
		return refusal("totp-invalid", "TOTP Invalid", details)
	}
	q.caller.failures = 0
	return nil
}

func (q *request) mailCode(method string) {
	if method == "email" {
		q.caller.failures = 0
		_ = q.mail(Mail{To: q.caller.Email(), Kind: MailCode, User: q.caller.ID})
	}
}

// right reports whether a code is right.
func (q *request) right(method, code string) bool {
	switch method {
	case "totp":
		return slices.Contains(codes(q.caller.TOTP, q.clock()), code)
	case "email":
		return code == EmailCode
	}
	sum := sha256.Sum256([]byte(q.caller.Password))
	return code == hex.EncodeToString(sum[:])
}

// codes returns the codes of RFC 6238 that are good at a time: that of now and its
// neighbours.
func codes(secret string, at time.Time) []string {
	key, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(strings.ToUpper(strings.TrimRight(secret, "=")))
	if err != nil {
		return nil
	}
	var good []string
	for step := -1; step <= 1; step++ {
		good = append(good, hotp(key, uint64(at.Unix()/30+int64(step))))
	}
	return good
}

// hotp is the code of RFC 4226.
func hotp(key []byte, counter uint64) string {
	mac := hmac.New(sha1.New, key)
	_ = binary.Write(mac, binary.BigEndian, counter)
	sum := mac.Sum(nil)
	at := sum[len(sum)-1] & 0xf
	return fmt.Sprintf("%06d", binary.BigEndian.Uint32(sum[at:])&0x7fffffff%1000000)
}
