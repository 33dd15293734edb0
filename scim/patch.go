package scim

import (
	"maps"
	"slices"
	"strings"

	scimerrors "github.com/elimity-com/scim/errors"

	"rollcall/directory"
)

// patch is a PATCH request (RFC 7644 §3.5.2) that was read and checked as far as that
// is possible without the resource. Applying it is a pure function of the resource, so
// the directory may do it as often as it has to, within its transaction.
type patch struct {
	rt       *directory.ResourceType
	steps    []step
	members  *memberSteps // of a group; nil when the request does not speak of members
	password directory.Secret
}

// step is one alteration of one attribute, in the order of the request.
type step struct {
	op op
	target
	value any // in the form of the target, see value.go; nil clears
}

type op string

const (
	opAdd     op = "add"
	opReplace op = "replace"
	opRemove  op = "remove"
)

// What bounds the work that one request may ask for within a transaction, in which
// everybody else waits: operations, and comparisons in the filters of their paths.
const (
	maxOperations  = 1000
	maxComparisons = 256
)

// patch reads the body of a PATCH.
func (n *notes) patch(rt *directory.ResourceType, body directory.Object) (*patch, error) {
	if err := n.patchSchemas(body); err != nil {
		return nil, err
	}
	list, ok := lookup(body, "Operations").([]any)
	if !ok || len(list) == 0 {
		return nil, badSyntax("Operations must be a list of one or more operations")
	}
	if len(list) > maxOperations {
		return nil, badSyntax("there are more than %d operations", maxOperations)
	}
	c := compiler{notes: n, patch: &patch{rt: rt}}
	for i, e := range list {
		if err := c.operation(e); err != nil {
			return nil, inOperation(err, i+1, len(list))
		}
	}
	if c.comparisons() > maxComparisons {
		return nil, refuse(scimerrors.ScimTypeTooMany, "", "the paths make more than %d comparisons", maxComparisons).
			hinted("send the operations in several requests")
	}
	return c.patch, nil
}

// comparisons counts what the filters of all paths compare.
func (p *patch) comparisons() int {
	n := 0
	for i := range p.steps {
		n += comparisonsOf(p.steps[i].filter)
	}
	return n
}

func comparisonsOf(f directory.Filter) int {
	switch f := f.(type) {
	case nil:
		return 0
	case directory.And:
		return comparisonsOf(f.L) + comparisonsOf(f.R)
	case directory.Or:
		return comparisonsOf(f.L) + comparisonsOf(f.R)
	case directory.Not:
		return comparisonsOf(f.F)
	}
	return 1
}

// inOperation adds to a refusal in which of several operations the fault is.
func inOperation(err error, number, of int) error {
	if f, ok := err.(*refusal); ok && of > 1 && f.cause.Hint == "" {
		return f.hinted("see operation %d", number)
	}
	return err
}

func (n *notes) patchSchemas(body directory.Object) error {
	const uri = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
	for _, e := range listOf(lookup(body, "schemas")) {
		if text, _ := e.(string); strings.EqualFold(text, uri) {
			return nil
		}
	}
	if !n.may(MissingSchemas) {
		return badSyntax("schemas must name %s", uri)
	}
	return nil
}

// compiler turns operations into steps.
type compiler struct {
	*notes
	*patch
}

func (c *compiler) operation(e any) error {
	o, ok := e.(directory.Object)
	if !ok {
		return badSyntax("an operation must be an object")
	}
	name, _ := lookup(o, "op").(string)
	kind := op(strings.ToLower(name)) // Entra writes Add, Replace and Remove
	if kind != opAdd && kind != opReplace && kind != opRemove {
		return badSyntax("op must be add, replace or remove")
	}
	path, ok := lookup(o, "path").(string)
	if !ok && lookup(o, "path") != nil {
		return badPath("a path must be a string")
	}
	v, given := member(o, "value")
	if kind != opRemove && !given {
		return refuse(scimerrors.ScimTypeInvalidValue, "value", "%s needs a value", kind)
	}
	if path = strings.TrimSpace(path); path == "" {
		return c.pathless(kind, v)
	}
	return c.at(kind, path, v, given)
}

// member is lookup that tells an explicit null from nothing.
func member(o directory.Object, name string) (any, bool) {
	for have, v := range o {
		if strings.EqualFold(have, name) {
			return v, true
		}
	}
	return nil, false
}

