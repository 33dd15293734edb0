package directory

import (
	"cmp"
	"encoding/base64"
	"slices"
	"strings"
	"time"
)

// UserFrom reads a user from a decoded JSON object through the attribute table.
// Names and URNs are taken without regard to case; what clients cannot write is
// passed over (RFC 7644 §3.5.1), null and empty lists mean unassigned (RFC 7643
// §2.5). It returns the names it does not know, and every fault at once: where a value
// has the wrong type, what is wrong with the others too, which [Directory.Apply] would
// say in a second round. An object without active leaves Wanted true: see
// [PutUser.KeepActive].
func UserFrom(o Object) (u *User, unknown []string, err error) {
	u = &User{Wanted: true}
	r := reader{t: Users, assign: func(a *Attribute, v any) { a.Assign(u, v) }}
	r.object("", o)
	return u, r.unknown, r.all(func() Faults { return validUser(u) })
}

// GroupFrom reads a group and the ids of its members like [UserFrom]. The ids are
// nil when the object does not speak of members.
func GroupFrom(o Object) (g *Group, members []ResourceID, unknown []string, err error) {
	g = new(Group)
	r := reader{t: Groups, assign: func(a *Attribute, v any) {
		switch a.Name {
		case "externalId":
			g.ExternalID, _ = v.(string)
		case "displayName":
			g.DisplayName, _ = v.(string)
		case "members":
			members = memberIDs(v)
		}
	}}
	r.object("", o)
	return g, members, r.unknown, r.all(func() Faults { return validGroup(g) })
}

func memberIDs(v any) []ResourceID {
	list, _ := v.([]Object)
	ids := make([]ResourceID, 0, len(list))
	for _, o := range list {
		if id, _ := o["value"].(string); id != "" {
			ids = append(ids, ResourceID(id))
		}
	}
	return ids
}

// reader walks a JSON object beside the attribute table.
type reader struct {
	t        *ResourceType
	assign   func(*Attribute, any)
	unknown  []string
	faults   Faults
	mistyped []string // paths of attributes that were not read
}

func (r *reader) object(schema string, o Object) {
	for name, v := range o {
		if uri := r.t.SchemaURI(name); uri != "" && schema == "" {
			r.extension(uri, name, v)
			continue
		}
		a := r.t.Attribute(schema, name)
		switch {
		case a == nil:
			if !strings.EqualFold(name, "schemas") {
				r.unknown = append(r.unknown, name)
			}
		case !a.ReadOnly():
			r.attribute(a, v)
		}
	}
}

func (r *reader) extension(uri, name string, v any) {
	switch o := v.(type) {
	case nil:
	case Object:
		r.object(uri, o)
	default:
		r.faults = append(r.faults, Errorf(Invalid, name, "%s must be an object", name).Hinted(mapParts))
	}
}

// mapParts is what to do about a bare value where an object belongs.
const mapParts = "map its parts, such as name.givenName, not the whole"

func (r *reader) attribute(a *Attribute, v any) {
	got, faults := coerce(a, v)
	if len(faults) > 0 {
		r.faults = append(r.faults, faults...)
		r.mistyped = append(r.mistyped, Path{Attr: a}.String())
		return
	}
	r.assign(a, got)
}

// all returns the faults of type, in the order of their texts, and with them those of
// shape in what could be read.
func (r *reader) all(shape func() Faults) error {
	if len(r.faults) == 0 {
		return nil
	}
	slices.SortFunc(r.faults, func(a, b *Error) int { return cmp.Compare(a.Msg, b.Msg) })
	r.faults = slices.CompactFunc(r.faults, func(a, b *Error) bool { return a.Msg == b.Msg })
	for _, f := range shape() {
		if !slices.Contains(r.mistyped, f.Attr) { // what was not read is not missing
			r.faults = append(r.faults, f)
		}
	}
	return r.faults.orNil()
}

