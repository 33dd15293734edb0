// Package ldaptest is a small LDAP server in the same process, with a company in it.
//
// It answers binds, StartTLS and searches with the paged results control, as much of
// LDAP as reading people and groups takes, and it fails on cue: with any result code at
// any entry, by falling silent, by resetting the connection after so many bytes, by
// leaving out what it owes. What real servers are asked for is tested against a real
// one; this package is for what a real server will not do when told to, and for what
// only Active Directory does: pages and values that are capped whatever is asked for.
//
// [Start] serves a [Directory]; [Company] and [Forest] make one of any size, always the
// same. [Server.Behave] makes it misbehave, [Server.Replace] changes what it holds. Nothing
// here needs a test: the demonstration of rollcall serve runs on it.
package ldaptest
