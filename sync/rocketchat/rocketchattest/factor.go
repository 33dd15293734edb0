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
	if err := q.code(q.methods(), q.header.Get("X-2fa-Code"), q.header.Get("X-2fa-Method")); err != nil {
		return err
	}
	q.token.trusted, q.token.fingerprint = q.clock().Add(q.remember()), q.fingerprint()
	return nil
}

// factorAtLogin asks for a code at a login, where a password alone is not a second factor.
func (q *request) factorAtLogin() error {
	if q.settings["Accounts_TwoFactorAuthentication_Enabled"] != true {
		return nil
	}
	methods := slices.DeleteFunc(q.methods(), func(m string) bool { return m == "password" })
	err := q.code(methods, cmp.Or(str(q.body["code"]), q.header.Get("X-2fa-Code")), "")
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
	case q.route.strict:
		return false
	case now.Before(q.caller.CreatedAt.Add(q.remember())):
		return true // who registered a moment ago is known
	}
	return now.Before(q.token.trusted) && q.token.fingerprint == q.fingerprint()
}

// remember is how long a good code lasts.
func (s *Server) remember() time.Duration {
	return time.Duration(s.count("Accounts_TwoFactorAuthentication_RememberFor")) * time.Second
}

// fingerprint tells callers with one token apart.
func (q *request) fingerprint() string { return q.header.Get("User-Agent") + " " + q.from }

// methods are the second factors that the caller has.
func (q *request) methods() []string {
	var all []string
	if q.caller.TOTP != "" {
		all = append(all, "totp")
	}
	if q.caller.EmailCode && slices.ContainsFunc(q.caller.Emails, func(e Email) bool { return e.Verified }) {
		all = append(all, "email")
	}
	if len(all) == 0 && q.caller.Password != "" && q.settings["Accounts_TwoFactorAuthentication_Enforce_Password_Fallback"] == true {
		all = append(all, "password")
	}
	return all
}

// code checks a code. Who has no second factor at all needs none.
func (q *request) code(methods []string, code, wanted string) error {
	if len(methods) == 0 {
		return nil
	}
	method := methods[0]
	if slices.Contains(methods, wanted) {
		method = wanted
	}
	details := object{"method": method, "codeGenerated": code == "" && method == "email", "availableMethods": methods}
	switch {
	case code == "":
		q.mailCode(method)
		return refusal("totp-required", "TOTP Required", details)
	case q.caller.failures >= attempts && method == "email":
		return refusal("totp-max-attempts", "TOTP Maximum Failed Attempts Reached", details)
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
