package ldap

import (
	"cmp"
	"maps"
	"regexp"
	"slices"
	"strings"

	"rollcall/directory"
)

// rule says where one attribute of a person comes from: the first template that gives
// something.
type rule struct {
	path directory.Path // with the sub-attribute that is set, if there are any
	kind string         // the type of the values of a multi-valued attribute
	from []template
}

// String returns the path in SCIM's notation.
func (r *rule) String() string {
	if !r.path.Attr.Multi || r.kind == "" {
		return r.path.String()
	}
	whole := directory.Path{Attr: r.path.Attr}
	return whole.String() + `[type eq "` + r.kind + `"].` + r.path.Sub.Name
}

// mapping is all the rules, those for one attribute one after another.
type mapping []*rule

// mappings reads the mapping of a preset and the configured one over it. Each path that
// is configured replaces the preset's, and one without templates removes it.
func mappings(preset, configured map[string][]string) (mapping, directory.Faults) {
	rules, faults := parseRules(preset)
	ours, more := parseRules(configured)
	maps.Copy(rules, ours)
	faults = append(faults, more...)
	all := slices.SortedFunc(maps.Values(rules), func(a, b *rule) int {
		return cmp.Or(cmp.Compare(a.path.Attr.Name, b.path.Attr.Name), compareKinds(a.kind, b.kind), cmp.Compare(a.String(), b.String()))
	})
	all = slices.DeleteFunc(all, func(r *rule) bool { return len(r.from) == 0 })
	if len(faults) == 0 && !slices.ContainsFunc(all, func(r *rule) bool { return r.path.Attr.Name == "userName" }) {
		faults = append(faults, directory.Errorf(directory.Invalid, "attributes.userName", "nobody can be without a userName").
			Hinted("say which attribute it comes from"))
	}
	return all, faults
}

// parseRules reads a table by path, in which nothing may be twice under two spellings.
func parseRules(table map[string][]string) (map[string]*rule, directory.Faults) {
	rules := map[string]*rule{}
	var faults directory.Faults
	for _, text := range slices.Sorted(maps.Keys(table)) {
		r, wrong := parseRule(text, table[text])
		faults = append(faults, wrong...)
		if len(wrong) > 0 {
			continue
		}
		if rules[r.String()] != nil {
			faults = append(faults, directory.Errorf(directory.Invalid, "attributes."+text, "%s is there twice, in other words", r).Hinted("keep one"))
		}
		rules[r.String()] = r
	}
	return rules, faults
}

// compareKinds puts what belongs to work first, for the first value becomes the primary.
func compareKinds(a, b string) int {
	if a == b {
		return 0
	}
	if a == workKind || b != workKind && a < b {
		return -1
	}
	return 1
}

const workKind = "work"

// parseRule reads one line of a mapping, and says everything that is wrong with it.
func parseRule(text string, from []string) (*rule, directory.Faults) {
	option := "attributes." + text
	r, wrong := parsePath(text)
	if wrong != nil {
		wrong.Attr = option
		return nil, directory.Faults{wrong}
	}
	var faults directory.Faults
	for _, source := range from {
		t, err := parseTemplate(source)
		if err != nil {
			bad := *err.(*directory.Error)
			bad.Attr = option
			faults = append(faults, &bad)
		}
		r.from = append(r.from, t)
	}
	return r, faults
}

// kindFilter is the part of a path that names the type of a value (RFC 7644 §3.5.2).
var kindFilter = regexp.MustCompile(`(?i)\[\s*type\s+eq\s+"([^"]*)"\s*\]`)

const pathHint = `paths are those of SCIM, such as userName, name.givenName, department or phoneNumbers[type eq "mobile"]`

// parsePath reads whose value a rule makes. Attributes of the extensions may be written
// without their schema.
func parsePath(text string) (*rule, *directory.Error) {
	r := &rule{}
	plain := text
	if m := kindFilter.FindStringSubmatch(text); m != nil {
		r.kind, plain = m[1], strings.Replace(text, m[0], "", 1)
	}
	path, ok := findPath(plain)
	if !ok {
		return nil, directory.Errorf(directory.Invalid, "", "people have no attribute %q", text).Hinted(pathHint)
	}
	r.path = path
	return r, r.complete()
}

func findPath(text string) (directory.Path, bool) {
	for _, schema := range []string{"", directory.EnterpriseSchema + ":", directory.ChatSchema + ":"} {
		if path, err := directory.Users.Path(schema + text); err == nil {
			return path, true
		}
	}
	return directory.Path{}, false
}

// complete fills in what a path leaves unsaid, and refuses what cannot be mapped.
func (r *rule) complete() *directory.Error {
	a := r.path.Attr
	refuse := func(format string, args ...any) *directory.Error {
		return directory.Errorf(directory.Invalid, "", format, args...).Hinted(pathHint)
	}
	switch {
	case a.Name == "externalId":
		return refuse("externalId is the entry's identifier; set id_attribute for another one")
	case a.Name == "password", a.ReadOnly():
		return refuse("%s cannot be set from an LDAP server", a.Name)
	case r.kind != "" && !a.Multi:
		return refuse("%s has one value, which has no type", a.Name)
	}
	if r.path.Sub == nil && a.Type == directory.Complex {
		whole, err := directory.Users.Path(r.path.String() + ".value")
		if err != nil || !a.Multi {
			return refuse("%s has parts, say which is meant", a.Name)
		}
		r.path = whole
	}
	if a.Multi && r.path.Sub != nil && slices.Contains([]string{"type", "primary", "display"}, r.path.Sub.Name) {
		return refuse("%s of %s cannot be set by itself", r.path.Sub.Name, a.Name)
	}
	if a.Multi && r.kind == "" && hasKind(a, workKind) {
		r.kind = workKind
	}
	return nil
}

func hasKind(a *directory.Attribute, kind string) bool {
	for i := range a.Sub {
		if a.Sub[i].Name == "type" {
			return slices.Contains(a.Sub[i].Canonical, kind)
		}
	}
	return false
}

// attributes lists everything that the mapping needs to be asked for, sorted, each once.
func (m mapping) attributes() []string {
	var names []string
	for _, r := range m {
		for _, t := range r.from {
			names = append(names, t.attributes()...)
		}
	}
	slices.SortFunc(names, func(a, b string) int { return cmp.Compare(strings.ToLower(a), strings.ToLower(b)) })
	return slices.CompactFunc(names, strings.EqualFold)
}

// of returns the rules for one attribute.
func (m mapping) of(name string) mapping {
	var some mapping
	for _, r := range m {
		if r.path.Attr.Name == name {
			some = append(some, r)
		}
	}
	return some
}
