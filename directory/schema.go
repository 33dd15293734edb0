package directory

import (
	"strings"
)

// The schema URIs of what Rollcall keeps.
const (
	UserSchema       = "urn:ietf:params:scim:schemas:core:2.0:User"
	GroupSchema      = "urn:ietf:params:scim:schemas:core:2.0:Group"
	EnterpriseSchema = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
	ChatSchema       = "urn:rollcall:params:scim:schemas:extension:rocketchat:2.0:User"
)

// Type is the data type of an attribute (RFC 7643 §2.3).
type Type string

// The data types that our attributes have.
const (
	String    Type = "string"
	Boolean   Type = "boolean"
	DateTime  Type = "dateTime"
	Binary    Type = "binary"
	Reference Type = "reference"
	Complex   Type = "complex"
)

// Mutability says who may write an attribute (RFC 7643 §2.2).
type Mutability string

// The mutabilities. The zero value means readWrite.
const (
	ReadWrite    Mutability = "readWrite"
	ReadOnlyAttr Mutability = "readOnly"
	Immutable    Mutability = "immutable"
	WriteOnly    Mutability = "writeOnly"
)

// Returned says when an attribute is sent (RFC 7643 §2.2).
type Returned string

// When attributes are returned. The zero value means by default.
const (
	ReturnedDefault   Returned = "default"
	ReturnedAlways    Returned = "always"
	ReturnedNever     Returned = "never"
	ReturnedOnRequest Returned = "request"
)

// Uniqueness says over what an attribute's values are unique (RFC 7643 §2.2).
type Uniqueness string

// The scopes of uniqueness. The zero value means none.
const (
	UniqueNone   Uniqueness = "none"
	UniqueServer Uniqueness = "server"
)

// Attribute is one row of the attribute table: everything that filters, PATCH
// paths, wire JSON, discovery, audit and forms need to know about one attribute.
type Attribute struct {
	Name        string
	Schema      string // the URI of the schema that defines it; on top-level attributes
	Type        Type   // zero means String
	Multi       bool
	Required    bool
	CaseExact   bool
	Mutability  Mutability
	Returned    Returned
	Uniqueness  Uniqueness
	Canonical   []string // canonical values, compared without case
	Refs        []string // what a reference may point at
	Description string
	Sub         []Attribute // of a Complex attribute
	Max         int         // longest value in bytes; zero means 1,024

	get func(*User) any
	set func(*User, any)
}

// Sub-attribute lookups are by name without case.
func (a *Attribute) sub(name string) *Attribute {
	for i := range a.Sub {
		if strings.EqualFold(a.Sub[i].Name, name) {
			return &a.Sub[i]
		}
	}
	return nil
}

// Extension reports whether a belongs to an extension schema, whose attributes lie
// under their URN on the wire.
func (a *Attribute) Extension() bool {
	return a.Schema == EnterpriseSchema || a.Schema == ChatSchema
}

// ReadOnly reports whether clients cannot write a.
func (a *Attribute) ReadOnly() bool { return a.Mutability == ReadOnlyAttr }

// Value returns u's value: nil when unassigned, else a string, a bool, an [Object],
// a []Object for a multi-valued complex attribute or a []string for a simple one.
func (a *Attribute) Value(u *User) any { return a.get(u) }

// Assign sets u's value to v, which has the form that Value returns; nil clears it.
// Attributes that clients cannot write have no setter and stay as they are.
func (a *Attribute) Assign(u *User, v any) {
	if a.set != nil {
		a.set(u, v)
	}
}

// Object is the value of a complex attribute, by sub-attribute name as the table
// spells it. Unassigned sub-attributes are absent.
type Object = map[string]any

// ResourceType is one kind of resource and its attributes.
type ResourceType struct {
	Name       string // "User" or "Group"
	Endpoint   string // "/Users" or "/Groups"
	Schema     string // the core schema
	Extensions []string
	Attributes []Attribute
}

// Attribute returns the top-level attribute called name within schema; an empty
// schema means the core one or a common attribute. Names and URIs are compared
// without case (RFC 7643 §2.1).
func (t *ResourceType) Attribute(schema, name string) *Attribute {
	if schema == "" {
		schema = t.Schema
	}
	for i := range t.Attributes {
		a := &t.Attributes[i]
		if !strings.EqualFold(a.Name, name) {
			continue
		}
		if strings.EqualFold(a.Schema, schema) || a.Schema == "" && strings.EqualFold(t.Schema, schema) {
			return a
		}
	}
	return nil
}

// SchemaURI returns how the table spells uri, or "" if the type has no such schema.
func (t *ResourceType) SchemaURI(uri string) string {
	if strings.EqualFold(uri, t.Schema) {
		return t.Schema
	}
	for _, e := range t.Extensions {
		if strings.EqualFold(uri, e) {
			return e
		}
	}
	return ""
}

// Path points at an attribute or at a sub-attribute of it.
type Path struct {
	Attr *Attribute
	Sub  *Attribute // nil for the whole attribute
}

// Leaf returns the attribute at the end of p.
func (p Path) Leaf() *Attribute {
	if p.Sub != nil {
		return p.Sub
	}
	return p.Attr
}

// String returns p in SCIM's notation (RFC 7644 §3.10).
func (p Path) String() string {
	s := p.Attr.Name
	if p.Attr.Extension() {
		s = p.Attr.Schema + ":" + s
	}
	if p.Sub != nil {
		s += "." + p.Sub.Name
	}
	return s
}

// Path finds what text names: "userName", "name.givenName", with or without the
// schema's URN before it. Whole schemas are not paths; ask SchemaURI first.
func (t *ResourceType) Path(text string) (Path, error) {
	schema, rest := t.splitURN(text)
	name, subName, dotted := strings.Cut(rest, ".")
	a := t.Attribute(schema, name)
	if a == nil {
		return Path{}, Errorf(Invalid, text, "%s has no attribute %q", t.Name, text)
	}
	if !dotted {
		return Path{Attr: a}, nil
	}
	s := a.sub(subName)
	if s == nil {
		return Path{}, Errorf(Invalid, text, "%s has no sub-attribute %q", a.Name, subName)
	}
	return Path{Attr: a, Sub: s}, nil
}

// splitURN cuts a leading schema URI of t from text.
func (t *ResourceType) splitURN(text string) (schema, rest string) {
	if !strings.Contains(text, ":") {
		return "", text
	}
	for _, uri := range append([]string{t.Schema}, t.Extensions...) {
		if n := len(uri); len(text) > n+1 && text[n] == ':' && strings.EqualFold(text[:n], uri) {
			return uri, text[n+1:]
		}
	}
	return "", text
}