// Coerce checks that v, as JSON decodes it, is a value of a and returns it in the
// form that [Attribute.Value] describes, names spelled as in the table. A single
// value where a list belongs becomes a list of one. Sub-attributes that are unknown
// or belong to the server are dropped. Of several faults it returns the first.
func Coerce(a *Attribute, v any) (any, *Error) {
	got, faults := coerce(a, v)
	if len(faults) > 0 {
		return nil, faults[0]
	}
	return got, nil
}

func coerce(a *Attribute, v any) (any, Faults) {
	switch {
	case v == nil:
		return nil, nil
	case a.Multi:
		return coerceList(a, v)
	case a.Type == Complex:
		return coerceObject(a, v)
	}
	return coerceSimple(a, a.Name, v)
}

func coerceList(a *Attribute, v any) (any, Faults) {
	list := listOf(v)
	objects := make([]Object, 0, len(list))
	var faults Faults
	for _, e := range list {
		if e == nil {
			continue
		}
		o, wrong := coerceObject(a, e)
		faults = append(faults, wrong...)
		if o, ok := o.(Object); ok {
			objects = append(objects, o)
		}
	}
	if len(objects) == 0 || len(faults) > 0 {
		return nil, faults
	}
	return objects, nil
}

func listOf(v any) []any {
	switch list := v.(type) {
	case []any:
		return list
	case []Object:
		all := make([]any, len(list))
		for i, o := range list {
			all[i] = o
		}
		return all
	}
	return []any{v}
}

// coerceObject also takes a bare string where an object has a value sub-attribute,
// for several identity providers write managers and roles so.
func coerceObject(a *Attribute, v any) (any, Faults) {
	o, ok := v.(Object)
	if text, isText := v.(string); isText && a.sub("value") != nil {
		o, ok = Object{"value": text}, text != ""
		if !ok {
			return nil, nil
		}
	}
	if !ok {
		return nil, Faults{Errorf(Invalid, a.Name, "%s must be an object", a.Name).Hinted(mapParts)}
	}
	clean := make(Object, len(o))
	var faults Faults
	for name, e := range o {
		s := a.sub(name)
		if s == nil || s.ReadOnly() || e == nil {
			continue
		}
		got, wrong := coerceSimple(s, a.Name+"."+s.Name, e)
		faults = append(faults, wrong...)
		if got != nil && got != false {
			clean[s.Name] = got
		}
	}
	if len(faults) > 0 {
		return nil, faults
	}
	return emptyNil(clean), nil
}

func coerceSimple(a *Attribute, path string, v any) (any, Faults) {
	if a.Type == Boolean {
		if b, ok := v.(bool); ok {
			return b, nil
		}
		return nil, Faults{Errorf(Invalid, path, "%s must be true or false", path).Hinted("send a boolean")}
	}
	s, ok := v.(string)
	if !ok {
		return nil, Faults{Errorf(Invalid, path, "%s must be a string", path).Hinted("map an attribute that holds text, or none")}
	}
	if s == "" {
		return nil, nil
	}
	if err := checkForm(a, path, s); err != nil {
		return nil, Faults{err}
	}
	return canonical(a, s), nil
}

func checkForm(a *Attribute, path, s string) *Error {
	switch a.Type {
	case DateTime:
		if _, err := time.Parse(time.RFC3339, s); err != nil {
			return Errorf(Invalid, path, "%s is not a date and time", path).Hinted("send one such as 2026-01-31T08:00:00Z, or do not map it")
		}
	case Binary:
		if _, err := base64.StdEncoding.DecodeString(s); err != nil {
			return Errorf(Invalid, path, "%s is not base64", path).Hinted("send the certificate in DER, coded in base64, or do not map it")
		}
	}
	return nil
}

// canonical spells s as the table does where it is one of the canonical values
// (RFC 7643 §2.3: others are allowed).
func canonical(a *Attribute, s string) string {
	for _, c := range a.Canonical {
		if strings.EqualFold(c, s) {
			return c
		}
	}
	return s
}
