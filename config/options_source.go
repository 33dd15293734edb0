package config

import "time"

// sourcePrefix begins the key of every option that belongs to a source.
const sourcePrefix = "sources."

// SourceOptions returns the rows of the table that each LDAP source has of its own. They
// have no variables: those could not say which source they mean.
func SourceOptions() []Option { return sourceOptions }

// sourceOptions are the options that every LDAP source has of its own.
var sourceOptions = []Option{
	{
		Key: "sources.name", Takes: "lower-case letters, digits and hyphens",
		Doc: "Name of the source, by which its people are known to come from it; never to be changed lightly.",
		set: source(sourceName, func(s *Source) *string { return &s.Name }),
	},
	{
		Key: "sources.ldap.urls", List: true, Takes: "`ldaps://ldap.example.com` or `ldap://…`",
		Doc: "Servers with the same content, tried in this order; a read stays with the one it found.",
		set: sourceList(text, func(s *Source) *[]string { return &s.LDAP.URLs }),
	},
	{
		Key: "sources.ldap.start_tls", Default: "false", Takes: "`true` or `false`",
		Doc: "Encrypts `ldap://` connections before anything else is said.",
		set: source(boolean, func(s *Source) *bool { return &s.LDAP.StartTLS }),
	},
	{
		Key: "sources.ldap.ca_file", Takes: "a file",
		Doc: "Certificates in PEM of the authorities to trust, in place of those that the system trusts.",
		set: source(text, func(s *Source) *string { return &s.LDAP.CAFile }),
	},
	{
		Key: "sources.ldap.server_name", Takes: "a host name",
		Doc: "Name that the server's certificate has to be for, where it is not the host in `urls`.",
		set: source(text, func(s *Source) *string { return &s.LDAP.ServerName }),
	},
	{
		Key: "sources.ldap.cert_file", Takes: "a file",
		Doc: "Client certificate in PEM; without `bind_dn` it says who reads.",
		set: source(text, func(s *Source) *string { return &s.LDAP.CertFile }),
	},
	{
		Key: "sources.ldap.key_file", Takes: "a file",
		Doc: "Private key in PEM that belongs to `cert_file`.",
		set: source(text, func(s *Source) *string { return &s.LDAP.KeyFile }),
	},
	{
		Key: "sources.ldap.insecure_skip_verify", Default: "false", Takes: "`true` or `false`",
		Doc: "Takes any certificate, so that anybody on the way can learn the password; for trying things out, and warned about every time.",
		set: source(boolean, func(s *Source) *bool { return &s.LDAP.InsecureSkipVerify }),
	},
	{
		Key: "sources.ldap.allow_plaintext", Default: "false", Takes: "`true` or `false`",
		Doc: "Lets the password travel unencrypted to another machine.",
		set: source(boolean, func(s *Source) *bool { return &s.LDAP.AllowPlaintext }),
	},
	{
		Key: "sources.ldap.bind_dn", Takes: "`cn=reader,dc=example,dc=com`, or `reader@example.com` with Active Directory",
		Doc: "Account that reads; it needs to read and search, and nothing else.",
		set: source(text, func(s *Source) *string { return &s.LDAP.BindDN }),
	},
	{
		Key: "sources.ldap.bind_password", Secret: true, Takes: "text",
		Doc: "Password of that account.",
		set: source(secret, func(s *Source) *Secret { return &s.LDAP.BindPassword }),
	},
	{
		Key: "sources.ldap.bind_password_file", Takes: "a file",
		Doc: "File to read the password from, instead.",
		set: source(text, func(s *Source) *string { return &s.LDAP.passwordFile }),
	},
	{
		Key: "sources.ldap.base", Takes: "`dc=example,dc=com`",
		Doc: "Entry below which people are looked for.",
		set: source(text, func(s *Source) *string { return &s.LDAP.Base }),
	},
	{
		Key: "sources.ldap.scope", Default: "sub", Takes: "`sub` or `one`",
		Doc: "How far below: anywhere, or only right below.",
		set: source(oneOf("sub", "one"), func(s *Source) *string { return &s.LDAP.Scope }),
	},
	{
		Key: "sources.ldap.filter", Takes: "`(memberOf=cn=staff,ou=groups,dc=example,dc=com)`",
		Doc: "Narrows the people of the preset.",
		set: source(text, func(s *Source) *string { return &s.LDAP.Filter }),
	},
	{
		Key: "sources.ldap.preset", Default: "openldap", Takes: "`openldap`, `active-directory`, `389ds` or `freeipa`",
		Doc: "Make of the server, which decides what people and groups are, which identifier outlives a rename, and what a disabled account looks like.",
		set: source(oneOf("openldap", "active-directory", "389ds", "freeipa"), func(s *Source) *string { return &s.LDAP.Preset }),
	},
	{
		Key: "sources.ldap.id_attribute", Takes: "an attribute",
		Doc: "Identifier that outlives renames, where it is not the preset's.",
		set: source(text, func(s *Source) *string { return &s.LDAP.IDAttribute }),
	},
	{
		Key: "sources.ldap.attributes", Open: true, List: true, Takes: "attributes, or templates such as `\"{givenName} {sn}\"`, by SCIM path",
		Doc: "Where the attributes of people come from, as far as it differs from the preset: the first in the list that gives something counts, and an empty list maps nothing.",
		each: func(to into, path string, items []string) error {
			to.source.LDAP.Attributes[path] = items
			return nil
		},
	},
	{
		Key: "sources.ldap.groups.enabled", Default: "true", Takes: "`true` or `false`",
		Doc: "Whether groups and their members are read.",
		set: source(boolean, func(s *Source) *bool { return &s.LDAP.Groups.Enabled }),
	},
	{
		Key: "sources.ldap.groups.base", Takes: "`ou=groups,dc=example,dc=com`",
		Doc: "Entry below which groups are looked for, where it is not `base`.",
		set: source(text, func(s *Source) *string { return &s.LDAP.Groups.Base }),
	},
	{
		Key: "sources.ldap.groups.filter", Takes: "`(cn=chat-*)`",
		Doc: "Narrows the groups of the preset.",
		set: source(text, func(s *Source) *string { return &s.LDAP.Groups.Filter }),
	},
	{
		Key: "sources.ldap.groups.name_attribute", Takes: "an attribute",
		Doc: "What groups are called by, where it is not the preset's.",
		set: source(text, func(s *Source) *string { return &s.LDAP.Groups.NameAttribute }),
	},
	{
		Key: "sources.ldap.groups.member_attributes", List: true, Takes: "attributes",
		Doc: "Where the distinguished names of members are, if not where the preset has them.",
		set: sourceList(text, func(s *Source) *[]string { return &s.LDAP.Groups.MemberAttributes }),
	},
	{
		Key: "sources.ldap.page_size", Default: "500", Takes: "a number from 1 to 10000",
		Doc: "Entries in a page; groups come 50 at a time at most.",
		set: source(number(1, 10_000), func(s *Source) *int { return &s.LDAP.PageSize }),
	},
	{
		Key: "sources.ldap.timeout", Default: "1m", Takes: "a duration such as `30s` or `2m`",
		Doc: "How long the server may be silent before it counts as lost.",
		set: source(grace, func(s *Source) *time.Duration { return &s.LDAP.Timeout }),
	},
	{
		Key: "sources.schedule", Takes: "`*/15 * * * *` or `@every 15m`",
		Doc: "When the source is read, in cron's five fields, with `CRON_TZ=Europe/Paris` before them for another zone; without it only when somebody asks; noticed within 15 seconds.",
		set: source(text, func(s *Source) *string { return &s.Schedule }),
	},
	{
		Key: "sources.guard.removals", Takes: "a number",
		Doc: "People who may go missing at once, counted over 24 hours, before a run waits for approval; a twentieth of the active ones unless set, at least 5 and at most 500.",
		set: source(number[int64](1, most), func(s *Source) *int64 { return &s.Guard.Removals }),
	},
	{
		Key: "sources.guard.disables", Takes: "a number",
		Doc: "People who may be disabled in the source at once before a run waits for approval; twice as many as may go missing unless set.",
		set: source(number[int64](1, most), func(s *Source) *int64 { return &s.Guard.Disables }),
	},
	{
		Key: "sources.guard.enables", Takes: "a number",
		Doc: "People who were disabled in the source and may get their access back at once before a run waits for approval; twice as many as may go missing unless set.",
		set: source(number[int64](1, most), func(s *Source) *int64 { return &s.Guard.Enables }),
	},
	{
		Key: "sources.guard.members", Takes: "a number",
		Doc: "Memberships that may end at once before a run waits for approval; a tenth of the active people unless set, at least 50.",
		set: source(number[int64](1, most), func(s *Source) *int64 { return &s.Guard.Members }),
	},
	{
		Key: "sources.guard.groups", Takes: "a number",
		Doc: "Groups that may vanish at once before a run waits for approval; a fifth of them unless set, at least 2.",
		set: source(number[int64](1, most), func(s *Source) *int64 { return &s.Guard.Groups }),
	},
	{
		Key: "sources.guard.names", Takes: "a number",
		Doc: "People whose user name or primary e-mail address may change or vanish at once before a run waits for approval; a tenth of the active ones unless set, at least 10.",
		set: source(number[int64](1, most), func(s *Source) *int64 { return &s.Guard.Names }),
	},
	{
		Key: "sources.guard.values", Takes: "a number",
		Doc: "People who may lose one and the same attribute at once before a run waits for approval, if they are half of those who have it; 25 unless set.",
		set: source(number[int64](1, most), func(s *Source) *int64 { return &s.Guard.Values }),
	},
	{
		Key: "sources.missing.after_runs", Default: "2", Takes: "a number from 1 to 100",
		Doc: "Complete reads that have to miss a person before anything is done.",
		set: source(number(1, 100), func(s *Source) *int { return &s.Missing.AfterRuns }),
	},
	{
		Key: "sources.missing.apart", Default: "1h", Takes: "a duration such as `30m` or `12h`",
		Doc: "Least time between two reads that count for that.",
		set: source(grace, func(s *Source) *time.Duration { return &s.Missing.Apart }),
	},
	{
		Key: "sources.missing.action", Default: string(MissingDeactivate), Takes: "`deactivate` or `keep`",
		Doc: "What is then done to the person.",
		set: source(oneOf(MissingDeactivate, MissingKeep), func(s *Source) *MissingAction { return &s.Missing.Action }),
	},
	{
		Key: "sources.missing.delete_after", Takes: "a duration such as `90d`",
		Doc: "How long after the deactivation the person is deleted; never, unless set.",
		set: source(grace, func(s *Source) *time.Duration { return &s.Missing.DeleteAfter }),
	},
	{
		Key: "sources.may_grant", List: true, Default: "user,guest", Takes: "roles",
		Doc: "Roles that the source may give people.",
		set: sourceList(text, func(s *Source) *[]string { return &s.MayGrant }),
	},
}
