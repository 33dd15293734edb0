package scim

import (
	"maps"
	"slices"

	scimerrors "github.com/elimity-com/scim/errors"

	"rollcall/directory"
)

// maxElements is how many values one attribute may have while a PATCH is applied, which
// is as many as the directory keeps. Members of a group are not among them.
const maxElements = 64

// editUser applies p to u, which stays as it is if any step fails.
func (p *patch) editUser(u *directory.User) error {
	changed, err := p.apply(func(a *directory.Attribute) any { return a.Value(u) })
	for a, v := range changed {
		a.Assign(u, v)
	}
	return err
}

// apply carries the steps out in order (RFC 7644 §3.5.2: each works on what the one
// before it made) and returns the attributes that it touched. read returns the present
// value of an attribute, which apply may keep; nothing is written before all steps have
// succeeded.
func (p *patch) apply(read func(*directory.Attribute) any) (map[*directory.Attribute]any, error) {
	changed := make(map[*directory.Attribute]any, len(p.steps))
	for i := range p.steps {
		s := &p.steps[i]
		have, touched := changed[s.Attr]
		if !touched {
			have = read(s.Attr)
		}
		now, err := s.on(have)
		if err != nil {
			return nil, err
		}
		changed[s.Attr] = now
	}
	return changed, nil
}

// on returns what becomes of the attribute's value.
func (s *step) on(have any) (any, error) {
	switch {
	case s.Attr.Multi:
		list, _ := have.([]directory.Object)
		list, err := s.onList(list)
		if err != nil || len(list) == 0 {
			return nil, err
		}
		return list, nil
	case s.Attr.Type == directory.Complex:
		o, _ := have.(directory.Object)
		if o = s.onObject(o); len(o) == 0 {
			return nil, nil
		}
		return o, nil
	case s.Attr.Type == directory.Boolean && s.value == nil:
		return have, nil // neither true nor false: nobody is deactivated by it, as in a PUT
	}
	return s.value, nil
}

// onObject changes one complex value. RFC 7644 §3.5.2.3: sub-attributes that a replace
// does not name stay as they are.
func (s *step) onObject(o directory.Object) directory.Object {
	if s.Sub == nil && s.op == opRemove {
		return nil
	}
	if o == nil {
		o = make(directory.Object)
	}
	change, _ := s.value.(directory.Object)
	if s.Sub != nil {
		change = directory.Object{s.Sub.Name: s.value}
	}
	if v, ok := change["value"]; ok && v != o["value"] {
		clear(o) // another manager: what was said of the old one is not true of the new
	}
	merge(o, change)
	return o
}

func (s *step) onList(list []directory.Object) ([]directory.Object, error) {
	if s.filter == nil && s.Sub == nil {
		list = s.onWhole(list)
	} else {
		chosen := s.choose(list)
		if len(chosen) == 0 {
			return s.make(list)
		}
		if s.hollows(list, chosen) {
			return nil, refuse(scimerrors.ScimTypeInvalidValue, s.Attr.Name, "the value leaves nothing of what the path means in %s but its type", s.Attr.Name).
				hinted("say what it shall be, change one sub-attribute by its path, or remove it with op remove")
		}
		list = s.onChosen(list, chosen)
	}
	if len(list) > maxElements {
		return nil, refuse(scimerrors.ScimTypeInvalidValue, s.Attr.Name, "%s has more than %d values", s.Attr.Name, maxElements).
			hinted("send one of each type")
	}
	return list, nil
}

// onWhole works on the list as such.
func (s *step) onWhole(list []directory.Object) []directory.Object {
	values, _ := s.value.([]directory.Object)
	switch {
	case s.op == opAdd:
		return addElements(s.Attr, list, values)
	case s.op == opReplace:
		return distinct(s.Attr, values)
	case values == nil:
		return nil
	}
	return slices.DeleteFunc(list, func(o directory.Object) bool {
		return slices.ContainsFunc(values, func(v directory.Object) bool { return covers(s.Attr, v, o) })
	})
}

// choose returns the positions of the elements that the path means.
func (s *step) choose(list []directory.Object) []int {
	var chosen []int
	for i, o := range list {
		if s.filter == nil || directory.MatchObject(s.filter, o) {
			chosen = append(chosen, i)
		}
	}
	return chosen
}

