package directory

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// Fold returns s as names are compared: without regard to case, width or the way
// accents are composed. Two names that fold alike are one name.
func Fold(s string) string {
	if isASCII(s) {
		return strings.ToLower(s)
	}
	return norm.NFKC.String(strings.Map(oneCase, cases.Fold().String(norm.NFKC.String(s))))
}

// oneCase gives letters that differ in case alone one form. Full folding comes before
// it; this is for scripts in which x/text v0.43 folds either case to the other
// (Cherokee).
func oneCase(r rune) rune {
	least := r
	for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
		least = min(least, f)
	}
	return unicode.ToLower(least)
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
