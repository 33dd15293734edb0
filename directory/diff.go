package directory

import (
	"encoding/json"
	"reflect"
	"strings"
)

// DiffUsers lists what differs between before and after, path by path. nil stands for
// no record. Facts have paths of their own; secrets are masked.
func DiffUsers(before, after *User) []Diff {
	var diffs []Diff
	for i := range Users.Attributes {
		a := &Users.Attributes[i]
		if a.set != nil || a.Name == "id" {
			diffs = append(diffs, diffAttribute(a, before, after)...)
		}
	}
	return append(diffs, diffFacts(before, after)...)
}

func diffAttribute(a *Attribute, before, after *User) []Diff {
	b, n := valueOf(a, before), valueOf(a, after)
	if same(b, n) {
		return nil
	}
	path := Path{Attr: a}.String()
	bo, beforeIsObject := b.(Object)
	no, afterIsObject := n.(Object)
	if a.Type != Complex || a.Multi || !beforeIsObject && !afterIsObject {
		return []Diff{{Path: path, Before: b, After: n}}
	}
	var diffs []Diff
	for i := range a.Sub {
		if s := a.Sub[i].Name; bo[s] != no[s] {
			diffs = append(diffs, Diff{Path: path + "." + s, Before: bo[s], After: no[s]})
		}
	}
	return diffs
}

// same compares two values of one attribute. Most are unassigned on both sides.
func same(b, n any) bool {
	if b == nil || n == nil {
		return b == n
	}
	return reflect.DeepEqual(b, n)
}

func valueOf(a *Attribute, u *User) any {
	if u == nil {
		return nil
	}
	return a.Value(u)
}

// The paths of facts in a diff. A # keeps them apart from attributes.
const (
	pathSource      = "#source"
	pathKind        = "#kind"
	pathSwitchedOff = "#switchedOff"
	pathHeld        = "#held"
	pathDeleted     = "#deleted"
	pathLeft        = "#left"
	pathAdopted     = "#adopted"
	pathSignedIn    = "#signedIn"
	pathGrants      = "#grants"
	pathAuthors     = "#authors"
	pathPassword    = "#password"
)

// factsOf returns u's facts by path; zero facts are nil.
func factsOf(u *User) map[string]any {
	if u == nil {
		return nil
	}
	f := u.Facts
	facts := map[string]any{pathSource: string(u.Source)}
	put := func(path string, v any, zero bool) {
		if !zero {
			facts[path] = v
		}
	}
	put(pathKind, string(f.Kind), f.Kind == "" || f.Kind == Person)
	put(pathSwitchedOff, f.SwitchedOff, f.SwitchedOff == nil)
	put(pathHeld, f.HeldSince, !f.Held)
	put(pathDeleted, f.Deleted, f.Deleted == nil)
	put(pathLeft, f.Left, f.Left == 0)
	put(pathAdopted, f.Adopted, !f.Adopted)
	put(pathSignedIn, f.SignedIn, f.SignedIn == 0)
	put(pathGrants, f.Grants, len(f.Grants) == 0)
	put(pathAuthors, f.Authors, len(f.Authors) == 0)
	put(pathPassword, f.Password, f.Password == "")
	return facts
}

var factPaths = []string{pathSource, pathKind, pathSwitchedOff, pathHeld, pathDeleted, pathLeft, pathAdopted, pathSignedIn,
	pathGrants, pathAuthors, pathPassword}

// diffFacts lists the facts that differ. Who authored a value is no difference by
// itself.
func diffFacts(before, after *User) []Diff {
	b, a := factsOf(before), factsOf(after)
	var diffs []Diff
	for _, path := range factPaths {
		if same(b[path], a[path]) {
			continue
		}
		d := Diff{Path: path, Before: b[path], After: a[path]}
		if path == pathPassword {
			d = Diff{Path: path, Before: masked(b[path]), After: masked(a[path])}
		}
		diffs = append(diffs, d)
	}
	if len(diffs) == 1 && diffs[0].Path == pathAuthors && before != nil && after != nil {
		return nil
	}
	return diffs
}

func masked(v any) any {
	if v == nil {
		return nil
	}
	return "[secret]"
}

// Replay applies what a diff says came after to u, so that the audit log alone rebuilds
// the state. Passwords are not in the log and not rebuilt.
func Replay(u *User, diffs []Diff) error {
	for _, d := range diffs {
		if err := replayOne(u, d); err != nil {
			return err
		}
	}
	return nil
}

func replayOne(u *User, d Diff) error {
	switch {
	case d.Path == "id":
		id, _ := d.After.(string)
		u.ID = ResourceID(id)
		return nil
	case strings.HasPrefix(d.Path, "#"):
		return replayFact(u, d)
	}
	at, err := Users.Path(d.Path)
	if err != nil {
		return err
	}
	value := d.After
	if at.Sub != nil {
		o, _ := at.Attr.Value(u).(Object)
		o = cloneObject(o)
		o[at.Sub.Name] = d.After
		if d.After == nil {
			delete(o, at.Sub.Name)
		}
		value = o
	}
	got, fault := Coerce(at.Attr, value)
	if fault != nil {
		return fault
	}
	at.Attr.Assign(u, got)
	return nil
}

func cloneObject(o Object) Object {
	c := make(Object, len(o)+1)
	for k, v := range o {
		c[k] = v
	}
	return c
}

// replayFact goes through JSON, for that is how the log keeps facts.
func replayFact(u *User, d Diff) error {
	into := map[string]any{pathSource: &u.Source, pathKind: &u.Facts.Kind, pathSwitchedOff: &u.Facts.SwitchedOff,
		pathHeld: &u.Facts.HeldSince, pathDeleted: &u.Facts.Deleted, pathLeft: &u.Facts.Left,
		pathAdopted: &u.Facts.Adopted, pathSignedIn: &u.Facts.SignedIn, pathGrants: &u.Facts.Grants,
		pathAuthors: &u.Facts.Authors}[d.Path]
	if into == nil {
		return nil
	}
	reflect.ValueOf(into).Elem().SetZero()
	if d.After != nil {
		b, err := json.Marshal(d.After)
		if err != nil {
			return err
		}
		if err := json.Unmarshal(b, into); err != nil {
			return err
		}
	}
	u.Facts.Held = u.Facts.HeldSince != 0
	return nil
}

// diffGroups lists what differs between two groups.
func diffGroups(before, after *Group) []Diff {
	var diffs []Diff
	for _, name := range []string{"id", "externalId", "displayName"} {
		a := Groups.Attribute("", name)
		var b, n any
		if before != nil {
			b = GroupValue(before, a)
		}
		if after != nil {
			n = GroupValue(after, a)
		}
		if b != n {
			diffs = append(diffs, Diff{Path: name, Before: b, After: n})
		}
	}
	if before != nil && after != nil && before.Source != after.Source {
		diffs = append(diffs, Diff{Path: pathSource, Before: string(before.Source), After: string(after.Source)})
	}
	return diffs
}
