package scim

import (
	"strings"

	scimerrors "github.com/elimity-com/scim/errors"

	"rollcall/directory"
)

// target is what a PATCH path points at (RFC 7644 §3.5.2): an attribute, a
// sub-attribute, or those elements of a multi-valued attribute that a filter finds.
type target struct {
	directory.Path
	filter directory.Filter // nil: all elements
	seed   directory.Object // what a new element for the filter starts with; nil: none can be made
}

// target reads a path. Its names are compared without case, and it may begin with a
// schema's URN; a URN alone is not for this function.
func (n *notes) target(rt *directory.ResourceType, text string) (target, error) {
	if len(text) > maxFilter {
		return target{}, badPath("the path is longer than %d bytes", maxFilter)
	}
	name, filter, rest, bracketed, err := splitPath(text)
	if err != nil {
		return target{}, err
	}
	path, err := rt.Path(name)
	if err != nil {
		return target{}, badPath("%s has no attribute %q", rt.Name, clip(name))
	}
	t := target{Path: path}
	if !bracketed {
		return t, nil
	}
	if path.Sub != nil || !path.Attr.Multi || path.Attr.Type != directory.Complex {
		return target{}, badPath("%s has no elements to choose from", path)
	}
	if t.filter, err = n.within(rt, path.Attr, filter); err != nil {
		return target{}, err
	}
	t.seed = seedOf(t.filter)
	if rest == "" {
		return t, nil
	}
	if t.Sub = subOf(path.Attr, rest); t.Sub == nil {
		return target{}, badPath("%s has no sub-attribute %q", path, clip(rest))
	}
	return t, nil
}

// splitPath cuts name[filter].rest into its parts.
func splitPath(text string) (name, filter, rest string, bracketed bool, err error) {
	name, tail, bracketed := strings.Cut(text, "[")
	if !bracketed {
		return name, "", "", false, nil
	}
	end := strings.LastIndexByte(tail, ']')
	if end < 0 {
		return "", "", "", false, badPath("the path %q has no closing bracket", clip(text))
	}
	filter, rest = tail[:end], tail[end+1:]
	if rest == "" {
		return name, filter, "", true, nil
	}
	rest, dotted := strings.CutPrefix(rest, ".")
	if !dotted || rest == "" {
		return "", "", "", false, badPath("the path %q ends in something that is no sub-attribute", clip(text))
	}
	return name, filter, rest, true, nil
}

func badPath(format string, args ...any) *refusal {
	return refuse(scimerrors.ScimTypeInvalidPath, "path", format, args...)
}

// seedOf returns what an element must have to satisfy f, if f does no more than pick
// one by its type or as the primary one. RFC 7644 §3.5.2.3 wants noTarget where nothing
// matches; Entra relies on the element being made.
func seedOf(f directory.Filter) directory.Object {
	switch f := f.(type) {
	case directory.And:
		left, right := seedOf(f.L), seedOf(f.R)
		if left == nil || right == nil {
			return nil
		}
		for name, v := range right {
			left[name] = v
		}
		return left
	case directory.Compare:
		name := f.Path.Attr.Name
		if f.Op == directory.Eq && (name == "type" && f.Value != nil || name == "primary" && f.Value == true) {
			return directory.Object{name: f.Value}
		}
	}
	return nil
}
