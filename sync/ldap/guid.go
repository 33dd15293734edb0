package ldap

import (
	"encoding/hex"
	"strings"
	"unicode"
	"unicode/utf8"
)

// guidText returns the canonical text of an objectGUID: of its sixteen bytes Active
// Directory keeps the first three groups with the last byte first.
func guidText(b string) (string, bool) {
	if len(b) != 16 {
		return "", false
	}
	var t [36]byte
	order := [16]int{3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15}
	at := 0
	for i, from := range order {
		if i == 4 || i == 6 || i == 8 || i == 10 {
			t[at] = '-'
			at++
		}
		hex.Encode(t[at:], []byte{b[from]})
		at += 2
	}
	return string(t[:]), true
}

// keyText returns an identifier as the text that it is kept by. UUIDs are written in
// either case, so their letters are made small; bytes that are no text become digits.
func keyText(attribute, value string) (string, bool) {
	if strings.EqualFold(attribute, "objectGUID") {
		return guidText(value)
	}
	if !isText(value) {
		return hex.EncodeToString([]byte(value)), value != ""
	}
	value = strings.TrimSpace(value)
	switch strings.ToLower(attribute) {
	case "entryuuid", "nsuniqueid", "ipauniqueid":
		value = strings.ToLower(value)
	}
	return value, value != ""
}

// isText reports whether a value is UTF-8 without control characters.
func isText(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, isControl)
}

// isControl also knows the separators that break a line for some readers.
func isControl(r rune) bool { return unicode.IsControl(r) || r == '\u2028' || r == '\u2029' }
