package scim

import (
	"strings"

	scimerrors "github.com/elimity-com/scim/errors"

	"rollcall/directory"
)

// step compiles one operation on a target that clients may write. The value takes the
// form that the target asks for:
//
//   - nil clears the target;
//   - a single simple attribute, or a sub-attribute: a string or a bool;
//   - a single complex attribute, or chosen elements: an object to merge, in which nil
//     clears a sub-attribute;
//   - all of a multi-valued attribute: a list of objects.
func (c *compiler) step(kind op, t target, v any, given bool) error {
	switch t.Attr.Name {
	case "password":
		return c.setPassword(kind, v)
	case "members":
		return c.memberStep(kind, t, v, given)
	}
	if err := checkLength(t.Attr, v); err != nil {
		return err
	}
	if kind == opRemove {
		return c.remove(t, v)
	}
	got, err := c.form(t, v)
	if err != nil {
		return err
	}
	if got == nil && t.Attr.Required {
		return refuse(scimerrors.ScimTypeInvalidValue, t.String(), "%s is required", t).hinted("map an attribute that everybody has to it")
	}
	if got == nil && kind == opAdd && t.Attr.Multi && t.Sub == nil && t.filter == nil {
		return nil // to add no value is not to clear the list
	}
	if got == nil {
		kind = opRemove // RFC 7643 §2.5: null is the same as no value
	}
	c.add(step{op: kind, target: t, value: got})
	return nil
}

// checkLength refuses a list that is longer than any that is kept, before work is put
// into it.
func checkLength(a *directory.Attribute, v any) error {
	if list, ok := v.([]any); ok && len(list) > maxElements && a.Name != "members" {
		return refuse(scimerrors.ScimTypeInvalidValue, a.Name, "%s has more than %d values", a.Name, maxElements).
			hinted("send one of each type")
	}
	return nil
}

// setPassword takes a password out of the request, so that it is nowhere but in the
// secret. Taking a password away means nothing here.
func (c *compiler) setPassword(kind op, v any) error {
	text, ok := v.(string)
	if !ok && v != nil {
		return refuse(scimerrors.ScimTypeInvalidValue, "password", "password must be a string").hinted("map no password, or one that is text")
	}
	if kind != opRemove {
		c.password = directory.NewSecret(text)
	}
	return nil
}

// remove compiles a removal. Several providers name the elements to remove in a value,
// for which RFC 7644 has only filters; to clear the whole list instead would be a
// disaster.
func (c *compiler) remove(t target, v any) error {
	if t.Attr.Required {
		return refuse(scimerrors.ScimTypeMutability, t.String(), "%s is required and cannot be removed", t).hinted("replace it instead")
	}
	s := step{op: opRemove, target: t}
	if v != nil && t.Attr.Multi && t.filter == nil && t.Sub == nil {
		list, err := c.coerce(t.Attr, c.list(t.Attr, v))
		if err != nil {
			return err
		}
		if list == nil { // an empty list names nobody
			return nil
		}
		s.value = list
	}
	c.add(s)
	return nil
}

// form brings v into the form of t.
func (c *compiler) form(t target, v any) (any, error) {
	switch {
	case t.Sub != nil:
		return c.coerce(t.Sub, c.attribute(t.Sub, v))
	case t.Attr.Type != directory.Complex, t.Attr.Multi && t.filter == nil:
		return c.coerce(t.Attr, c.attribute(t.Attr, v))
	}
	if list, ok := v.([]any); ok && len(list) == 1 && c.may(ListForSingle) {
		v = list[0]
	}
	return c.merger(t.Attr, v)
}

func (c *compiler) coerce(a *directory.Attribute, v any) (any, error) {
	got, err := directory.Coerce(a, v)
	if err != nil {
		return nil, err
	}
	return got, nil
}

// merger returns the object to merge into one value of a.
func (c *compiler) merger(a *directory.Attribute, v any) (any, error) {
	if v = c.element(a, v); v == nil {
		return nil, nil
	}
	o, ok := v.(directory.Object)
	if text, isText := v.(string); isText && text == "" {
		return nil, nil
	} else if !ok {
		return nil, refuse(scimerrors.ScimTypeInvalidValue, a.Name, "%s must be an object", a.Name).hinted("map its parts, not the whole")
	}
	single := *a
	single.Multi = false
	got, err := directory.Coerce(&single, o)
	if err != nil {
		return nil, err
	}
	merge, _ := got.(directory.Object)
	if merge == nil {
		merge = make(directory.Object, len(o))
	}
	for name := range o {
		if s := subOf(a, name); s != nil && !s.ReadOnly() && merge[s.Name] == nil {
			merge[s.Name] = nil
		}
	}
	return merge, nil
}

// elementKey returns the same text for values of a that are one value: equal in value
// and type where there is a value, else equal in everything but being primary.
func elementKey(a *directory.Attribute, o directory.Object) string {
	var b strings.Builder
	_, hasValue := o["value"].(string)
	for i := range a.Sub {
		s := &a.Sub[i]
		text, ok := o[s.Name].(string)
		if !ok || hasValue && s.Name != "value" && s.Name != "type" {
			continue
		}
		if !s.CaseExact {
			text = directory.Fold(text)
		}
		b.WriteString(s.Name + "\x00" + text + "\x00")
	}
	return b.String()
}
