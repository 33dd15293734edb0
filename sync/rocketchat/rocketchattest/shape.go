package rocketchattest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// shape says which keys an object may have. All shapes are closed: a key that is not in
// them is refused.
type shape struct {
	keys  map[string]string // kind by key
	must  []string
	oneOf []string         // one of these is needed
	more  bool             // of which there may be more than one
	inner map[string]shape // of keys that are objects
}

// closed makes a shape of words like name, name! for a key that is needed, name:bool and
// name!:strings. A word without a kind is a string.
func closed(words string) shape {
	s := shape{keys: map[string]string{}}
	for _, word := range strings.Fields(words) {
		name, kind, has := strings.Cut(word, ":")
		if !has {
			kind = "string"
		}
		name, needed := strings.CutSuffix(name, "!")
		s.keys[name] = kind
		if needed {
			s.must = append(s.must, name)
		}
	}
	return s
}

// either adds keys of which exactly one is needed.
func (s shape) either(words string) shape {
	s.oneOf = strings.Fields(words)
	for _, key := range s.oneOf {
		s.keys[key] = "string"
	}
	return s
}

// some adds keys of which at least one is needed.
func (s shape) some(words string) shape {
	s = s.either(words)
	s.more = true
	return s
}

// with gives a key that is an object a shape of its own.
func (s shape) with(key string, inner shape) shape {
	s.inner = map[string]shape{key: inner}
	return s
}

// words is what a validator says about what is wrong.
type words struct{ missing, extra, kind, oneOf, anyOf string }

var (
	ajv   = words{"must have required property '%s'", "must NOT have additional properties", "must be %s", "must match exactly one schema in oneOf", "must match a schema in anyOf"}
	match = words{"Match error: Missing key '%s'", "Match error: Unknown key in field %s", "Match error: Expected %s in field %s", "", ""}
)

// fault returns what is wrong with an object, or nothing. Scalars become what the shape
// asks for, as the real validator makes them.
func (s shape) fault(o object, say words) string {
	for _, key := range s.must {
		if _, has := o[key]; !has {
			return fmt.Sprintf(say.missing, key)
		}
	}
	for _, key := range sorted(o) {
		if text := s.check(o, key, say); text != "" {
			return text
		}
	}
	return s.choice(o, say)
}

// choice returns what is wrong with the keys of which one is needed.
func (s shape) choice(o object, say words) string {
	n := s.given(o)
	switch {
	case len(s.oneOf) == 0 || n == 1 || n > 1 && s.more:
		return ""
	case s.more:
		return say.anyOf
	}
	return say.oneOf
}

// given counts how many of the keys are there of which there must be one.
func (s shape) given(o object) (n int) {
	for _, key := range s.oneOf {
		if _, has := o[key]; has {
			n++
		}
	}
	return n
}

func (s shape) check(o object, key string, say words) string {
	kind, known := s.keys[key]
	if !known {
		return formatted(say.extra, key)
	}
	if o[key] == nil && !slices.Contains(s.must, key) {
		delete(o, key) // which may be left out may be null
		return ""
	}
	value, ok := coerce(o[key], kind)
	if !ok {
		return formatted(say.kind, names[kind], key)
	}
	o[key] = value
	if inner, has := s.inner[key]; has {
		return inner.fault(o[key].(object), say)
	}
	return ""
}

// formatted fills in as many arguments as a text has places for.
func formatted(text string, args ...any) string {
	return fmt.Sprintf(text, args[:min(len(args), strings.Count(text, "%s"))]...)
}

// names is how validators call the kinds.
var names = map[string]string{"string": "string", "bool": "boolean", "number": "number", "object": "object",
	"strings": "array", "objects": "array", "any": "any"}

// coerce makes a value one of a kind, if it can be.
func coerce(value any, kind string) (any, bool) {
	switch kind {
	case "string":
		return toText(value)
	case "bool":
		return toTruth(value)
	case "number":
		return toNumber(value)
	case "object":
		o, ok := value.(object)
		return o, ok
	case "strings":
		return toList(value, func(v any) bool { _, ok := v.(string); return ok })
	case "objects":
		return toList(value, func(v any) bool { _, ok := v.(object); return ok })
	}
	return value, true
}

func toText(value any) (any, bool) {
	switch v := value.(type) {
	case string:
		return v, true
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64), true
	case bool:
		return strconv.FormatBool(v), true
	}
	return nil, false
}

func toTruth(value any) (any, bool) {
	switch value {
	case true, "true":
		return true, true
	case false, "false":
		return false, true
	}
	return nil, false
}

func toNumber(value any) (any, bool) {
	switch v := value.(type) {
	case float64:
		return v, true
	case string:
		n, err := strconv.ParseFloat(v, 64)
		return n, err == nil
	}
	return nil, false
}

func toList(value any, fits func(any) bool) (any, bool) {
	all, ok := value.([]any)
	return all, ok && !slices.ContainsFunc(all, func(v any) bool { return !fits(v) })
}

// sorted returns the keys of an object in order, so that the same fault is found first
// every time.
func sorted(o object) []string {
	keys := make([]string, 0, len(o))
	for key := range o {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}
