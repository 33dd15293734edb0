// Package ldap reads people and groups from an LDAP server: OpenLDAP, Active Directory,
// 389 Directory Server, FreeIPA, or one that speaks the same.
//
// The promise is that of [rollcall/sync.Source]: a read that returns nil was complete.
// The server has said itself that the last page was the last, with success; a connection
// that ends, a limit, a silence, a page that comes twice, a control that is missing are
// errors, however much was sent before. For whoever is missing from a complete read may
// lose their access, and a network that broke is no reason for that.
//
// A server that can be trusted with people is not trusted with our time and memory. One
// that says nothing for a while counts as lost, what it sends is read through a parser
// that checks every length, and an entry that is too large, or has bytes where text should
// be, is handed on with a fault, under its identifier, so that it does not pass for missing.
//
// # Where to start
//
// [New] checks a [Config] whole. [Source.People] is the read: it connects (dial.go), asks
// page by page (pages.go), and makes a person of each entry (person.go) by the rules of a
// preset (preset.go) and a mapping (mapping.go, template.go). What is sent and received is
// encoded in message.go and ber.go; that this is ours, and not a library's, is explained
// in docs/adr. Everything that can go wrong becomes a sentence in errors.go and refusal.go.
//
// A password goes out only over an encrypted connection, to this very machine, or when the
// configuration says in as many words that it may.
package ldap
