package config

import (
	"log/slog"
	"net/netip"
	"time"
)

// serverOptions are the options that the process has once.
var serverOptions = []Option{
	{
		Key: "data", Variable: "ROLLCALL_DATA", Flag: "data", Default: "./rollcall-data", Takes: "a folder",
		Doc: "Folder that holds the SQLite database and, unless `secret_key` is set, the key that seals secrets; relative to the folder Rollcall is started in.",
		set: server(text, func(c *Config) *string { return &c.Data }),
	},
	{
		Key: "database", Variable: "ROLLCALL_DATABASE", Flag: "database", Secret: true, Takes: "`postgres://user:password@host:5432/name`",
		Doc: "PostgreSQL to keep everything in; without it the SQLite database in `data` is used.",
		set: server(databaseURL, func(c *Config) *Secret { return &c.Database }),
	},
	{
		Key: "listen", Variable: "ROLLCALL_LISTEN", Flag: "listen", Default: "127.0.0.1:8080", Takes: "`host:port`",
		Doc: "Address to listen on; port 0 picks a free one and an empty host means all interfaces.",
		set: server(hostPort, func(c *Config) *string { return &c.Listen }),
	},
	{
		Key: "public_url", Variable: "ROLLCALL_PUBLIC_URL", Takes: "`https://rollcall.example.com`",
		Doc: "Address that others reach Rollcall at, from which every link is made; without it links name the host that the request asked for.",
		set: server(publicURL, func(c *Config) *string { return &c.PublicURL }),
	},
	{
		Key: "tls_cert", Variable: "ROLLCALL_TLS_CERT", Takes: "a file",
		Doc: "Certificate chain in PEM to serve HTTPS with; needs `tls_key`.",
		set: server(text, func(c *Config) *string { return &c.TLSCert }),
	},
	{
		Key: "tls_key", Variable: "ROLLCALL_TLS_KEY", Takes: "a file",
		Doc: "Private key in PEM that belongs to `tls_cert`.",
		set: server(text, func(c *Config) *string { return &c.TLSKey }),
	},
	{
		Key: "trusted_proxies", Variable: "ROLLCALL_TRUSTED_PROXIES", List: true, Takes: "addresses or networks such as `10.0.0.0/8`",
		Doc: "Reverse proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed.",
		set: serverList(network, func(c *Config) *[]netip.Prefix { return &c.TrustedProxies }),
	},
	{
		Key: "allow_plain_http", Variable: "ROLLCALL_ALLOW_PLAIN_HTTP", Default: "false", Takes: "`true` or `false`",
		Doc: "Allows listening on more than loopback without a certificate, for use behind a proxy that speaks HTTPS.",
		set: server(boolean, func(c *Config) *bool { return &c.AllowPlainHTTP }),
	},
	{
		Key: "log_level", Variable: "ROLLCALL_LOG_LEVEL", Default: "info", Takes: "`debug`, `info`, `warn` or `error`",
		Doc: "Least severe kind of event that is logged.",
		set: server(level, func(c *Config) *slog.Level { return &c.LogLevel }),
	},
	{
		Key: "log_format", Variable: "ROLLCALL_LOG_FORMAT", Default: "text", Takes: "`text` or `json`",
		Doc: "How a line of the log is written.",
		set: server(oneOf("text", "json"), func(c *Config) *string { return &c.LogFormat }),
	},
	{
		Key: "secret_key", Variable: "ROLLCALL_SECRET_KEY", Secret: true, Takes: "32 random bytes in base64",
		Doc: "Key that seals the secrets in the database; without it a key file is made in `data`.",
		set: server(sealingKey, func(c *Config) *Secret { return &c.SecretKey }),
	},
	{
		Key: "max_body", Variable: "ROLLCALL_MAX_BODY", Default: "1MiB", Takes: "a size such as `512KiB` or `1MiB`",
		Doc: "Largest request body that is read, anything longer is answered with 413.",
		set: server(bodySize, func(c *Config) *int64 { return &c.MaxBody }),
	},
}

