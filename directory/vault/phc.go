package vault

import (
	"encoding/base64"
	"fmt"
	"strings"

	"golang.org/x/crypto/argon2"
)

// phc is an argon2id hash in parts, as the PHC string format spells it.
type phc struct {
	memory, passes uint32
	parallel       uint8
	salt, sum      []byte
}

// The most that a stored hash may ask for: whoever can write to the database shall not
// be able to exhaust the memory by signing in.
const (
	mostMemory = 1 << 20 // KiB
	mostPasses = 64
)

// String returns the text that is stored.
func (p phc) String() string {
	b64 := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, p.memory, p.passes, p.parallel, b64(p.salt), b64(p.sum))
}

// parsePHC reads a stored hash and reports whether it is one that can be computed again.
func parsePHC(text string) (phc, bool) {
	var p phc
	parts := strings.Split(text, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return p, false
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &p.memory, &p.passes, &p.parallel); err != nil {
		return p, false
	}
	var saltErr, sumErr error
	p.salt, saltErr = base64.RawStdEncoding.Strict().DecodeString(parts[4])
	p.sum, sumErr = base64.RawStdEncoding.Strict().DecodeString(parts[5])
	return p, saltErr == nil && sumErr == nil && p.sane() && p.String() == text
}

// sane reports whether the parameters are within what argon2 takes and we allow.
func (p phc) sane() bool {
	return p.memory >= 8*uint32(p.parallel) && p.memory <= mostMemory &&
		p.passes >= 1 && p.passes <= mostPasses && p.parallel >= 1 &&
		len(p.salt) >= 8 && len(p.salt) <= 64 && len(p.sum) >= 16 && len(p.sum) <= 64
}
