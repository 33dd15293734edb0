package directory

import (
	"context"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Limits of what is kept, beside each attribute's own Max.
const (
	maxText     = 1024 // bytes of a string without a Max of its own
	maxElements = 64   // of a multi-valued attribute
	maxGrants   = 256  // that administrators gave one person
)

// multiline are the attributes that people write in several lines.
var multiline = map[string]bool{"formatted": true, "streetAddress": true, "bio": true}

// valid checks shape, and reports every fault at once.
func (p *passage) valid(context.Context) error {
	var faults Faults
	for _, m := range p.users {
		if m.after != nil && m.change == "" {
			faults = append(faults, validUser(m.after)...)
			if !keepsName(m.before, m.after) {
				faults = append(faults, validName("userName", m.after.UserName)...)
			}
		}
	}
	if p.group != nil && p.group.after != nil {
		faults = append(faults, validGroup(p.group.after)...)
		if p.group.before == nil || p.group.before.DisplayName != p.group.after.DisplayName {
			faults = append(faults, validEnds("displayName", p.group.after.DisplayName)...)
		}
	}
	return faults.orNil()
}

func validUser(u *User) Faults {
	var faults Faults
	for _, a := range writable {
		if v := a.Value(u); v != nil {
			faults = append(faults, validValue(a, Path{Attr: a}.String(), v)...)
		}
	}
	if strings.TrimSpace(u.UserName) == "" {
		faults = append(faults, Errorf(Invalid, "userName", "userName is missing").
			Hinted("map an attribute that everybody has to it, such as the e-mail address"))
	}
	for _, e := range u.Emails {
		if !validMail(e.Value) {
			faults = append(faults, Errorf(Invalid, "emails.value", "%q is not an e-mail address", e.Value).
				Hinted("correct it where it is kept, or map another attribute to emails; one looks like ada@example.com"))
		}
	}
	if u.Chat != nil && u.Chat.Username != "" && !workspaceName.MatchString(u.Chat.Username) {
		faults = append(faults, Errorf(Invalid, ChatSchema+":username",
			"%q is not a workspace user name", u.Chat.Username).Hinted("use letters, digits, dot, hyphen and underscore"))
	}
	for _, r := range u.Roles {
		if r.Value != "" {
			faults = append(faults, validGrantName(RoleGrant, "roles.value", r.Value)...)
		}
	}
	return append(faults, validGrants(u.Facts.Grants)...)
}

// workspaceName is Rocket.Chat's default rule for user names.
var workspaceName = regexp.MustCompile(`^[0-9A-Za-z_.-]+$`)

func validValue(a *Attribute, path string, v any) Faults {
	switch v := v.(type) {
	case string:
		return validText(path, v, a.limit(), multiline[a.Name])
	case Object:
		return validObject(a, path, v)
	case []Object:
		return validList(a, path, v)
	}
	return nil
}

func (a *Attribute) limit() int {
	if a.Max > 0 {
		return a.Max
	}
	return maxText
}

func validObject(a *Attribute, path string, o Object) Faults {
	var faults Faults
	for i := range a.Sub {
		s := &a.Sub[i]
		if v := o[s.Name]; v != nil {
			faults = append(faults, validValue(s, path+"."+s.Name, v)...)
		}
	}
	return faults
}

func validList(a *Attribute, path string, list []Object) Faults {
	var faults Faults
	if len(list) > maxElements {
		faults = append(faults, Errorf(Invalid, path, "%s has more than %d values", path, maxElements).
			Hinted("send one of each type"))
	}
	primaries := 0
	for _, o := range list {
		faults = append(faults, validObject(a, path, o)...)
		if o["primary"] == true {
			primaries++
		}
	}
	if primaries > 1 { // RFC 7643 §2.4
		faults = append(faults, Errorf(Invalid, path, "%s has %d primary values", path, primaries).
			Hinted("map one value as primary and the others without"))
	}
	return faults
}

// validText keeps out what could break a line, a mail header or a log further on.
func validText(path, s string, limit int, lines bool) Faults {
	switch {
	case !utf8.ValidString(s):
		return Faults{Errorf(Invalid, path, "%s is not UTF-8", path).Hinted("send text in UTF-8")}
	case len(s) > limit:
		return Faults{Errorf(Invalid, path, "%s is longer than %d bytes", path, limit).
			Hinted("shorten it where it is kept, or do not map it")}
	case strings.ContainsFunc(s, func(r rune) bool { return forbidden(r, lines) }):
		return Faults{Errorf(Invalid, path, "%s has a control character", path).
			Hinted("remove it where the value is kept, or do not map it")}
	}
	return nil
}

func forbidden(r rune, lines bool) bool {
	if lines && (r == '\n' || r == '\r' || r == '\t') {
		return false
	}
	return unicode.IsControl(r) || r == '\u2028' || r == '\u2029'
}

// validMail takes what every mail server takes: no quoting, no comments, no literals.
func validMail(s string) bool {
	local, domain, ok := strings.Cut(s, "@")
	if !ok || local == "" || len(local) > 64 || len(s) > 254 || strings.ContainsAny(s, " \t\"(),:;<>[\\]") {
		return false
	}
	if strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Cf, r) }) {
		return false
	}
	for _, label := range strings.Split(domain, ".") {
		if label == "" || len(label) > 63 || strings.Contains(label, "@") {
			return false
		}
	}
	return !strings.HasPrefix(local, ".") && !strings.HasSuffix(local, ".")
}

func validGroup(g *Group) Faults {
	var faults Faults
	if strings.TrimSpace(g.DisplayName) == "" {
		faults = append(faults, Errorf(Invalid, "displayName", "displayName is missing").
			Hinted("map the name of the group to it"))
	}
	faults = append(faults, validText("displayName", g.DisplayName, 255, false)...)
	return append(faults, validText("externalId", g.ExternalID, maxText, false)...)
}
