package scim

import (
	"encoding/json"
	"strconv"

	"github.com/elimity-com/scim/optional"
	"github.com/elimity-com/scim/schema"

	"rollcall/directory"
)

// schemaTexts are name and description of each schema.
var schemaTexts = map[string][2]string{
	directory.UserSchema:       {"User", "A person, bot or app of the workspace."},
	directory.GroupSchema:      {"Group", "A group of people."},
	directory.EnterpriseSchema: {"EnterpriseUser", "What a company knows of its people."},
	directory.ChatSchema:       {"RocketChatUser", "What a Rocket.Chat account has and the standard does not know."},
}

// schemaOf returns the schema called uri of rt in the library's model, made from the
// attribute table. Common attributes belong to no schema (RFC 7643 §3.1).
func schemaOf(rt *directory.ResourceType, uri string) schema.Schema {
	texts := schemaTexts[uri]
	s := schema.Schema{ID: uri, Name: optional.NewString(texts[0]), Description: optional.NewString(texts[1])}
	for i := range rt.Attributes {
		if a := &rt.Attributes[i]; a.Schema == uri {
			s.Attributes = append(s.Attributes, coreAttribute(a))
		}
	}
	return s
}

func coreAttribute(a *directory.Attribute) schema.CoreAttribute {
	if a.Type != directory.Complex {
		return schema.SimpleCoreAttribute(simple(a))
	}
	p := schema.ComplexParams{Name: a.Name, Description: optional.NewString(a.Description), MultiValued: a.Multi,
		Required: a.Required, Mutability: mutability(a), Returned: returned(a)}
	for i := range a.Sub {
		p.SubAttributes = append(p.SubAttributes, simple(&a.Sub[i]))
	}
	return schema.ComplexCoreAttribute(p)
}

func simple(a *directory.Attribute) schema.SimpleParams {
	text := optional.NewString(a.Description)
	switch a.Type {
	case directory.Boolean:
		return schema.SimpleBooleanParams(schema.BooleanParams{Name: a.Name, Description: text, MultiValued: a.Multi,
			Required: a.Required, Mutability: mutability(a), Returned: returned(a)})
	case directory.DateTime:
		return schema.SimpleDateTimeParams(schema.DateTimeParams{Name: a.Name, Description: text, MultiValued: a.Multi,
			Required: a.Required, Mutability: mutability(a), Returned: returned(a)})
	case directory.Binary:
		return schema.SimpleBinaryParams(schema.BinaryParams{Name: a.Name, Description: text, MultiValued: a.Multi,
			Required: a.Required, Mutability: mutability(a), Returned: returned(a)})
	case directory.Reference:
		return schema.SimpleReferenceParams(schema.ReferenceParams{Name: a.Name, Description: text, MultiValued: a.Multi,
			Required: a.Required, Mutability: mutability(a), Returned: returned(a), ReferenceTypes: references(a)})
	}
	return schema.SimpleStringParams(schema.StringParams{Name: a.Name, Description: text, MultiValued: a.Multi,
		Required: a.Required, Mutability: mutability(a), Returned: returned(a), CaseExact: a.CaseExact,
		CanonicalValues: a.Canonical, Uniqueness: uniqueness(a)})
}

func references(a *directory.Attribute) []schema.AttributeReferenceType {
	list := make([]schema.AttributeReferenceType, len(a.Refs))
	for i, r := range a.Refs {
		list[i] = schema.AttributeReferenceType(r)
	}
	return list
}

func mutability(a *directory.Attribute) schema.AttributeMutability {
	switch a.Mutability {
	case directory.ReadOnlyAttr:
		return schema.AttributeMutabilityReadOnly()
	case directory.Immutable:
		return schema.AttributeMutabilityImmutable()
	case directory.WriteOnly:
		return schema.AttributeMutabilityWriteOnly()
	}
	return schema.AttributeMutabilityReadWrite()
}

func returned(a *directory.Attribute) schema.AttributeReturned {
	switch a.Returned {
	case directory.ReturnedAlways:
		return schema.AttributeReturnedAlways()
	case directory.ReturnedNever:
		return schema.AttributeReturnedNever()
	case directory.ReturnedOnRequest:
		return schema.AttributeReturnedRequest()
	}
	return schema.AttributeReturnedDefault()
}

func uniqueness(a *directory.Attribute) schema.AttributeUniqueness {
	if a.Uniqueness == directory.UniqueServer {
		return schema.AttributeUniquenessServer()
	}
	return schema.AttributeUniquenessNone()
}

// schemaTree returns the schema as a tree that can be sent.
func schemaTree(rt *directory.ResourceType, uri string) directory.Object {
	text, err := json.Marshal(schemaOf(rt, uri))
	if err != nil {
		panic("the attribute table does not encode: " + err.Error())
	}
	tree, err := decodeObject(string(text))
	if err != nil {
		panic("the attribute table does not encode: " + err.Error())
	}
	return tree
}

func count(n int64) json.Number { return json.Number(strconv.FormatInt(n, 10)) }
