package directory

import "time"

// Users is the attribute table of people (RFC 7643 §4.1, §4.3 and our extension).
var Users = &ResourceType{
	Name:       "User",
	Endpoint:   "/Users",
	Schema:     UserSchema,
	Extensions: []string{EnterpriseSchema, ChatSchema},
	Attributes: userAttributes(),
}

var (
	kindsOfMail  = []string{"work", "home", "other"}
	kindsOfPhone = []string{"work", "home", "mobile", "fax", "pager", "other"}
	kindsOfIM    = []string{"aim", "gtalk", "icq", "xmpp", "msn", "skype", "qq", "yahoo"}
	kindsOfPhoto = []string{"photo", "thumbnail"}
)

func userAttributes() []Attribute {
	table := commonAttributes(func(u *User) *string { return &u.ExternalID })
	table = append(table, identityAttributes()...)
	table = append(table, contactAttributes()...)
	table = append(table, enterpriseAttributes()...)
	return append(table, chatAttributes()...)
}

// commonAttributes are those of every resource (RFC 7643 §3.1).
func commonAttributes(externalID func(*User) *string) []Attribute {
	id := text("id", func(u *User) *string { return (*string)(&u.ID) })
	id.CaseExact, id.Mutability, id.Returned, id.Uniqueness = true, ReadOnlyAttr, ReturnedAlways, UniqueServer
	id.Description = "The identifier that Rollcall gave the resource. It never changes and is never reused."
	id.set = nil
	ext := text("externalId", externalID)
	ext.CaseExact = true
	ext.Description = "The client's own identifier of the resource: opaque text, unique within the client."
	return []Attribute{id, ext, metaAttribute()}
}

func metaAttribute() Attribute {
	return Attribute{
		Name: "meta", Type: Complex, Mutability: ReadOnlyAttr,
		Description: "What the server knows of the resource's history.",
		Sub: []Attribute{
			{Name: "resourceType", Type: String, CaseExact: true, Mutability: ReadOnlyAttr, Description: "User or Group."},
			{Name: "created", Type: DateTime, Mutability: ReadOnlyAttr, Description: "When the resource was made."},
			{Name: "lastModified", Type: DateTime, Mutability: ReadOnlyAttr, Description: "When it last changed."},
			{Name: "location", Type: Reference, CaseExact: true, Refs: []string{"uri"}, Mutability: ReadOnlyAttr,
				Description: "Where the resource is."},
			{Name: "version", Type: String, CaseExact: true, Mutability: ReadOnlyAttr, Description: "Its entity tag."},
		},
		get: func(u *User) any { return metaObject("User", u.Meta) },
	}
}

func metaObject(resourceType string, m Meta) Object {
	return Object{"resourceType": resourceType, "created": FormatTime(m.Created), "lastModified": FormatTime(m.Modified),
		"version": m.Version.ETag()}
}

