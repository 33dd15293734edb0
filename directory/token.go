package directory

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"hash/crc32"
	"strings"
	"time"
)

// tokenPrefix makes our tokens recognisable, to people and to secret scanners.
const tokenPrefix = "rollcall_"

// NewToken makes a bearer token for source: its text, to be shown once, and the
// record that is kept. The text is 256 random bits and a checksum, so that a mistyped
// one is told from a wrong one without asking the database.
func NewToken(source SourceID, by string, now time.Time) (Secret, Token) {
	var b [32]byte
	if _, err := rand.Read(b[:]); err != nil {
		panic("no randomness from the operating system: " + err.Error())
	}
	body := base64.RawURLEncoding.EncodeToString(b[:])
	text := tokenPrefix + body + tokenSum(body)
	return NewSecret(text), Token{ID: string(NewID(now)), Source: source, Hash: HashToken(text),
		Hint: text[:len(tokenPrefix)+4], CreatedBy: by, Created: now}
}

func tokenSum(body string) string { return fmt.Sprintf("%08x", crc32.ChecksumIEEE([]byte(body))) }

// Bearer is who presents a token.
type Bearer struct {
	Workspace WorkspaceID
	Token     Token
	Source    *Source
	Adopt     AdoptPolicy // of the workspace
}

// WellFormedToken reports whether text has the form of a token and its checksum is
// right. It says nothing of whether the token opens anything.
func WellFormedToken(text string) bool {
	body, ok := strings.CutPrefix(text, tokenPrefix)
	if !ok || len(body) != 43+8 {
		return false
	}
	return body[43:] == tokenSum(body[:43])
}