// at compiles an operation with a path.
func (c *compiler) at(kind op, path string, v any, given bool) error {
	switch uri := c.rt.SchemaURI(path); {
	case uri == c.rt.Schema:
		return c.pathless(kind, v)
	case uri != "":
		return c.extension(kind, uri, v)
	case strings.EqualFold(path, "schemas") && c.may(EchoedReadOnly):
		return nil
	}
	t, err := c.target(c.rt, path)
	if err != nil {
		return err
	}
	if t.Attr.ReadOnly() || t.Leaf().ReadOnly() {
		return refuse(scimerrors.ScimTypeMutability, t.String(), "%s belongs to the server", t)
	}
	return c.step(kind, t, v, given)
}

// pathless compiles an operation whose value is an object of attributes. Each is
// treated as if the operation had its name for a path, but what belongs to the server is
// passed over: providers echo whole resources here.
func (c *compiler) pathless(kind op, v any) error {
	if kind == opRemove {
		return refuse(scimerrors.ScimTypeNoTarget, "path", "remove needs a path")
	}
	o, ok := v.(directory.Object)
	if !ok {
		return refuse(scimerrors.ScimTypeInvalidValue, "value", "without a path the value must be an object of attributes")
	}
	return c.keyed(kind, "", o)
}

// extension compiles an operation on all of an extension.
func (c *compiler) extension(kind op, uri string, v any) error {
	if kind == opRemove || v == nil {
		for i := range c.rt.Attributes {
			if a := &c.rt.Attributes[i]; a.Schema == uri && !a.ReadOnly() {
				c.add(step{op: opRemove, target: target{Path: directory.Path{Attr: a}}})
			}
		}
		return nil
	}
	o, ok := v.(directory.Object)
	if !ok {
		return refuse(scimerrors.ScimTypeInvalidValue, uri, "the value of %s must be an object", uri)
	}
	return c.keyed(kind, uri, o)
}

// keyed compiles the members of o, which lie in the schema called uri, in the order of
// their names.
func (c *compiler) keyed(kind op, uri string, o directory.Object) error {
	seen := make(map[string]bool, len(o))
	for _, name := range slices.Sorted(maps.Keys(o)) {
		t, found, err := c.key(kind, uri, name, o[name])
		if err != nil {
			return err
		}
		if !found {
			continue
		}
		if text := t.String(); t.filter == nil && seen[text] {
			return badSyntax("%s is given twice", text)
		} else if t.filter == nil {
			seen[text] = true
		}
		if err := c.step(kind, t, o[name], true); err != nil {
			return err
		}
	}
	return nil
}

// key finds what a name in a value without path means. Nothing is found for what is
// passed over, unknown, or a schema that was compiled already.
func (c *compiler) key(kind op, uri, name string, v any) (t target, found bool, err error) {
	switch schema := c.rt.SchemaURI(name); {
	case uri == "" && schema == c.rt.Schema && c.may(URNKey):
		return t, false, c.pathless(kind, v)
	case uri == "" && schema != "":
		return t, false, c.extension(kind, schema, v)
	case strings.EqualFold(name, "schemas") && c.may(EchoedReadOnly):
		return t, false, nil
	}
	if a := c.rt.Attribute(uri, name); a != nil {
		t = target{Path: directory.Path{Attr: a}}
	} else if t, err = c.unfolded(uri, name); err != nil {
		c.ignore(name)
		return t, false, nil
	}
	if !t.Attr.ReadOnly() && !t.Leaf().ReadOnly() {
		return t, v != nil || t.Attr.Name != "members", nil // null members are no wish to empty the group
	}
	if !c.may(EchoedReadOnly) {
		return t, false, refuse(scimerrors.ScimTypeMutability, t.String(), "%s belongs to the server", t)
	}
	return t, false, nil
}

// unfolded reads a name that is really a path.
func (c *compiler) unfolded(uri, name string) (target, error) {
	rule := keyRule(name)
	if uri != "" {
		name = uri + ":" + name
	}
	t, err := c.target(c.rt, name)
	if err == nil && !c.may(rule) {
		err = badPath("%q is not the name of an attribute", clip(name))
	}
	return t, err
}

func (c *compiler) add(s step) { c.steps = append(c.steps, s) }
