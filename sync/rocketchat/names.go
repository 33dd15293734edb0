package rocketchat

import (
	"crypto/sha256"
	"encoding/base32"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"

	"rollcall/directory"
)

// reservedNames are those that Rocket.Chat gives to nobody.
var reservedNames = []string{"all", "here", "admin", "administrator", "system", "user", catID}

// username makes the name that the directory chose one that Rocket.Chat takes: letters
// and digits of ASCII, and . - _. One that has to be changed for that gets a suffix that
// follows from the person's id, for two names that differ in the directory must not
// become one here. The same name of the same person always becomes the same.
func username(name string, id directory.ResourceID) string {
	plain := strings.Map(plainRune, norm.NFKD.String(name))
	if plain == name && name != "" && !slices.Contains(reservedNames, strings.ToLower(name)) {
		return name
	}
	stem := strings.Trim(plain, ".-_")
	if stem == "" {
		stem = "user"
	}
	return stem + "-" + suffix(id)
}

// plainRune drops what Rocket.Chat does not take; accents stand apart from their letters.
func plainRune(r rune) rune {
	switch {
	case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '.', r == '-', r == '_':
		return r
	case r == ' ':
		return '.'
	}
	return -1
}

// suffix tells a person from others.
func suffix(id directory.ResourceID) string {
	sum := sha256.Sum256([]byte(id))
	return strings.ToLower(base32.StdEncoding.EncodeToString(sum[:]))[:8]
}

// temporary reports whether a name is one that the directory gives for a while, until the
// one that the person shall have is free. It has the person's id in it.
func temporary(name string) bool { return strings.HasPrefix(name, "~") }

// nowhere returns an address that nobody has and nothing is delivered to (RFC 2606), for
// an account that has to give its own to somebody else.
func nowhere(id directory.ResourceID) string { return suffix(id) + "@rollcall.invalid" }
