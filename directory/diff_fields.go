package directory

import (
	"reflect"
	"strings"
)

// diffFields compares two structs of flat fields, by the names that their JSON has.
func diffFields(before, after any) []Diff {
	b, a := fieldsOf(before), fieldsOf(after)
	var diffs []Diff
	for _, name := range append(b.order, a.order...) {
		d := Diff{Path: name, Before: b.values[name], After: a.values[name]}
		if reflect.DeepEqual(d.Before, d.After) {
			continue
		}
		diffs = append(diffs, d)
		b.values[name] = a.values[name] // once is enough
	}
	return diffs
}

type fields struct {
	order  []string
	values map[string]any
}

// fieldsOf reads the fields of v; empty fields count as absent.
func fieldsOf(v any) fields {
	r := reflect.ValueOf(v)
	f := fields{values: make(map[string]any, r.NumField())}
	for i := range r.NumField() {
		name, _, _ := strings.Cut(r.Type().Field(i).Tag.Get("json"), ",")
		if name == "" {
			name = strings.ToLower(r.Type().Field(i).Name)
		}
		f.order = append(f.order, name)
		if !empty(r.Field(i)) {
			f.values[name] = r.Field(i).Interface()
		}
	}
	return f
}

func empty(v reflect.Value) bool {
	return v.IsZero() || v.Kind() == reflect.Slice && v.Len() == 0
}
