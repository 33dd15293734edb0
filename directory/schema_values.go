package directory

// The functions below make rows of the attribute table from a pointer into User,
// so that getter and setter cannot disagree.

// text makes a single-valued string attribute.
func text(name string, at func(*User) *string) Attribute {
	return Attribute{
		Name: name,
		Type: String,
		get:  func(u *User) any { return orNil(*at(u)) },
		set:  func(u *User, v any) { *at(u), _ = v.(string) },
	}
}

// flag makes a boolean attribute.
func flag(name string, at func(*User) *bool) Attribute {
	return Attribute{
		Name: name,
		Type: Boolean,
		get:  func(u *User) any { return *at(u) },
		set:  func(u *User, v any) { *at(u), _ = v.(bool) },
	}
}

// values makes a multi-valued attribute with the standard's sub-attributes
// (RFC 7643 §2.4).
func values(name string, canonical []string, at func(*User) *[]MultiValue) Attribute {
	return Attribute{
		Name:  name,
		Type:  Complex,
		Multi: true,
		Sub: []Attribute{
			{Name: "value", Type: String, Description: "The value itself."},
			{Name: "display", Type: String, Description: "A text for people to read."},
			{Name: "type", Type: String, Canonical: canonical, Description: "What the value is for."},
			{Name: "primary", Type: Boolean, Description: "Whether this is the preferred value; true at most once."},
		},
		get: func(u *User) any { return objects(*at(u), multiValueObject) },
		set: func(u *User, v any) { *at(u) = fromObjects(v, multiValueOf) },
	}
}

// part is a sub-attribute of a complex attribute: its name and where it is, a *string or
// a *bool.
type part struct {
	name string
	at   any
}

// objectOf returns what is assigned of the parts.
func objectOf(parts []part) Object {
	o := make(Object, len(parts))
	for _, p := range parts {
		switch at := p.at.(type) {
		case *string:
			if *at != "" {
				o[p.name] = *at
			}
		case *bool:
			if *at {
				o[p.name] = true
			}
		}
	}
	return o
}

// fill assigns the parts from o; what it does not have is cleared.
func fill(parts []part, o Object) {
	for _, p := range parts {
		switch at := p.at.(type) {
		case *string:
			*at, _ = o[p.name].(string)
		case *bool:
			*at, _ = o[p.name].(bool)
		}
	}
}

func (m *MultiValue) parts() []part {
	return []part{{"value", &m.Value}, {"display", &m.Display}, {"type", &m.Type}, {"primary", &m.Primary}}
}

func multiValueObject(m MultiValue) Object {
	return objectOf(m.parts())
}

func multiValueOf(o Object) MultiValue {
	var m MultiValue
	fill(m.parts(), o)
	return m
}

func (a *Address) parts() []part {
	return []part{{"formatted", &a.Formatted}, {"streetAddress", &a.StreetAddress}, {"locality", &a.Locality},
		{"region", &a.Region}, {"postalCode", &a.PostalCode}, {"country", &a.Country}, {"type", &a.Type},
		{"primary", &a.Primary}}
}

func addressObject(a Address) Object {
	return objectOf(a.parts())
}

func addressOf(o Object) Address {
	var a Address
	fill(a.parts(), o)
	return a
}

func (n *Name) parts() []part {
	return []part{{"formatted", &n.Formatted}, {"familyName", &n.FamilyName}, {"givenName", &n.GivenName},
		{"middleName", &n.MiddleName}, {"honorificPrefix", &n.HonorificPrefix}, {"honorificSuffix", &n.HonorificSuffix}}
}

func nameValue(u *User) any {
	if u.Name == nil {
		return nil
	}
	return emptyNil(objectOf(u.Name.parts()))
}

func setName(u *User, v any) {
	u.Name = nil
	if o, _ := v.(Object); len(o) > 0 {
		u.Name = new(Name)
		fill(u.Name.parts(), o)
	}
}

func (m *Manager) parts() []part {
	return []part{{"value", &m.Value}, {"$ref", &m.Ref}, {"displayName", &m.DisplayName}}
}

func managerValue(u *User) any {
	if u.Enterprise == nil || u.Enterprise.Manager == nil {
		return nil
	}
	return emptyNil(objectOf(u.Enterprise.Manager.parts()))
}

func setManager(u *User, v any) {
	o, _ := v.(Object)
	e := enterprise(u)
	e.Manager = nil
	if len(o) > 0 {
		e.Manager = new(Manager)
		fill(e.Manager.parts(), o)
	}
	dropEmptyExtensions(u)
}

func enterprise(u *User) *Enterprise {
	if u.Enterprise == nil {
		u.Enterprise = new(Enterprise)
	}
	return u.Enterprise
}

func chat(u *User) *Chat {
	if u.Chat == nil {
		u.Chat = new(Chat)
	}
	return u.Chat
}

// tidy makes unassigned and empty one state (RFC 7643 §2.5).
func tidy(u *User) {
	if u.Name != nil && *u.Name == (Name{}) {
		u.Name = nil
	}
	if u.Enterprise != nil && u.Enterprise.Manager != nil && *u.Enterprise.Manager == (Manager{}) {
		u.Enterprise.Manager = nil
	}
	dropEmptyExtensions(u)
}

// dropEmptyExtensions keeps an extension that holds nothing from being announced
// in schemas.
func dropEmptyExtensions(u *User) {
	if u.Enterprise != nil && *u.Enterprise == (Enterprise{}) {
		u.Enterprise = nil
	}
	if u.Chat != nil && emptyChat(u.Chat) {
		u.Chat = nil
	}
}

// inEnterprise and inChat make rows for attributes of the extensions: reading does
// not create the extension, writing nothing to it removes it.
func inEnterprise(name string, at func(*Enterprise) *string) Attribute {
	a := text(name, func(u *User) *string { return at(enterprise(u)) })
	a.Schema = EnterpriseSchema
	return extension(a, func(u *User) bool { return u.Enterprise != nil })
}

func inChat(name string, at func(*Chat) *string) Attribute {
	a := text(name, func(u *User) *string { return at(chat(u)) })
	a.Schema = ChatSchema
	return extension(a, func(u *User) bool { return u.Chat != nil })
}

func extension(a Attribute, present func(*User) bool) Attribute {
	get, set := a.get, a.set
	a.get = func(u *User) any {
		if !present(u) {
			return nil
		}
		return get(u)
	}
	a.set = func(u *User, v any) {
		set(u, v)
		dropEmptyExtensions(u)
	}
	return a
}

func objects[T any](list []T, object func(T) Object) any {
	if len(list) == 0 {
		return nil
	}
	os := make([]Object, len(list))
	for i, m := range list {
		os[i] = object(m)
	}
	return os
}

func fromObjects[T any](v any, of func(Object) T) []T {
	os, _ := v.([]Object)
	if len(os) == 0 {
		return nil
	}
	list := make([]T, len(os))
	for i, o := range os {
		list[i] = of(o)
	}
	return list
}

func orNil(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func emptyNil(o Object) any {
	if len(o) == 0 {
		return nil
	}
	return o
}
