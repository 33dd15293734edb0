package directory

import (
	"fmt"
	"slices"
)

// Restatement is what a source's word would do to what the directory has of its person.
type Restatement struct {
	Renamed     bool     // the user name would be another one
	Readdressed bool     // the primary e-mail address would be another one, or none
	Unreachable bool     // there would be none
	Lost        []string // paths at which there are values now and would be none
}

// Restated compares a person with what they would be if their source said asked of them.
// What others set survives being left out, and a missing address is built as the workspace
// builds it. It decides nothing.
func Restated(before, asked *User, s Settings) Restatement {
	after := asked.Clone()
	after.Facts = before.Clone().Facts
	keepOthersValues(before, after)
	supply(after, s)
	was, is := before.PrimaryEmail(), after.PrimaryEmail()
	r := Restatement{Renamed: Fold(before.UserName) != Fold(after.UserName), Readdressed: was != "" && Fold(was) != Fold(is),
		Unreachable: was != "" && is == ""}
	has := after.Paths()
	for _, path := range before.Paths() {
		if _, keeps := slices.BinarySearch(has, path); !keeps {
			r.Lost = append(r.Lost, path)
		}
	}
	return r
}

// Paths lists where u has values that may be missing, sorted. Of an attribute with several
// values each type has a path of its own, as configurations name them.
func (u *User) Paths() []string {
	var paths []string
	for _, a := range writable {
		if ownersOwn[a.Name] && a.Schema != ChatSchema {
			continue // every person of a source has those
		}
		path := Path{Attr: a}.String()
		switch v := a.Value(u).(type) {
		case nil:
		case bool:
			if v {
				paths = append(paths, path)
			}
		case Object:
			paths = append(paths, subPaths(path, v)...)
		case []Object:
			for _, o := range v {
				paths = append(paths, subPaths(typedPath(path, o), o)...)
			}
		default:
			paths = append(paths, path)
		}
	}
	slices.Sort(paths)
	return slices.Compact(paths)
}

func typedPath(path string, o Object) string {
	if t, _ := o["type"].(string); t != "" {
		return fmt.Sprintf("%s[type eq %q]", path, t)
	}
	return path
}

// subPaths lists the parts of a complex value that say something by themselves.
func subPaths(path string, o Object) []string {
	var paths []string
	for name := range o {
		if !slices.Contains([]string{"type", "primary", "display", "$ref"}, name) {
			paths = append(paths, path+"."+name)
		}
	}
	return paths
}
