// Package directory is Rollcall's own record of what should be true in a
// workspace: people, groups, what they are granted, and who may say so.
//
// Whoever wants something changed says so as a [Change] and hands it to
// [Directory.Apply] together with the [Actor] who asks. The directory decides in
// eight named steps (see apply.go) and writes the result down in one transaction
// with an audit record and what must follow from it. There is no other way to
// change anything: front ends decode and render, the store keeps and finds, the
// rules live here.
//
// # What is promised
//
// An answer without an error is durable. An answer with an error changed nothing,
// and its [Error] names the attribute, says why and, where somebody can act on it,
// what to do. No number of concurrent callers activates one person more than there
// are seats, gives one user name to two people, or leaves a workspace without an
// administrator.
//
// # Where to start reading
//
// user.go and group.go hold the nouns, schema.go the one attribute table that
// filters, PATCH, JSON and audit read, change.go everything that can be asked for,
// apply.go the door. What a database has to do for all this is in store.go; the
// package's only import beyond the standard library is golang.org/x/text, for
// comparing names as people do.
package directory
