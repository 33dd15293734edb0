package directory

import (
	"strings"
	"unicode"
)

// keepsName reports whether a person has the name that they had. How it is written is then
// not looked at: whoever got in with a blank must still be able to be sent away.
func keepsName(before, after *User) bool {
	if before == nil {
		return false
	}
	freed := before.Facts.Deleted != nil && before.Facts.Deleted.UserName == after.UserName
	return freed || before.UserName == after.UserName
}

// validName refuses names that look like others and are not the same: of two people who
// seem to have one name, one is taken for the other.
func validName(attr, name string) Faults {
	if strings.ContainsFunc(name, invisible) {
		return Faults{Errorf(Invalid, attr, "%s has a character that cannot be seen: %+q", attr, name).
			Hinted("type the name again where it is kept; a copy brings such characters along")}
	}
	return validEnds(attr, name)
}

// validEnds refuses blanks around a name. One of nothing else is missing, which is
// another fault.
func validEnds(attr, name string) Faults {
	if trimmed := strings.TrimFunc(name, blank); trimmed == name || strings.TrimSpace(name) == "" {
		return nil
	}
	return Faults{Errorf(Invalid, attr, "%s begins or ends with a blank: %+q", attr, name).
		Hinted("remove the blank where the name is kept, in the identity provider or the LDAP server, or have its mapping of %s trim it", attr)}
}

// fillers are shown as a blank or as nothing, and are letters to Unicode: the fillers of
// Hangul, and the Braille pattern without a dot.
const fillers = "\u115f\u1160\u3164\uffa0\u2800"

func blank(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(fillers, r) }

// invisible reports characters that nobody sees in a name. Blanks are none of them.
func invisible(r rune) bool {
	return strings.ContainsRune(fillers, r) ||
		unicode.In(r, unicode.Cf, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point)
}