// make adds the element that was not there to be changed, if the path says enough of
// it; see seedOf.
func (s *step) make(list []directory.Object) ([]directory.Object, error) {
	if s.op == opRemove {
		return list, nil
	}
	if s.filter != nil && s.seed == nil {
		return nil, refuse(scimerrors.ScimTypeNoTarget, "path", "no value of %s matches the filter in the path", s.Attr.Name).
			hinted("read the resource to see which values it has")
	}
	o := make(directory.Object, len(s.seed)+1)
	maps.Copy(o, s.seed)
	if s.Sub != nil {
		set(o, s.Sub.Name, s.value)
	} else {
		merge(o, s.value)
	}
	if hollow(o) {
		return list, nil
	}
	list = append(list, o)
	onePrimary(list, len(list)-1)
	return list, nil
}

// hollows reports whether a replacement would take what it replaces away: an e-mail of
// which only the type is said has no address any more (RFC 7644 §3.5.2.3: what matches is
// replaced as a whole).
func (s *step) hollows(list []directory.Object, chosen []int) bool {
	if s.op != opReplace || s.Sub != nil {
		return false
	}
	o := make(directory.Object, len(s.seed))
	maps.Copy(o, s.seed)
	merge(o, s.value)
	return hollow(o) && slices.ContainsFunc(chosen, func(i int) bool { return !hollow(list[i]) })
}

// onChosen changes the elements at the positions chosen.
func (s *step) onChosen(list []directory.Object, chosen []int) []directory.Object {
	for _, i := range chosen {
		switch {
		case s.Sub != nil:
			set(list[i], s.Sub.Name, s.value)
		case s.op == opRemove:
			clear(list[i])
		case s.op == opReplace:
			list[i] = maps.Clone(s.seed)
			if list[i] == nil {
				list[i] = make(directory.Object)
			}
			merge(list[i], s.value)
		default:
			merge(list[i], s.value)
		}
	}
	onePrimary(list, chosen[0])
	return slices.DeleteFunc(list, hollow)
}

// addElements adds values that are not there yet and merges the others into what is
// (RFC 7644 §3.5.2.1: adding a value that exists changes nothing). A new primary value
// takes the place of the old one.
func addElements(a *directory.Attribute, list, values []directory.Object) []directory.Object {
	at := make(map[string]int, len(list)+len(values))
	for i, o := range list {
		at[elementKey(a, o)] = i
	}
	for _, v := range values {
		key := elementKey(a, v)
		i, there := at[key]
		if there {
			merge(list[i], v)
		} else {
			i = len(list)
			at[key] = i
			list = append(list, maps.Clone(v))
		}
		onePrimary(list, i)
	}
	return list
}

// distinct returns values without repetitions (RFC 7643 §2.4).
func distinct(a *directory.Attribute, values []directory.Object) []directory.Object {
	seen := make(map[string]bool, len(values))
	list := make([]directory.Object, 0, len(values))
	for _, v := range values {
		if key := elementKey(a, v); !seen[key] {
			seen[key] = true
			list = append(list, maps.Clone(v))
		}
	}
	return list
}

// onePrimary makes the element at keep the only primary one, if it is primary
// (RFC 7644 §3.5.2).
func onePrimary(list []directory.Object, keep int) {
	if list[keep]["primary"] != true {
		return
	}
	for i, o := range list {
		if i != keep {
			delete(o, "primary")
		}
	}
}

// covers reports whether o has everything that v says.
func covers(a *directory.Attribute, v, o directory.Object) bool {
	for name, want := range v {
		have := o[name]
		text, isText := want.(string)
		other, _ := have.(string)
		if s := subOf(a, name); isText && s != nil && !s.CaseExact {
			want, have = directory.Fold(text), directory.Fold(other)
		}
		if want != have {
			return false
		}
	}
	return true
}

// hollow reports whether an element has lost what it was for.
func hollow(o directory.Object) bool {
	for name := range o {
		if name != "type" && name != "primary" && name != "display" {
			return false
		}
	}
	return true
}

// set assigns a sub-attribute; nil and false are the same as no value.
func set(o directory.Object, name string, v any) {
	if v == nil || v == false {
		delete(o, name)
		return
	}
	o[name] = v
}

func merge(o directory.Object, v any) {
	values, _ := v.(directory.Object)
	for name, e := range values {
		set(o, name, e)
	}
}