// FormatTime writes t as SCIM dateTimes are written here: UTC, always with three
// digits of milliseconds, so that texts sort as times do.
func FormatTime(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

func identityAttributes() []Attribute {
	userName := text("userName", func(u *User) *string { return &u.UserName })
	userName.Required, userName.Uniqueness, userName.Max = true, UniqueServer, 255
	name := Attribute{Name: "name", Type: Complex, get: nameValue, set: setName,
		Sub: subTexts("formatted", "familyName", "givenName", "middleName", "honorificPrefix", "honorificSuffix")}
	profile := text("profileUrl", func(u *User) *string { return &u.ProfileURL })
	profile.Type, profile.CaseExact, profile.Refs = Reference, true, []string{"external"}
	active := flag("active", func(u *User) *bool { return &u.Wanted })
	password := Attribute{Name: "password", Type: String, Mutability: WriteOnly, Returned: ReturnedNever,
		get: func(*User) any { return nil }}
	groups := Attribute{Name: "groups", Type: Complex, Multi: true, Mutability: ReadOnlyAttr,
		get: func(*User) any { return nil },
		Sub: []Attribute{
			{Name: "value", Type: String, CaseExact: true, Mutability: ReadOnlyAttr, Description: "The group's id."},
			{Name: "$ref", Type: Reference, CaseExact: true, Refs: []string{"Group"}, Mutability: ReadOnlyAttr,
				Description: "The group's address."},
			{Name: "display", Type: String, Mutability: ReadOnlyAttr, Description: "The group's displayName."},
			{Name: "type", Type: String, Canonical: []string{"direct", "indirect"}, Mutability: ReadOnlyAttr,
				Description: "Whether the membership is the person's own."},
		}}
	return described([]Attribute{
		userName, name,
		text("displayName", func(u *User) *string { return &u.DisplayName }),
		text("nickName", func(u *User) *string { return &u.NickName }),
		profile,
		text("title", func(u *User) *string { return &u.Title }),
		text("userType", func(u *User) *string { return &u.UserType }),
		text("preferredLanguage", func(u *User) *string { return &u.PreferredLanguage }),
		text("locale", func(u *User) *string { return &u.Locale }),
		text("timezone", func(u *User) *string { return &u.Timezone }),
		active, password, groups,
	})
}

func contactAttributes() []Attribute {
	addresses := Attribute{Name: "addresses", Type: Complex, Multi: true,
		get: func(u *User) any { return objects(u.Addresses, addressObject) },
		set: func(u *User, v any) { u.Addresses = fromObjects(v, addressOf) },
		Sub: append(subTexts("formatted", "streetAddress", "locality", "region", "postalCode", "country"),
			Attribute{Name: "type", Type: String, Canonical: kindsOfMail, Description: "What the address is for."},
			Attribute{Name: "primary", Type: Boolean, Description: "Whether it is the preferred address."})}
	photos := values("photos", kindsOfPhoto, func(u *User) *[]MultiValue { return &u.Photos })
	photos.Sub[0].Type, photos.Sub[0].CaseExact, photos.Sub[0].Refs = Reference, true, []string{"external"}
	certificates := values("x509Certificates", nil, func(u *User) *[]MultiValue { return &u.X509Certificates })
	certificates.Sub[0].Type, certificates.Sub[0].CaseExact, certificates.Sub[0].Max = Binary, true, 16<<10
	return described([]Attribute{
		values("emails", kindsOfMail, func(u *User) *[]MultiValue { return &u.Emails }),
		values("phoneNumbers", kindsOfPhone, func(u *User) *[]MultiValue { return &u.PhoneNumbers }),
		values("ims", kindsOfIM, func(u *User) *[]MultiValue { return &u.IMs }),
		photos, addresses,
		values("entitlements", nil, func(u *User) *[]MultiValue { return &u.Entitlements }),
		values("roles", nil, func(u *User) *[]MultiValue { return &u.Roles }),
		certificates,
	})
}

func enterpriseAttributes() []Attribute {
	manager := Attribute{Name: "manager", Schema: EnterpriseSchema, Type: Complex, get: managerValue, set: setManager,
		Sub: []Attribute{
			{Name: "value", Type: String, Description: "The id of the manager."},
			{Name: "$ref", Type: Reference, CaseExact: true, Refs: []string{"User"}, Description: "The manager's address."},
			{Name: "displayName", Type: String, Description: "The manager's name."},
		}}
	return described([]Attribute{
		inEnterprise("employeeNumber", func(e *Enterprise) *string { return &e.EmployeeNumber }),
		inEnterprise("costCenter", func(e *Enterprise) *string { return &e.CostCenter }),
		inEnterprise("organization", func(e *Enterprise) *string { return &e.Organization }),
		inEnterprise("division", func(e *Enterprise) *string { return &e.Division }),
		inEnterprise("department", func(e *Enterprise) *string { return &e.Department }),
		manager,
	})
}

func chatAttributes() []Attribute {
	state := Attribute{Name: "state", Schema: ChatSchema, Type: String, Mutability: ReadOnlyAttr,
		Canonical: []string{string(Active), string(Inactive), string(HeldBack), string(SwitchedOff)},
		get:       func(u *User) any { return string(u.State()) }}
	kind := Attribute{Name: "type", Schema: ChatSchema, Type: String, Mutability: ReadOnlyAttr,
		Canonical: []string{string(Person), string(Bot), string(App)},
		get:       func(u *User) any { return string(u.Kind()) }}
	verified := flag("emailVerified", func(u *User) *bool { return &chat(u).EmailVerified })
	verified.Schema = ChatSchema
	verified = extension(verified, func(u *User) bool { return u.Chat != nil })
	roles := Attribute{Name: "roles", Schema: ChatSchema, Type: String, Multi: true, Mutability: ReadOnlyAttr,
		Description: "All roles that the person was granted, but those that a mapping gives.",
		get:         func(u *User) any { return u.GrantedRoles() }}
	return described([]Attribute{
		state, kind, roles,
		inChat("username", func(c *Chat) *string { return &c.Username }),
		inChat("bio", func(c *Chat) *string { return &c.Bio }),
		inChat("statusText", func(c *Chat) *string { return &c.StatusText }),
		inChat("voiceExtension", func(c *Chat) *string { return &c.VoiceExtension }),
		verified,
	})
}

func subTexts(names ...string) []Attribute {
	subs := make([]Attribute, len(names))
	for i, n := range names {
		subs[i] = Attribute{Name: n, Type: String, Description: subDescriptions[n]}
	}
	return subs
}

// described fills in the defaults and the descriptions that discovery shows.
func described(table []Attribute) []Attribute {
	for i := range table {
		a := &table[i]
		if a.Schema == "" {
			a.Schema = UserSchema
		}
		if a.Description == "" {
			a.Description = descriptions[a.Name]
		}
	}
	return table
}
