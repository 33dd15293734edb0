package scim

import (
	"maps"
	"slices"
	"strings"

	"rollcall/directory"
)

// normalise returns the body of a POST or PUT as the standard would have it written:
// names as the attribute table spells them, dotted and URN names put where they belong,
// values in the form of their type. Names that nobody knows stay for the directory to
// report. It works on o and may return parts of it.
func (n *notes) normalise(rt *directory.ResourceType, o directory.Object) (directory.Object, error) {
	if err := n.schemas(rt, lookup(o, "schemas")); err != nil {
		return nil, err
	}
	out := make(directory.Object, len(o))
	var later []string
	for name, v := range o {
		if strings.EqualFold(name, "schemas") {
			continue
		}
		if a := rt.Attribute("", name); a != nil {
			if err := checkLength(a, v); err != nil {
				return nil, err
			}
			out[a.Name] = n.attribute(a, v)
		} else if uri := rt.SchemaURI(name); uri != "" && uri != rt.Schema {
			out[uri] = n.extension(rt, uri, v)
		} else {
			later = append(later, name)
		}
	}
	slices.Sort(later)
	for _, name := range later {
		if err := n.place(rt, out, name, o[name]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// schemas checks the list of schemas (RFC 7643 §3). Nothing depends on it, so all that
// a provider can get wrong there is passed over.
func (n *notes) schemas(rt *directory.ResourceType, v any) error {
	core := false
	for _, e := range listOf(v) {
		uri, _ := e.(string)
		known := rt.SchemaURI(uri)
		core = core || known == rt.Schema
		if known == "" && !n.may(SchemaTypo) {
			return badSyntax("schemas names %q, which is no schema of a %s", uri, rt.Name)
		}
	}
	if !core && !n.may(MissingSchemas) {
		return badSyntax("schemas must name %s", rt.Schema)
	}
	return nil
}

// extension normalises the object under an extension's URN.
func (n *notes) extension(rt *directory.ResourceType, uri string, v any) any {
	o, ok := v.(directory.Object)
	if !ok {
		return v
	}
	out := make(directory.Object, len(o))
	for name, e := range o {
		if a := rt.Attribute(uri, name); a != nil {
			out[a.Name] = n.attribute(a, e)
		} else {
			out[name] = e
		}
	}
	return out
}

// place puts the value of a dotted name, or of one with a URN, where it belongs.
func (n *notes) place(rt *directory.ResourceType, out directory.Object, name string, v any) error {
	if rt.SchemaURI(name) == rt.Schema && n.may(URNKey) {
		return n.placeAll(rt, out, v)
	}
	p, err := rt.Path(name)
	if err != nil || !n.may(keyRule(name)) {
		out[name] = v // unknown: the directory says so
		return nil
	}
	if err := checkLength(p.Attr, v); err != nil {
		return err
	}
	in := out
	if p.Attr.Extension() {
		in = child(out, p.Attr.Schema)
	}
	if p.Sub == nil {
		if _, taken := in[p.Attr.Name]; taken {
			return badSyntax("%s is given twice", p).hinted("map it once")
		}
		in[p.Attr.Name] = n.attribute(p.Attr, v)
		return nil
	}
	o, ok := in[p.Attr.Name].(directory.Object)
	if _, taken := o[p.Sub.Name]; taken || in[p.Attr.Name] != nil && !ok {
		return badSyntax("%s is given twice", p).hinted("map it once")
	}
	child(in, p.Attr.Name)[p.Sub.Name] = n.attribute(p.Sub, v)
	return nil
}

// placeAll places what lies under the core schema's URN, as if it lay at the top.
func (n *notes) placeAll(rt *directory.ResourceType, out directory.Object, v any) error {
	o, _ := v.(directory.Object)
	for _, name := range slices.Sorted(maps.Keys(o)) {
		if err := n.place(rt, out, name, o[name]); err != nil {
			return err
		}
	}
	return nil
}

func keyRule(name string) Rewrite {
	if strings.Contains(name, ":") {
		return URNKey
	}
	return DottedKey
}

// child returns the object called name in o, made if it is not there.
func child(o directory.Object, name string) directory.Object {
	c, ok := o[name].(directory.Object)
	if !ok {
		c = make(directory.Object)
		o[name] = c
	}
	return c
}

// attribute returns v in the form that a's type asks for, where it is plain what is
// meant; the rest is left for the directory to refuse.
func (n *notes) attribute(a *directory.Attribute, v any) any {
	switch {
	case v == nil:
		return nil
	case a.Multi:
		return n.list(a, v)
	}
	if list, ok := v.([]any); ok && len(list) == 1 && n.may(ListForSingle) {
		v = list[0]
		if o, ok := v.(directory.Object); ok && a.Type != directory.Complex {
			v = lookup(o, "value")
		}
	}
	return n.element(a, v)
}

func (n *notes) list(a *directory.Attribute, v any) any {
	list, ok := v.([]any)
	if !ok {
		if !n.may(SingleForList) {
			return v
		}
		list = []any{v}
	}
	for i, e := range list {
		list[i] = n.element(a, e)
	}
	return list
}

// element normalises one value: the whole of a single-valued attribute, or one of many.
func (n *notes) element(a *directory.Attribute, v any) any {
	if a.Type != directory.Complex {
		return n.simple(a, v)
	}
	switch v := v.(type) {
	case directory.Object:
		return n.complex(a, v)
	case string:
		if o, ok := n.jsonText(v); ok {
			return n.complex(a, o)
		}
		if subOf(a, "value") != nil && n.may(BareValue) {
			return directory.Object{"value": v}
		}
	}
	return v
}

func (n *notes) complex(a *directory.Attribute, o directory.Object) directory.Object {
	for name, e := range o {
		s := subOf(a, name)
		if s == nil {
			continue
		}
		if s.Name == "value" {
			if text, ok := e.(string); ok {
				if inner, ok := n.jsonText(text); ok {
					return n.unwrap(a, o, inner)
				}
			}
		}
		o[name] = n.attribute(s, e)
	}
	return o
}

// unwrap takes the sub-attributes of inner, which lay as JSON text in outer's value:
// so does Entra send app roles.
func (n *notes) unwrap(a *directory.Attribute, outer, inner directory.Object) directory.Object {
	out := make(directory.Object, len(outer))
	for name, e := range outer {
		if s := subOf(a, name); s != nil && s.Name != "value" {
			out[s.Name] = n.simple(s, e)
		}
	}
	out["value"] = lookup(inner, "value")
	if text := lookup(inner, "displayName"); text != nil {
		out["display"] = text
	}
	return out
}

// jsonText decodes an object that was sent as text.
func (n *notes) jsonText(text string) (directory.Object, bool) {
	if !strings.HasPrefix(text, "{") {
		return nil, false
	}
	o, err := decodeObject(text)
	if err != nil || lookup(o, "value") == nil || !n.may(JSONText) {
		return nil, false
	}
	return o, true
}

// simple turns "True" and "False" into the values they mean.
func (n *notes) simple(a *directory.Attribute, v any) any {
	text, ok := v.(string)
	if !ok || a.Type != directory.Boolean {
		return v
	}
	if b, ok := booleanText(text); ok && n.may(BooleanText) {
		return b
	}
	return v
}

func booleanText(text string) (value, ok bool) {
	return strings.EqualFold(text, "true"), strings.EqualFold(text, "true") || strings.EqualFold(text, "false")
}

// subOf finds a sub-attribute by its name without regard to case.
func subOf(a *directory.Attribute, name string) *directory.Attribute {
	for i := range a.Sub {
		if strings.EqualFold(a.Sub[i].Name, name) {
			return &a.Sub[i]
		}
	}
	return nil
}

// lookup finds a member by its name without regard to case; the decoder has seen to it
// that there is only one.
func lookup(o directory.Object, name string) any {
	if v, ok := o[name]; ok {
		return v
	}
	for have, v := range o {
		if strings.EqualFold(have, name) {
			return v
		}
	}
	return nil
}

func listOf(v any) []any {
	switch v := v.(type) {
	case nil:
		return nil
	case []any:
		return v
	}
	return []any{v}
}
