// Package rocketchat carries a directory to a Rocket.Chat server, over its REST API.
//
// The promise is that of [rollcall/sync.Target]: every delivery may be repeated. An account
// is read before it is changed, only what differs is sent, and what was in doubt is read
// again, so an answer that was lost makes neither a second account nor a second mail.
// Only what the directory gave is ever taken away. The account whose token is used, and
// the product's own, are never touched.
//
// # Where to start
//
// [New] checks a [Config] whole and makes a [Target]. A delivery (delivering.go) finds the
// account (find.go) or makes it (make.go), compares the profile (profile.go) and the roles
// (roles.go), and takes access away before anything else when somebody leaves (leave.go).
// What it has to know the next time it leaves behind as facts (facts.go).
//
// Everything goes through one client (client.go), which keeps to the server's limits route
// by route (limit.go), leaves one alone that is not there (outage.go), and never waits. What the server answers in place of what was asked
// for is read in failure.go; what follows from it, a refusal, a pause or doubt, is one table
// in errors.go.
//
// Versions from 3.11 on are known. What an older one cannot do is found out by asking once.
package rocketchat