// workspaceOptions are the options that every workspace has of its own.
var workspaceOptions = []Option{
	{
		Key: "workspace.slug", Variable: "ROLLCALL_WORKSPACE_SLUG", Default: "default", Takes: "lower-case letters, digits and hyphens",
		Doc: "Short name of the workspace in addresses and on the command line; required for each when there are several.",
		set: workspace(slug, func(w *Workspace) *string { return &w.Slug }),
	},
	{
		Key: "workspace.name", Variable: "ROLLCALL_WORKSPACE_NAME", Takes: "text",
		Doc: "Name that people see; without it the slug is shown.",
		set: workspace(text, func(w *Workspace) *string { return &w.Name }),
	},
	{
		Key: "workspace.seats.limit", Variable: "ROLLCALL_WORKSPACE_SEATS_LIMIT", Default: unlimited, Takes: "a number or `unlimited`",
		Doc: "Seats for people, of whom the effectively active ones count; bots and apps need none.",
		set: workspace(limit, func(w *Workspace) *int64 { return &w.Seats.Limit }),
	},
	{
		Key: "workspace.seats.when_full", Variable: "ROLLCALL_WORKSPACE_SEATS_WHEN_FULL", Default: string(Hold), Takes: "`hold` or `refuse`",
		Doc: "What becomes of somebody who would need a seat when none is free: kept inactive until one is, or refused.",
		set: workspace(oneOf(Hold, Refuse), func(w *Workspace) *WhenFull { return &w.Seats.WhenFull }),
	},
	{
		Key: "workspace.seats.guests", Variable: "ROLLCALL_WORKSPACE_SEATS_GUESTS", Default: unlimited, Takes: "a number or `unlimited`",
		Doc: "Seats for guests, which are counted apart.",
		set: workspace(limit, func(w *Workspace) *int64 { return &w.Seats.Guests }),
	},
	{
		Key: "workspace.adopt", Variable: "ROLLCALL_WORKSPACE_ADOPT", Default: string(AdoptAsk), Takes: "`ask`, `local-by-username` or `local-by-verified-email`",
		Doc: "Whether a SCIM client that creates somebody who exists locally takes that record over, and by what it must match.",
		set: workspace(oneOf(AdoptAsk, AdoptByUserName, AdoptByVerifiedEmail), func(w *Workspace) *Adopt { return &w.Adopt }),
	},
	{
		Key: "workspace.delete_grace", Variable: "ROLLCALL_WORKSPACE_DELETE_GRACE", Default: "30d", Takes: "a duration such as `30d` or `12h`",
		Doc: "How long a deleted person is only deactivated and can be restored.",
		set: workspace(grace, func(w *Workspace) *time.Duration { return &w.DeleteGrace }),
	},
	{
		Key: "workspace.default_domain", Variable: "ROLLCALL_WORKSPACE_DEFAULT_DOMAIN", Takes: "a domain",
		Doc: "Domain from which an e-mail address is made for somebody who has none.",
		set: workspace(domain, func(w *Workspace) *string { return &w.DefaultDomain }),
	},
	{
		Key: "workspace.allowed_domains", Variable: "ROLLCALL_WORKSPACE_ALLOWED_DOMAINS", List: true, Takes: "domains",
		Doc: "Domains that e-mail addresses may be of; an empty list allows all.",
		set: workspaceList(domain, func(w *Workspace) *[]string { return &w.AllowedDomains }),
	},
	{
		Key: "workspace.protected_users", Variable: "ROLLCALL_WORKSPACE_PROTECTED_USERS", List: true, Takes: "user names",
		Doc: "People whom nobody can deactivate, delete or demote.",
		set: workspaceList(text, func(w *Workspace) *[]string { return &w.ProtectedUsers }),
	},
	{
		Key: "workspace.rehire", Variable: "ROLLCALL_WORKSPACE_REHIRE", Default: string(RehireLift), Takes: "`lift` or `ask`",
		Doc: "Whether a source that deactivates and then activates somebody lifts an administrator's switch-off, or an administrator is asked.",
		set: workspace(oneOf(RehireLift, RehireAsk), func(w *Workspace) *Rehire { return &w.Rehire }),
	},
}
