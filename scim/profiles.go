package scim

import (
	"maps"
	"slices"
)

// Profiles lists the names that a source's profile can have, sorted.
func Profiles() []string {
	names := slices.Sorted(maps.Keys(profiles))
	return slices.DeleteFunc(names, func(name string) bool { return name == "" })
}
