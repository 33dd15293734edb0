package directory

// Groups is the attribute table of groups (RFC 7643 §4.2). Its rows have no getter
// on User; GroupValue reads a group.
var Groups = &ResourceType{
	Name:       "Group",
	Endpoint:   "/Groups",
	Schema:     GroupSchema,
	Attributes: groupAttributes(),
}

func groupAttributes() []Attribute {
	table := commonAttributes(func(u *User) *string { return &u.ExternalID })
	return append(table,
		Attribute{Name: "displayName", Schema: GroupSchema, Type: String, Required: true, Max: 255,
			Description: "The group's name, unique within its client."},
		Attribute{Name: "members", Schema: GroupSchema, Type: Complex, Multi: true,
			Description: "The people in the group.",
			Sub: []Attribute{
				{Name: "value", Type: String, CaseExact: true, Mutability: Immutable, Description: "The member's id."},
				{Name: "$ref", Type: Reference, CaseExact: true, Refs: []string{"User"}, Mutability: Immutable,
					Description: "The member's address."},
				{Name: "type", Type: String, Canonical: []string{"User"}, Mutability: Immutable,
					Description: "What the member is."},
				{Name: "display", Type: String, Mutability: ReadOnlyAttr, Description: "The member's name."},
			}})
}

// GroupValue returns g's value of a top-level attribute, in the form of
// [Attribute.Value]. Members are rows and not part of it.
func GroupValue(g *Group, a *Attribute) any {
	switch a.Name {
	case "id":
		return orNil(string(g.ID))
	case "externalId":
		return orNil(g.ExternalID)
	case "displayName":
		return orNil(g.DisplayName)
	case "meta":
		return metaObject("Group", g.Meta)
	}
	return nil
}
