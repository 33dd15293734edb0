package ldap

import (
	"time"

	"rollcall/directory"
)

// Config says where people and groups are and how to get at them. What is left out is as
// the preset has it.
type Config struct {
	Name           string   // of the source
	URLs           []string // ldaps://… or ldap://…, tried in this order
	TLS            TLS
	AllowPlaintext bool   // lets the password travel unencrypted
	BindDN         string // who reads; empty: whom the client certificate names, or nobody in particular
	BindPassword   directory.Secret
	Base           string // everything is below it
	Scope          Scope
	Filter         string // narrows the people of the preset
	IDAttribute    string // the identifier that outlives renames
	Preset         string // openldap (also when empty), active-directory, 389ds or freeipa
	Groups         Groups
	Attributes     map[string][]string // by SCIM path: attributes or templates, the first that gives something counts
	PageSize       int                 // entries; 0: 500
	Timeout        time.Duration       // how long the server may be silent; 0: a minute
}

// TLS says how connections are protected and whom to trust.
type TLS struct {
	StartTLS           bool   // on ldap:// connections
	CAFile             string // PEM, in place of the system's authorities
	ServerName         string // that the certificate has to be for, if it is not the host
	CertFile, KeyFile  string // PEM, to show to the server
	InsecureSkipVerify bool   // takes any certificate: see [Source.Warnings]
}

// Groups says where the groups are.
type Groups struct {
	Off         bool   // groups are not read
	Base        string // empty: the same as of people
	Filter      string // narrows the groups of the preset
	NameAttr    string
	MemberAttrs []string // with distinguished names in them
}

// Scope says how far below the base entries are looked for.
type Scope string

// The scopes. The zero value is the whole tree.
const (
	Subtree Scope = "sub"
	OneDeep Scope = "one"
)

// What a read does unless told otherwise.
const (
	usualPage    = 500
	usualTimeout = time.Minute
	mostPage     = 10_000
	groupPage    = 50 // groups may be large, and a page is in memory as a whole
)

// number returns the scope as it is sent.
func (s Scope) number() int64 {
	if s == OneDeep {
		return 1
	}
	return 2
}
