package ldap

import (
	"encoding/base64"
	"regexp"
	"strconv"
	"strings"

	"rollcall/directory"
)

// Bounds of what is taken from an attribute of a person.
const (
	longestValue = 64 << 10
	mostValues   = 1_000
)

// template says how to make a value from an entry: from one attribute, whose values it
// takes, or from text with attributes in braces.
type template struct {
	text  string // as it was written
	parts []part // an attribute alone is one part
	alone bool
}

// part is a piece of a template.
type part struct {
	literal   string
	attribute string // in place of a literal
	optional  bool   // may be missing
	change    func(string) string
}

// attributeName is how attributes are called, with options or by number (RFC 4512 §2.5).
var attributeName = regexp.MustCompile(`^([A-Za-z][A-Za-z0-9-]*|[0-9]+(\.[0-9]+)+)(;[A-Za-z0-9-]+)*$`)

// changes are what can be done to a value, after a bar.
var changes = map[string]func(string) string{
	"lower": strings.ToLower,
	"upper": strings.ToUpper,
	"local": func(s string) string { local, _, _ := strings.Cut(s, "@"); return local },
	"not":   opposite,
}

// opposite turns a truth around, for attributes that say who is not active.
func opposite(s string) string {
	if truth, fault := boolean("", s); fault == nil {
		return strconv.FormatBool(truth == false)
	}
	return s
}

const templateHint = `write an attribute, such as mail, or text with attributes in braces, such as "{givenName} {sn}"`

// parseTemplate reads what the configuration says.
func parseTemplate(text string) (template, error) {
	t := template{text: text}
	if !strings.ContainsAny(text, "{}") {
		if !attributeName.MatchString(text) {
			return t, badTemplate("%q is not the name of an attribute", text)
		}
		t.alone, t.parts = true, []part{{attribute: text}}
		return t, nil
	}
	for rest := text; rest != ""; {
		literal, inside, opened := strings.Cut(rest, "{")
		if strings.Contains(literal, "}") {
			return t, badTemplate("%q closes a brace that it did not open", text)
		}
		if literal != "" {
			t.parts = append(t.parts, part{literal: literal})
		}
		if !opened {
			break
		}
		name, after, closed := strings.Cut(inside, "}")
		if !closed {
			return t, badTemplate("%q opens a brace and does not close it", text)
		}
		p, err := parsePart(name)
		if err != nil {
			return t, err
		}
		t.parts, rest = append(t.parts, p), after
	}
	return t, nil
}

// parsePart reads what stands in braces: mail, initials? or mail|local.
func parsePart(text string) (part, error) {
	name, change, changed := strings.Cut(text, "|")
	p := part{}
	p.attribute, p.optional = strings.CutSuffix(strings.TrimSpace(name), "?")
	if !attributeName.MatchString(p.attribute) {
		return p, badTemplate("{%s} does not name an attribute", text)
	}
	if changed {
		if p.change = changes[strings.TrimSpace(change)]; p.change == nil {
			return p, badTemplate("{%s} asks for a change that does not exist", text).Hinted("there are lower, upper, not, and local, which is what stands before the @")
		}
	}
	return p, nil
}

func badTemplate(format string, args ...any) *directory.Error {
	return directory.Errorf(directory.Invalid, "", format, args...).Hinted(templateHint)
}

// attributes lists what the template needs to be asked for.
func (t template) attributes() []string {
	var names []string
	for _, p := range t.parts {
		if p.attribute != "" {
			names = append(names, p.attribute)
		}
	}
	return names
}

// values returns what the template makes of an entry, nothing when an attribute that it
// needs is missing.
func (t template) values(e *entry, binary bool) ([]string, *directory.Error) {
	if t.alone {
		return clean(t.parts[0].attribute, e.values(t.parts[0].attribute), binary)
	}
	var b strings.Builder
	for _, p := range t.parts {
		if p.attribute == "" {
			b.WriteString(p.literal)
			continue
		}
		values, err := clean(p.attribute, e.values(p.attribute), false)
		switch {
		case err != nil:
			return nil, err
		case len(values) == 0 && !p.optional:
			return nil, nil
		case len(values) > 0:
			b.WriteString(p.apply(values[0]))
		}
	}
	if made := strings.Join(strings.Fields(b.String()), " "); made != "" {
		return []string{made}, nil
	}
	return nil, nil
}

func (p part) apply(value string) string {
	if p.change == nil {
		return value
	}
	return p.change(value)
}

// clean returns the values of an attribute that say something, without the blanks around
// them. Bytes where text should be are a fault: cut or replaced, they might be taken for
// somebody else's.
func clean(attribute string, values []string, binary bool) ([]string, *directory.Error) {
	if len(values) > mostValues {
		return nil, directory.Errorf(directory.Invalid, "", "%s has %d values, more than %d", attribute, len(values), mostValues)
	}
	good, same := values[:0:0], true
	for i, v := range values {
		tidy, fault := cleanOne(attribute, v, binary)
		if fault != nil {
			return nil, fault
		}
		same = same && tidy == v && v != ""
		switch {
		case same:
			good = values[: i+1 : i+1] // nothing had to be changed so far, so nothing is copied
		case tidy != "":
			good = append(good, tidy)
		}
	}
	return good, nil
}

func cleanOne(attribute, v string, binary bool) (string, *directory.Error) {
	switch {
	case len(v) > longestValue:
		return "", directory.Errorf(directory.Invalid, "", "%s has a value of %d bytes", attribute, len(v))
	case binary:
		return base64.StdEncoding.EncodeToString([]byte(v)), nil
	case !isText(v):
		return "", directory.Errorf(directory.Invalid, "", "%s has a value that is not text: %q", attribute, excerpt(v)).
			Hinted("mend it on the LDAP server: it has to be UTF-8 without control characters")
	}
	return strings.TrimSpace(v), nil
}

// excerpt returns the beginning of a value, for a report.
func excerpt(s string) string {
	if len(s) > 40 {
		return s[:40]
	}
	return s
}
