package directory

import (
	"strings"
	"unicode"
)

func validGrants(grants []Grant) Faults {
	var faults Faults
	if len(grants) > maxGrants {
		faults = append(faults, Errorf(Invalid, "grants", "more than %d grants", maxGrants).
			Hinted("map a group to what many have: rollcall mappings create"))
	}
	for _, g := range grants {
		if g.Kind != RoleGrant && g.Kind != ChannelGrant && g.Kind != TeamGrant {
			faults = append(faults, Errorf(Invalid, "grants", "%q is not a kind of grant", g.Kind).
				Hinted("use role, channel or team"))
		}
		faults = append(faults, validGrantName(g.Kind, "grants", g.Name)...)
	}
	return faults
}

// validGrantName refuses names that no role, channel or team of a workspace has. The
// names of channels and teams have no blanks; those of roles that somebody made may, but
// neither begin nor end with one. Which of them exist, the workspace says when it is asked
// to give them.
func validGrantName(kind GrantKind, attr, name string) Faults {
	switch {
	case strings.TrimSpace(name) == "":
		return Faults{Errorf(Invalid, attr, "the name of the %s is missing", kind).Hinted("say which %s to give", kind)}
	case strings.ContainsFunc(name, unseen):
		return Faults{Errorf(Invalid, attr, "%q is not the name of a %s: it has a character that cannot be seen", name, kind).
			Hinted("type the name as the workspace shows it")}
	case strings.TrimSpace(name) != name:
		return Faults{Errorf(Invalid, attr, "%q is not the name of a %s: a blank stands before or after it", name, kind).
			Hinted("remove the blank")}
	case kind != RoleGrant && strings.ContainsFunc(name, unicode.IsSpace):
		return Faults{Errorf(Invalid, attr, "%q is not the name of a %s: it has a blank", name, kind).
			Hinted("the workspace writes the names of channels and teams with hyphens or underscores")}
	}
	return validText(attr, name, maxText, false)
}

// unseen reports characters that nobody sees: controls, separators of lines, and those
// that only change how others are shown.
func unseen(r rune) bool { return forbidden(r, false) || unicode.Is(unicode.Cf, r) }
